"""What a board's author provides (``ports``), three ways to have it (``soft``, ``mock``, ``simulated``), and
the :class:`~pilotline.drivers.boards.board.Board` that makes samples of it and obeys the safety module."""
