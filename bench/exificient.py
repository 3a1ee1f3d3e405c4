"""EXIficient at the same messages: a script for an environment of its own, which `bench/exi.py` calls.

The wheel `iso15118` cannot live beside our dependencies, and needs a JVM. Make it a place, name its Python:

    python3 -m venv elsewhere && elsewhere/bin/pip install iso15118 aiofile
    PILOTLINE_ISO15118=elsewhere/bin/python .venv/bin/python bench/exi.py

Standard input is lines of JSON [namespace, hex]; for each a line [decode ms, encode ms], warm medians.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

WARM, TIMES = 40, 30


def timed(work: Callable[[], object]) -> float:
    """Median in ms, once warm."""
    taken: list[float] = []
    for run in range(WARM + TIMES):
        begin = time.perf_counter()
        work()
        if run >= WARM:
            taken.append(1e3 * (time.perf_counter() - begin))
    return statistics.median(taken)


def main() -> None:
    """Every line of standard input."""
    codec: Any = import_module("iso15118.shared.exificient_exi_codec").ExificientEXICodec()
    for line in sys.stdin:
        namespace, text = json.loads(line)
        data = bytes.fromhex(text)
        message = codec.decode(data, namespace)
        read = timed(partial(codec.decode, data, namespace))
        write = timed(partial(codec.encode, message, namespace))
        print(json.dumps([read, write]), flush=True)


if __name__ == "__main__":
    main()
