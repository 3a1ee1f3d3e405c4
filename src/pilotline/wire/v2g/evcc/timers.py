"""The car's timers (DIN 70121 §9.6, ISO 15118-2 §8.7), and what it wants by itself at a time.

A timer that runs out ends the conversation. Waiting for an identification from outside has no end of its own:
a person is not the charger's fault, and the charger says Ongoing as long as the car asks (R-55). A car that
waits less says so in its configuration, and only such a car keeps DIN's V2G_EVCC_ReadyToCharge: without the
person's time the other timers add up to less, so it could never run out.
"""

from pilotline.vocabulary.time import SECOND, earliest
from pilotline.wire.v2g.evcc.talk import Leave, Next, Step, Talk
from pilotline.wire.v2g.evcc.words import Ending, Quirk
from pilotline.wire.v2g.protocols import Protocol

SETUP = 20 * SECOND
"""V2G_EVCC_CommunicationSetup_Timeout, to SessionSetupRes."""
SEQUENCE = 40 * SECOND
"""V2G_EVCC_Sequence_Performance: a question is asked not later than that after an answer."""
READY_TO_CHARGE = 150 * SECOND
"""DIN 70121 table 77, from SessionSetupRes to PowerDeliveryRes."""
NO_CURRENT = 60 * SECOND
"""When a car gives up that is supplied nothing ([9])."""


class Timers:
    """When what was asked has to be answered, and when the next may be asked."""

    def __init__(self) -> None:
        self._begun: int | None = None
        self._since = 0
        """When the step began."""
        self._patience: int | None = None
        self._answer_by: int | None = None
        self._ask_at = 0
        self._paced = dict[Step, int]()
        """When a step may be asked again at the earliest."""

    @property
    def asking(self) -> bool:
        """Whether a question is open."""
        return self._answer_by is not None

    def begin(self, now: int) -> None:
        """The first event of all starts V2G_EVCC_CommunicationSetup."""
        if self._begun is None:
            self._begun = self._since = self._ask_at = now

    def asked(self, step: Step, timeout: int, patience: int | None, pace: int, now: int) -> None:
        """A question is open from now on."""
        self._answer_by = now + timeout
        self._patience = patience
        self._paced[step] = now + min(pace, SEQUENCE)

    def answered(self) -> None:
        """The question is closed."""
        self._answer_by = None

    def enter(self, step: Step, last: Step, now: int) -> None:
        """The next step, which may be the last one again."""
        if step is not last:
            self._since, self._patience = now, None
        self._ask_at = max(now, self._paced.get(step, now))

    def may_ask(self, now: int) -> bool:
        """Whether the pace allows it."""
        return now >= self._ask_at

    def late(self, talk: Talk, step: Step) -> str | None:
        """Which timer has run out, as a sentence."""
        for due, what in self._all(talk, step):
            if due is not None and due <= talk.now:
                return f"{what} ran out."
        return None

    def deadline(self, talk: Talk, step: Step) -> int | None:
        """The next time anything is due; 0 before the beginning."""
        if self._begun is None:
            return 0
        ends = (due for due, _ in self._all(talk, step))
        if self.asking:
            return earliest(*ends)
        return earliest(*ends, None if talk.mute else self._ask_at, _gives_up_at(talk, step))

    def _all(self, talk: Talk, step: Step) -> tuple[tuple[int | None, str], ...]:
        return (
            (self._answer_by, f"The time for the answer to {step.value}"),
            (self._setup_by(step), "V2G_EVCC_CommunicationSetup"),
            (self._step_by(talk, step), f"The time for {step.value}"),
            (_ready_by(talk), "V2G_EVCC_ReadyToCharge"),
        )

    def _setup_by(self, step: Step) -> int | None:
        if self._begun is None or step not in (Step.CHOICE, Step.SETUP):
            return None
        return self._begun + SETUP

    def _step_by(self, talk: Talk, step: Step) -> int | None:
        patience = talk.config.authorisation_us if step is Step.AUTHORISATION else self._patience
        return None if patience is None else self._since + patience


def _ready_by(talk: Talk) -> int | None:
    """DIN's last moment for PowerDeliveryRes; a car that charges or leaves does not wait for it."""
    over = talk.charged or talk.verdict is not None or talk.config.authorisation_us is None
    if talk.protocol is not Protocol.DIN or talk.set_up_at is None or over:
        return None
    return talk.set_up_at + READY_TO_CHARGE


def _gives_up_at(talk: Talk, step: Step) -> int | None:
    impatient = talk.has(Quirk.IMPATIENT_WITHOUT_CURRENT) and step is Step.LOOP
    return talk.current_at + NO_CURRENT if impatient else None


def wish_due(talk: Talk, step: Step) -> Next | None:
    """What the car wants by itself between two questions."""
    car = talk.car
    if car.fault:
        return Leave(Ending.TERMINATED, "The car ended: it has a fault.")
    if not car.wants:
        return _end_wish(talk)
    gives_up = _gives_up_at(talk, step)
    if gives_up is not None and gives_up <= talk.now:
        return Leave(Ending.TERMINATED, "The car gave up: no current for 60 s.")
    return Step.RENEGOTIATE if _wants_terms(talk, step) else None


def _end_wish(talk: Talk) -> Leave:
    if talk.pauses:
        return Leave(Ending.PAUSED, "The car paused the session.")
    return Leave(Ending.TERMINATED, "The car has what it wanted.")


def _wants_terms(talk: Talk, step: Step) -> bool:
    """Each wish is followed once, and again only after it was taken back."""
    talk.car_served = talk.car_served and talk.car.renegotiate
    wished = (talk.car.renegotiate and not talk.car_served) or (
        talk.charger_wants and not talk.charger_served
    )
    if not wished or step is not Step.LOOP or talk.protocol is not Protocol.ISO2:
        return False
    talk.car_served, talk.charger_served = talk.car.renegotiate, talk.charger_wants
    talk.staying = talk.has(Quirk.STAYS_IN_C)
    return True
