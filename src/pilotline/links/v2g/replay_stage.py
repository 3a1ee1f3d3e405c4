"""The charger around a conversation, as a recording tells it: its limits, its power side, its will.

What a charger answered tells what was true there at that moment. The stage makes it true again before the
question comes, and obeys the verbs it is told as a real power side does: no insulation is valid that nobody
asked to test, and no contactor is closed that nobody asked to close.

A recording of V2GTP does not hold the pilot. It is set as IEC 61851-23 has it: a DC car is in state C from
before the cable check until it has asked to stop, an AC car from its asking for power.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pilotline.links.v2g.exchanges import Exchange, Message, charger_status
from pilotline.links.v2g.replay_answers import is_evse_id, power_asked
from pilotline.links.v2g.replay_safety import breach_of, unmet_by
from pilotline.links.v2g.values import number
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.power_side import (
    AcLimits,
    CheckInsulation,
    CloseContactors,
    DcLimits,
    EmergencyOff,
    Insulation,
    Limits,
    OpenContactors,
    PowerState,
    PowerVerb,
    StopSupply,
    Trouble,
)
from pilotline.wire.v2g import app_protocol, din70121, iso15118_2
from pilotline.wire.v2g.protocols import Protocol, write
from pilotline.wire.v2g.secc.words import (
    Authorisation,
    Energy,
    PausedSession,
    PilotSeen,
    SeccConfig,
    SeccEvent,
    Wish,
)

AUTHORISING = {"Authorization", "ContractAuthentication"}
NO_LIMITS = DcLimits(voltage_mv=500_000, current_ma=0, power_w=0, min_voltage_mv=0, min_current_ma=0)
"""Until a recording says what its charger can; one that ends before that says it never."""
NO_AC = AcLimits(voltage_mv=230_000, current_ma=0, phases=3)
LOCAL_ID = bytes(range(1, 9))
"""The session's id where the recording tells none that we could give."""


class Stage:
    """All that the conversation hears beside the car, exchange by exchange."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self.config = read_config(exchanges)
        said = next((each.session_id for each in _named(exchanges, "SessionSetupRes")), None)
        self.odd_id = None if said is None or _is_usual(said) else said
        """The recorded session's id where ours cannot be the same: ours has 8 bytes and is not zero."""
        self.session_id = LOCAL_ID if said is None or self.odd_id is not None else said
        self.resume = _resumed(exchanges, self.config)
        self.power = PowerState(_first_limits(exchanges, self.config.energy))
        self.verb: PowerVerb | None = None
        self.breaches: list[str] = []
        """What the power side was asked for, and should not have been; whoever has read it empties it."""
        self._authorisation = Authorisation.WAITING
        self._wish = Wish.NONE
        self._pilot = PilotState.B
        self._found = Insulation.TESTING  # by a test, if there is one
        self._asked_to_test = False
        self._stop_told = False

    def begin(self) -> Iterator[SeccEvent]:
        """What is known when the car connects."""
        yield self.power
        yield PilotSeen(self._pilot)
        yield self._authorisation

    def before(self, exchange: Exchange) -> Iterator[SeccEvent]:
        """What has to be true for the recorded answer; only what has changed."""
        if exchange.subject == "CableCheck":
            yield from self._hold(PilotState.C)
        if exchange.answer is not None:
            yield from self._decide(exchange.answer)
            yield from self._became(self._told_by(exchange.answer))

    def after(self, exchange: Exchange) -> Iterator[SeccEvent]:
        """What the car does as soon as it has asked."""
        if exchange.subject == "PowerDelivery" and exchange.ask is not None:
            stops = power_asked(exchange.ask.content) == "Stop"
            yield from self._hold(PilotState.B if stops else PilotState.C)

    def obey(self, verb: PowerVerb) -> Iterator[SeccEvent]:
        """The power side does as it is told, as far as the recorded one did; what is unsafe is noted."""
        if breach := breach_of(verb, self.power, self._pilot):
            self.breaches.append(breach)
        self.verb = verb
        match verb:
            case CheckInsulation():
                self._asked_to_test = True
                yield from self._became(replace(self.power, insulation=self._found))
            case CloseContactors():
                yield from self._became(replace(self.power, contactors=True))
            case StopSupply():
                yield from self._became(replace(self.power, current_ma=0))
            case OpenContactors() | EmergencyOff():  # what still flows then is told by the recording
                yield from self._became(replace(self.power, contactors=False))
            case _:  # voltages and currents are those of the recording
                pass

    def ours(self, message: Message) -> Message:
        """A recorded message; one that bears an odd id bears ours."""
        if self.odd_id is None or message.session_id != self.odd_id:
            return message
        protocol = next(each for each in Protocol if each.uri == message.uri)
        payload = write(protocol, self.session_id, message.content)
        return replace(message, payload=payload, session_id=self.session_id)

    def check(self, exchange: Exchange) -> None:
        """Note what a question that was answered OK should have led to, and has not."""
        if unmet := unmet_by(self.verb, exchange, self.power):
            self.breaches.append(unmet)

    # --- will --------------------------------------------------------------------------------------

    def _decide(self, answer: Message) -> Iterator[SeccEvent]:
        if answer.subject in AUTHORISING:
            decided = _authorised(answer)
            if decided is not self._authorisation:
                self._authorisation = decided
                yield decided
        status = charger_status(answer)
        wish = self._wish if status is None else _WISHES[status.evse_notification.value]
        if wish is not self._wish:
            self._wish = wish
            yield wish

    def _hold(self, state: PilotState) -> Iterator[SeccEvent]:
        if state is not self._pilot:
            self._pilot = state
            yield PilotSeen(state)

    # --- power -------------------------------------------------------------------------------------

    def _became(self, power: PowerState) -> Iterator[SeccEvent]:
        if power != self.power:
            self.power = power
            yield power

    def _told_by(self, answer: Message) -> PowerState:
        content, old = answer.content, self.power
        if answer.subject == "CableCheck":
            self._found = _insulation(content)
        meter = getattr(content, "meter_info", None)
        return PowerState(
            limits=_limits(content, old.limits),
            insulation=self._found if self._asked_to_test else old.insulation,
            contactors=old.contactors,
            voltage_mv=_milli(content, "evse_present_voltage", old.voltage_mv),
            current_ma=_milli(content, "evse_present_current", old.current_ma),
            energy_wh=_register(meter, old.energy_wh),
            trouble=_trouble(answer),
        )


