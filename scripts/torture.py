"""``make torture [N=1000]``: N kills of stations in the middle of sessions, then the books are judged.

N counts kills. Stations run side by side, each with its own folder and an unkind backend of its own. Exit
code 1 when anything is wrong; the seed that is printed finds it again (as far as real time allows).
"""

import argparse
import asyncio
import random
import resource
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support.torture import Verdict, torture


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", nargs="?", type=int, default=1_000)
    parser.add_argument("--stations", type=int, default=6)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    options = parser.parse_args()
    print(f"{options.kills} kills, {options.stations} stations, seed {options.seed}", flush=True)
    began, done = time.perf_counter(), 0

    def tell(_what: str) -> None:
        nonlocal done
        done += 1
        if done % 50 == 0:
            print(f"  {done} kills after {time.perf_counter() - began:.0f} s", flush=True)

    verdicts = asyncio.run(torture(options.kills, options.stations, options.seed, tell))
    return report(verdicts, time.perf_counter() - began)


def report(verdicts: list[Verdict], seconds: float) -> int:
    """Print what became of each station; 1 when one has complaints."""
    for verdict in verdicts:
        state = "right" if not verdict.complaints else "WRONG"
        counts = f"{verdict.kills} kills, {verdict.sessions} sessions, {verdict.energy_wh} Wh"
        print(f"{verdict.station}: {counts}: {state}")
        for complaint in verdict.complaints:
            print(f"    {complaint}")
    kills, sessions = sum(v.kills for v in verdicts), sum(v.sessions for v in verdicts)
    print("kills struck in: " + counted(sum((v.struck for v in verdicts), Counter[str]())))
    print("moods of the backend: " + counted(sum((v.moods for v in verdicts), Counter[str]())))
    cpu = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = cpu.ru_utime + cpu.ru_stime
    print(f"{kills} kills, {sessions} sessions, {seconds:.0f} s, {used:.0f} CPU s of the stations")
    return 1 if any(verdict.complaints for verdict in verdicts) else 0


def counted(counts: Counter[str]) -> str:
    """The most frequent first."""
    return ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "nothing"


if __name__ == "__main__":
    sys.exit(main())
