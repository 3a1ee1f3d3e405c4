"""The mutators make the changes they say, and the court tells what a test notices from what none does."""

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from support.mutants.forks import (
    KILLED,
    SURVIVED,
    Hanging,
    HangsError,
    StoppedError,
    Verdict,
    side_by_side,
    told_by,
)
from support.mutants.mutant import FunctionMutant, ModuleMutant
from support.mutants.of_code import change, mutants_in
from support.mutants.of_models import mutants_of_model
from support.mutants.of_rows import mutants_of_table, rows_in
from support.mutants.record import compare, explained_in
from support.places import ROOT, SOURCE

CODE = '''"""A small module."""

Alias = int | str
MOST_MS = 30  # a figure


class Watch:
    """Watches."""

    @property
    def late(self) -> bool:
        return self.spent > MOST_MS

    def spend(self, ms: int) -> None:
        self.spent = ms + 1


def first(figures: list[int]) -> int:
    return figures[0]
'''


def names_in(text: str) -> list[str]:
    return [mutant.name for mutant in mutants_in(text, "pilotline.small")]


# --- code ---


@pytest.mark.parametrize(
    "name",
    [
        "small: MOST_MS = 30 → MOST_MS = 31",
        "small Watch.late: return self.spent > MOST_MS → return self.spent >= MOST_MS",
        "small Watch.spend: self.spent = ms + 1 → self.spent = ms - 1",
        "small first: return figures[0] → return figures[1]",
    ],
)
def test_constants_properties_methods_and_functions_are_mutated(name: str) -> None:
    """A mutant is named after its place and the lines that differ, so that its name outlives other edits."""
    assert name in names_in(CODE)


def test_an_alias_of_types_is_left_alone() -> None:
    """Nothing runs by it."""
    assert not [name for name in names_in(CODE) if "Alias" in name]


def test_two_mutants_of_one_name_are_numbered() -> None:
    """The same line twice in one function."""
    names = names_in("def twice(a: int) -> None:\n    a += 1\n    a += 1\n")
    assert "small twice: a += 1 → a -= 1" in names
    assert "small twice: a += 1 → a -= 1 #2" in names


def test_a_change_is_told_in_one_line() -> None:
    """Without comments and line breaks; what is only gone becomes nothing."""
    assert change("a\n  b  # why\nc\n", "a\nc\n") == "b → nothing"


@pytest.fixture
def small() -> Iterator[ModuleType]:
    """The small module, imported."""
    module = ModuleType("pilotline.small")
    exec(compile(CODE, "small.py", "exec"), vars(module))
    sys.modules[module.__name__] = module
    yield module
    del sys.modules[module.__name__]


def installed(name: str) -> None:
    mutant = next(mutant for mutant in mutants_in(CODE, "pilotline.small") if mutant.name == name)
    assert isinstance(mutant, FunctionMutant)
    mutant.install()


def test_an_installed_mutant_reaches_who_holds_the_function(small: ModuleType) -> None:
    """Its code is swapped, not its name."""
    held = small.first
    installed("small first: return figures[0] → return figures[1]")
    assert held([10, 20]) == 20


def test_a_property_is_swapped_too(small: ModuleType) -> None:
    """What it calls is a function like any other."""
    watch = small.Watch()
    watch.spend(29)
    assert not watch.late
    installed("small Watch.late: return self.spent > MOST_MS → return self.spent >= MOST_MS")
    assert watch.late


# --- rows ---

TABLE = """
_ROWS: tuple[Row, ...] = (
    (RCD, "A", _G.EARTH, _R.UNPLUG, _S.TRIP, _E.X,
     "Words."),
    (LATE, "B", _G.BOARD, _R.SELF, _S.NONE, _E.X,
     "Words."),
)
"""


def table_with(name: str) -> str:
    [source] = [mutant.source for mutant in mutants_of_table(TABLE) if mutant.name == f"fault table: {name}"]
    return source


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("RCD is _R.SERVICE", "_R.UNPLUG", "_R.SERVICE"),
        ("RCD is _S.ORDERLY", "_S.TRIP", "_S.ORDERLY"),
        ("LATE is _S.TRIP", "_S.NONE", "_S.TRIP"),
        ("RCD and LATE trade codes", '(RCD, "A", ', '(LATE, "A", '),
    ],
)
def test_a_row_changes_as_said(name: str, old: str, new: str) -> None:
    """One column of one row is another; of a trade this is the first half."""
    wanted = TABLE.replace(old, new)
    assert table_with(name) == (wanted.replace('(LATE, "B"', '(RCD, "B"') if "trade" in name else wanted)


def test_a_row_is_dropped() -> None:
    """With its comma: the other stays as it was."""
    assert "RCD" not in table_with("without RCD")
    assert len(rows_in(table_with("without RCD"))) == 1
    assert '(LATE, "B", _G.BOARD, _R.SELF, _S.NONE, _E.X' in table_with("without RCD")


def test_two_rows_trade_ranks() -> None:
    """The rank of a row is its place."""
    traded = table_with("RCD and LATE trade ranks")
    assert traded.index("LATE") < traded.index("RCD")
    assert len(traded) == len(TABLE)


def test_every_row_of_the_real_table_has_all_its_mutants() -> None:
    """One drop, three other classes, three other effects each; two trades between neighbours."""
    text = (SOURCE / "vocabulary" / "faults.py").read_text(encoding="utf-8")
    rows = len(rows_in(text))
    mutants = mutants_of_table(text)
    assert len(mutants) == 7 * rows + 2 * (rows - 1)
    assert all(isinstance(mutant, ModuleMutant) and mutant.source != text for mutant in mutants)


# --- models ---

