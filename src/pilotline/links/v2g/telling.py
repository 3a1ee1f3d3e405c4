"""Each message in a sentence of few words: who says what, with its values and their units."""

from collections.abc import Callable
from typing import Any

from pilotline.links.v2g.exchanges import PROTOCOLS, Message, car_status, charger_status
from pilotline.links.v2g.values import duration, mac, number, plain, quantity, told

Sentence = Callable[[Any], str]


def say(message: Message) -> str:
    """What a message says; one that no row below knows says its name and its response code."""
    row = _CAR.get(message.subject) if message.by_car else _CHARGER.get(message.subject)
    said = row(message.content) if row else ""
    if message.by_car:
        return said or message.subject
    return "; ".join(filter(None, ("" if message.code == "OK" and said else message.code, said)))


def limits(content: Any, names: tuple[tuple[str, str], ...], prefix: str) -> str:
    """Those of the named quantities that are there: ``up to 774 V, 310 A``."""
    held = [(getattr(content, name, None), unit) for name, unit in names]
    shown = ", ".join(told(value, unit) for value, unit in held if value is not None)
    return f"{prefix} {shown}" if shown else ""


def and_then(*parts: str) -> str:
    """What of them is there, as one sentence."""
    return "; ".join(filter(None, parts))


# --- the car ---------------------------------------------------------------------------------------


def _offers(content: Any) -> str:
    offers = sorted(content.app_protocol, key=lambda each: each.priority)
    shown = [f"{_protocol(each)} (priority {each.priority}, number {each.schema_id})" for each in offers]
    return "speaks " + ", ".join(shown)


def _protocol(offer: Any) -> str:
    name = PROTOCOLS.get(offer.protocol_namespace, offer.protocol_namespace)
    return f"{name} {offer.version_number_major}.{offer.version_number_minor}"


def _who(content: Any) -> str:
    return f"is {mac(content.evccid)}"


def _what_do_you_offer(content: Any) -> str:
    """The scope's control characters are shown as what they are: a BMW iX sends 64 times NUL."""
    scope = content.service_scope
    category = content.service_category
    return and_then(
        "asks what there is" + (f" of {category.value}" if category else ""),
        f"in the scope {scope!r}" if scope else "",
    )


def _pays(content: Any) -> str:
    how = (
        "pays at the charger"
        if content.selected_payment_option.value == "ExternalPayment"
        else "has a contract"
    )
    services = ", ".join(str(each.service_id) for each in content.selected_service_list.selected_service)
    return f"{how}; takes service {services}"


def _needs(content: Any) -> str:
    """The car's side of ChargeParameterDiscovery."""
    asked = (
        getattr(content, "requested_energy_transfer_mode", None) or content.ev_requested_energy_transfer_type
    )
    parameter = content.ev_charge_parameter
    return and_then(
        f"wants {asked.value}",
        limits(parameter, _CAR_LIMITS, "up to"),
        limits(parameter, (("ev_min_current", "A"),), "at least"),
        limits(parameter, (("ev_energy_capacity", "Wh"),), "battery of"),
        limits(parameter, (("ev_energy_request", "Wh"), ("e_amount", "Wh")), "would like"),
        _soc(parameter),
        _departure(getattr(parameter, "departure_time", None)),
    )


_CAR_LIMITS = (
    ("ev_maximum_voltage_limit", "V"),
    ("ev_maximum_current_limit", "A"),
    ("ev_maximum_power_limit", "W"),
    ("ev_max_voltage", "V"),
    ("ev_max_current", "A"),
)


def _soc(parameter: Any) -> str:
    status = getattr(parameter, "dc_ev_status", None)
    if status is None:
        return ""
    goals = [
        f"{word} at {value} %"
        for word, value in (("bulk", parameter.bulk_soc), ("full", parameter.full_soc))
        if value is not None
    ]
    return f"state of charge {status.ev_ress_soc} %" + (f" ({', '.join(goals)})" if goals else "")


def _departure(seconds: int | None) -> str:
    return f"leaves in {duration(seconds * 1_000_000)}" if seconds else ""


def ready(message: Message) -> str:
    """The car's DC status, with what is wrong if it says so."""
    status = car_status(message)
    if status is None:
        return ""
    wrong = "" if status.ev_error_code.value == "NO_ERROR" else f"error {status.ev_error_code.value}"
    return and_then(
        "ready" if status.ev_ready else "not ready", f"state of charge {status.ev_ress_soc} %", wrong
    )


