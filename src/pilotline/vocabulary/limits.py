"""The table of limit sources: who may limit the offered current, and how each is explained (E-30, R-48).

The table is open: a new source is a row. Several sources may report under one ``VendorID1`` code.
"""

from dataclasses import dataclass
from typing import NamedTuple

from pilotline.vocabulary.pilot import MIN_OFFER_MA
from pilotline.vocabulary.time import SECOND


@dataclass(frozen=True, slots=True, eq=False)  # a row is itself: claims are looked up by it at every step
class LimitSource:
    """One row. ``lasts`` is how long a claim of this source is valid (µs), None until it is replaced.

    ``fallback_ma`` replaces a claim that has expired, and ``fallback`` is its sentence; None means the source
    then limits nothing. ``sentence`` and ``fallback`` are formats with ``{amps}``. For people: ``title``
    names it, ``who`` says who limits, ``holds`` until when its word counts.
    """

    name: str
    title: str
    code: int
    code_name: str
    sentence: str
    pause: str
    lasts: int | None = None
    fallback_ma: int | None = None
    fallback: str = ""
    who: str = ""
    holds: str = "until it changes"

    def say(self, limit_ma: int, *, lapsed: bool = False) -> str:
        """The sentence of this much; ``lapsed``: it is what replaces a claim that has expired."""
        if limit_ma < MIN_OFFER_MA:
            return self.pause
        words = self.fallback if lapsed else self.sentence
        return (words or self.sentence).format(amps=f"{limit_ma / 1_000:g} A")


class Claim(NamedTuple):
    """A source's present word: at most ``limit_ma``, until core time ``until`` (None: until replaced).

    ``urgent``: a fuse is exceeded by more than 20 %; lowering waits for nothing (R-48).
    """

    limit_ma: int
    until: int | None = None
    urgent: bool = False


_row = LimitSource

