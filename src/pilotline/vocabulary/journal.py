"""What must reach the backend, as facts. The journal makes them durable; the OCPP link sends them.

A session's facts come in order: one ``Started``, any ``Metered``, one ``Ended``. Stamps are (boot, core
time); wall-clock time is put in when a fact is sent, because it may be learned later (R-51).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pilotline.vocabulary.status import ReadingContext, StopReason
from pilotline.vocabulary.time import Stamp


@dataclass(frozen=True, slots=True)
class SampledValue:
    """One value as OCPP 1.6 §7.43 words it; ``value`` is already text."""

    value: str
    measurand: str
    unit: str | None = None
    phase: str | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class MeterSample:
    """Several values taken at one moment."""

    stamp: Stamp
    context: ReadingContext
    values: Sequence[SampledValue]


@dataclass(frozen=True, slots=True)
class Started:
    """A session begins. ``session`` is the station's own id; the backend's comes with its answer."""

    session: str
    connector: int
    tag: str
    meter_start_wh: int
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Metered:
    """Meter values of a running session."""

    session: str
    connector: int
    sample: MeterSample


@dataclass(frozen=True, slots=True)
class Ended:
    """A session is over. ``tag`` is who stopped it, None where nobody did."""

    session: str
    connector: int
    meter_stop_wh: int
    stamp: Stamp
    reason: StopReason
    tag: str | None = None


Fact = Started | Metered | Ended


@dataclass(frozen=True, slots=True)
class Record:
    """Ask the journal to make a fact durable; it answers with ``Durable`` of the same ``entry``."""

    entry: int
    fact: Fact


@dataclass(frozen=True, slots=True)
class Durable:
    """The journal's answer: this entry survives a power cut."""

    entry: int
    fact: Fact


@dataclass(frozen=True, slots=True)
class Delivered:
    """The backend has taken this entry: the journal may forget it."""

    entry: int