def _power(content: Any) -> str:
    """PowerDelivery: DIN SPEC 70121 has a boolean where ISO 15118-2 has a word."""
    progress = getattr(content, "charge_progress", None)
    parameter = getattr(content, "ev_power_delivery_parameter", None)
    if progress is None:
        word = "wants the power on" if content.ready_to_charge_state else "wants the power off"
    else:
        word = {"Start": "wants the power on", "Stop": "wants the power off"}.get(
            progress.value, "wants another schedule"
        )
    complete = parameter is not None and parameter.charging_complete
    return and_then(word, _profile(content.charging_profile), "says it is charged" if complete else "")


def _profile(profile: Any) -> str:
    if profile is None:
        return ""
    first = profile.profile_entry[0].charging_profile_entry_max_power
    power = quantity(float(first), "W") if isinstance(first, int) else told(first, "W")
    steps = len(profile.profile_entry)
    return f"plans for {power}" if steps == 1 else f"plans in {steps} steps, the first of {power}"


def _precharge(content: Any) -> str:
    return f"wants {told(content.ev_target_voltage, 'V')}, at most {told(content.ev_target_current, 'A')}"


def _stop(content: Any) -> str:
    session = getattr(content, "charging_session", None)
    return "will come back" if session is not None and session.value == "Pause" else "ends the session"


def _wants_current(content: Any) -> str:
    return and_then(
        f"wants {told(content.ev_target_current, 'A')} at {told(content.ev_target_voltage, 'V')} or less",
        f"state of charge {content.dc_ev_status.ev_ress_soc} %",
        _error(content),
        "says it is charged" if content.charging_complete else "",
    )


def _tests(content: Any) -> str:
    return and_then(f"waits for the test of the cable, state of charge {_level(content)} %", _error(content))


def _welded(content: Any) -> str:
    return and_then("looks whether its contacts have parted", _error(content))


def _level(content: Any) -> int:
    return content.dc_ev_status.ev_ress_soc


def _error(content: Any) -> str:
    code = content.dc_ev_status.ev_error_code.value
    return "" if code == "NO_ERROR" else f"error {code}"


_CAR: dict[str, Sentence] = {
    "supportedAppProtocol": _offers,
    "SessionSetup": _who,
    "ServiceDiscovery": _what_do_you_offer,
    "ServiceDetail": lambda content: f"asks for the details of service {content.service_id}",
    "ServicePaymentSelection": _pays,
    "PaymentServiceSelection": _pays,
    "ContractAuthentication": lambda _: "asks whether it may charge",
    "Authorization": lambda _: "asks whether it may charge",
    "ChargeParameterDiscovery": _needs,
    "CableCheck": _tests,
    "PowerDelivery": _power,
    "PreCharge": _precharge,
    "CurrentDemand": _wants_current,
    "ChargingStatus": lambda _: "asks how much it may draw",
    "MeteringReceipt": lambda _: "signs what the meter says",
    "WeldingDetection": _welded,
    "SessionStop": _stop,
}


# --- the charger -----------------------------------------------------------------------------------


def _takes(content: Any) -> str:
    return "" if content.schema_id is None else f"takes its number {content.schema_id}"


def _evse(content: Any) -> str:
    shown = _evse_name(content.evse_id)
    return f"EVSE {shown}" if shown.strip("0") else "tells no EVSE number"


def _evse_name(name: str | bytes) -> str:
    """DIN SPEC 70121 has bytes for it, which many chargers take for letters."""
    if isinstance(name, str):
        return name
    letters = name.decode("ascii", "replace")
    return letters if name.isascii() and letters.isprintable() and len(name) > 1 else name.hex().upper()


def _services(content: Any) -> str:
    """DIN SPEC 70121 has one word for all ways of charging, ISO 15118-2 a list."""
    service = content.charge_service
    one = getattr(service, "energy_transfer_type", None)
    modes = [one] if one else service.supported_energy_transfer_mode.energy_transfer_mode
    options = getattr(content, "payment_option_list", None) or content.payment_options
    ways = {"ExternalPayment": "at the charger", "Contract": "by contract"}
    more = len(content.service_list.service if hasattr(content.service_list, "service") else ())
    return and_then(
        "offers " + ", ".join(each.value for each in modes),
        "paid " + " or ".join(ways[each.value] for each in options.payment_option),
        "free of charge" if service.free_service else "",
        f"{more} services more" if more else "",
    )


