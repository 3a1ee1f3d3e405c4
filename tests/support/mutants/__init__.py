"""Mutants of the safety module: small mistakes in its code and its data, and a court that has to notice each.

``of_code``, ``of_rows`` and ``of_models`` make them, ``court`` judges them by the tests there are, and
``record`` knows which survivors a decision record has explained. ``scripts/mutants.py`` puts them together.
"""
