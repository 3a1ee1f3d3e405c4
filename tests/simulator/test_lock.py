"""The lock's bolt: its travel, and what can go wrong with it."""

from pilotline.simulator.actions import LockFault
from pilotline.simulator.lock import Lock, LockConfig
from pilotline.vocabulary.board import LockPosition
from pilotline.vocabulary.time import MS


def test_the_bolt_travels_300_ms() -> None:
    """Between command and arrival the feedback says that it moves, and a moving bolt already holds."""
    lock = Lock(LockConfig())
    lock.command(True, 0)
    assert (lock.position, lock.due, lock.holds) == (LockPosition.MOVING, 300 * MS, True)
    lock.settle(300 * MS)
    assert (lock.position, lock.due) == (LockPosition.LOCKED, None)


def test_a_repeated_command_does_not_start_the_travel_again() -> None:
    """The motor is not driven anew by the same outputs."""
    lock = Lock(LockConfig())
    lock.command(True, 0)
    lock.command(True, 200 * MS)
    assert lock.due == 300 * MS


def test_a_jammed_lock_stays_where_it_is() -> None:
    """Jammed while locked, it does not open; mended, it goes where it was sent."""
    lock = Lock(LockConfig(), locked=True)
    lock.break_down(LockFault.JAMMED, 0)
    lock.command(False, 0)
    assert (lock.position, lock.due) == (LockPosition.LOCKED, None)
    lock.break_down(LockFault.NONE, 0)
    lock.settle(300 * MS)
    assert lock.position is LockPosition.OPEN


def test_a_bolt_can_jam_in_the_middle() -> None:
    """A fault during the travel leaves the feedback at moving."""
    lock = Lock(LockConfig())
    lock.command(True, 0)
    lock.break_down(LockFault.JAMMED, 100 * MS)
    lock.settle(400 * MS)
    assert lock.position is LockPosition.MOVING


def test_a_missing_lock_gives_no_feedback() -> None:
    """The bolt is where it was, but nothing says so."""
    lock = Lock(LockConfig(), locked=True)
    lock.break_down(LockFault.MISSING, 0)
    assert (lock.position, lock.holds) == (LockPosition.NONE, True)


def test_a_tethered_cable_has_no_lock() -> None:
    """A command to a lock that is not fitted does nothing."""
    lock = Lock(LockConfig(fitted=False))
    lock.command(True, 0)
    assert (lock.position, lock.holds, lock.due) == (LockPosition.NONE, False, None)
