"""What a message of a car costs: EXI beside EXIficient and libcbv2g, import time and memory.

Messages are the first of their kind in the recorded sessions where these are at hand (`PILOTLINE_SHARED`),
else the project's own vectors. Both peers' figures were measured elsewhere, on messages of nearly the same
lengths: EXIficient over py4j warm and in milliseconds, libcbv2g in C. Run: .venv/bin/python bench/exi.py
"""

import gzip
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pilotline.wire.v2g.exi.namespace import Namespace
from pilotline.wire.v2g.exi.schema import Type
from pilotline.wire.v2g.namespaces import DIN, ISO2, NAMESPACES

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("PILOTLINE_SHARED", ROOT.parent / "shared"))
OWN = ROOT / "tests" / "wire" / "v2g" / "own_vectors.jsonl"
TIMES = 3_000
PEERS: dict[tuple[str, str], tuple[str, str]] = {
    ("DIN", "ChargeParameterDiscoveryRes"): ("18.5 / 12.5", "1.02 / 1.01"),
    ("DIN", "CurrentDemandReq"): ("11.6 / 13.5", "0.98 / 0.89"),
    ("DIN", "CurrentDemandRes"): ("14.3 / 12.3", "0.97 / 0.97"),
    ("DIN", "SessionSetupReq"): ("15.5 / 13.0", "0.24 / 0.23"),
    ("DIN", "SessionSetupRes"): ("13.8 / 14.1", "0.54 / 0.46"),
    ("ISO2", "ChargeParameterDiscoveryRes"): ("17.2 / 12.5", "0.69 / 0.51"),
    ("ISO2", "CurrentDemandReq"): ("15.7 / 17.1", "0.57 / 0.47"),
    ("ISO2", "CurrentDemandRes"): ("15.8 / 14.1", "1.20 / 0.87"),
    ("ISO2", "SessionSetupReq"): ("15.4 / 16.7", "0.20 / 0.20"),
    ("ISO2", "SessionSetupRes"): ("14.3 / 15.4", "0.35 / 0.28"),
}
"""EXIficient in ms and libcbv2g in µs, decode / encode."""


def samples() -> dict[tuple[str, str], bytes]:
    """One message of each kind."""
    found: dict[tuple[str, str], bytes] = {}
    for message, data in _recorded() if (SHARED / "captures").is_dir() else _own():
        standard = "DIN" if data[1] == 0x9A else "ISO2"
        if (standard, message) in PEERS:
            found.setdefault((standard, message), data)
    return found


def _recorded() -> Iterator[tuple[str, bytes]]:
    with gzip.open(SHARED / "captures" / "sessions.jsonl.gz", "rt") as file:
        for line in file:
            payload = json.loads(line)
            yield payload["message"], bytes.fromhex(payload["exi"])


def _own() -> Iterator[tuple[str, bytes]]:
    for line in reversed(OWN.read_text().splitlines()):  # the full ones
        vector = json.loads(line)
        if vector["root"] == "document":
            yield vector["message"], bytes.fromhex(vector["exi"])


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Median and p99 in µs."""
    taken: list[float] = []
    for _ in range(TIMES):
        begin = time.perf_counter()
        work()
        taken.append(1e6 * (time.perf_counter() - begin))
    return statistics.median(taken), statistics.quantiles(taken, n=100)[98]


def measure(namespace: Namespace, data: bytes) -> str:
    """Decode / encode of one message."""
    name, value = namespace.decode(data)
    read, read_p99 = timed(lambda: namespace.decode(data))
    write, write_p99 = timed(lambda: namespace.encode(name, value))
    slow, _ = timed_slow(namespace, name, value)
    text = f"{read:.1f} / {write:.1f} µs (p99 {read_p99:.0f} / {write_p99:.0f})"
    return f"{text}, {len(data)} bytes, interpreter {slow:.0f} µs"


def timed_slow(namespace: Namespace, name: str, value: Type) -> tuple[float, float]:
    """The oracle's encode, to see what generating is worth."""
    taken: list[float] = []
    for _ in range(100):
        begin = time.perf_counter()
        namespace.write_slowly(name, value, namespace.document_codes)
        taken.append(1e6 * (time.perf_counter() - begin))
    return statistics.median(taken), max(taken)


COLD = """
import time
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4
begin, before = time.perf_counter(), resident()
from pilotline.wire.v2g.namespaces import NAMESPACES
for each in NAMESPACES.values():
    each.warm()
took = time.perf_counter() - begin
print(1e3 * took, (resident() - before) / 1024)
"""


def cold() -> str:
    """Import and warming of all namespaces in a new process: median of five."""
    runs = [subprocess.run([sys.executable, "-c", COLD], capture_output=True, check=True) for _ in range(5)]
    figures = [tuple(map(float, run.stdout.split())) for run in runs]
    took, grown = (statistics.median(column) for column in zip(*figures, strict=True))
    return f"{took:.0f} ms, {grown:.1f} MiB"


def exificient(found: dict[tuple[str, str], bytes]) -> dict[tuple[str, str], str]:
    """The same messages by EXIficient in this run, where `PILOTLINE_ISO15118` names a Python that has it."""
    python = os.environ.get("PILOTLINE_ISO15118")
    if python is None:
        return {}
    uris = {"DIN": DIN.uri, "ISO2": ISO2.uri}
    lines = [json.dumps([uris[standard], data.hex()]) for (standard, _), data in found.items()]
    options = {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx128m", **os.environ}
    script = Path(__file__).with_name("exificient.py")
    run = subprocess.run(
        [python, script], input="\n".join(lines), capture_output=True, text=True, check=True, env=options
    )
    figures = [json.loads(line) for line in run.stdout.splitlines()]
    texts = [f"EXIficient in this run {read:.1f} / {write:.1f} ms, " for read, write in figures]
    return dict(zip(found, texts, strict=True))


def rows() -> list[tuple[str, str, str]]:
    """What, how much, and the peers' figures."""
    messages = samples()
    live = exificient(messages)
    found = [
        (
            f"EXI {standard} {message}",
            measure(DIN if standard == "DIN" else ISO2, data),
            live.get((standard, message), "")
            + "EXIficient {} ms, libcbv2g {} µs".format(*PEERS[standard, message]),
        )
        for (standard, message), data in sorted(messages.items())
    ]
    return [*found, (f"EXI, import and warm {len(NAMESPACES)} namespaces", cold(), "a JVM: 0.8 s, 154 MB")]


if __name__ == "__main__":
    print(f"against {'recorded sessions' if (SHARED / 'captures').is_dir() else OWN.name}")
    for what, figure, peers in rows():
        print(f"{what:<40} {figure:<70} {peers}")
