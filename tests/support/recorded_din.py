"""Sessions of DIN SPEC 70121 and of ISO 15118-2 with AC, of cars that never were, in our own bytes."""

from collections.abc import Sequence
from typing import Any

from pilotline.links.v2g.recording import Line, Recording
from pilotline.wire.v2g import din70121 as d
from pilotline.wire.v2g import din70121_words as w
from pilotline.wire.v2g import iso15118_2 as i
from pilotline.wire.v2g import iso15118_2_words as iw
from support.recorded import (
    charging,
    din,
    in_turns,
    iso,
    offer,
    parting,
    ready,
    setup,
    taken,
    value,
    whole_session,
)

OK = w.ResponseCode.OK
_EXTERNAL = w.PaymentOption.EXTERNAL_PAYMENT
_VOLT, _AMPERE, _WATT = w.UnitSymbol.VOLT, w.UnitSymbol.AMPERE, w.UnitSymbol.WATT
_ONGOING, _FINISHED = w.EvseProcessing.ONGOING, w.EvseProcessing.FINISHED


def _value(number: int, unit: w.UnitSymbol, multiplier: int = 0) -> d.PhysicalValue:
    return d.PhysicalValue(multiplier=multiplier, unit=unit, value=number)


def _car(ready: bool = True) -> d.DC_EVStatus:
    return d.DC_EVStatus(ev_ready=ready, ev_error_code=w.DcEvErrorCode.NO_ERROR, ev_ress_soc=40)


def _charger(isolation: str = "Valid", stop: str = "") -> d.DC_EVSEStatus:
    return d.DC_EVSEStatus(
        evse_isolation_status=w.IsolationLevel(isolation),
        evse_status_code=w.DcEvseStatusCode(stop or "EVSE_Ready"),
        notification_max_delay=0,
        evse_notification=w.EvseNotification.STOP_CHARGING if stop else w.EvseNotification.NONE,
    )


def din_setup() -> list[bytes]:
    """Up to the chosen service."""
    tag = d.ServiceTag(service_id=1, service_category=w.ServiceCategory.EV_CHARGING)
    return [
        offer(d.URI, 1),
        taken(number=1),
        din(d.SessionSetupReq(evccid=bytes.fromhex("0a0b0c0d0e0f")), session=b""),
        din(d.SessionSetupRes(response_code=w.ResponseCode.OK_NEW_SESSION, evse_id=b"\0")),
        din(d.ServiceDiscoveryReq()),
        din(
            d.ServiceDiscoveryRes(
                response_code=OK,
                payment_options=d.PaymentOptions(payment_option=(_EXTERNAL,)),
                charge_service=d.ServiceCharge(
                    service_tag=tag,
                    free_service=False,
                    energy_transfer_type=w.EvseSupportedEnergyTransfer.DC_EXTENDED,
                ),
            )
        ),
        din(
            d.ServicePaymentSelectionReq(
                selected_payment_option=_EXTERNAL,
                selected_service_list=d.SelectedServiceList(
                    selected_service=(d.SelectedService(service_id=1),)
                ),
            )
        ),
        din(d.ServicePaymentSelectionRes(response_code=OK)),
    ]


def din_parameters() -> list[bytes]:
    """Authorisation and what both can do."""
    entry = d.PMaxScheduleEntry(time_interval=d.RelativeTimeInterval(start=0, duration=3600), p_max=30_000)
    schedule = d.PMaxSchedule(p_max_schedule_id=1, p_max_schedule_entry=(entry,))
    return [
        din(d.ContractAuthenticationReq()) + b"\0",  # some cars send a byte too many
        din(d.ContractAuthenticationRes(response_code=OK, evse_processing=_ONGOING)),
        din(d.ContractAuthenticationReq()),
        din(d.ContractAuthenticationRes(response_code=OK, evse_processing=_FINISHED)),
        din(
            d.ChargeParameterDiscoveryReq(
                ev_requested_energy_transfer_type=w.EvRequestedEnergyTransfer.DC_EXTENDED,
                ev_charge_parameter=d.DC_EVChargeParameter(
                    dc_ev_status=_car(ready=False),
                    ev_maximum_current_limit=_value(125, _AMPERE),
                    ev_maximum_voltage_limit=_value(420, _VOLT),
                ),
            )
        ),
        din(
            d.ChargeParameterDiscoveryRes(
                response_code=OK,
                evse_processing=_FINISHED,
                sa_schedules=d.SAScheduleList(
                    sa_schedule_tuple=(d.SAScheduleTuple(sa_schedule_tuple_id=1, p_max_schedule=schedule),)
                ),
                evse_charge_parameter=d.DC_EVSEChargeParameter(
                    dc_evse_status=_charger("Invalid"),
                    evse_maximum_current_limit=_value(60, _AMPERE),
                    evse_maximum_power_limit=_value(30, _WATT, 3),
                    evse_maximum_voltage_limit=_value(500, _VOLT),
                    evse_minimum_current_limit=_value(0, _AMPERE),
                    evse_minimum_voltage_limit=_value(150, _VOLT),
                    evse_peak_current_ripple=_value(1, _AMPERE),
                ),
            )
        ),
    ]


