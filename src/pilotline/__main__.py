"""``python -m pilotline``."""

from pilotline.cli.main import main

main()
