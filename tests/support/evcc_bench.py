"""A car's side with a charger of paper before it: right answers, and whatever a test makes of them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec

from pilotline.vocabulary.time import MS, SECOND, Tick
from pilotline.wire.v2g import app_protocol, din70121, iso15118_2, v2gtp
from pilotline.wire.v2g.evcc.core import Evcc
from pilotline.wire.v2g.evcc.words import (
    CarState,
    CloseInlet,
    EvccConfig,
    EvccEffect,
    EvccEvent,
    HangUp,
    HoldPilot,
    Quirk,
    Received,
    Said,
    Send,
    Take,
    Transfer,
)
from pilotline.wire.v2g.exi.schema import Element, element_name
from pilotline.wire.v2g.protocols import Protocol, write, write_choice

CAR = CarState(soc_percent=40, target_ma=100_000, target_mv=400_000, battery_mv=360_000)
SESSION_ID = bytes.fromhex("a1a2a3a4a5a6a7a8")
CONFIGS = {
    "DIN DC": EvccConfig(protocols=(Protocol.DIN,)),
    "ISO 15118-2 DC": EvccConfig(protocols=(Protocol.ISO2,)),
    "ISO 15118-2 AC": EvccConfig(
        protocols=(Protocol.ISO2,), transfer=Transfer.AC_THREE_PHASE, max_current_ma=32_000
    ),
}
DIN, ISO2, AC = CONFIGS.values()

LOOPS = {
    "DIN DC": "CurrentDemandReq",
    "ISO 15118-2 DC": "CurrentDemandReq",
    "ISO 15118-2 AC": "ChargingStatusReq",
}
"""What is asked again and again while it charges."""

Change = Callable[[Any], Any]


class EvccBench:
    """Each answer comes 10 ms after its question, altered by ``change`` of its name where there is one."""

    def __init__(self, config: EvccConfig = ISO2, car: CarState = CAR, *quirks: Quirk) -> None:
        self.config = replace(config, quirks=frozenset(quirks))
        self.evcc = Evcc(self.config, car)
        self.car = car
        self.protocol: Protocol | None = None
        self.session_id = SESSION_ID
        self.now = SECOND
        self.delay = 10 * MS
        self.change: dict[str, Change] = {}
        self.silent: set[str] = set()
        self.asked: list[Element] = []
        self.effects: list[EvccEffect] = []
        self._open: list[Element] = []

    # --- what a test does ---

    def give(self, event: EvccEvent) -> list[EvccEffect]:
        """An event now; the effects it has."""
        effects = self.evcc.handle(event, self.now)
        due = self.evcc.deadline()
        assert due is None or due > self.now
        for each in effects:
            if isinstance(each, Said):
                self.asked.append(each.body)
                self._open.append(each.body)
        self.effects += effects
        return effects

    def pass_time(self, time: int) -> list[EvccEffect]:
        """Nothing is answered; the car is woken when it wants."""
        end, first = self.now + time, len(self.effects)
        while (due := self.evcc.deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            self.give(Tick())
        self.now = end
        return self.effects[first:]

    def step(self) -> list[EvccEffect]:
        """The open question is answered, or the time comes at which the next is asked."""
        if not self._open:
            due = self.evcc.deadline()
            assert due is not None
            self.now = max(self.now, due)
            return self.give(Tick())
        ask = self._open.pop(0)
        self.now += self.delay
        if element_name(type(ask)) in self.silent:
            return []
        return self.give(Received(self.frame(self.answer(ask))))

    def until(self, name: str, times: int = 1, most: int = 3_000) -> "EvccBench":
        """Until the car has asked that so often; the last one is open."""
        for _ in range(most):
            if self.names().count(name) >= times or self.ended:
                break
            self.step()
        assert self.names().count(name) >= times, (self.names()[-5:], self.ended)
        return self

    def until_over(self, most: int = 3_000) -> HangUp:
        """Until it has hung up."""
        for _ in range(most):
            if self.ended:
                return self.ended
            self.step()
        raise AssertionError(f"It never ends: {self.names()[-5:]}")

    def tell(self, **changes: Any) -> list[EvccEffect]:
        """The car's state changes."""
        self.car = replace(self.car, **changes)
        return self.give(self.car)

    def goes_on(self, name: str, word: str = "Ongoing") -> None:
        """The answer of that name says so until ``change`` is cleared."""
        self.change[name] = lambda body: but(evse_processing=type(body.evse_processing)(word))(body)

    @staticmethod
    def fails(body: Any) -> Any:
        """The same answer with FAILED."""
        return but(response_code=type(body.response_code).FAILED)(body)

    def answers(self) -> "Answers":
        """Right answers of this conversation, to be made wrong."""
        return Answers(self.protocol or self.config.protocols[0], self.config)

    def frame(self, body: Element) -> bytes:
        """An answer as it comes over the connection."""
        if isinstance(body, app_protocol.SupportedAppProtocolRes):
            return v2gtp.encode(0x8001, write_choice(body))
        assert self.protocol is not None
        return v2gtp.encode(0x8001, write(self.protocol, self.session_id, body))

    # --- what it asks ---

    @property
    def ended(self) -> HangUp | None:
        return self.evcc.ended

    def names(self) -> list[str]:
        return [element_name(type(each)) for each in self.asked]

    def order(self) -> list[str]:
        """Repetitions once."""
        names = self.names()
        return [name for place, name in enumerate(names) if place == 0 or names[place - 1] != name]

    def every(self, name: str) -> list[Any]:
        """What it asked by that name."""
        return [each for each in self.asked if element_name(type(each)) == name]

    def last(self, name: str) -> Any:
        return self.every(name)[-1]

    def sent(self) -> bytes:
        """The payload that was sent last."""
        return [each.data for each in self.effects if isinstance(each, Send)][-1][8:]

    def held(self) -> list[object]:
        """Pilot and contactors, in order: "B", "C", True, False."""
        found: list[object] = []
        for each in self.effects:
            if isinstance(each, HoldPilot):
                found.append(each.state.value)
            elif isinstance(each, CloseInlet):
                found.append(each.closed)
        return found

    @property
    def let_go(self) -> bool:
        """Whether the last words are: nothing taken, contactors open, state B."""
        held = self.held()
        inlets = [each for each in held if isinstance(each, bool)]
        return held[-1] == "B" and inlets[-1] is False and self.taken()[-1] == (0, 0)

    def taken(self) -> list[tuple[int, int]]:
        return [(each.current_ma, each.voltage_mv) for each in self.effects if isinstance(each, Take)]

    # --- what the charger answers ---

    def answer(self, ask: Element) -> Element:
        name = element_name(type(ask)).removesuffix("Req") + "Res"
        if isinstance(ask, app_protocol.SupportedAppProtocolReq):
            self.protocol = next(
                each for each in Protocol if each.uri == ask.app_protocol[-1].protocol_namespace
            )
            body: Any = app_protocol.SupportedAppProtocolRes(
                response_code=app_protocol.ResponseCode.OK_SUCCESSFUL_NEGOTIATION,
                schema_id=ask.app_protocol[-1].schema_id,
            )
        else:
            body = self.answers().to(name, ask)
        return self.change.get(name, lambda same: same)(body)