DEVICE = _row(
    "device",
    "The station",
    0,
    "DeviceCurrentLimit",
    "The station itself gives at most {amps}.",
    "The station's own limit is set below 6 A.",
    who="the station: its rating, and the key c_DeviceLimit_I",
)
OWNER = _row(
    "owner",
    "You",
    0,
    "DeviceCurrentLimit",
    "You limited the current to {amps}.",
    "You paused charging.",
    who="the owner, beside the station or on its page",
    holds="until it is lifted, or the session ends",
)
INSTALLER = _row(
    "installer",
    "The installer",
    0,
    "DeviceCurrentLimit",
    "The installer limited the current to {amps}.",
    "The installer allows less than 6 A.",
    who="the installer, for what the wiring bears",
    holds="until it is lifted, also over a restart",
)
SCHEDULE = _row(
    "schedule",
    "Your schedule",
    0,
    "DeviceCurrentLimit",
    "Your weekly schedule allows {amps} at this hour.",
    "Your weekly schedule pauses charging at this hour: charging waits for its end, or until you say "
    "charge_now.",
    who="the owner's week, by the key c_ChargeSchedule (E-06)",
    holds="until the schedule's next change; a pause also until the user says charge_now",
)
CABLE = _row(
    "cable",
    "The cable",
    1,
    "ProximityPilotLimit",
    "The cable carries at most {amps}.",
    "The cable carries no current.",
    who="the cable, by its resistor",
    holds="while it is plugged in",
)
TEMPERATURE = _row(
    "temperature",
    "Heat",
    2,
    "DeviceTemperatureLimit",
    "The station is warm and gives {amps}.",
    "The station is too warm and waits until it has cooled.",
    who="the heat inside the station",
)
AMBIENT = _row(
    "ambient",
    "The air around",
    2,
    "DeviceTemperatureLimit",
    "It is hot around the station; it gives {amps}.",
    "It is too hot around the station; charging waits until it is cooler.",
    who="the air around the station, where the model has a curve for it (M-06)",
)
SENSOR = _row(
    "sensor",
    "A sensor",
    2,
    "DeviceTemperatureLimit",
    "A temperature sensor is unsure; {amps} are given.",
    "A temperature sensor cannot be read; charging waits until it can.",
    who="a temperature sensor that is open, shorted or out of its range (M-06)",
)
CLAMP = _row(
    "clamp",
    "The house",
    3,
    "ExtTransformerCurrentLimit",
    "The house needs current; {amps} are left.",
    "The house needs all its current; charging waits.",
    lasts=5 * SECOND,  # five measurements in a row are missing or invalid (R-20; the time is ours)
    fallback_ma=MIN_OFFER_MA,
    fallback="The clamp at the house's supply is silent; {amps} until it answers.",
    who="the house, by the clamp at its supply",
    holds="5 s from each measurement",
)
EVSENS = _row(
    "evsens",
    "The house",
    3,
    "ExtTransformerCurrentLimit",
    "The house needs current; {amps} are left.",
    "The house needs all its current; charging waits.",
    lasts=5 * SECOND,  # as of the clamp: a reading comes every second (M-08; the time is ours)
    fallback_ma=MIN_OFFER_MA,
    fallback="The EVSENS at the house's supply is silent; {amps} until it answers.",
    who="the house, by the EVSENS at its supply",
    holds="5 s from each reading",
)
BACKEND = _row(
    "backend",
    "The operator",
    4,
    "OCPPGridLimit",
    "The operator limits the current to {amps}.",
    "The operator paused charging.",
    who="the operator, by the backend's TxProfile or TxDefaultProfile",
    holds="as its schedule says",
)
STATION_PROFILE = _row(
    "station_profile",
    "The operator",
    4,
    "OCPPGridLimit",
    "The operator limits the whole station; {amps} are for this connector.",
    "The operator paused the whole station.",
    who="the operator, by the backend's ChargePointMaxProfile",
    holds="as its schedule says",
)
BACKEND_LOST = _row(
    "backend_lost",
    "The operator",
    4,
    "OCPPGridLimit",
    "The operator cannot be reached; {amps} until it can.",
    "The operator cannot be reached; charging waits until it can.",
    who="the station, when the backend has been away for c_BackendLossTimeout (a key of ours)",
    holds="until the backend is back",
)
OFF_HOURS = _row(
    "off_hours",
    "Peak hours",
    0,
    "DeviceCurrentLimit",
    "The operator cannot be reached in the hours of peak demand; {amps} are given.",
    "These are the hours of peak demand and the operator cannot be reached: charging waits for their end, "
    "or until you say charge_now.",
    who="the station, offline in the hours of c_ChargeOffPeriod1 and 2 (E-64)",
    holds="until the period ends, the backend is there, or the user says charge_now",
)
START_DELAY = _row(
    "start_delay",
    "A random delay",
    0,
    "DeviceCurrentLimit",
    "Charging begins at a random time; until then {amps} are given.",
    "Charging begins at a random time, so that not all cars begin at once; charge_now skips the wait.",
    who="the station, offline, when nobody beside it began to charge (E-65)",
    holds="c_MaxStartDelay seconds at most, until the backend is there, or the user says charge_now",
)
FUSE = _row(
    "fuse",
    "The main fuse",
    5,
    "FuseLimit",
    "The main fuse allows {amps}.",
    "The main fuse allows less than 6 A.",
    who="the main fuse, by the key c_MainFuseLimit, where nothing measures the house",
)
REFUSED = _row(
    "refused",
    "The operator",
    4,
    "OCPPGridLimit",
    "The operator refused this card.",
    "The operator refused this card afterwards; nothing more is given.",
    who="the operator, who refused the session's card (StopTransactionOnInvalidId is off)",
    holds="until the session ends",
)
SHARING = _row(
    "sharing",
    "The other connector",
    5,
    "FuseLimit",
    "The connectors share one supply; {amps} are for this one.",
    "Another car has the supply now; this one waits for its turn.",
    who="the other connector, where two share one supply (M-20)",
)

SOURCES = (
    DEVICE,
    OWNER,
    INSTALLER,
    SCHEDULE,
    CABLE,
    TEMPERATURE,
    AMBIENT,
    SENSOR,
    CLAMP,
    EVSENS,
    BACKEND,
    STATION_PROFILE,
    BACKEND_LOST,
    REFUSED,
    OFF_HOURS,
    START_DELAY,
    FUSE,
    SHARING,
)
