"""Sessions of a car that never was, in our own bytes, as capture files and as lines of JSON."""

import json
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv6Address
from typing import Any

from pilotline.wire.v2g import app_protocol, din70121, iso15118_2, sdp, v2gtp
from pilotline.wire.v2g.iso15118_2 import PhysicalValue, UnitSymbol
from pilotline.wire.v2g.namespaces import APP_PROTOCOL, DIN, ISO2

CAR, CHARGER = IPv6Address("fe80::1"), IPv6Address("fe80::2")
CAR_PORT, CHARGER_PORT = 49_152, 61_000
SESSION = bytes.fromhex("0102030405060708")
_V, _A, _W = UnitSymbol.VOLT, UnitSymbol.AMPERE, UnitSymbol.WATT


@dataclass(frozen=True)
class Said:
    """A payload at a time, in microseconds from the beginning."""

    at_us: int
    by_car: bool
    payload: bytes


def iso(body: Any, session: bytes = SESSION, notification: Any = None) -> bytes:
    """A message of ISO 15118-2."""
    header = iso15118_2.Header(session_id=session, notification=notification)
    message = iso15118_2.V2G_Message(header=header, body=iso15118_2.Body(element=body))
    return ISO2.encode("V2G_Message", message)


def din(body: Any, session: bytes = SESSION) -> bytes:
    """A message of DIN SPEC 70121."""
    header = din70121.Header(session_id=session)
    return DIN.encode("V2G_Message", din70121.V2G_Message(header=header, body=din70121.Body(element=body)))


def value(number: int, unit: UnitSymbol, multiplier: int = 0) -> PhysicalValue:
    """A quantity."""
    return PhysicalValue(multiplier=multiplier, unit=unit, value=number)


def offer(uri: str = iso15118_2.URI, number: int = 7) -> bytes:
    """The car's one protocol."""
    protocol = app_protocol.AppProtocol(
        protocol_namespace=uri, version_number_major=2, version_number_minor=0, schema_id=number, priority=1
    )
    return APP_PROTOCOL.encode(
        "supportedAppProtocolReq", app_protocol.SupportedAppProtocolReq(app_protocol=(protocol,))
    )


def taken(
    code: app_protocol.ResponseCode = app_protocol.ResponseCode.OK_SUCCESSFUL_NEGOTIATION,
    number: int | None = 7,
) -> bytes:
    """What the charger answers."""
    return APP_PROTOCOL.encode(
        "supportedAppProtocolRes", app_protocol.SupportedAppProtocolRes(response_code=code, schema_id=number)
    )


OK = iso15118_2.ResponseCode.OK


def car_status(soc: int, error: str = "NO_ERROR") -> iso15118_2.DC_EVStatus:
    """Ready, with a state of charge."""
    return iso15118_2.DC_EVStatus(
        ev_ready=True, ev_error_code=iso15118_2.DcEvErrorCode(error), ev_ress_soc=soc
    )


def charger_status(code: str = "EVSE_Ready", isolation: str = "Valid") -> iso15118_2.DC_EVSEStatus:
    """As it should be, unless said."""
    return iso15118_2.DC_EVSEStatus(
        notification_max_delay=0,
        evse_notification=iso15118_2.EvseNotification.NONE,
        evse_isolation_status=iso15118_2.IsolationLevel(isolation),
        evse_status_code=iso15118_2.DcEvseStatusCode(code),
    )


def demand(amps: int, soc: int = 40, error: str = "NO_ERROR") -> iso15118_2.CurrentDemandReq:
    """The car's question in the charging loop."""
    return iso15118_2.CurrentDemandReq(
        dc_ev_status=car_status(soc, error),
        ev_target_current=value(amps, _A),
        charging_complete=False,
        ev_target_voltage=value(4000, _V, -1),
    )


def supply(amps: int, meter_wh: int, code: str = "EVSE_Ready") -> iso15118_2.CurrentDemandRes:
    """The charger's answer to it."""
    return iso15118_2.CurrentDemandRes(
        response_code=OK,
        dc_evse_status=charger_status(code),
        evse_present_voltage=value(3950, _V, -1),
        evse_present_current=value(amps, _A),
        evse_current_limit_achieved=False,
        evse_voltage_limit_achieved=False,
        evse_power_limit_achieved=False,
        evse_maximum_current_limit=value(100, _A),
        evse_id="DE*PNX*E1*1",
        sa_schedule_tuple_id=1,
        meter_info=iso15118_2.MeterInfo(meter_id="m", meter_reading=meter_wh),
    )


