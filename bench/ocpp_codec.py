"""Encode and decode time per OCPP 1.6 message, ours against the `ocpp` package with its validation on.

Both sides do what they do on the wire. Decode: text -> checked, ready for a handler (ours: typed structs;
theirs: unpack, JSON schema, snake_case keys). Encode: message -> checked text of the CALL frame. Theirs
validates inline here; its default hop into a thread pool would only add to it. "payload" is our codec alone,
without frame and check, beside their whole. Run: .venv/bin/python bench/ocpp_codec.py
"""

import platform
import timeit
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from typing import Any

import msgspec
import ocpp.messages
from ocpp.charge_point import camel_to_snake_case, remove_nones, serialize_as_dict, snake_to_camel_case
from ocpp.messages import Call, unpack
from ocpp.v16 import call as theirs

from pilotline.wire.ocpp import v16, words
from pilotline.wire.ocpp.parts import SampledValue
from pilotline.wire.ocpp.rpc import CallFrame, read_frame, write_frame

validate: Callable[[Call, str], None] = getattr(ocpp.messages, "_validate_payload")  # noqa: B009
NOW = "2026-11-21T08:00:00.000Z"
ID = "5f0c1f3e-9f0e-4f0a-8f2a-0c5d7a1b2c3d"
SAMPLES = (
    ("230.1", "Voltage", "V", "L1"), ("230.4", "Voltage", "V", "L2"), ("229.8", "Voltage", "V", "L3"),
    ("15.98", "Current.Import", "A", "L1"), ("16.01", "Current.Import", "A", "L2"),
    ("11032", "Power.Active.Import", "W", None), ("1234567", "Energy.Active.Import.Register", "Wh", None),
)  # fmt: skip


def our_sample(value: str, measurand: str, unit: str, phase: str | None) -> SampledValue:
    """One sampled value, typed."""
    on = words.Phase(phase) if phase else None
    context = words.Context.SAMPLE_PERIODIC
    return SampledValue(value, context, None, words.Measurand(measurand), on, None, words.Unit(unit))


def their_sample(value: str, measurand: str, unit: str, phase: str | None) -> dict[str, Any]:
    """The same as the `ocpp` package wants it."""
    sample = {"value": value, "context": "Sample.Periodic", "measurand": measurand, "unit": unit}
    return {**sample, "phase": phase} if phase else sample


OURS: dict[str, v16.Request] = {
    "Heartbeat": v16.Heartbeat(),
    "StartTransaction": v16.StartTransaction(
        connector_id=1, id_tag="04A2B3C4D5E6F7", meter_start=1234567, timestamp=NOW
    ),
    "MeterValues": v16.MeterValues(
        connector_id=1,
        meter_value=(v16.MeterValue(NOW, tuple(our_sample(*s) for s in SAMPLES)),),
        transaction_id=42,
    ),
}
THEIRS: dict[str, Any] = {
    "Heartbeat": theirs.Heartbeat(),
    "StartTransaction": theirs.StartTransaction(1, "04A2B3C4D5E6F7", 1234567, NOW),
    "MeterValues": theirs.MeterValues(
        1, [{"timestamp": NOW, "sampled_value": [their_sample(*s) for s in SAMPLES]}], 42
    ),
}


def encode_ours(name: str) -> str:
    """What Rpc.call does with a request, its own check included."""
    payload = msgspec.Raw(v16.encode_checked(OURS[name]))
    return write_frame(CallFrame(ID, name, payload))


def decode_ours(text: str) -> v16.Request:
    """What Rpc.receive does with a CALL."""
    frame = read_frame(text)
    assert isinstance(frame, CallFrame)
    return v16.decode_request(v16.find_action(frame.action, v16.Role.CHARGE_POINT), frame.payload)


def encode_theirs(name: str) -> str:
    """What ocpp.ChargePoint.call does with a payload."""
    payload = remove_nones(snake_to_camel_case(serialize_as_dict(THEIRS[name])))
    call = Call(ID, name, payload)
    validate(call, "1.6")
    return call.to_json()


def decode_theirs(text: str) -> Any:
    """What ocpp.ChargePoint.route_message does with a CALL."""
    call: Any = unpack(text)
    validate(call, "1.6")
    return camel_to_snake_case(call.payload)


def time_us(work: Callable[[], object]) -> float:
    """Best of five, µs per call."""
    timer = timeit.Timer(work)
    number, _ = timer.autorange()
    return min(timer.repeat(repeat=5, number=max(1, number // 4))) / max(1, number // 4) * 1e6


def compare(what: str, ours: Callable[[], object], other: Callable[[], object]) -> None:
    """Print one row."""
    ours_us, theirs_us = time_us(ours), time_us(other)
    print(f"{what:32}{ours_us:9.2f}{theirs_us:10.1f}{theirs_us / ours_us:7.0f}×")


def main() -> None:
    """Print the table."""
    python, ours, peer = platform.python_version(), version("msgspec"), version("ocpp")
    print(f"Python {python}; ours on msgspec {ours}, against ocpp {peer} with validation")
    print(f"{'message':32}{'ours µs':>9}{'ocpp µs':>10}{'ratio':>8}")
    for name, request in OURS.items():
        text, payload, action = encode_ours(name), v16.encode(request), v16.ACTIONS[name]
        assert decode_ours(encode_theirs(name)) == request
        encode, decode = partial(encode_theirs, name), partial(decode_theirs, text)
        compare(f"{name} encode", partial(encode_ours, name), encode)
        compare(f"{name} encode, payload", partial(v16.encode, request), encode)
        compare(f"{name} decode", partial(decode_ours, text), decode)
        compare(f"{name} decode, payload", partial(v16.decode_request, action, payload), decode)


if __name__ == "__main__":
    main()
