"""The register of requirements, its reader and the plugins that link tests to it."""

import json
from collections import Counter
from pathlib import Path

import pytest

from support import register
from support.again import REAL_TIME, TESTS, in_real_time
from support.register import ID, PARTS, Register, Row, Trial, Verdict, judge
from support.skips import skip_line

REGISTER = register.load()


def judged(stage: register.Stage, *outcomes: str) -> register.Judged:
    book = Register(closed_stages=(1,), requirements={"E-01": Row(text="It is.", stage=stage)})
    return judge(book, {"E-01": [Trial(f"test_{n}", outcome) for n, outcome in enumerate(outcomes)]})[0]


def test_ids_are_well_formed() -> None:
    """Every id is a letter of E, M, P, R and two digits."""
    assert [key for key in REGISTER.requirements if not ID.fullmatch(key)] == []


def test_every_row_is_one_sentence() -> None:
    """Every row says its fact in one line that ends with a full stop."""
    wrong = [
        key for key, row in REGISTER.requirements.items() if "\n" in row.text or not row.text.endswith(".")
    ]
    assert wrong == []


def test_stages_exist() -> None:
    """Every row's stage is a part of the plan or later, and it is begun only before it is completed."""
    for key, row in REGISTER.requirements.items():
        stages = [*row.earlier, PARTS.stop if row.stage == "later" else row.stage]
        assert stages == sorted(set(stages)), key
        assert set(stages) <= {*PARTS, PARTS.stop}, key


def test_closed_stages_exist() -> None:
    """Closed stages are parts of the plan, each named once."""
    assert set(REGISTER.closed_stages) <= set(PARTS)
    assert len(set(REGISTER.closed_stages)) == len(REGISTER.closed_stages)


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        (("passed", "skipped"), Verdict.PASSED),
        (("passed", "failed"), Verdict.FAILED),
        (("skipped", "xfailed", "not run"), Verdict.NONE),
        ((), Verdict.NONE),
    ],
)
def test_a_row_is_judged_by_its_tests(outcomes: tuple[str, ...], verdict: Verdict) -> None:
    """One failure spoils a row, one pass proves it, and a skip proves nothing."""
    assert judged(1, *outcomes).verdict is verdict


def test_only_closed_rows_break() -> None:
    """A row without a passing test is an error when its part is closed, and planned before."""
    assert judged(1, "skipped").broken
    assert not judged(1, "passed").broken
    assert not judged(2).broken
    assert not judged("later", "failed").broken


def test_an_unknown_id_is_a_collection_error(pytester: pytest.Pytester) -> None:
    """A test that names a requirement nobody wrote down is refused before it runs."""
    run = run_inner(pytester, "@pytest.mark.requirement('E-99')\ndef test_it(): pass")
    run.assert_outcomes(errors=1)
    run.stdout.fnmatch_lines(["*no such row in docs/requirements.toml: E-99*"])


def test_an_empty_mark_is_a_collection_error(pytester: pytest.Pytester) -> None:
    """A requirement mark without an id is refused."""
    run = run_inner(pytester, "class TestIt:\n    @pytest.mark.requirement()\n    def test_it(self): pass")
    run.assert_outcomes(errors=1)


def test_the_report_links_rows_to_tests(pytester: pytest.Pytester) -> None:
    """The report holds each id with the tests that name it and how they ended."""
    body = """
        pytestmark = pytest.mark.requirement("E-01")
        def test_good(): pass
        @pytest.mark.requirement("R-05")
        def test_bad(): assert False
        def test_absent(): pytest.skip("no car")
        @pytest.mark.xfail
        def test_hoped(): assert False
        @pytest.fixture
        def leaky():
            yield
            raise RuntimeError
        def test_leaky(leaky): pass
    """
    path = pytester.path / "report.json"
    run_inner(pytester, body, "--requirements-report", str(path))
    report = {key: dict(trials) for key, trials in json.loads(path.read_text()).items()}
    named = {test.split("::")[-1]: outcome for test, outcome in report["E-01"].items()}
    assert named == {
        "test_good": "passed",
        "test_bad": "failed",
        "test_absent": "skipped",
        "test_hoped": "xfailed",
        "test_leaky": "failed",
    }
    assert list(report["R-05"].values()) == ["failed"]


def test_absent_external_data_skips(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without external data its tests are skipped, and the run says how many and why in one line."""
    monkeypatch.setenv("PILOTLINE_SHARED", str(pytester.path / "nowhere"))
    run = run_inner(pytester, "def test_it(shared_data): pass\ndef test_too(shared_data): pass")
    run.assert_outcomes(skipped=2)
    assert run.outlines[-2].startswith("Skipped 2: 2 × no external data at ")
    assert "2 skipped" in run.outlines[-1]


def test_present_external_data_forbids_skips(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where external data exists, a test of it that skips itself has failed; other skips stay skips."""
    monkeypatch.setenv("PILOTLINE_SHARED", str(tmp_path))
    body = "def test_it(shared_data): pytest.skip('no file')\ndef test_other(): pytest.skip('no root')"
    run = run_inner(pytester, body)
    run.assert_outcomes(failed=1, skipped=1)
    run.stdout.fnmatch_lines(["*Skipped although the external data is at *: no file"])


def test_skips_are_told_in_one_line() -> None:
    """The line of skips names the most frequent reason first, and says so when nothing was skipped."""
    assert skip_line(Counter({"no root": 1, "no\ncar": 2})) == "Skipped 3: 2 × no car; 1 × no root"
    assert skip_line(Counter()) == "Skipped: nothing."


def run_inner(pytester: pytest.Pytester, body: str, *args: str) -> pytest.RunResult:
    """Run pytest with our plugins on a module of its own."""
    pytester.makeini("[pytest]\nmarkers =\n    requirement(id): the row it proves")
    lines = [line.removeprefix("        ") for line in body.splitlines()]
    pytester.makepyfile("\n".join(["import pytest", *lines]))
    plugins = [arg for name in ("requirements", "shared", "skips") for arg in ("-p", f"support.{name}")]
    return pytester.runpytest_inprocess("--disable-plugin-autoload", *plugins, "--strict-markers", *args)


def test_only_a_test_in_real_time_is_asked_again() -> None:
    """A machine that stands still excuses a test of processes; nothing excuses one on simulated time."""
    asked = {path.name for path in TESTS.iterdir() if path.is_dir() and in_real_time(path / "test_x.py")}
    assert asked == REAL_TIME
    assert not in_real_time(TESTS / "scenarios" / "test_story.py")
    assert not in_real_time(TESTS.parent / "elsewhere.py")
