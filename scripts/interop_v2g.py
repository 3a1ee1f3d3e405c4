"""``make interop-v2g``: a foreign car at our charger, and our car at a foreign charger.

The foreign side is EcoG's stack (the wheel `iso15118`), in an environment of its own in `.venv-interop`,
since its pins clash with ours. Both sides run on this machine, each in a network namespace, with a pair of
virtual Ethernet interfaces for the cable: link-local addresses, multicast and TCP are real. Each conversation
is judged by what both sides say of its end. Exit code 1 when one did not end in order, 3 where nothing can
be run here.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
HOME = ROOT / ".venv-interop"
PYTHON = HOME / "bin" / "python"
LOGS = HOME / "logs"
WHEELS = ("iso15118==0.31.2", "aiofile==3.12.3")
"""The wheel's car imports aiofile and does not ask for it."""
MARK = HOME / "installed"
CANNOT = 3
TRIES = 3
"""How often a conversation may begin anew because the foreign side's JVM was slower than a car waits."""
READY_S, TALK_S, LEAVING_S = 90.0, 60.0, 10.0
JVM = {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx128m"}
URGENT = ("nice", "-n", "-15")
"""The JVM answers in 20 to 60 ms when nothing else runs, and a car's timer in the charge loop is 250 ms."""


@dataclass(frozen=True)
class Trial:
    """One conversation to be had."""

    car: str
    charger: str
    protocol: str
    run: Callable[["Cable", "Trial"], "Outcome"]


@dataclass(frozen=True)
class Outcome:
    """What both sides said in the end, and whether that is in order. ``again``: the JVM was too slow."""

    fine: bool
    car: str
    charger: str
    again: bool = False


@dataclass(frozen=True)
class Cable:
    """Two namespaces and an interface in each."""

    car: str
    charger: str
    car_end: str = "car0"
    charger_end: str = "chg0"


# --- what is needed -------------------------------------------------------------------------------


def missing() -> list[str]:
    """Sentences of what is not here, and how to have it."""
    told: list[str] = []
    if sys.platform != "linux":
        told.append("Network namespaces are Linux's own; run this on Linux.")
    if os.geteuid() != 0:
        told.append("Network namespaces need root: sudo make interop-v2g")
    if shutil.which("ip") is None:
        told.append("The command ip is missing: apt-get install iproute2")
    if shutil.which("java") is None:
        told.append("EcoG's EXI codec needs a JVM: apt-get install default-jre-headless")
    return told


def install() -> None:
    """Make the foreign environment, once."""
    wanted = "\n".join(WHEELS)
    if MARK.exists() and MARK.read_text(encoding="utf-8") == wanted:
        return
    print(f"Installing {' and '.join(WHEELS)} into {HOME.name} ...", flush=True)
    uv = str(BIN / "uv")
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(HOME)], check=True)
    subprocess.run([uv, "pip", "install", "--quiet", "--python", str(PYTHON), *WHEELS], check=True)
    MARK.write_text(wanted, encoding="utf-8")


@contextmanager
def cable() -> Generator[Cable]:
    """The namespaces exist as long as the block runs; their names are this process's own."""
    made = Cable(f"pilotline-car-{os.getpid()}", f"pilotline-charger-{os.getpid()}")
    ends = ((made.car, made.car_end), (made.charger, made.charger_end))
    try:
        for namespace, _ in ends:
            ip("netns", "add", namespace)
        ip("link", "add", made.car_end, "netns", made.car, "type", "veth",
           "peer", "name", made.charger_end, "netns", made.charger)  # fmt: skip
        for namespace, end in ends:
            without_delay(namespace, end)
            for each in (end, "lo"):  # the wheel's JVM is spoken to over loopback
                ip("-n", namespace, "link", "set", each, "up")
        for namespace, end in ends:
            wait_for(
                lambda n=namespace, e=end: "fe80:" in ip("-n", n, "-6", "addr", "show", e), 5, "an address"
            )
        yield made
    finally:
        for namespace, _ in ends:
            ip("netns", "del", namespace, check=False)