def setup() -> list[bytes]:
    """Question and answer in turns, up to the chosen service."""
    service = iso15118_2.ChargeService(
        service_id=1,
        service_category=iso15118_2.ServiceCategory.EV_CHARGING,
        free_service=True,
        supported_energy_transfer_mode=iso15118_2.SupportedEnergyTransferMode(
            energy_transfer_mode=(iso15118_2.EnergyTransferMode.DC_EXTENDED,)
        ),
    )
    external = iso15118_2.PaymentOption.EXTERNAL_PAYMENT
    return [
        offer(),
        taken(),
        iso(iso15118_2.SessionSetupReq(evccid=bytes.fromhex("0a0b0c0d0e0f")), session=b"\0"),
        iso(
            iso15118_2.SessionSetupRes(
                response_code=iso15118_2.ResponseCode.OK_NEW_SESSION, evse_id="DE*PNX*E1*1"
            )
        ),
        iso(iso15118_2.ServiceDiscoveryReq()),
        iso(
            iso15118_2.ServiceDiscoveryRes(
                response_code=OK,
                payment_option_list=iso15118_2.PaymentOptionList(payment_option=(external,)),
                charge_service=service,
            )
        ),
        iso(
            iso15118_2.PaymentServiceSelectionReq(
                selected_payment_option=external,
                selected_service_list=iso15118_2.SelectedServiceList(
                    selected_service=(iso15118_2.SelectedService(service_id=1),)
                ),
            )
        ),
        iso(iso15118_2.PaymentServiceSelectionRes(response_code=OK)),
    ]


def ready() -> list[bytes]:
    """Authorisation, parameters, cable check, pre-charge and power on."""
    finished, ongoing = iso15118_2.EvseProcessing.FINISHED, iso15118_2.EvseProcessing.ONGOING
    return [
        iso(iso15118_2.AuthorizationReq()),
        iso(iso15118_2.AuthorizationRes(response_code=OK, evse_processing=ongoing)),
        iso(iso15118_2.AuthorizationReq()),
        iso(iso15118_2.AuthorizationRes(response_code=OK, evse_processing=finished)),
        iso(_needs()),
        iso(_has(finished)),
        iso(iso15118_2.CableCheckReq(dc_ev_status=car_status(40))),
        iso(_checked(ongoing, "Invalid")),
        iso(iso15118_2.CableCheckReq(dc_ev_status=car_status(40))),
        iso(_checked(finished, "Valid")),
        iso(
            iso15118_2.PreChargeReq(
                dc_ev_status=car_status(40),
                ev_target_voltage=value(395, _V),
                ev_target_current=value(1, _A),
            )
        ),
        iso(
            iso15118_2.PreChargeRes(
                response_code=OK, dc_evse_status=charger_status(), evse_present_voltage=value(394, _V)
            )
        ),
        iso(
            iso15118_2.PowerDeliveryReq(
                charge_progress=iso15118_2.ChargeProgress.START, sa_schedule_tuple_id=1
            )
        ),
        iso(iso15118_2.PowerDeliveryRes(response_code=OK, evse_status=charger_status())),
    ]


def _needs() -> iso15118_2.ChargeParameterDiscoveryReq:
    return iso15118_2.ChargeParameterDiscoveryReq(
        requested_energy_transfer_mode=iso15118_2.EnergyTransferMode.DC_EXTENDED,
        ev_charge_parameter=iso15118_2.DC_EVChargeParameter(
            dc_ev_status=car_status(40),
            ev_maximum_current_limit=value(300, _A),
            ev_maximum_voltage_limit=value(4200, _V, -1),
            full_soc=100,
        ),
    )


def _has(processing: iso15118_2.EvseProcessing) -> iso15118_2.ChargeParameterDiscoveryRes:
    return iso15118_2.ChargeParameterDiscoveryRes(
        response_code=OK,
        evse_processing=processing,
        evse_charge_parameter=iso15118_2.DC_EVSEChargeParameter(
            dc_evse_status=charger_status(),
            evse_maximum_current_limit=value(100, _A),
            evse_maximum_power_limit=value(30, _W, 3),
            evse_maximum_voltage_limit=value(500, _V),
            evse_minimum_current_limit=value(0, _A),
            evse_minimum_voltage_limit=value(150, _V),
            evse_peak_current_ripple=value(1, _A),
        ),
    )


def _checked(processing: iso15118_2.EvseProcessing, isolation: str) -> iso15118_2.CableCheckRes:
    return iso15118_2.CableCheckRes(
        response_code=OK, dc_evse_status=charger_status(isolation=isolation), evse_processing=processing
    )