def _has(content: Any) -> str:
    """The charger's side of ChargeParameterDiscovery."""
    if content.evse_processing.value != "Finished":
        return "not decided yet"
    parameter = content.evse_charge_parameter
    return and_then(
        limits(parameter, _CHARGER_LIMITS, "up to"),
        limits(parameter, _CHARGER_LEAST, "at least"),
        limits(parameter, (("evse_energy_to_be_delivered", "Wh"),), "energy"),
        _schedules(content.sa_schedules),
    )


_CHARGER_LIMITS = (
    ("evse_maximum_voltage_limit", "V"),
    ("evse_maximum_current_limit", "A"),
    ("evse_maximum_power_limit", "W"),
    ("evse_nominal_voltage", "V"),
    ("evse_max_voltage", "V"),
    ("evse_max_current", "A"),
)
_CHARGER_LEAST = (
    ("evse_minimum_voltage_limit", "V"),
    ("evse_minimum_current_limit", "A"),
    ("evse_min_current", "A"),
)


def _schedules(schedules: Any) -> str:
    if schedules is None:
        return ""
    entries = schedules.sa_schedule_tuple[0].p_max_schedule.p_max_schedule_entry
    most = entries[0].p_max
    power = quantity(float(most), "W") if isinstance(most, int) else quantity(number(most), "W")
    seconds = entries[-1].time_interval.duration
    count = f", {len(entries)} steps" if len(entries) > 1 else ""
    others = len(schedules.sa_schedule_tuple) - 1
    more = f", {others} more to choose" if others else ""
    return f"schedule: {power}{count}{f' for {plain(seconds / 3600)} h' if seconds else ''}{more}"


def status_words(status: Any) -> str:
    """What of the charger's status is not as it should be."""
    code, notification = getattr(status, "evse_status_code", None), status.evse_notification.value
    return and_then(
        "" if code is None or code.value in {"EVSE_Ready", "EVSE_IsolationMonitoringActive"} else code.value,
        "" if notification == "None" else notification,
        "its residual-current device has tripped" if getattr(status, "rcd", False) else "",
    )


def _state(content: Any) -> str:
    status = charger_status(Message(0, "Res", content, b"", ""))
    return status_words(status) if status is not None else ""


def _goes_on(content: Any) -> str:
    """An answer that has nothing but the processing and the status."""
    done = "done" if content.evse_processing.value == "Finished" else "not done yet"
    return and_then(done, _state(content))


def _voltage(content: Any) -> str:
    return and_then(f"{told(content.evse_present_voltage, 'V')} at its output", _state(content))


def _gives(content: Any) -> str:
    reached = [
        word for word in ("current", "voltage", "power") if getattr(content, f"evse_{word}_limit_achieved")
    ]
    volts, amps = told(content.evse_present_voltage, "V"), told(content.evse_present_current, "A")
    return and_then(
        f"gives {amps} at {volts}",
        limits(content, _PRESENT_LIMITS, "up to"),
        f"at its limit of {', '.join(reached)}" if reached else "",
        _meter(content),
        _state(content),
    )


_PRESENT_LIMITS = (
    ("evse_maximum_voltage_limit", "V"),
    ("evse_maximum_current_limit", "A"),
    ("evse_maximum_power_limit", "W"),
)


def _offers_current(content: Any) -> str:
    """The answer in the charge loop of AC."""
    return and_then(
        limits(content, (("evse_max_current", "A"),), "up to"),
        _meter(content),
        "wants a receipt" if content.receipt_required else "",
        _state(content),
    )


def _meter(content: Any) -> str:
    meter = getattr(content, "meter_info", None)
    return f"meter {quantity(float(meter.meter_reading), 'Wh')}" if meter and meter.meter_reading else ""


_CHARGER: dict[str, Sentence] = {
    "supportedAppProtocol": _takes,
    "SessionSetup": _evse,
    "ServiceDiscovery": _services,
    "ChargeParameterDiscovery": _has,
    "ContractAuthentication": _goes_on,
    "Authorization": _goes_on,
    "CableCheck": _goes_on,
    "PreCharge": _voltage,
    "PowerDelivery": _state,
    "CurrentDemand": _gives,
    "ChargingStatus": _offers_current,
    "WeldingDetection": _voltage,
}
