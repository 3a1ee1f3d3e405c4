"""The planted bugs of ``tests/planted``, each shown to all four judges: which of them find it, and by what.

Exit code 1 when a bug is found by others than its patch names; ``--write`` writes down who found it instead.
"""

import argparse
import resource
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support.planted import JUDGES, Planted, all_planted, ask, copy_of


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="write into each patch who found it")
    parser.add_argument("names", nargs="*", help="only these bugs")
    options = parser.parse_args()
    wanted = [bug for bug in all_planted() if not options.names or bug.name in options.names]
    found = {bug.name: show(bug) for bug in wanted}
    counts = Counter(judge for judges in found.values() for judge in judges)
    print(f"{len(found)} bugs; found by " + ", ".join(f"{judge} {counts[judge]}" for judge in JUDGES), end="")
    print(f"; {spent():.0f} s of CPU")
    others = [bug for bug in wanted if found[bug.name] != bug.found_by]
    for bug in others:
        print(f"{bug.name}: its patch names {', '.join(bug.found_by)}; it was {', '.join(found[bug.name])}.")
        if options.write:
            write(bug, found[bug.name])
    few = [name for name, judges in found.items() if len(judges) < 2]
    return 1 if few or (others and not options.write) else 0


def show(bug: Planted) -> tuple[str, ...]:
    """Ask all four; print one line, and who found it."""
    with TemporaryDirectory() as folder:
        found = ask(copy_of(bug.patch, Path(folder)), bug.slices, bug.begin, JUDGES)
    judges = tuple(name for name, what in found.items() if what)
    marks = " ".join(f"{name if name in judges else '-':<9}" for name in JUDGES)
    print(f"{bug.name:<34} {marks} {bug.words}", flush=True)
    for name in judges:
        print(f"{'':<34} {name}: {(found[name] or '')[:90]}", flush=True)
    return judges


def write(bug: Planted, judges: tuple[str, ...]) -> None:
    """Put the names into the patch's head."""
    lines = bug.patch.read_text(encoding="utf-8").splitlines(keepends=True)
    head = [f"Found by: {', '.join(judges)}\n" if line.startswith("Found by: ") else line for line in lines]
    bug.patch.write_text("".join(head), encoding="utf-8")


def spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