def cable_checks(levels: tuple[str, ...] = ("Invalid", "Valid", "Valid")) -> list[bytes]:
    """One for each level of insulation; the last is Finished."""
    told: list[bytes] = []
    for number, level in enumerate(levels, 1):
        done = _FINISHED if number == len(levels) else _ONGOING
        told.append(din(d.CableCheckReq(dc_ev_status=_car())))
        told.append(
            din(d.CableCheckRes(response_code=OK, dc_evse_status=_charger(level), evse_processing=done))
        )
    return told


def din_power_on() -> list[bytes]:
    """Pre-charge in two steps, and the power on."""
    told: list[bytes] = []
    for volts in (2000, 3940):
        told.append(
            din(
                d.PreChargeReq(
                    dc_ev_status=_car(),
                    ev_target_voltage=_value(395, _VOLT),
                    ev_target_current=_value(2, _AMPERE),
                )
            )
        )
        told.append(
            din(
                d.PreChargeRes(
                    response_code=OK,
                    dc_evse_status=_charger(),
                    evse_present_voltage=_value(volts, _VOLT, -1),
                )
            )
        )
    return [*told, *din_delivery(ready=True)]


def din_delivery(*, ready: bool, stop: str = "") -> list[bytes]:
    """Power on or off."""
    return [
        din(d.PowerDeliveryReq(ready_to_charge_state=ready)),
        din(d.PowerDeliveryRes(response_code=OK, evse_status=_charger(stop=stop))),
    ]


def din_charging(exchanges: int = 5, stop: str = "") -> list[bytes]:
    """The loop; in the last answer the charger asks for its end, with ``stop`` as its status."""
    told: list[bytes] = []
    for number in range(exchanges):
        last = stop if number == exchanges - 1 else ""
        told.append(
            din(
                d.CurrentDemandReq(
                    dc_ev_status=_car(),
                    ev_target_current=_value(5 * number, _AMPERE),
                    charging_complete=False,
                    ev_target_voltage=_value(400, _VOLT),
                )
            )
        )
        told.append(
            din(
                d.CurrentDemandRes(
                    response_code=OK,
                    dc_evse_status=_charger(stop=last),
                    evse_present_voltage=_value(3950, _VOLT, -1),
                    evse_present_current=_value(50 * number, _AMPERE, -1),
                    evse_current_limit_achieved=False,
                    evse_voltage_limit_achieved=False,
                    evse_power_limit_achieved=False,
                )
            )
        )
    return told


def din_parting(code: w.ResponseCode = OK, stop: str = "") -> list[bytes]:
    """Power off, a look at the contactors, and goodbye."""
    return [
        *din_delivery(ready=False, stop=stop),
        din(d.WeldingDetectionReq(dc_ev_status=_car(ready=False))),
        din(
            d.WeldingDetectionRes(
                response_code=OK, dc_evse_status=_charger(stop=stop), evse_present_voltage=_value(20, _VOLT)
            )
        ),
        *goodbye(code),
    ]


def goodbye(code: w.ResponseCode = OK) -> list[bytes]:
    """SessionStop alone."""
    return [din(d.SessionStopReq()), din(d.SessionStopRes(response_code=code))]


def din_session(stop: str = "") -> list[bytes]:
    """The whole of it."""
    return [
        *din_setup(),
        *din_parameters(),
        *cable_checks(),
        *din_power_on(),
        *din_charging(stop=stop),
        *din_parting(stop=stop),
    ]


# --- alternating current ---------------------------------------------------------------------------


def ac_session(pause: bool = False, joined: bool = False) -> list[bytes]:
    """A car at a wallbox; ``joined``: it comes back to the session it has paused."""
    opening = setup()
    if joined:
        opening[2] = iso(i.SessionSetupReq(evccid=bytes.fromhex("0a0b0c0d0e0f")))
        opening[3] = iso(
            i.SessionSetupRes(response_code=iw.ResponseCode.OK_OLD_SESSION, evse_id="DE*PNX*E1*1")
        )
    opening[5] = _wallbox()
    how = iw.ChargingSession.PAUSE if pause else iw.ChargingSession.TERMINATE
    stopped = iso(i.SessionStopReq(charging_session=how)), iso(i.SessionStopRes(response_code=_YES))
    return [*opening, *_ac_ready(), *_ac_loop(), *_ac_delivery(iw.ChargeProgress.STOP), *stopped]


_YES = iw.ResponseCode.OK
_V, _A, _W, _WH = iw.UnitSymbol.VOLT, iw.UnitSymbol.AMPERE, iw.UnitSymbol.WATT, iw.UnitSymbol.WATT_HOUR
_THREE = iw.EnergyTransferMode.AC_THREE_PHASE_CORE
_QUIET = i.AC_EVSEStatus(notification_max_delay=0, evse_notification=iw.EvseNotification.NONE, rcd=False)


