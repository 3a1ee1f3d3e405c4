"""``pilotline models``: what chargers and meters there are."""

from rich.console import Console
from rich.table import Table

from pilotline.models.meter_profile import list_meters, load_meter
from pilotline.models.reader import list_models, load_charger


def show_models() -> None:
    """A table of each."""
    console = Console()
    chargers = Table(title="Charger models")
    chargers.add_column("model", no_wrap=True)
    for column in ("what it is", "rating", "outlet", "lock"):
        chargers.add_column(column)
    chargers.add_column("hash", no_wrap=True)
    for name in list_models():
        model = load_charger(name)
        rating = f"{model.rating.power_w} W, {model.rating.phases} × {model.rating.current_ma // 1000} A"
        lock = "yes" if model.outlet.lock else "no"
        chargers.add_row(name, model.title, rating, model.outlet.kind.value, lock, f"{model.rtm.hash:016x}")
    meters = Table("profile", "what it is", "line", title="Meters")
    for name in list_meters():
        profile = load_meter(name)
        line = profile.serial
        meters.add_row(
            name, profile.title, f"{line.baud} {line.data_bits}{line.parity.name[0]}{line.stop_bits}"
        )
    console.print(chargers)
    console.print(meters)
