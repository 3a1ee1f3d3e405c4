"""What a person should know of how the station is set up, each as one sentence with what to do about it."""

from pilotline.station.keys import KeyStore
from pilotline.vocabulary.sentences import Sentence, Template

NO_PEN_DEVICE = Template(
    "pen",
    "The voltage window is widened by {volts} V, so a broken PEN conductor may not be found: set "
    "c_VoltageProtectionOffset to 0 where neutral and earth share a conductor.",
)
"""R-10: the window of 207 to 253 V is what finds it."""


NO_TIME = Template(
    "no_time",
    "The time is not known, so the weekly schedule limits nothing. A backend tells the time, or the clock of "
    "this machine when it has been set.",
)
"""E-06: who does not know the hour keeps to no hours, and says so."""


NOTES = (NO_PEN_DEVICE, NO_TIME)


def notes(keys: KeyStore, *, clock_known: bool = True) -> tuple[Sentence, ...]:
    """The sentences that hold now, none as the station is shipped."""
    volts, scheduled = keys.number("c_VoltageProtectionOffset"), bool(keys.text("c_ChargeSchedule"))
    widened = (NO_PEN_DEVICE.of(volts=volts),) if volts else ()
    return (*widened, NO_TIME.of()) if scheduled and not clock_known else widened
