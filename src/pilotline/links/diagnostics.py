"""What an electrician wants to see: the live values of each connector, how its meter and its link answer.

A pure view of the station core, of the counters of the links, and of what only the shell knows. The duty is
the one the safety module says it drives; the two levels, the resistor, the contacts and the residual currents
are measured. Of a safety module that does not answer nothing is shown: old values are no present ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from pilotline.station.clock import WallClock
from pilotline.station.connector import Connector
from pilotline.station.core import Station
from pilotline.station.upkeep.uploads import UploadView
from pilotline.vocabulary.board import ConnectorReport, Measurement, Setting
from pilotline.vocabulary.charger import ChargerModel
from pilotline.vocabulary.pilot import PilotMode
from pilotline.vocabulary.time import SECOND, Stamp
from pilotline.vocabulary.transfers import BY_NAME
from pilotline.wire.rtm_link import Counters

CountersOf = Callable[[int], Counters]


@dataclass(frozen=True, slots=True)
class ConnectorDiagnosis:
    """One connector's live values; None is unknown, not connected, or not there.

    ``duty_percent`` is None where the pilot is steady; ``proximity_ohm`` where nothing is plugged in;
    ``cable_a`` where nothing limits by its resistor. ``clamp_a``, ``voltage_v`` and ``current_a`` are of L1
    to L3. ``link`` counts frames and errors of the line to the safety module since the host's start.
    """

    pilot_state: str | None
    pilot_output: str | None
    pilot_high_v: float | None
    pilot_low_v: float | None
    duty_percent: float | None
    offered_a: float | None
    proximity_ohm: int | None
    cable_a: float | None
    contacts: Mapping[str, bool] | None
    relay: bool | None
    lock: str | None
    permitted: bool | None
    temperatures_c: tuple[float, ...]
    residual_ac_ma: float | None
    residual_dc_ma: float | None
    neutral_pe_v: float | None
    clamp_a: tuple[float | None, ...]
    voltage_v: tuple[float, ...]
    current_a: tuple[float, ...]
    wake_ups: int | None
    faults: str
    link: Mapping[str, int]
    settings: Mapping[str, int | None]
    measured_s: float | None
    """How long ago that was measured, in seconds."""


@dataclass(frozen=True, slots=True)
class MeterDiagnosis:
    """How a connector's meter answers; ``answers`` None: it has not said anything yet, or there is none."""

    fitted: bool
    answers: bool | None
    trouble: str | None
    register_wh: int | None
    power_w: int | None


@dataclass(frozen=True, slots=True)
class UploadDiagnosis:
    """The last file the backend asked for: how it went, and why it is not there (M-41).

    ``at`` is UTC, None while nothing is known of its boot. ``size`` is in bytes. ``failure`` is the number of
    the transfers' table, ``answer`` the server's own, ``name`` the failure's; None where there is none.
    ``tries_left`` are still to come.
    """

    about: str
    file: str
    status: str
    at: str | None
    size: int
    tries_left: int
    failure: int | None = None
    name: str | None = None
    answer: int | None = None
    sentence: str | None = None
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the station core does not know."""

    boot: int
    reset_reason: str
    upload: UploadDiagnosis | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The station's; ``disk`` is its trouble as a sentence, None while it takes what it is given."""

    connectors: Mapping[str, ConnectorDiagnosis]
    meter: Mapping[str, MeterDiagnosis]
    uptime_s: int
    boot: int
    reset_reason: str
    model: str
    model_hash: str
    disk: str | None
    upload: UploadDiagnosis | None = None


def diagnose(station: Station, counters: CountersOf, facts: Facts, now: int) -> Diagnosis:
    """All of it, as it is at ``now``."""
    connectors, model = station.connectors, station.model
    troubles = (each.disk_trouble for each in connectors.values())
    return Diagnosis(
        connectors={str(n): _connector(each, counters(n), now) for n, each in connectors.items()},
        meter={str(n): _meter(each, model) for n, each in connectors.items()},
        uptime_s=now // SECOND,
        boot=facts.boot,
        reset_reason=facts.reset_reason,
        model=model.name,
        model_hash=f"{model.rtm.hash:016x}",
        disk=next((str(each) for each in troubles if each), None),
        upload=facts.upload,
    )


