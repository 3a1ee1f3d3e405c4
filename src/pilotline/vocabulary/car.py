"""What a car that talks has said of itself, as every door of the station shows it (ISO 15118)."""

from dataclasses import dataclass

TALK_PHASES = {
    "negotiation": "Car and station choose a language.",
    "setup": "The car introduces itself.",
    "authorisation": "The car asks whether it may charge.",
    "parameters": "The car says what it needs, the station what it has.",
    "cable_check": "The cable's insulation is tested.",
    "pre_charge": "The voltage is brought to that of the car.",
    "power_on": "The car asks for power.",
    "charging": "The car charges, and asks again and again what it may take.",
    "renegotiation": "Car and station agree anew.",
    "power_off": "The car asks for the power to be switched off.",
    "welding_detection": "The car tests its contactors.",
    "stop": "The car says goodbye.",
}
"""Where a conversation is: code and sentence."""


@dataclass(frozen=True, slots=True)
class CarTalk:
    """An open conversation. ``protocol`` is its name for people, "" before one was chosen.

    ``phase`` is a code of ``TALK_PHASES``; ``leaves`` core time (µs); ``charges`` between the car's start of
    power and its end. What a car has not said is None.
    Who it is stands in its messages alone: its address is as good as a card's number.
    """

    protocol: str = ""
    phase: str = "negotiation"
    sentence: str = TALK_PHASES["negotiation"]
    soc_percent: int | None = None
    wants_wh: int | None = None
    leaves: int | None = None
    max_current_ma: int | None = None
    min_current_ma: int | None = None
    charges: bool = False