def without_delay(namespace: str, end: str) -> None:
    """No duplicate-address detection: on a cable of two it only takes a second."""
    setting = f"/proc/sys/net/ipv6/conf/{end}/accept_dad"
    ip("netns", "exec", namespace, "sh", "-c", f"echo 0 > {setting}")


def ip(*arguments: str, check: bool = True) -> str:
    command = [shutil.which("ip") or "ip", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=check).stdout


# --- the four sides -------------------------------------------------------------------------------


@contextmanager
def started(
    name: str, namespace: str, command: Sequence[str | Path], **env: str
) -> Generator[tuple["subprocess.Popen[bytes]", Path]]:
    """A program in a namespace, its words in a file; it is ended with the block."""
    log = LOGS / f"{name}.log"
    with log.open("wb") as file:
        words = ["ip", "netns", "exec", namespace, *map(str, command)]
        program = subprocess.Popen(words, stdout=file, stderr=file, env={**os.environ, **JVM, **env})
    try:
        yield program, log
    finally:
        program.terminate()
        try:
            program.wait(10)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


FOREIGN_CARS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "din": ("DIN/evcc_config.json", (), "CurrentDemandRes"),
    "iso2": ("iso15118_2/evcc_config_eim_dc.json", (), "CurrentDemandRes"),
    "iso2-ac": ("iso15118_2/evcc_config_eim_ac.json", ("--ac",), "ChargingStatusRes"),
}
"""Its configuration, what our charger has to be, and the answer in the charge loop."""
OUR_CARS = {
    "din": ("--protocol", "din"),
    "iso2": ("--protocol", "iso2"),
    "iso2-ac": ("--protocol", "iso2", "--ac", "--current", "32"),
}


def foreign_car(made: Cable, trial: Trial) -> Outcome:
    """EcoG's car at `pilotline secc`."""
    config, more, loop = FOREIGN_CARS[trial.protocol]
    examples = next(HOME.glob("lib/python*/site-packages/iso15118/shared/examples/evcc"))
    ours = [BIN / "pilotline", "secc", "--interface", made.charger_end, "--once", *more]
    theirs = [*URGENT, PYTHON, "-m", "iso15118.evcc.main", examples / config]
    with started(f"{trial.protocol}-our-charger", made.charger, ours) as (secc, secc_log):
        wait_for(lambda: "It waits for a car" in words(secc_log), READY_S, "our charger", secc)
        with started(f"{trial.protocol}-ecog-car", made.car, theirs, NETWORK_INTERFACE=made.car_end) as (
            evcc,
            log,
        ):
            ended(evcc)
            ended(secc, LEAVING_S)
            said = words(log)
    loops = said.count(f"{loop} received")
    fine = "SessionStopRes received" in said and loops > 0 and "Traceback" not in said
    why = after(said, "Reason: ") or "says nothing of its end"
    verdict = verdict_of(secc_log)
    return Outcome(
        fine and secc.returncode == 0 and verdict.startswith("Terminated:"),
        f"{why} ({loops} × {loop})",
        verdict,
        again="imeout" in why,
    )


def foreign_charger(made: Cable, trial: Trial) -> Outcome:
    """`pilotline evcc` at EcoG's charger."""
    theirs = [*URGENT, PYTHON, ROOT / "scripts" / "foreign_charger.py"]
    battery = ("--soc", "50", "--until-soc", "51", "--capacity", "1")
    ours = [BIN / "pilotline", "evcc", "--interface", made.car_end, *OUR_CARS[trial.protocol], *battery]
    env = {
        "NETWORK_INTERFACE": made.charger_end,
        "PROTOCOLS": "DIN_SPEC_70121,ISO_15118_2",
        "SECC_ENFORCE_TLS": "False",
    }
    with started(f"{trial.protocol}-ecog-charger", made.charger, theirs, **env) as (secc, log):
        wait_for(lambda: "UDP server started" in words(log), READY_S, "EcoG's charger", secc)
        with started(f"{trial.protocol}-our-car", made.car, ours) as (evcc, evcc_log):
            ended(evcc)
        wait_for(lambda: "Session ended in" in words(log), 10, "EcoG's last word", secc)
        said = words(log)
    verdict, where = verdict_of(evcc_log), after(said, "Session ended in ")
    fine = evcc.returncode == 0 and verdict.startswith("Terminated:") and where.startswith("SessionStop ")
    return Outcome(fine, verdict, where, again=verdict.startswith("Too late:"))


