"""The tables that explain the station to people: one code, one sentence, one place."""

import re

import pytest

from pilotline.station import waits
from pilotline.station.waits import WAITS, Wait
from pilotline.vocabulary.limits import SOURCES


def test_every_wait_of_the_module_is_in_the_table() -> None:
    """A row that is defined and not listed would be a reason nobody can look up."""
    assert {value for value in vars(waits).values() if isinstance(value, Wait)} == set(WAITS)


def test_codes_are_unique_words() -> None:
    """One code, one sentence."""
    codes = [wait.code for wait in WAITS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch("[a-z_]+", code) for code in codes)


@pytest.mark.requirement("E-30")
def test_limit_sources_have_names_of_their_own_and_codes_of_the_product() -> None:
    """Several sources may share a code 0 to 5, and then share its name; a name is one source's."""
    assert len({source.name for source in SOURCES}) == len(SOURCES)
    assert {source.code for source in SOURCES} == set(range(6))
    assert len({(source.code, source.code_name) for source in SOURCES}) == 6
