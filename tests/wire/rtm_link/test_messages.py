"""The layout of every message: nothing is lost on the way, and nothing is sent that would be."""

import re
from dataclasses import fields, replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.vocabulary.board import (
    CONTACTS_OPEN,
    BoardMessage,
    ClearFaults,
    Commission,
    Commissioned,
    ConnectorReport,
    Hello,
    HostMessage,
    Identity,
    Light,
    LockPosition,
    Measurement,
    Permit,
    SetLight,
    Setting,
)
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.pilot import STEADY, PilotState, Signalling
from pilotline.wire.rtm_link import BOARD_TO_HOST, HOST_TO_BOARD, Encoder, UnencodableError
from pilotline.wire.rtm_link.messages import LAYOUTS, Layout, LinkMessage
from support.link_messages import MESSAGES, messages_of

BY_TYPE = {layout.type: layout for layout in LAYOUTS}
ALL = pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.type.__name__)
REPORT = ConnectorReport(
    at=1,
    pilot=PilotState.A,
    output=STEADY,
    offer_ma=0,
    cable_ma=None,
    relay=False,
    contacts=CONTACTS_OPEN,
    lock=LockPosition.NONE,
    permitted=False,
    faults=0,
    wake_ups=0,
)


def test_every_message_has_one_number() -> None:
    """Each message of the vocabulary stands in the table once, under a number that tells its direction."""
    assert {layout.type for layout in HOST_TO_BOARD} == set(get_args(HostMessage))
    assert {layout.type for layout in BOARD_TO_HOST} == set(get_args(BoardMessage))
    assert len({layout.number for layout in LAYOUTS}) == len(LAYOUTS)
    assert all(0 < layout.number < 128 for layout in HOST_TO_BOARD)
    assert all(128 < layout.number < 256 for layout in BOARD_TO_HOST)


@ALL
def test_fields_follow_one_another(layout: Layout[LinkMessage]) -> None:
    """The fields of the type lie in its order, without a gap, and fill the body."""
    assert [place.name for place in layout.places] == [item.name for item in fields(layout.type)]
    at = 0
    for place in layout.places:
        assert place.at == at
        at += place.kind.size
    assert layout.size == at


@ALL
@given(data=st.data())
def test_every_message_comes_back(layout: Layout[LinkMessage], data: st.DataObject) -> None:
    """Whatever its fields can hold arrives as it was sent, in a body of the stated length."""
    message = data.draw(messages_of(layout))
    body = layout.write(message)
    assert len(body) == layout.size
    assert layout.read(body) == message


@given(message=MESSAGES, junk=st.binary(max_size=90))
def test_a_body_means_something_or_is_refused(message: LinkMessage, junk: bytes) -> None:
    """Any bytes as a body are a message that would be sent as these bytes, or a ValueError."""
    layout = BY_TYPE[type(message)]
    try:
        read = layout.read(junk)
    except ValueError:
        return
    assert layout.write(read) == junk


@ALL
@given(data=st.data())
def test_a_body_of_any_numbers_is_judged(layout: Layout[LinkMessage], data: st.DataObject) -> None:
    """Bytes of the right length are read back the same, or refused because a number means nothing."""
    body = data.draw(st.binary(min_size=layout.size, max_size=layout.size))
    try:
        read = layout.read(body)
    except ValueError:
        return
    assert layout.read(layout.write(read)) == read


@pytest.mark.parametrize(("at", "number"), [(8, 7), (9, 3), (20, 2), (21, 4), (22, 4)])
def test_a_number_that_means_nothing_is_refused(at: int, number: int) -> None:
    """States, modes, flags, contact bits and lock positions beyond the known are no report."""
    layout = BY_TYPE[ConnectorReport]
    body = bytearray(layout.write(REPORT))
    body[at] = number
    with pytest.raises(ValueError, match=str(number)):
        layout.read(bytes(body))


@pytest.mark.requirement("M-01")
def test_a_signalling_that_nobody_knows_is_no_permit() -> None:
    """0 by the duty cycle, 1 by messages; a third way would be taken for neither."""
    layout = BY_TYPE[Permit]
    for signalling in Signalling:
        body = layout.write(Permit(6_000, 2_000, signalling))
        assert body[6] == signalling
        assert layout.read(body) == Permit(6_000, 2_000, signalling)
    with pytest.raises(ValueError, match="signalling has no number 2"):
        layout.read(layout.write(Permit(6_000))[:6] + b"\x02")


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (Permit(-1), "Permit.offer_ma"),
        (Permit(1 << 32), "Permit.offer_ma"),
        (Permit(6_000, 65_536), "Permit.lifetime_ms"),
        (Permit(6_000, -1), "Permit.lifetime_ms"),
        (Hello(256, 0), "Hello.protocol"),
        (Hello(1, -1), "Hello.model_hash"),
        (ClearFaults(-1), "ClearFaults.mask"),
        (SetLight(Light(0x1_000_000, 0, 1)), "SetLight.light"),
        (SetLight(Light(0, 0, 101)), "SetLight.light"),
        (SetLight(Light(-1, 0, 1)), "SetLight.light"),
        (Commission(Setting.LOCK_ENABLED, 1 << 31), "Commission.value"),
        (Commissioned(Setting.LOCK_ENABLED, -(1 << 31) - 1, taken=True), "Commissioned.value"),
        (Identity(1, 2, 3, True, 0, "x" * 25), "Identity.serial"),
        (Identity(1, 2, 3, True, 0, "Zähler"), "Identity.serial"),
        (Identity(1, 2, 3, True, 0, "a\0"), "Identity.serial"),
        (Measurement(0, PerPhase(1 << 31, 0, 0), PerPhase(0, 0, 0), 0, (0, 0)), "Measurement.voltage_mv"),
        (Measurement(-1, PerPhase(0, 0, 0), PerPhase(0, 0, 0), 0, (0, 0)), "Measurement.at"),
    ],
)
def test_a_value_that_does_not_fit_is_named(message: LinkMessage, field: str) -> None:
    """What a field cannot hold is an error of ours with its name; nothing is cut off or rounded."""
    with pytest.raises(UnencodableError, match=rf"^{re.escape(field)} \(.*\) cannot hold "):
        BY_TYPE[type(message)].write(message)


def test_the_mark_for_unknown_is_no_value() -> None:
    """0xFFFFFFFF says that no cable is known, so it cannot be a cable's rating."""
    layout = BY_TYPE[ConnectorReport]
    assert layout.read(layout.write(REPORT)) == REPORT
    with pytest.raises(UnencodableError, match=r"^ConnectorReport\.cable_ma"):
        layout.write(replace(REPORT, cable_ma=0xFFFF_FFFF))


def test_an_error_of_ours_costs_no_number() -> None:
    """A message that could not be made leaves no gap in the sequence."""
    encoder, other = Encoder(), Encoder()
    with pytest.raises(UnencodableError):
        encoder.encode(Permit(-1))
    assert encoder.encode(Permit(6_000)) == other.encode(Permit(6_000))