MODEL = {
    "name": "small",
    "pilot": {"low_mv": 5, "high_mv": 7, "time_ms": 40},
    "lock": {"locked": True},
    "back_off": {"waits_ms": [10, 20]},
    "colours": {"red": 3},
}


@pytest.mark.parametrize(
    ("name", "table", "wanted"),
    [
        ("pilot.low_mv is one more", "pilot", {"low_mv": 6, "high_mv": 7, "time_ms": 40}),
        ("pilot.low_mv is one less", "pilot", {"low_mv": 4, "high_mv": 7, "time_ms": 40}),
        ("pilot.low_mv is gone", "pilot", {"high_mv": 7, "time_ms": 40}),
        ("pilot.time_ms is twice as long", "pilot", {"low_mv": 5, "high_mv": 7, "time_ms": 80}),
        ("pilot trades low_mv and high_mv", "pilot", {"low_mv": 7, "high_mv": 5, "time_ms": 40}),
        ("lock.locked is false", "lock", {"locked": False}),
        ("back_off.waits_ms.0 is gone", "back_off", {"waits_ms": [20]}),
        ("back_off.waits_ms.1 is twice as long", "back_off", {"waits_ms": [10, 40]}),
        ("back_off.waits_ms trades 0 and 1", "back_off", {"waits_ms": [20, 10]}),
    ],
)
def test_a_models_figures_change_as_said(name: str, table: str, wanted: object) -> None:
    """One value is another or gone, or two of one unit are traded; all else stays."""
    [values] = [m.values for m in mutants_of_model("small", MODEL) if m.name == f"small: {name}"]
    assert values == {**MODEL, table: wanted}


def test_only_the_safety_part_of_a_model_is_mutated() -> None:
    """Colours, names and keys are not the safety module's."""
    assert not [m.name for m in mutants_of_model("small", MODEL) if "colours" in m.name or ": name" in m.name]


# --- the court ---


def test_verdicts_come_from_forks_and_a_dead_one_is_a_kill() -> None:
    """What a mutant breaks, it breaks in its own process."""

    def dies() -> Verdict:
        raise SystemExit

    works = iter([("fine", lambda: Verdict("", SURVIVED))])
    assert [(v.mutant, v.outcome) for v in side_by_side(works, workers=2)] == [("fine", SURVIVED)]
    with pytest.raises(StoppedError, match="the court itself failed: SystemExit"):
        list(side_by_side(iter([("bad", dies)]), workers=1))


def test_a_session_tells_until_it_is_stopped() -> None:
    """What it told before counts; why it stopped is raised."""

    def session(tell: object) -> None:
        assert callable(tell)
        tell(Verdict("one", KILLED))
        raise StoppedError("a test is red")

    told = told_by(session)
    assert next(told).mutant == "one"
    with pytest.raises(StoppedError, match="a test is red"):
        next(told)


def test_what_hangs_is_stopped() -> None:
    """By the CPU it takes."""
    with Hanging(0.05) as hanging:
        while True:
            pass
    assert hanging.told
    assert not issubclass(HangsError, Exception)


HEARING = """
import sys
sys.path.insert(0, {tests!r})
from dataclasses import dataclass
from support.mutants.court import judge_living
@dataclass
class Case:
    name: str
    place: str = "judged:answer"
def install(case, items):
    import judged
    if case.name == "refused":
        raise ValueError("no")
    judged.CASE = case.name
cases = [Case(name) for name in ("noticed", "not noticed", "refused", "endless")]
for verdict in judge_living(cases, {selection!r}, install, 2):
    print(verdict.mutant, verdict.outcome, sep=": ")
"""
JUDGED = """
CASE = ""
def answer() -> int:
    while CASE == "endless":
        pass
    return 2 if CASE == "noticed" else 1
"""


def heard(tmp_path: Path, test: str) -> subprocess.CompletedProcess[str]:
    """A hearing in a process of its own, by one small test."""
    (tmp_path / "judged.py").write_text(JUDGED, encoding="utf-8")
    (tmp_path / "test_small.py").write_text(textwrap.dedent(test), encoding="utf-8")
    script = HEARING.format(tests=str(ROOT / "tests"), selection=("--rootdir", str(tmp_path), str(tmp_path)))
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_hearing_tells_what_became_of_each(tmp_path: Path) -> None:
    """Noticed, not noticed, refused before any test, and stopped because a test never ended."""
    hearing = heard(
        tmp_path,
        """
        import judged
        def test_answer() -> None:
            assert judged.answer() == 1
        """,
    )
    assert sorted(hearing.stdout.splitlines()) == [
        "endless: hangs",
        "not noticed: survived",
        "noticed: killed",
        "refused: refused",
    ], hearing.stderr


def test_a_test_that_is_red_by_itself_cannot_judge(tmp_path: Path) -> None:
    """The hearing ends before it begins, and names the test."""
    hearing = heard(tmp_path, "def test_red() -> None:\n    assert False\n")
    assert "test_small.py::test_red fails without any mutant" in hearing.stderr
    assert hearing.stdout == ""


# --- the record ---


def test_the_record_is_held_against_a_run(tmp_path: Path) -> None:
    """Nobody's survivor, and an explanation whose mutant is noticed by now or exists no longer."""
    record = tmp_path / "0000-record.md"
    record.write_text(
        "# Why\n\nBecause.\n\n```mutants\nold one\nknown one\nlost one\n```\n", encoding="utf-8"
    )
    explained = explained_in(record)
    assert explained == ("old one", "known one", "lost one")
    survivors, judged = ["known one", "new one"], ["known one", "new one", "old one"]
    part = compare(survivors, judged, explained, whole=False)
    assert (part.unexplained, part.outdated) == (("new one",), ("old one",))
    assert compare(survivors, judged, explained, whole=True).outdated == ("old one", "lost one")
