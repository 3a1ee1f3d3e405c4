"""What the car knows in the middle of a conversation, and the shape of the tables that lead through it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.time import SECOND
from pilotline.wire.v2g.evcc.schedule import Schedule
from pilotline.wire.v2g.evcc.words import CarState, Ending, EvccConfig, Quirk, Take, Transfer
from pilotline.wire.v2g.exi.schema import Element
from pilotline.wire.v2g.protocols import Protocol


class Step(Enum):
    """Where the conversation stands: what is asked next."""

    CHOICE = "supportedAppProtocol"
    SETUP = "SessionSetup"
    DISCOVERY = "ServiceDiscovery"
    SELECTION = "service and payment selection"
    AUTHORISATION = "authorisation"
    PARAMETERS = "ChargeParameterDiscovery"
    CABLE_CHECK = "CableCheck"
    PRE_CHARGE = "PreCharge"
    START = "PowerDelivery start"
    LOOP = "charge loop"
    RECEIPT = "MeteringReceipt"
    RENEGOTIATE = "PowerDelivery renegotiate"
    STOP = "PowerDelivery stop"
    WELDING = "WeldingDetection"
    END = "SessionStop"
    GONE = "gone"  # nothing more is asked: hang up


LEAVING = frozenset({Step.STOP, Step.WELDING, Step.END, Step.GONE})
"""Where the car is on its way out."""


class Leave(NamedTuple):
    """Instead of a next step: the car ends, in order where it still can, for this reason."""

    ending: Ending
    why: str


class Hold(NamedTuple):
    """How the car holds pilot and contactors during a step, and whether it takes power."""

    pilot: PilotState = PilotState.B
    inlet: bool = False
    power: bool = False


REST = Hold()
READY = Hold(PilotState.C)
JOINED = Hold(PilotState.C, inlet=True)
CHARGING = Hold(PilotState.C, inlet=True, power=True)
DRAWING = Hold(PilotState.C, power=True)  # AC: the car's own contactors are its charger's affair


class Pace(Enum):
    """When the same is asked again."""

    AFTER_ONGOING = "ask again"
    LOOP = "loop"


@dataclass
class Talk:
    """The facts. Core time ``now`` is that of the event in hand."""

    config: EvccConfig
    car: CarState
    now: int = 0
    protocol: Protocol | None = None
    session_id: bytes = b""
    service_id: int = 1
    schedule: Schedule = field(default_factory=Schedule)
    scheduled_at: int = 0
    offered_ma: int = 0
    """The greatest current that the charger has stated last."""
    nominal_mv: int = 0
    taken: Take = field(default_factory=lambda: Take(0, 0))
    verdict: Leave | None = None
    emergency: bool = False
    mute: bool = False
    """The charger chose a language that only the car's maker speaks."""
    charged: bool = False
    staying: bool = False
    """A renegotiation in which the car keeps state C and its current ([10] of the quirks)."""
    pre_charges: int = 0
    demands: int = 0
    weldings: int = 0
    set_up_at: int | None = None
    """When the charger's SessionSetupRes came."""
    current_at: int = 0
    """When current flowed last, or the loop began."""
    meter: Any = None  # the MeterInfo to give a receipt for
    charger_wants: bool = False
    charger_served: bool = False
    car_served: bool = False

    def has(self, quirk: Quirk) -> bool:
        """Whether this car does that."""
        return quirk in self.config.quirks

    @property
    def battery_mv(self) -> int:
        """What the output has to meet before the contactors close."""
        return self.car.target_mv if self.car.battery_mv is None else self.car.battery_mv

    @property
    def phases(self) -> int:
        """On how many phases an AC car draws."""
        return 3 if self.config.transfer is Transfer.AC_THREE_PHASE else 1

    @property
    def max_w(self) -> int:
        """The most it takes."""
        per_phase = self.config.max_current_ma * (self.nominal_mv or self.config.max_voltage_mv) // 1_000_000
        return per_phase * self.phases

    @property
    def pauses(self) -> bool:
        """Whether its wish to end is one for a pause: ISO 15118-2 only, from the charge loop on."""
        return self.protocol is Protocol.ISO2 and self.charged and self.car.pause

    def watts_now(self) -> int | None:
        """What the schedule allows at this moment, W."""
        return self.schedule.watts_at((self.now - self.scheduled_at) // SECOND)


Next = Step | Leave


@dataclass(frozen=True, kw_only=True)
class Row:
    """One step: what is asked, which answer belongs to it, and what that leads to.

    ``then`` returns the step itself to ask again, at its ``pace``. ``leave`` is where the car goes to end in
    order from here. ``timeout`` is of one answer, ``patience`` of the whole step, in µs.
    """

    ask: Callable[[Talk], Element]
    answer: type[Element]
    then: Callable[[Talk, Any], Next]
    leave: Step = Step.END
    timeout: int = 2 * SECOND
    pace: Pace = Pace.AFTER_ONGOING
    patience: int | None = None
    hold: Hold = REST


Table = Mapping[Step, Row]


def leads_to(step: Step) -> Callable[[Talk, Any], Next]:
    """What any answer leads to that refuses nothing."""
    return lambda _talk, _answer: step