def diagnose_upload(view: UploadView | None, clock: WallClock) -> UploadDiagnosis | None:
    """The last upload, with what its failure means."""
    if view is None:
        return None
    stamp, fault = Stamp(*view.stamp), BY_NAME.get(view.fault)
    at = clock.utc(stamp).isoformat() if clock.is_settled(stamp) else None
    seen = UploadDiagnosis(view.about, view.file, view.status, at, view.size, view.tries_left)
    if fault is None:
        return seen
    return replace(
        seen,
        failure=fault.number,
        name=fault.name,
        answer=view.code,
        sentence=fault.sentence,
        advice=fault.advice,
    )


def _connector(connector: Connector, counters: Counters, now: int) -> ConnectorDiagnosis:
    board = connector.board
    alive = board.alive(now)
    report, measured = (board.report, board.measurement) if alive else (None, None)
    age = (now - board.measured_at) / SECOND if measured else None
    return ConnectorDiagnosis(
        **_reported(report),
        **_measured(measured),
        faults=f"0x{connector.faults:04x}",
        link={**asdict(counters), "errors": counters.errors},
        settings={each.name: connector.safety.in_force(each) for each in Setting},
        measured_s=age,
    )


def _reported(report: ConnectorReport | None) -> dict[str, Any]:
    if report is None:
        return dict.fromkeys(_REPORTED)
    pwm = report.output.mode is PilotMode.PWM
    return {
        "pilot_state": report.pilot.value,
        "pilot_output": report.output.mode.value,
        "duty_percent": report.output.duty / 100 if pwm else None,
        "offered_a": report.offer_ma / 1_000,
        "cable_a": None if report.cable_ma is None else report.cable_ma / 1_000,
        "contacts": report.contacts._asdict(),
        "relay": report.relay,
        "lock": report.lock.value,
        "permitted": report.permitted,
        "wake_ups": report.wake_ups,
    }


_REPORTED = ("pilot_state", "pilot_output", "duty_percent", "offered_a", "cable_a", "contacts", "relay",
             "lock", "permitted", "wake_ups")  # fmt: skip
_UNMEASURED: Mapping[str, Any] = {
    **dict.fromkeys(
        ("pilot_high_v", "pilot_low_v", "proximity_ohm", "residual_ac_ma", "residual_dc_ma", "neutral_pe_v")
    ),
    "temperatures_c": (),
    "clamp_a": (),
    "voltage_v": (),
    "current_a": (),
}


def _measured(measured: Measurement | None) -> Mapping[str, Any]:
    if measured is None:
        return _UNMEASURED
    return {
        "pilot_high_v": measured.pilot_high_mv / 1_000,
        "pilot_low_v": measured.pilot_low_mv / 1_000,
        "proximity_ohm": measured.proximity_ohm,
        "residual_ac_ma": measured.residual_ac_ua / 1_000,
        "residual_dc_ma": measured.residual_dc_ua / 1_000,
        "neutral_pe_v": measured.neutral_pe_mv / 1_000,
        "temperatures_c": tuple(each / 1_000 for each in measured.temperature_mc),
        "clamp_a": tuple(None if each is None else each / 1_000 for each in measured.clamp_ma),
        "voltage_v": tuple(each / 1_000 for each in measured.voltage_mv),
        "current_a": tuple(each / 1_000 for each in measured.current_ma),
    }


def _meter(connector: Connector, model: ChargerModel) -> MeterDiagnosis:
    silence, reading = connector.meter_silence, connector.measured
    answers = None if silence is None and reading is None else silence is None
    return MeterDiagnosis(
        fitted=model.meter is not None,
        answers=answers if model.meter is not None else None,
        trouble=None if silence is None else str(silence),
        register_wh=connector.register_wh,
        power_w=reading.total_power_w if reading else None,
    )