# --- before the first question ---------------------------------------------------------------------


def read_config(exchanges: Sequence[Exchange]) -> SeccConfig:
    """The outlet as its answers describe it. It speaks the one protocol that the recorded one chose."""
    setup = next((each.content for each in _named(exchanges, "SessionSetupRes")), None)
    services = next((each.content for each in _named(exchanges, "ServiceDiscoveryRes")), None)
    meters = (getattr(each.answer.content, "meter_info", None) for each in exchanges if each.answer)
    meter = next((each for each in meters if each is not None), None)
    spoken = _protocols(exchanges)
    evse_id: object = getattr(setup, "evse_id", None)
    default = SeccConfig()
    return SeccConfig(
        energy=_energy(services),
        protocols=spoken,
        evse_id=evse_id if isinstance(evse_id, str) and is_evse_id(evse_id) else default.evse_id,
        free=services is not None and services.charge_service.free_service,
        receipts=_asks_receipts(exchanges),
        meter_id=meter.meter_id if meter is not None else default.meter_id,
        schedule_w=_schedule_w(exchanges),
    )


def _named(exchanges: Sequence[Exchange], name: str) -> Iterator[Message]:
    """All messages of that name, of either side."""
    both = (message for each in exchanges for message in (each.ask, each.answer) if message is not None)
    return (message for message in both if message.name == name)


def _protocols(exchanges: Sequence[Exchange]) -> tuple[Protocol, ...]:
    """What was spoken; where nothing was agreed, what the car did not offer."""
    uris = {each.uri for exchange in exchanges for each in (exchange.ask, exchange.answer) if each}
    spoken = tuple(each for each in Protocol if each.uri in uris)
    if spoken:
        return spoken
    offers = [each.content for each in _named(exchanges, "supportedAppProtocolReq")]
    offered = {each.protocol_namespace for offer in offers for each in offer.app_protocol}
    answers = [each.content for each in _named(exchanges, "supportedAppProtocolRes")]
    refused = any(each.response_code is app_protocol.ResponseCode.FAILED_NO_NEGOTIATION for each in answers)
    return tuple(each for each in Protocol if not (refused and each.uri in offered))


def _energy(services: Any) -> Energy:
    if services is None or isinstance(services, din70121.ServiceDiscoveryRes):
        return Energy.DC
    modes = services.charge_service.supported_energy_transfer_mode.energy_transfer_mode
    return Energy.AC if modes[0].value.startswith("AC") else Energy.DC


def _is_usual(session_id: bytes) -> bool:
    return len(session_id) == 8 and any(session_id)


def _schedule_w(exchanges: Sequence[Exchange]) -> int | None:
    """PMax of the first schedule, of which a car's ChargingProfile is a copy; DIN 70121 has no profiles."""
    told = (each.content.sa_schedules for each in _named(exchanges, "ChargeParameterDiscoveryRes"))
    schedules = next((each for each in told if isinstance(each, iso15118_2.SAScheduleList)), None)
    if schedules is None:
        return None
    return round(number(schedules.sa_schedule_tuple[0].p_max_schedule.p_max_schedule_entry[0].p_max))


