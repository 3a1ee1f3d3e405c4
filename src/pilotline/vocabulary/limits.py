"""The table of limit sources: who may limit the offered current, and how each is explained (E-30, R-48).

The table is open: a new source is a row. Several sources may report under one ``VendorID1`` code.
"""

from dataclasses import dataclass
from typing import NamedTuple

from pilotline.vocabulary.pilot import MIN_OFFER_MA
from pilotline.vocabulary.time import SECOND


@dataclass(frozen=True, slots=True)
class LimitSource:
    """One row. ``lasts`` is how long a claim of this source is valid (µs), None until it is replaced.

    ``fallback_ma`` replaces a claim that has expired, and ``fallback`` is its sentence; None means the source
    then limits nothing. ``sentence`` and ``fallback`` are formats with ``{amps}``.
    """

    name: str
    code: int
    code_name: str
    sentence: str
    pause: str
    lasts: int | None = None
    fallback_ma: int | None = None
    fallback: str = ""


class Claim(NamedTuple):
    """A source's present word: at most ``limit_ma``, until core time ``until`` (None: until replaced).

    ``urgent``: a fuse is exceeded by more than 20 %; lowering waits for nothing (R-48).
    """

    limit_ma: int
    until: int | None = None
    urgent: bool = False


def _row(
    name: str,
    code: int,
    code_name: str,
    sentence: str,
    pause: str,
    *,
    lasts: int | None = None,
    fallback_ma: int | None = None,
    fallback: str = "",
) -> LimitSource:
    return LimitSource(name, code, code_name, sentence, pause, lasts, fallback_ma, fallback)


DEVICE = _row("device", 0, "DeviceCurrentLimit", "The station itself gives at most {amps}.",
              "The station's own limit is set below 6 A.")  # fmt: skip
OWNER = _row("owner", 0, "DeviceCurrentLimit", "You limited the current to {amps}.",
             "You paused charging.")  # fmt: skip
CABLE = _row("cable", 1, "ProximityPilotLimit", "The cable carries at most {amps}.",
             "The cable carries no current.")  # fmt: skip
TEMPERATURE = _row("temperature", 2, "DeviceTemperatureLimit", "The station is warm and gives {amps}.",
                   "The station is too warm and waits until it has cooled.")  # fmt: skip
CLAMP = _row("clamp", 3, "ExtTransformerCurrentLimit", "The house needs current; {amps} are left.",
             "The house needs all its current; charging waits.",
             lasts=5 * SECOND,  # five measurements in a row are missing or invalid (R-20; the time is ours)
             fallback_ma=MIN_OFFER_MA,
             fallback="The clamp at the house's supply is silent; {amps} until it answers.")  # fmt: skip
BACKEND = _row("backend", 4, "OCPPGridLimit", "The operator limits the current to {amps}.",
               "The operator paused charging.")  # fmt: skip
FUSE = _row("fuse", 5, "FuseLimit", "The main fuse allows {amps}.",
            "The main fuse allows less than 6 A.")  # fmt: skip

SOURCES = (DEVICE, OWNER, CABLE, TEMPERATURE, CLAMP, BACKEND, FUSE)