def charging(exchanges: int = 20, code: str = "EVSE_Ready", error: str = "NO_ERROR") -> list[bytes]:
    """The loop; what the last exchange says is told by ``code`` and ``error``."""
    told: list[bytes] = []
    for number in range(exchanges):
        last = number == exchanges - 1
        told.append(iso(demand(min(5 * number, 50), 40 + number // 10, error if last else "NO_ERROR")))
        told.append(iso(supply(min(5 * number, 50), 1000 + number, code if last else "EVSE_Ready")))
    return told


def parting(code: iso15118_2.ResponseCode = OK, pause: bool = False) -> list[bytes]:
    """Power off and goodbye."""
    how = iso15118_2.ChargingSession.PAUSE if pause else iso15118_2.ChargingSession.TERMINATE
    return [
        iso(
            iso15118_2.PowerDeliveryReq(
                charge_progress=iso15118_2.ChargeProgress.STOP, sa_schedule_tuple_id=1
            )
        ),
        iso(iso15118_2.PowerDeliveryRes(response_code=OK, evse_status=charger_status())),
        iso(iso15118_2.SessionStopReq(charging_session=how)),
        iso(iso15118_2.SessionStopRes(response_code=code)),
    ]


def whole_session() -> list[bytes]:
    """Everything, and nothing odd in it."""
    return [*setup(), *ready(), *charging(), *parting()]


def in_turns(payloads: Sequence[bytes], step_us: int = 100_000) -> list[Said]:
    """Car and charger, one after the other."""
    return [Said(number * step_us, number % 2 == 0, each) for number, each in enumerate(payloads)]


# --- as files --------------------------------------------------------------------------------------


def lines(said: Iterable[Said], session: str = "session-1", car: str = "Test/Car_1") -> bytes:
    """Lines of JSON."""
    rows = [
        {
            "session": session,
            "car": car,
            "t": each.at_us / 1e6,
            "payload_type": "0x8001",
            "exi": each.payload.hex(),
        }
        for each in said
    ]
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


@dataclass(frozen=True)
class Frame:
    """An Ethernet frame at a time."""

    at_us: int
    data: bytes


def ethernet(kind: int, payload: bytes) -> bytes:
    """With the padding to 60 bytes that real ones have."""
    return (bytes(6) + b"\2\0\0\0\0\1" + struct.pack(">H", kind) + payload).ljust(60, b"\0")


def ipv6(by_car: bool, kind: int, payload: bytes, target: IPv6Address | None = None) -> bytes:
    """A packet in its frame."""
    source, to = (CAR, CHARGER) if by_car else (CHARGER, CAR)
    head = struct.pack(">IHBB", 6 << 28, len(payload), kind, 64)
    return ethernet(0x86DD, head + source.packed + (target or to).packed + payload)


def udp(by_car: bool, data: bytes) -> bytes:
    """SDP's datagram."""
    ports = (50_000, sdp.PORT) if by_car else (sdp.PORT, 50_000)
    return ipv6(by_car, 17, struct.pack(">HHHH", *ports, 8 + len(data), 0) + data)


def tcp(by_car: bool, number: int, data: bytes = b"", flags: int = 0x18) -> bytes:
    """A segment."""
    ports = (CAR_PORT, CHARGER_PORT) if by_car else (CHARGER_PORT, CAR_PORT)
    head = struct.pack(">HHIIBBHHH", *ports, number % (1 << 32), 0, 5 << 4, flags, 8192, 0, 0)
    return ipv6(by_car, 6, head + data)


def homeplug(kind: int) -> bytes:
    """A frame of SLAC."""
    return ethernet(0x88E1, b"\1" + struct.pack("<H", kind) + bytes(30))


def connection(said: Sequence[Said], first_number: int = (1 << 32) - 500, closed: bool = True) -> list[Frame]:
    """SYN, a segment for each payload, FIN of the charger; the numbers wrap over on the way."""
    numbers = {True: first_number, False: first_number // 3}
    frames = [
        Frame(0, tcp(by_car, numbers[by_car], flags=0x02 if by_car else 0x12)) for by_car in (True, False)
    ]
    numbers = {by_car: number + 1 for by_car, number in numbers.items()}
    for each in said:
        data = v2gtp.encode(v2gtp.PayloadType.SAP_DIN_OR_ISO_2, each.payload)
        frames.append(Frame(each.at_us, tcp(each.by_car, numbers[each.by_car], data)))
        numbers[each.by_car] += len(data)
    if closed:
        frames.append(Frame(said[-1].at_us + 50_000, tcp(False, numbers[False], flags=0x11)))
    return frames


def search() -> list[Frame]:
    """SLAC and SDP."""
    kinds = [0x6064, 0x6065, 0x606A, *(0x6076, 0x6086) * 3, 0x606E, 0x606F, 0x607C, 0x607D]
    response = sdp.Response(CHARGER, CHARGER_PORT, sdp.Security.NONE)
    return [
        *(Frame(100_000 * number, homeplug(kind)) for number, kind in enumerate(kinds)),
        Frame(3_000_000, udp(True, sdp.encode_request(sdp.Request(sdp.Security.NONE)))),
        Frame(3_010_000, udp(False, sdp.encode_response(response))),
    ]


def later(frames: Iterable[Frame], by_us: int) -> list[Frame]:
    """The same after some time."""
    return [replace(each, at_us=each.at_us + by_us) for each in frames]


def pcap(frames: Iterable[Frame], order: str = "<", nanoseconds: bool = False, link: int = 1) -> bytes:
    """A capture file; its first second is in 2026."""
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    for each in frames:
        seconds, us = divmod(1_767_225_600_000_000 + each.at_us, 1_000_000)
        fraction = us * 1000 if nanoseconds else us
        out += struct.pack(order + "IIII", seconds, fraction, len(each.data), len(each.data)) + each.data
    return out
