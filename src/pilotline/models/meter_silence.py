"""The sentences for a meter that says nothing usable, with where it should be and what to look at."""

from enum import Enum

from pilotline.vocabulary import troubles
from pilotline.vocabulary.metering import MeterSilent


class Silence(Enum):
    """Why there is no reading; the value says it, and what to check."""

    NO_PORT = troubles.METER_NO_PORT
    NO_ANSWER = troubles.METER_NO_ANSWER
    GARBAGE = troubles.METER_GARBAGE
    REFUSED = troubles.METER_REFUSED


def explain(port: str, address: int, why: Silence, device: str = "meter") -> MeterSilent:
    """The report of a meter, or another device read as one, that is silent at a bus address of a port."""
    return MeterSilent(why.value.of(device=device, address=address, port=port))
