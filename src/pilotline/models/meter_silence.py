"""The sentences for a meter that says nothing usable, with where it should be and what to look at."""

from enum import Enum

from pilotline.vocabulary.metering import MeterSilent


class Silence(Enum):
    """Why there is no reading; the value is what to say and what to check."""

    NO_PORT = "cannot be opened: check that the adapter is plugged in and that no other program uses it"
    NO_ANSWER = "does not answer: check its supply, its address and baud rate, and the wires A and B"
    GARBAGE = "answers nonsense: check baud rate and parity, the bus termination and the wires A and B"
    REFUSED = "does not have these registers: check that the configured profile fits the meter"


def explain(port: str, address: int, why: Silence, device: str = "meter") -> MeterSilent:
    """The report of a meter, or another device read as one, that is silent at a bus address of a port."""
    if why is Silence.NO_PORT:
        return MeterSilent(f"Port {port} of the {device} at address {address} {why.value}.")
    return MeterSilent(f"The {device} at address {address} on {port} {why.value}.")