def in_the_loop(kind: str, times: int = 3) -> EvccBench:
    """A car that charges; its last question is open."""
    return EvccBench(CONFIGS[kind]).until(LOOPS[kind], times)


def but(**fields: Any) -> Change:
    """The same answer with other fields."""
    return lambda body: msgspec.structs.replace(body, **fields)


class Answers:
    """What a charger says to whom all is well, in either protocol."""

    def __init__(self, protocol: Protocol, config: EvccConfig) -> None:
        self.m: Any = din70121 if protocol is Protocol.DIN else iso15118_2
        self.din = protocol is Protocol.DIN
        self.ac = config.transfer in (Transfer.AC_SINGLE_PHASE, Transfer.AC_THREE_PHASE)
        self.ok = self.m.ResponseCode.OK

    def to(self, name: str, ask: Any) -> Any:
        makes = {
            "SessionSetupRes": self._setup,
            "ServiceDiscoveryRes": self._din_discovery if self.din else self._discovery,
            "ContractAuthenticationRes": self._finished,
            "AuthorizationRes": self._finished,
            "ChargeParameterDiscoveryRes": self._parameters,
            "CableCheckRes": self._cable_check,
            "PreChargeRes": self._pre_charge,
            "PowerDeliveryRes": self._delivery,
            "CurrentDemandRes": self._demand,
            "ChargingStatusRes": self._charging,
            "MeteringReceiptRes": self._delivery,
            "WeldingDetectionRes": self._welding,
        }
        fields = makes[name](ask) if name in makes else {}
        return getattr(self.m, name)(**{"response_code": self.ok, **fields})

    def physical(self, value: int, unit: str, multiplier: int = 0) -> Any:
        return self.m.PhysicalValue(multiplier=multiplier, unit=self.m.UnitSymbol(unit), value=value)

    def status(self, code: str = "EVSE_Ready", notification: str = "None", isolation: str = "Valid") -> Any:
        word = self.m.EvseNotification(notification)
        if self.ac:
            return self.m.AC_EVSEStatus(notification_max_delay=0, evse_notification=word, rcd=False)
        return self.m.DC_EVSEStatus(
            evse_isolation_status=self.m.IsolationLevel(isolation),
            evse_status_code=self.m.DcEvseStatusCode(code),
            notification_max_delay=0,
            evse_notification=word,
        )

    def _setup(self, _: Any) -> dict[str, Any]:
        return {
            "response_code": self.m.ResponseCode.OK_NEW_SESSION,
            "evse_id": b"\0" if self.din else "DEABCE1",
        }

    @property
    def _external(self) -> tuple[Any, ...]:
        return (self.m.PaymentOption.EXTERNAL_PAYMENT,)

    def _din_discovery(self, _: Any) -> dict[str, Any]:
        tag = self.m.ServiceTag(service_id=7, service_category=self.m.ServiceCategory.EV_CHARGING)
        return {
            "payment_options": self.m.PaymentOptions(payment_option=self._external),
            "charge_service": self.m.ServiceCharge(
                service_tag=tag,
                free_service=False,
                energy_transfer_type=self.m.EvseSupportedEnergyTransfer.DC_EXTENDED,
            ),
        }

    def _discovery(self, _: Any) -> dict[str, Any]:
        modes = ("AC_single_phase_core", "AC_three_phase_core") if self.ac else ("DC_core", "DC_extended")
        return {
            "payment_option_list": self.m.PaymentOptionList(payment_option=self._external),
            "charge_service": self.m.ChargeService(
                service_id=7,
                service_category=self.m.ServiceCategory.EV_CHARGING,
                free_service=False,
                supported_energy_transfer_mode=self.m.SupportedEnergyTransferMode(
                    energy_transfer_mode=tuple(self.m.EnergyTransferMode(each) for each in modes)
                ),
            ),
        }

    def _finished(self, _: Any) -> dict[str, Any]:
        return {"evse_processing": self.m.EvseProcessing.FINISHED}

    def _parameters(self, ask: Any) -> dict[str, Any]:
        limits = self.ac_limits() if self.ac else self.dc_limits()
        return {**self._finished(ask), "sa_schedules": self.schedules(), "evse_charge_parameter": limits}

    def schedules(self, *entries: tuple[int, int]) -> Any:
        made = [
            self.m.PMaxScheduleEntry(
                time_interval=self.m.RelativeTimeInterval(start=start, duration=86_400 if self.din else None),
                p_max=watts if self.din else self.physical(watts, "W"),
            )
            for start, watts in entries or ((0, 22_000),)
        ]
        ids = {"p_max_schedule_id": 5} if self.din else {}
        schedule = self.m.PMaxSchedule(p_max_schedule_entry=tuple(made), **ids)
        one = self.m.SAScheduleTuple(sa_schedule_tuple_id=5, p_max_schedule=schedule)
        return self.m.SAScheduleList(sa_schedule_tuple=(one,))

    def ac_limits(self, amperes: int = 16) -> Any:
        return self.m.AC_EVSEChargeParameter(
            ac_evse_status=self.status(),
            evse_nominal_voltage=self.physical(230, "V"),
            evse_max_current=self.physical(amperes, "A"),
        )

    def dc_limits(self, amperes: int = 125, low: int = 150, high: int = 500) -> Any:
        return self.m.DC_EVSEChargeParameter(
            dc_evse_status=self.status("EVSE_NotReady", isolation="Invalid"),
            evse_maximum_current_limit=self.physical(amperes, "A"),
            evse_maximum_power_limit=self.physical(32_000, "W"),
            evse_maximum_voltage_limit=self.physical(high, "V"),
            evse_minimum_current_limit=self.physical(0, "A"),
            evse_minimum_voltage_limit=self.physical(low, "V"),
            evse_peak_current_ripple=self.physical(1, "A"),
        )

    def _cable_check(self, ask: Any) -> dict[str, Any]:
        return {**self._finished(ask), "dc_evse_status": self.status()}

    def _pre_charge(self, ask: Any) -> dict[str, Any]:
        return {"dc_evse_status": self.status(), "evse_present_voltage": ask.ev_target_voltage}

    def _delivery(self, _: Any) -> dict[str, Any]:
        return {"evse_status": self.status()}

    def _demand(self, ask: Any) -> dict[str, Any]:
        iso = {} if self.din else {"evse_id": "DEABCE1", "sa_schedule_tuple_id": 5}
        return {
            "dc_evse_status": self.status(),
            "evse_present_voltage": self.physical(3_700, "V", -1),
            "evse_present_current": ask.ev_target_current,
            "evse_current_limit_achieved": False,
            "evse_voltage_limit_achieved": False,
            "evse_power_limit_achieved": False,
            **iso,
        }

    def _charging(self, _: Any) -> dict[str, Any]:
        return {"evse_id": "DEABCE1", "sa_schedule_tuple_id": 5, "ac_evse_status": self.status()}

    def _welding(self, _: Any) -> dict[str, Any]:
        return {"dc_evse_status": self.status(), "evse_present_voltage": self.physical(20, "V")}