def _wallbox() -> bytes:
    modes = i.SupportedEnergyTransferMode(
        energy_transfer_mode=(_THREE, iw.EnergyTransferMode.AC_SINGLE_PHASE_CORE)
    )
    service = i.ChargeService(
        service_id=1,
        service_category=iw.ServiceCategory.EV_CHARGING,
        free_service=False,
        supported_energy_transfer_mode=modes,
    )
    options = i.PaymentOptionList(payment_option=(iw.PaymentOption.EXTERNAL_PAYMENT,))
    return iso(i.ServiceDiscoveryRes(response_code=_YES, payment_option_list=options, charge_service=service))


def _ac_ready() -> list[bytes]:
    needs = i.AC_EVChargeParameter(
        departure_time=0,
        e_amount=value(10, _WH, 3),
        ev_max_voltage=value(400, _V),
        ev_max_current=value(32, _A),
        ev_min_current=value(6, _A),
    )
    has = i.AC_EVSEChargeParameter(
        ac_evse_status=_QUIET, evse_nominal_voltage=value(230, _V), evse_max_current=value(16, _A)
    )
    entry = i.PMaxScheduleEntry(
        time_interval=i.RelativeTimeInterval(start=0, duration=86_400), p_max=value(11_040, _W)
    )
    schedule = i.SAScheduleTuple(
        sa_schedule_tuple_id=1, p_max_schedule=i.PMaxSchedule(p_max_schedule_entry=(entry,))
    )
    return [
        iso(i.AuthorizationReq()),
        iso(i.AuthorizationRes(response_code=_YES, evse_processing=iw.EvseProcessing.FINISHED)),
        iso(i.ChargeParameterDiscoveryReq(requested_energy_transfer_mode=_THREE, ev_charge_parameter=needs)),
        iso(
            i.ChargeParameterDiscoveryRes(
                response_code=_YES,
                evse_processing=iw.EvseProcessing.FINISHED,
                sa_schedules=i.SAScheduleList(sa_schedule_tuple=(schedule,)),
                evse_charge_parameter=has,
            )
        ),
        *_ac_delivery(iw.ChargeProgress.START),
    ]


def _ac_delivery(progress: iw.ChargeProgress) -> list[bytes]:
    return [
        iso(i.PowerDeliveryReq(charge_progress=progress, sa_schedule_tuple_id=1)),
        iso(i.PowerDeliveryRes(response_code=_YES, evse_status=_QUIET)),
    ]


def _ac_loop() -> list[bytes]:
    told: list[bytes] = []
    for amps in (16, 16, 10, 10):
        answer: Any = i.ChargingStatusRes(
            response_code=_YES,
            evse_id="DE*PNX*E1*1",
            sa_schedule_tuple_id=1,
            evse_max_current=value(amps, _A),
            receipt_required=False,
            ac_evse_status=_QUIET,
        )
        told += [iso(i.ChargingStatusReq()), iso(answer)]
    return told


# --- all of them, to be replayed -------------------------------------------------------------------


def without_cable_check() -> list[bytes]:
    """A car that goes on without the cable check, and is refused as V2G-DC-390 has it."""
    asked = din_power_on()[0]
    refused = d.PreChargeRes(
        response_code=w.ResponseCode.FAILED_SEQUENCE_ERROR,
        dc_evse_status=_charger("Invalid"),
        evse_present_voltage=_value(0, _VOLT),
    )
    return [*din_setup(), *din_parameters(), asked, din(refused)]


def refusal() -> list[bytes]:
    """Nobody lets the car charge."""
    told: list[bytes] = []
    for code, processing in (
        (_YES, iw.EvseProcessing.ONGOING_WAITING_FOR_CUSTOMER),
        (iw.ResponseCode.FAILED, iw.EvseProcessing.FINISHED),
    ):
        told.append(iso(i.AuthorizationReq()))
        told.append(iso(i.AuthorizationRes(response_code=code, evse_processing=processing)))
    return told


def own_recordings() -> dict[str, Recording]:
    """By name: what a machine without recorded cars can replay."""
    told = {
        "DIN DC": din_session(),
        "DIN DC, stopped": din_session(stop="EVSE_Shutdown"),
        "DIN DC, emergency": din_session(stop="EVSE_EmergencyShutdown"),
        "DIN DC, no cable check": without_cable_check(),
        "ISO DC": whole_session(),
        "ISO DC, refused": [*setup(), *refusal()],
        "ISO DC, paused": [*setup(), *ready(), *charging(), *parting(pause=True)],
        "ISO AC": ac_session(),
        "ISO AC, paused": ac_session(pause=True),
        "ISO AC, joined": ac_session(joined=True),
    }
    return {name: recording(payloads, name) for name, payloads in told.items()}


def recording(payloads: Sequence[bytes], name: str = "own") -> Recording:
    """Ten messages a second."""
    said = (Line(each.at_us, 0x8001, each.payload) for each in in_turns(payloads))
    return Recording(name, "Test/Car_1", tuple(said))
