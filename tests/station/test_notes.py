"""What a person should know of how the station is set up."""

import pytest

from pilotline.models.reader import load_charger
from pilotline.station.keys import BY_NAME, KeyStore
from pilotline.station.notes import NO_TIME, notes

KEY = "c_VoltageProtectionOffset"


def keys(volts: int) -> KeyStore:
    store = KeyStore(load_charger("evnet-7kw-s").key_defaults)
    store.change(BY_NAME[KEY.lower()], str(volts))
    return store


@pytest.mark.requirement("E-06")
def test_a_schedule_without_the_time_is_of_note() -> None:
    """And without a schedule nobody misses the time."""
    store = keys(0)
    assert notes(store, clock_known=False) == ()
    store.change(BY_NAME["c_chargeschedule"], "Mo 08:00-09:00 0")
    assert notes(store, clock_known=True) == ()
    assert notes(store, clock_known=False) == (NO_TIME.of(),)


def test_as_shipped_there_is_nothing_of_note() -> None:
    """No sentence bothers who changed nothing."""
    assert notes(keys(0)) == ()


@pytest.mark.requirement("R-10")
@pytest.mark.parametrize("volts", [1, 23])
def test_a_widened_window_is_no_pen_device(volts: int) -> None:
    """The sentence names the volts, what is lost, and the key that brings it back."""
    (note,) = notes(keys(volts))
    assert f"widened by {volts} V" in note
    assert "broken PEN" in note
    assert f"{KEY} to 0" in note
    assert "no PEN device" in BY_NAME[KEY.lower()].help
