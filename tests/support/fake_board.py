"""A safety module reduced to its manners, for tests of the host's side: no voltages, no debounce.

It answers Hello, takes permits from a host that knows its model, closes the relay for a car in C, opens it
without a permit or with a fault, and reports every change and once a second. What is physical is set from
outside, then ``wake`` lets it notice.
"""

from dataclasses import replace

from pilotline.vocabulary import faults
from pilotline.vocabulary.board import (
    CONTACTS_CLOSED,
    CONTACTS_OPEN,
    LINK_PROTOCOL,
    BoardMessage,
    ClearFaults,
    Commission,
    Commissioned,
    ConnectorReport,
    Hello,
    HostMessage,
    Identity,
    Light,
    LockPlug,
    LockPosition,
    Measurement,
    Permit,
    SetLight,
    Setting,
    Withdraw,
)
from pilotline.vocabulary.phases import UNKNOWN, PerPhase
from pilotline.vocabulary.pilot import (
    DIGITAL_DUTY,
    MIN_OFFER_MA,
    STEADY,
    PilotMode,
    PilotOutput,
    PilotState,
    Signalling,
    duty_for,
)
from pilotline.vocabulary.time import SECOND, earliest

CARS = (PilotState.B, PilotState.C, PilotState.D)


class FakeBoard:
    """``hear`` and ``wake`` return what it says. ``heard`` is all it was told, with the time.

    ``talks``: it answers at all. ``ready``: plug locked, cable read, nothing in the way of an offer.
    ``house_ma`` is what the house draws beside the car, None where no clamp says so. ``takes`` what is
    commissioned; ``offset_ua`` is what its leakage monitor shows. ``beat`` is how often it reports at least,
    and a permit lasts as many of them as it has seconds.
    """

    def __init__(self, model_hash: int) -> None:
        self.model_hash = model_hash
        self.pilot = PilotState.A
        self.faults = 0
        self.cable_ma: int | None = 32_000
        self.temperature_mc = 25_000
        self.house_ma: int | None = None
        self.settings: dict[Setting, int] = {}
        self.takes = True
        self.offset_ua = 0
        self.talks = True
        self.beat = SECOND
        self.ready = True
        self.remembered = 0
        self.accepted = False
        self.offer_ma = 0
        self.signalling = Signalling.NOMINAL
        self.permit_until = 0
        self.relay = False
        self.locked = False
        self.light = Light()
        self.heard: list[tuple[int, HostMessage]] = []
        self._began = 0
        self._report_due = 0
        self._told: ConnectorReport | None = None

    def hear(self, message: HostMessage, now: int) -> list[BoardMessage]:
        """A message of the host and what it leads to at once."""
        if not self.talks:
            return []
        self.heard.append((now, message))
        answers: list[BoardMessage] = []
        match message:
            case Hello(_, model_hash):
                self.accepted, self.permit_until, self._told = model_hash == self.model_hash, now, None
                answers.append(self._identity())
            case Permit(offer_ma, lifetime_ms, signalling) if self.accepted:
                self.signalling = signalling
                self.offer_ma, self.permit_until = offer_ma, now + lifetime_ms * self.beat // 1_000
            case Withdraw():
                self.permit_until = now
            case LockPlug(locked):
                self.locked = locked
            case SetLight(light):
                self.light = light
            case Commission(setting, value):
                answers.append(self._commission(setting, value))
            case ClearFaults(mask):
                self.remembered &= ~mask
                self.faults &= ~(mask & faults.select(faults.Recovery.SERVICE))
            case _:
                pass
        return [*answers, *self.wake(now)]

    def wake(self, now: int) -> list[BoardMessage]:
        """Notice what has changed; report it, and every second."""
        wanted = self.pilot is PilotState.C and self.ready and not self.faults & faults.BLOCKING
        self.relay = wanted and self.permitted(now)
        report = self._report(now)
        due = now >= self._report_due
        if not self.talks or not (due or self._told is None or replace(self._told, at=report.at) != report):
            return []
        self._told, self._report_due = report, now + self.beat if due else self._report_due
        return [report, self._measurement(now)] if due else [report]

    def deadline(self, now: int) -> int | None:
        """When to wake it next; a silent one need not be."""
        if not self.talks:
            return None
        expiry = self.permit_until if self.permit_until > now else None
        return earliest(expiry, max(self._report_due, now + 1))

    def permitted(self, now: int) -> bool:
        """Whether a permit of at least 6 A is in force."""
        return self.accepted and now < self.permit_until and self.offer_ma >= MIN_OFFER_MA

    def restart(self, now: int) -> None:
        """It begins anew and knows no host."""
        self.accepted, self.permit_until, self.relay = False, now, False
        self._began, self._report_due, self._told = now, now, None
        self.settings.clear()

    def _commission(self, setting: Setting, value: int) -> Commissioned:
        """As a real one: in state A with the relay open."""
        taken = self.takes and self.pilot is PilotState.A and not self.relay
        if taken:
            self.settings[setting] = self.offset_ua if setting is Setting.RCD_OFFSET else value
        return Commissioned(setting, self.settings.get(setting, 0), taken)

    def _identity(self) -> Identity:
        return Identity(LINK_PROTOCOL, self.model_hash, 1, self.accepted, self.remembered, "FAKE-1")

    def _report(self, now: int) -> ConnectorReport:
        ready = self.ready and self.pilot in CARS and not self.faults & faults.BLOCKING
        offers = self.permitted(now) and ready
        offer_ma = min(self.offer_ma, self.cable_ma or self.offer_ma) if offers else 0
        asks = self.signalling is Signalling.DIGITAL and self.accepted and now < self.permit_until and ready
        duty = DIGITAL_DUTY if asks else duty_for(offer_ma) if offers else None
        return ConnectorReport(
            at=now - self._began,
            pilot=self.pilot,
            output=STEADY if duty is None else PilotOutput(PilotMode.PWM, duty),
            offer_ma=offer_ma,
            cable_ma=self.cable_ma if self.pilot in CARS else None,
            relay=self.relay,
            contacts=CONTACTS_CLOSED if self.relay else CONTACTS_OPEN,
            lock=LockPosition.LOCKED if self.locked else LockPosition.OPEN,
            permitted=self.permitted(now),
            faults=self.faults,
            wake_ups=0,
        )

    def _measurement(self, now: int) -> Measurement:
        amps = self.offer_ma if self.relay else 0
        return Measurement(
            now - self._began,
            PerPhase(230_000, 0, 0),
            PerPhase(amps, 0, 0),
            1_000,
            (self.temperature_mc, self.temperature_mc),
            UNKNOWN if self.house_ma is None else PerPhase(self.house_ma + amps, None, None),
        )