def words(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")


def after(text: str, mark: str) -> str:
    """What stands behind the last mark, to the end of its line."""
    _, found, rest = text.rpartition(mark)
    return rest.splitlines()[0].strip() if found else ""


def verdict_of(log: Path) -> str:
    """The line before our last one, which is a summary."""
    lines = [line for line in words(log).splitlines() if line.strip()]
    return lines[-2].strip() if len(lines) > 1 else "said nothing"


def ended(program: "subprocess.Popen[bytes]", most_s: float = TALK_S) -> None:
    """One that does not end in time is ended, and has no exit code of its own then."""
    try:
        program.wait(most_s)
    except subprocess.TimeoutExpired:
        program.terminate()
        program.wait()


class NotReadyError(Exception):
    """Something did not come up; the message is a sentence."""


def wait_for(
    reached: Callable[[], bool], most_s: float, what: str, program: "subprocess.Popen[bytes] | None" = None
) -> None:
    """Look every tenth of a second. Raises NotReadyError when it takes longer, or the program has ended."""
    until = time.perf_counter() + most_s
    while not reached():
        if time.perf_counter() > until:
            raise NotReadyError(f"{what} did not come within {most_s:g} s")
        if program is not None and program.poll() is not None:
            raise NotReadyError(f"{what} ended with exit code {program.returncode}")
        time.sleep(0.1)


# --- all of it ------------------------------------------------------------------------------------

TITLES = {"din": "DIN SPEC 70121, DC", "iso2": "ISO 15118-2, DC", "iso2-ac": "ISO 15118-2, AC"}
TRIALS = tuple(
    Trial(car, charger, protocol, run)
    for car, charger, run in (
        ("EcoG's", "Pilotline's", foreign_car),
        ("Pilotline's", "EcoG's", foreign_charger),
    )
    for protocol in TITLES
)


def had(made: Cable, trial: Trial) -> tuple[Outcome, int]:
    """The outcome, and which try it was."""
    outcome = Outcome(False, "", "")
    for number in range(1, TRIES + 1):
        try:
            outcome = trial.run(made, trial)
        except NotReadyError as error:
            outcome = Outcome(False, "", str(error))
        if outcome.fine or not outcome.again:
            return outcome, number
    return outcome, TRIES


def main() -> int:
    told = missing()
    if told:
        print("make interop-v2g cannot run here.", *told, sep="\n  ", file=sys.stderr)
        return CANNOT
    install()
    LOGS.mkdir(exist_ok=True)
    failed = 0
    with cable() as made:
        for trial in TRIALS:
            begun = time.perf_counter()
            outcome, tries = had(made, trial)
            failed += not outcome.fine
            show(trial, outcome, tries, time.perf_counter() - begun)
    if failed:
        print(f"\n{failed} of {len(TRIALS)} did not end in order; what both said is in {LOGS}.")
    return 1 if failed else 0


def show(trial: Trial, outcome: Outcome, tries: int, took_s: float) -> None:
    """Two lines a conversation, the sides' own words."""
    mark = "complete" if outcome.fine else "NOT COMPLETE"
    again = f", try {tries}" if tries > 1 else ""
    head = f"{TITLES[trial.protocol]:<20}  {trial.car} car, {trial.charger} charger"
    print(f"{head:<58}  {mark}, {took_s:.1f} s{again}")
    print(f"    {trial.car} car: {outcome.car}")
    print(f"    {trial.charger} charger: {outcome.charger}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
