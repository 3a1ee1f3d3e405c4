"""What both protocols do alike around the charging: the session's id, and cars that leave early."""

from typing import Any

from pilotline.wire.v2g.evcc.talk import Leave, Next, Step, Talk
from pilotline.wire.v2g.evcc.words import Ending, Quirk


def setup_done(talk: Talk, answer: Any) -> Next:
    """The id is the charger's from here on. A session joined again has the id it had (V2G2-741)."""
    joined = answer.response_code.value == "OK_OldSessionJoined"
    if joined and talk.session_id != talk.config.session_id:
        return Leave(Ending.UNREADABLE, "The charger joins an old session, but not the car's.")
    talk.set_up_at = talk.now
    return Step.DISCOVERY


def begin_loop(talk: Talk, _answer: Any = None) -> Step:
    """Power is on: the car charges from now on."""
    talk.current_at, talk.charged, talk.staying = talk.now, True, False
    return Step.LOOP


def leaves_after_parameters(talk: Talk) -> Step | None:
    """Some cars are gone without a word when they know what the charger offers ([15], [24])."""
    if not talk.config.quirks & {Quirk.LEAVES_AFTER_PARAMETERS, Quirk.LEAVES_AFTER_DISCOVERY}:
        return None
    talk.verdict = Leave(Ending.TERMINATED, "The car left after ChargeParameterDiscovery, as some do.")
    return Step.GONE