def _asks_receipts(exchanges: Sequence[Exchange]) -> bool:
    contents = [each.answer.content for each in exchanges if each.answer]
    return any(getattr(each, "receipt_required", None) for each in contents)


def _resumed(exchanges: Sequence[Exchange], config: SeccConfig) -> PausedSession | None:
    """The session that the car came back to, where the charger said that it knows it."""
    for each in exchanges:
        if each.subject == "SessionSetup" and each.ask and each.answer and each.answer.session_id:
            if each.answer.code != "OK_OldSessionJoined" or not _is_usual(each.answer.session_id):
                return None
            return PausedSession(each.answer.session_id, each.ask.content.evccid, config.protocols[0])
    return None


def _first_limits(exchanges: Sequence[Exchange], energy: Energy) -> Limits:
    """Of the first answer that tells them: they hold from the beginning."""
    nothing: Limits = NO_AC if energy is Energy.AC else NO_LIMITS
    told = next((each.content for each in _named(exchanges, "ChargeParameterDiscoveryRes")), None)
    return nothing if told is None else _limits(told, nothing)


# --- what an answer tells --------------------------------------------------------------------------


def _authorised(answer: Message) -> Authorisation:
    if not answer.code.startswith("OK"):
        return Authorisation.REFUSED
    finished = answer.content.evse_processing.value == "Finished"
    return Authorisation.GRANTED if finished else Authorisation.WAITING


_WISHES = {"None": Wish.NONE, "StopCharging": Wish.STOP, "ReNegotiation": Wish.RENEGOTIATE}
_TROUBLES = {
    "EVSE_EmergencyShutdown": Trouble.EMERGENCY,
    "EVSE_Malfunction": Trouble.MALFUNCTION,
    "EVSE_UtilityInterruptEvent": Trouble.UTILITY,
}
_INSULATIONS = {
    "Valid": Insulation.VALID,
    "Warning": Insulation.WARNING,
    "Fault": Insulation.FAULT,
    "No_IMD": Insulation.NO_MONITOR,
}


def _insulation(content: Any) -> Insulation:
    """While a charger says Ongoing its test is not over, though it may call the insulation valid by then."""
    level = content.dc_evse_status.evse_isolation_status
    found = Insulation.TESTING if level is None else _INSULATIONS.get(level.value, Insulation.TESTING)
    over = content.evse_processing.value == "Finished" or found is Insulation.FAULT
    return found if over else Insulation.TESTING


def _trouble(answer: Message) -> Trouble:
    status = charger_status(answer)
    if getattr(status, "rcd", False):
        return Trouble.RESIDUAL_CURRENT
    code = getattr(status, "evse_status_code", None)
    return Trouble.NONE if code is None else _TROUBLES.get(code.value, Trouble.NONE)


def _limits(content: Any, old: Limits) -> Limits:
    told = getattr(content, "evse_charge_parameter", content)
    return _ac_limits(told, old) if isinstance(old, AcLimits) else _dc_limits(told, old)


def _ac_limits(told: Any, old: AcLimits) -> AcLimits:
    return AcLimits(
        voltage_mv=_milli(told, "evse_nominal_voltage", old.voltage_mv),
        current_ma=_milli(told, "evse_max_current", old.current_ma),
        phases=old.phases,
    )


def _dc_limits(told: Any, old: DcLimits) -> DcLimits:
    voltage_mv = _milli(told, "evse_maximum_voltage_limit", old.voltage_mv)
    current_ma = _milli(told, "evse_maximum_current_limit", old.current_ma)
    product_w = voltage_mv * current_ma // 1_000_000
    said_mw = _milli(told, "evse_maximum_power_limit", 1000 * (old.power_w or product_w))
    return DcLimits(
        voltage_mv=voltage_mv,
        current_ma=current_ma,
        power_w=said_mw // 1000,
        min_voltage_mv=_milli(told, "evse_minimum_voltage_limit", old.min_voltage_mv),
        min_current_ma=_milli(told, "evse_minimum_current_limit", old.min_current_ma),
    )


def _milli(content: Any, field: str, old: int) -> int:
    """A quantity of an answer in thousandths of its unit, the old one where it is not told."""
    value = getattr(content, field, None)
    return old if value is None else round(1000 * number(value))


def _register(meter: Any, old: int | None) -> int | None:
    reading = getattr(meter, "meter_reading", None)
    if reading is None:
        return old
    return reading if isinstance(reading, int) else round(number(reading))
