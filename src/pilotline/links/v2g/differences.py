"""Where our answers may be others than a recorded charger gave, each with the clause and the reason.

A difference stands here when the recorded charger did otherwise than the standard says, or was set up
otherwise in a way that a recording does not show. A test holds that every entry is used by a recording.
"""

from dataclasses import dataclass

from pilotline.links.v2g.replay_answers import CODE, Difference


@dataclass(frozen=True, slots=True)
class Allowed:
    """One difference that is known; ``after`` is what the question before was about."""

    protocol: str
    after: str
    subject: str
    what: str
    recorded: str
    ours: str
    clause: str
    reason: str

    def covers(self, found: Difference) -> bool:
        """Whether it is this one: all but its place in the session."""
        mine = (self.protocol, self.after, self.subject, self.what, self.recorded, self.ours)
        return mine == (found.protocol, found.after, found.subject, found.what, found.recorded, found.ours)


_DIN, _ISO2 = "DIN SPEC 70121", "ISO 15118-2"

DIFFERENCES = (
    Allowed(
        _DIN,
        "CableCheck",
        "SessionStop",
        CODE,
        "FAILED_SequenceError",
        "OK",
        "V2G-DC-453, V2G-DC-499",
        "A car may end its session while it waits for the cable check; the recorded charger takes that for "
        "an error of order.",
    ),
    Allowed(
        _ISO2,
        "WeldingDetection",
        "SessionStop(Pause)",
        CODE,
        "FAILED",
        "OK",
        "ISO 15118-2 §8.4.1, V2G2-739",
        "A car may pause once it has stopped the power. The recorded charger refuses that here; ours "
        "remembers the session for the car's return.",
    ),
    Allowed(
        _ISO2,
        "ServiceDiscovery",
        "PaymentServiceSelection",
        CODE,
        "FAILED_PaymentSelectionInvalid",
        "OK",
        "V2G2-465",
        "The recorded charger offered payment by contract alone, and the car chose the other; ours offers "
        "external payment alone.",
    ),
)
"""Each is used by at least one of the recorded cars, and nothing else of them differs."""


def allowed(found: Difference) -> Allowed | None:
    """The entry that covers it, None where nothing does."""
    return next((each for each in DIFFERENCES if each.covers(found)), None)
