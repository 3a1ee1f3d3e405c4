"""The figures a safety module is held to stand twice: in the model's file, and here with what asks for them.

A slip in either is seen. The stories of ``tests/rtm`` take their figures from the model and would follow a
wrong one; this table does not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum

import pytest

from pilotline.models.reader import list_models, load_charger
from pilotline.vocabulary import faults
from pilotline.vocabulary.charger import RtmModel

OF_ALL = """
rating        voltage_v 230, current_ma 32000                                                E-02, M-02
pilot         hysteresis_mv 300, left_c_ms 30, undefined_fault_ms 500                        R-12, R-45
pilot         diode_max_mv -10000, diode_ms 200, fault_pulse_ms 300                          R-47, table A.6
pilot.windows A.low_mv 11000, A.high_mv 13000, B.low_mv 8000, B.high_mv 10000                table A.4
pilot.windows C.low_mv 5000, C.high_mv 7000, D.low_mv 2000, D.high_mv 4000                   table A.4
pilot.windows E.low_mv -1000, E.high_mv 1000, F.low_mv -13000, F.high_mv -11000              table A.4
pilot.debounce_ms A 30, B 100, C 100, D 100, E 100, F 100, ? 100                             table A.6, ours
relay         trip_ms 40, left_c_ms 100, orderly_ms 6000, orderly_current_ma 1000            R-45, R-50
relay         contact_ms 30, feedback_ms 100                                                 E-13, ours
host          permit_ms 2000, silent_ms 2000, boot_grace_ms 30000                            R-45, E-16
host          beep_ms 200, beep_every_ms 10000                                               E-16, ours
wake_up       enabled 1, after_ms 90000, pulse_ms 4000, tries 2                              R-47
residual      ac_trip_ua 25000, dc_trip_ua 5000, offset_max_ua 1000                          E-10, R-49, R-50
residual      test_ms 2000, clear_ms 2000, holds_ms 86400000                                 R-46
residual      external_dc_detection_allowed 1                                                E-10
residual.time sensor_ms 5, filter_ms 4, step_ms 1, contactor_ms 30, budget_ms 40             R-50
supply        window_percent 10, hysteresis_mv 2000, back_ms 5000                            E-11, E-18
supply.time   sensor_ms 20, filter_ms 500, step_ms 1, contactor_ms 30, budget_ms 5000        E-11
supply        hardware_low_mv 115000, hardware_high_mv 300000, neutral_pe_mv 70000           E-11, E-18, R-11
supply.hardware_time sensor_ms 20, filter_ms 20, step_ms 1, contactor_ms 30, budget_ms 100   ours
supply.neutral_time sensor_ms 20, filter_ms 50, step_ms 1, contactor_ms 30, budget_ms 200    ours
overcurrent   rating_percent 120, mean_ms 1000                                               E-12
overcurrent   offer_percent 110, offer_ms 6000, follow_ms 5000                               E-12, R-09
back_off      waits_ms.0 10000, waits_ms.1 60000, waits_ms.2 300000, tries 6                 R-46, ours
temperature   from_mc 72000, hysteresis_mc 2000                                              E-17, R-02
temperature.steps 0.up_to_mc 72000, 0.limit_ma 31800, 1.up_to_mc 73000, 1.limit_ma 29400     E-17
temperature.steps 2.up_to_mc 74000, 2.limit_ma 26800, 3.up_to_mc 75000, 3.limit_ma 24000     E-17
temperature.steps 4.up_to_mc 76000, 4.limit_ma 20800, 5.up_to_mc 77000, 5.limit_ma 17000     E-17
temperature.steps 6.up_to_mc 78000, 6.limit_ma 12000, 7.up_to_mc 79000, 7.limit_ma 6000      E-17
temperature.time sensor_ms 1000, filter_ms 1000, step_ms 1, contactor_ms 30, budget_ms 5000  ours
"""
"""A table of the file, its figures, and what asks for them; tables A.x are those of IEC 61851-1."""
OF_SOCKETS = """
outlet        lock 1, pcm 1, proximity 1                                                     E-01, M-09
proximity     from_ohm 80, settle_ms 100                                                     E-31, ours
proximity.steps 0.up_to_ohm 140, 0.cable_ma 63000, 1.up_to_ohm 308, 1.cable_ma 32000         E-31, R-47
proximity.steps 2.up_to_ohm 936, 2.cable_ma 20000, 3.up_to_ohm 2460, 3.cable_ma 13000        E-31, R-47
lock          lock_ms 3000, unlock_ms 3000                                                   E-14, ours
"""
OF_MODEMS = """
digital       step_x1_ms 3000                                                                M-01
"""
OF_CABLES = """
outlet        lock 0, pcm 0, proximity 0, cable_ma 32000                                     E-01
"""
ONE_PHASE = "rating phases 1, power_w 7360  E-02"
THREE_PHASES = "rating phases 3, power_w 22080  M-02"
ABSENT = {"evnet-7kw-t2": faults.MISSING_PCM | faults.PP_UNPRESENT}
MODELS = {
    "evnet-7kw-s": (OF_ALL, OF_SOCKETS, ONE_PHASE),
    "evnet-7kw-t2": (OF_ALL, OF_CABLES, ONE_PHASE),
    "master-plus-ac": (OF_ALL, OF_SOCKETS, OF_MODEMS, THREE_PHASES),
}


def asked_for(text: str) -> Iterator[tuple[str, int]]:
    """The figures of a table, by their path in the file."""
    for line in filter(None, text.splitlines()):
        table, figures = line.split(maxsplit=1)
        for figure in figures.split("  ")[0].split(", "):
            key, value = figure.split()
            yield f"{table}.{key}", int(value)


def figures_of(value: object, path: str = "") -> Iterator[tuple[str, int]]:
    """All numbers and switches within a value, by their path."""
    if isinstance(value, int):
        yield path, int(value)
    for name, part in parts_of(value):
        yield from figures_of(part, f"{path}.{name}".lstrip("."))


def parts_of(value: object) -> Iterator[tuple[str, object]]:
    if is_dataclass(value):
        yield from ((field.name, getattr(value, field.name)) for field in fields(value))
    elif isinstance(value, Mapping):
        yield from ((str(key.value if isinstance(key, Enum) else key), part) for key, part in value.items())
    elif isinstance(value, tuple):
        names = getattr(value, "_fields", range(len(value)))
        yield from ((str(name), part) for name, part in zip(names, value, strict=True))


def held_to(model: RtmModel) -> dict[str, int]:
    found = dict(figures_of(model))
    return {path: value for path, value in found.items() if path not in ("hash", "absent_faults")}


def test_every_model_has_its_table() -> None:
    """A new model cannot come without the figures it is held to."""
    assert set(MODELS) == set(list_models())


@pytest.mark.requirement(
    "E-02", "E-10", "E-11", "E-12", "E-17", "E-18", "E-31", "R-11", "R-45", "R-46", "R-50"
)
@pytest.mark.parametrize("name", MODELS)
def test_every_safety_figure_is_the_one_asked_for(name: str) -> None:
    """No figure differs, none is missing, and none is there that nobody asked for."""
    wanted = {path: value for text in MODELS[name] for path, value in asked_for(text)}
    assert held_to(load_charger(name).rtm) == wanted


@pytest.mark.requirement("E-01")
@pytest.mark.parametrize("name", MODELS)
def test_only_what_is_not_fitted_is_absent(name: str) -> None:
    """No other fault can be declared away."""
    assert load_charger(name).rtm.absent_faults == ABSENT.get(name, 0)
