"""What the launcher starts: ``python -m pilotline.runtime.child MODULE OPTIONS``, one process of a station.

structlog loads rich, a library for terminals, wherever it is installed: 4 MiB and a tenth of a second in each
process. A child has no terminal and logs JSON: here rich is as if it were not installed, which is enough.
"""

import sys
from importlib import import_module


def main() -> None:
    """Run the module's own ``main``, which finds its options where it would find them as a program."""
    sys.modules["rich"] = None  # pyright: ignore[reportArgumentType] - how an import is made to fail
    del sys.argv[0]
    import_module(sys.argv[0]).main()


if __name__ == "__main__":
    main()
