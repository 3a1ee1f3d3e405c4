"""The order of messages as tables: in each phase what may be asked, who answers it, and what comes then.

What is not in a table is out of order (V2G2-538, V2G-DC-390). ``docs/reference/v2g-sessions.md`` is drawn
from here.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pilotline.wire.v2g.exi.schema import Element
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.secc import dc, din, iso2
from pilotline.wire.v2g.secc.phases import Phase
from pilotline.wire.v2g.secc.session import Session
from pilotline.wire.v2g.secc.words import Energy

Answer = Callable[[Session, Any], Element | None]
"""The response, or None for "not yet": then it is asked again at each event until ``session.until``."""


class Row(NamedTuple):
    """``then`` follows when the answer is finished, ``meanwhile`` while it says Ongoing (None: stay there).

    ``receipt`` follows instead where the answer asks for one.
    """

    answer: Answer
    then: Phase
    meanwhile: Phase | None = None
    receipt: Phase | None = None


Rows = Mapping[str, Row]
Table = Mapping[Phase, Rows]


def kind_of(ask: Element) -> str:
    """A question by its name; where one name asks for different things, with the word that says which."""
    name = type(ask).__name__
    tell = _WORDS.get(name)
    return name if tell is None else f"{name}({tell(ask)})"


def _started(ask: Any) -> str:
    if hasattr(ask, "charge_progress"):
        return ask.charge_progress.value
    return "Start" if ask.ready_to_charge_state else "Stop"


_WORDS: Mapping[str, Callable[[Any], str]] = {"PowerDeliveryReq": _started}


def _leaving(answer: Answer) -> dict[str, Row]:
    return {"SessionStopReq": Row(answer, Phase.ENDED)}


def _dc_rows(start: Answer, stop: Answer, leave: Answer) -> dict[Phase, dict[str, Row]]:
    """From the cable check to the power, and after it: the same in both standards."""
    leaving = _leaving(leave)
    off = {"PowerDeliveryReq(Stop)": Row(stop, Phase.WELDING)}
    again = {"PreChargeReq": Row(dc.pre_charge, Phase.PRE_CHARGED)}
    return {
        Phase.CABLE_CHECK: {"CableCheckReq": Row(dc.check_cable, Phase.PRE_CHARGE), **leaving},
        Phase.PRE_CHARGE: {**again, **leaving},
        Phase.PRE_CHARGED: {
            **again,
            "PowerDeliveryReq(Start)": Row(start, Phase.CHARGE),
            **off,
            **leaving,
        },
        Phase.WELDING: {"WeldingDetectionReq": Row(dc.detect_welding, Phase.WELDING), **leaving},
    }


DIN_DC: Table = {
    Phase.SETUP: {"SessionSetupReq": Row(din.set_up, Phase.DISCOVERY)},
    Phase.DISCOVERY: {"ServiceDiscoveryReq": Row(din.discover, Phase.SELECTION), **_leaving(din.leave)},
    Phase.SELECTION: {
        "ServicePaymentSelectionReq": Row(din.select, Phase.AUTHORISATION),
        **_leaving(din.leave),
    },
    Phase.AUTHORISATION: {
        "ContractAuthenticationReq": Row(din.authorise, Phase.PARAMETERS),
        **_leaving(din.leave),
    },
    Phase.PARAMETERS: {
        "ChargeParameterDiscoveryReq": Row(din.compare, Phase.CABLE_CHECK),
        **_leaving(din.leave),
    },
    **_dc_rows(din.start, din.stop, din.leave),
    Phase.CHARGE: {
        "CurrentDemandReq": Row(din.demand, Phase.CHARGE),
        "PowerDeliveryReq(Stop)": Row(din.stop, Phase.WELDING),
    },
}
"""DIN SPEC 70121; V2G-DC-436 to 469."""

_ISO2_BEGIN: Table = {
    Phase.SETUP: {"SessionSetupReq": Row(iso2.set_up, Phase.DISCOVERY)},
    Phase.DISCOVERY: {"ServiceDiscoveryReq": Row(iso2.discover, Phase.SELECTION), **_leaving(iso2.leave)},
    Phase.SELECTION: {
        "ServiceDetailReq": Row(iso2.describe, Phase.SELECTION),
        "PaymentServiceSelectionReq": Row(iso2.select, Phase.AUTHORISATION),
        **_leaving(iso2.leave),
    },
    Phase.AUTHORISATION: {
        "AuthorizationReq": Row(iso2.authorise, Phase.PARAMETERS),
        **_leaving(iso2.leave),
    },
}
_RECEIPT: Rows = {"MeteringReceiptReq": Row(iso2.confirm, Phase.CHARGE)}


def _compare(then: Phase) -> Rows:
    return {"ChargeParameterDiscoveryReq": Row(iso2.compare, then), **_leaving(iso2.leave)}


def _loop(name: str, answer: Answer, off: Phase) -> Rows:
    return {
        name: Row(answer, Phase.CHARGE, receipt=Phase.RECEIPT),
        "PowerDeliveryReq(Stop)": Row(iso2.stop, off),
        "PowerDeliveryReq(Renegotiate)": Row(iso2.renegotiate, Phase.NEW_PARAMETERS),
    }


ISO2_DC: Table = {
    **_ISO2_BEGIN,
    Phase.PARAMETERS: _compare(Phase.CABLE_CHECK),
    **_dc_rows(iso2.start, iso2.stop, iso2.leave),
    Phase.CHARGE: _loop("CurrentDemandReq", iso2.demand, Phase.WELDING),
    Phase.RECEIPT: _RECEIPT,
    Phase.NEW_PARAMETERS: _compare(Phase.RESTART),
    Phase.RESTART: {
        "PowerDeliveryReq(Start)": Row(iso2.start, Phase.CHARGE),
        "CableCheckReq": Row(dc.check_cable, Phase.PRE_CHARGE, meanwhile=Phase.CABLE_CHECK),
        "PowerDeliveryReq(Stop)": Row(iso2.stop, Phase.WELDING),
        **_leaving(iso2.leave),
    },
}
"""ISO 15118-2 with DC; after a renegotiation the car goes on without a cable check, or makes one."""

ISO2_AC: Table = {
    **_ISO2_BEGIN,
    Phase.PARAMETERS: _compare(Phase.START),
    Phase.START: {
        "PowerDeliveryReq(Start)": Row(iso2.start, Phase.CHARGE),
        "PowerDeliveryReq(Stop)": Row(iso2.stop, Phase.STOPPED),
        **_leaving(iso2.leave),
    },
    Phase.CHARGE: _loop("ChargingStatusReq", iso2.charging_status, Phase.STOPPED),
    Phase.RECEIPT: _RECEIPT,
    Phase.NEW_PARAMETERS: _compare(Phase.START),
    Phase.STOPPED: _leaving(iso2.leave),
}
"""ISO 15118-2 with AC."""

TABLES: Mapping[tuple[Protocol, Energy], Table] = {
    (Protocol.DIN, Energy.DC): DIN_DC,
    (Protocol.ISO2, Energy.DC): ISO2_DC,
    (Protocol.ISO2, Energy.AC): ISO2_AC,
}
"""What is spoken, by protocol and by what the outlet supplies."""
