"""What a car asks, in either protocol, with figures that make sense."""

from typing import Any

from pilotline.wire.v2g import app_protocol, din70121, iso15118_2
from pilotline.wire.v2g.exi.schema import Element
from pilotline.wire.v2g.iso15118_2_words import EnergyTransferMode
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.secc.language import LANGUAGES
from pilotline.wire.v2g.secc.words import Energy


def offer(uri: str, priority: int = 1, schema_id: int = 1, version: tuple[int, int] = (2, 0)) -> Any:
    """One protocol that a car speaks."""
    return app_protocol.AppProtocol(
        protocol_namespace=uri,
        version_number_major=version[0],
        version_number_minor=version[1],
        schema_id=schema_id,
        priority=priority,
    )


def offers(*each: Any) -> app_protocol.SupportedAppProtocolReq:
    """supportedAppProtocolReq."""
    return app_protocol.SupportedAppProtocolReq(app_protocol=each)


class Questions:
    """The questions of one protocol and one kind of energy."""

    def __init__(self, protocol: Protocol, energy: Energy = Energy.DC) -> None:
        self.language = LANGUAGES[protocol]
        self.energy = energy
        self.m: Any = self.language.messages
        self.w: Any = self.language.words
        self.din = protocol is Protocol.DIN

    def volts(self, value: float) -> Any:
        return self.language.volts(round(value * 1000))

    def amperes(self, value: float) -> Any:
        return self.language.amperes(round(value * 1000))

    def car(self, soc: int = 40) -> Any:
        no_error = self.w.DcEvErrorCode.NO_ERROR
        return self.m.DC_EVStatus(ev_ready=True, ev_error_code=no_error, ev_ress_soc=soc)

    def setup(self, evccid: bytes = b"\x02\xac\x50\x11\x00\x01") -> Element:
        return self.m.SessionSetupReq(evccid=evccid)

    def discovery(self) -> Element:
        return self.m.ServiceDiscoveryReq()

    def selection(self, *services: int, payment: str = "EXTERNAL_PAYMENT") -> Element:
        chosen = tuple(self.m.SelectedService(service_id=each) for each in services or (1,))
        kind = self.m.ServicePaymentSelectionReq if self.din else self.m.PaymentServiceSelectionReq
        return kind(
            selected_payment_option=self.w.PaymentOption[payment],
            selected_service_list=self.m.SelectedServiceList(selected_service=chosen),
        )

    def authorisation(self) -> Element:
        return self.m.ContractAuthenticationReq() if self.din else self.m.AuthorizationReq()

    def parameters(self, **changes: Any) -> Element:
        return self.compare(self.ac(**changes) if self.energy is Energy.AC else self.dc(**changes))

    def compare(self, parameter: Any, mode: str | None = None) -> Element:
        usual = "AC_THREE_PHASE_CORE" if self.energy is Energy.AC else "DC_EXTENDED"
        if self.din:
            return din70121.ChargeParameterDiscoveryReq(
                ev_requested_energy_transfer_type=self.w.EvRequestedEnergyTransfer[mode or usual],
                ev_charge_parameter=parameter,
            )
        return iso15118_2.ChargeParameterDiscoveryReq(
            requested_energy_transfer_mode=EnergyTransferMode[mode or usual], ev_charge_parameter=parameter
        )

    def dc(self, volts: float = 450, amperes: float = 200, **more: Any) -> Any:
        return self.m.DC_EVChargeParameter(
            dc_ev_status=self.car(),
            ev_maximum_current_limit=self.amperes(amperes),
            ev_maximum_voltage_limit=self.volts(volts),
            **more,
        )

    def ac(self, amperes: float = 32, **more: Any) -> Any:
        if self.din:
            more.setdefault("departure_time", 0)
        return self.m.AC_EVChargeParameter(
            e_amount=self.m.PhysicalValue(multiplier=1, unit=self.w.UnitSymbol.WATT_HOUR, value=1200),
            ev_max_voltage=self.volts(400),
            ev_max_current=self.amperes(amperes),
            ev_min_current=self.amperes(6),
            **more,
        )

    def cable_check(self) -> Element:
        return self.m.CableCheckReq(dc_ev_status=self.car())

    def pre_charge(self, volts: float = 400, amperes: float = 2) -> Element:
        return self.m.PreChargeReq(
            dc_ev_status=self.car(),
            ev_target_voltage=self.volts(volts),
            ev_target_current=self.amperes(amperes),
        )

    def power(self, word: str = "START", **more: Any) -> Element:
        if self.din:
            return self.m.PowerDeliveryReq(ready_to_charge_state=word == "START", **more)
        more.setdefault("sa_schedule_tuple_id", 1)
        return self.m.PowerDeliveryReq(charge_progress=self.w.ChargeProgress[word], **more)

    def demand(self, volts: float = 420, amperes: float = 100, soc: int = 40, **more: Any) -> Element:
        return self.m.CurrentDemandReq(
            dc_ev_status=self.car(soc),
            ev_target_current=self.amperes(amperes),
            ev_target_voltage=self.volts(volts),
            charging_complete=False,
            **more,
        )

    def charging_status(self) -> Element:
        return self.m.ChargingStatusReq()

    def receipt(self) -> Element:
        info = self.m.MeterInfo(meter_id="M1")
        return self.m.MeteringReceiptReq(session_id=bytes(8), meter_info=info)

    def welding(self) -> Element:
        return self.m.WeldingDetectionReq(dc_ev_status=self.car())

    def stop(self, *, pause: bool = False) -> Element:
        if self.din:
            return self.m.SessionStopReq()
        words = self.w.ChargingSession
        return self.m.SessionStopReq(charging_session=words.PAUSE if pause else words.TERMINATE)
