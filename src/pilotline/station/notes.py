"""What a person should know of how the station is set up, each as one sentence with what to do about it."""

from pilotline.station.keys import KeyStore

NO_PEN_DEVICE = (
    "The voltage window is widened by {volts} V, so a broken PEN conductor may not be found: set "
    "c_VoltageProtectionOffset to 0 where neutral and earth share a conductor."
)
"""R-10: the window of 207 to 253 V is what finds it."""


def notes(keys: KeyStore) -> tuple[str, ...]:
    """The sentences that hold now, none as the station is shipped."""
    volts = keys.number("c_VoltageProtectionOffset")
    return (NO_PEN_DEVICE.format(volts=volts),) if volts else ()
