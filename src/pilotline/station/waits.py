"""The table of waits: every reason why a connector does what it does, with its sentence.

One code, one sentence for people, one place. Faults and limits have theirs in the vocabulary; a wait of
code ``fault`` or ``limit`` takes the sentence from there.
"""

from dataclasses import dataclass

from pilotline.vocabulary.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Wait:
    """One row; ``sentence`` is a format."""

    code: str
    sentence: str


NO_BOARD = Wait("no_board", "The safety module does not answer; nothing can be charged until it does.")
WRONG_MODEL = Wait("wrong_model", "Station and safety module were set up for different charger models.")
UNAVAILABLE = Wait("unavailable", "The station is out of service.")
FAULT = Wait("fault", "{sentence}")
LIMIT = Wait("limit", "{sentence}")
PLUG_IN = Wait("plug_in", "Ready. Plug in a car.")
TAG = Wait("tag", "A car is plugged in. Show a card or start from the app.")
TALK_TAG = Wait(
    "talk_tag",
    "The car talks with the station and waits to be let in. Show a card or start from the app.",
)
ASKING = Wait("asking", "Asking the operator whether this card may charge.")
RESERVED = Wait(
    "reserved", "Reserved. Whoever it is reserved for may charge; all others when that has ended."
)
REFUSED = Wait("refused", "This card may not charge ({reason}). Try another one.")
PLUG_SOON = Wait("plug_soon", "Authorised. Plug in the car within {seconds} s.")
METER = Wait("meter", "The energy meter has not been read yet: {reason}")
RECORDING = Wait("recording", "Writing down the start of the session.")
DISK = Wait("disk", "The session cannot begin: {reason}")
CLOSING = Wait("closing", "Writing down how the last session ended, before the restart.")
RESTARTING = Wait("restarting", "The station restarts in a moment; nothing begins before that.")
BACKLOG = Wait(
    "backlog", "Too many sessions wait to be told to the operator; a new one begins when they have been."
)
AWAY = Wait("away", "The car was unplugged and the session goes on. Plug it in again, or end the session.")
LOCKING = Wait("locking", "Getting ready: cable, lock, relay and leakage protection are checked.")
RESUMING = Wait("resuming", "There is enough current again; charging goes on when that has lasted a moment.")
BACK_OFF = Wait("back_off", "The fault is over. The relay rests for a while, so that it does not wear.")
SPENT = Wait("spent", "Charging was interrupted by faults too often. Unplug the car and plug it in again.")
TALK_WAIT = Wait(
    "talk_wait",
    "Waiting for the car to say how it wants to charge. Without a word within {seconds} s it is charged "
    "without one.",
)
TALK = Wait("talk", "The car and the station agree on how to charge.")
TALK_OVER = Wait("talk_over", "The car has ended the charging in order; it may begin again by itself.")
CAR = Wait("car", "The car has been offered {amps} and has not asked for power yet.")
CAR_PAUSES = Wait("car_pauses", "The car takes no current at the moment; {amps} are on offer.")
CHARGING = Wait("charging", "Charging. {sentence}")
GONE = Wait("gone", "The car was unplugged; its session is about to be closed.")
STOPPING = Wait("stopping", "Charging ends: the car is asked to stop, then the meter is read.")
UNPLUGGED = Wait("unplugged", "The plug was pulled; it is believed after one second.")
FINISHED = Wait("finished", "Charging is over ({reason}). Unplug the car, or show a card to charge again.")

WAITS = (
    NO_BOARD, WRONG_MODEL, UNAVAILABLE, FAULT, LIMIT, PLUG_IN, TAG, TALK_TAG, ASKING, RESERVED, REFUSED,
    PLUG_SOON, METER, RECORDING, DISK, CLOSING, RESTARTING, BACKLOG, AWAY, LOCKING, RESUMING, BACK_OFF,
    SPENT, TALK_WAIT, TALK, TALK_OVER, CAR, CAR_PAUSES, CHARGING, GONE, STOPPING, UNPLUGGED, FINISHED,
)  # fmt: skip


def refused_by(wait: Wait) -> Refusal:
    """A wait that is the reason why nothing begins: one without words."""
    return Refusal(wait.sentence, wait.code)
