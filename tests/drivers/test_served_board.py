"""A board behind a socket, from the safety module's side: the newest sample, signs of life, a broken port."""

import socket
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from pilotline.drivers.boards.ports import PortError
from pilotline.drivers.boards.served import KIND, REPEAT_MS, WATCHDOG_MS, ServedBoard, packet, read_outputs
from pilotline.drivers.lines import listen_at
from pilotline.vocabulary.board import Light, Outputs, Sample
from pilotline.vocabulary.pilot import STATE_F, PilotMode, PilotOutput
from pilotline.vocabulary.time import MS

PWM = Outputs(PilotOutput(PilotMode.PWM, 5_333), relay=True, lock=True, light=Light(1, 2, 3))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "samples"


@pytest.fixture
def listener(path: Path) -> Generator[socket.socket]:
    with closing(listen_at(path, KIND)) as found:
        found.setblocking(True)
        yield found


@pytest.fixture
def board(listener: socket.socket, path: Path) -> Generator[ServedBoard]:
    with closing(ServedBoard(path)) as found:
        yield found


@pytest.fixture
def world(board: ServedBoard, listener: socket.socket) -> Generator[socket.socket]:
    with closing(listener.accept()[0]) as found:
        yield found


def said(world: socket.socket) -> list[Outputs]:
    found: list[Outputs] = []
    world.setblocking(False)
    try:
        while True:
            found.append(read_outputs(world.recv(4096)))
    except BlockingIOError:
        return found


def test_the_newest_sample_counts_and_is_stamped_with_the_modules_time(
    world: socket.socket, board: ServedBoard
) -> None:
    """Those before it are how things were; without a new one they are as they were."""
    assert board.sample(0) is None
    for mv in (12_000, 9_000, 6_000):
        world.send(packet(Sample(77, pilot_high_mv=mv)))
    assert board.sample(5) == Sample(5, pilot_high_mv=6_000)
    assert board.sample(6) == Sample(6, pilot_high_mv=6_000)


def test_outputs_go_out_at_once_and_again_as_a_sign_of_life(world: socket.socket, board: ServedBoard) -> None:
    """What was wanted last, every ``REPEAT_MS`` at the latest."""
    world.send(packet(Sample(0)))
    board.sample(0)
    board.obey(PWM)
    assert said(world) == [Outputs(), PWM]
    board.sample(REPEAT_MS * MS - 1)
    assert said(world) == []
    board.sample(REPEAT_MS * MS)
    assert said(world) == [PWM]


def test_made_safe_the_relay_opens_and_the_plug_stays(world: socket.socket, board: ServedBoard) -> None:
    """It may still carry current."""
    board.obey(PWM)
    board.make_safe()
    assert said(world)[-1] == PWM._replace(relay=False, pilot=STATE_F)


@pytest.mark.requirement("R-45")
def test_samples_that_stop_are_a_broken_port(world: socket.socket, board: ServedBoard) -> None:
    """From the watchdog's time on; the first is waited for as long."""
    board.sample(0)
    board.sample(WATCHDOG_MS * MS)
    world.send(packet(Sample(0)))
    board.sample(WATCHDOG_MS * MS + 1)
    board.sample(2 * WATCHDOG_MS * MS + 1)
    with pytest.raises(PortError, match="have stopped"):
        board.sample(2 * WATCHDOG_MS * MS + 2)


def test_a_module_that_stood_still_believes_the_samples_that_waited(
    world: socket.socket, board: ServedBoard
) -> None:
    """It is its own lateness, and no silence of the world."""
    board.sample(0)
    world.send(packet(Sample(0)))
    assert board.sample(10 * WATCHDOG_MS * MS) is not None


def test_a_world_that_went_is_a_broken_port_and_making_safe_is_no_error(
    world: socket.socket, board: ServedBoard
) -> None:
    """Its watchdog opens, and nobody is left to tell."""
    world.close()
    with pytest.raises(PortError, match="has gone"):
        board.sample(0)
    with pytest.raises(PortError, match="has gone"):
        board.obey(PWM)
    board.make_safe()


def test_a_world_that_reads_nothing_is_a_broken_port(world: socket.socket, board: ServedBoard) -> None:
    """What it does not take it does not obey."""

    def obey_for_ever() -> None:
        while True:
            board.obey(PWM)

    with pytest.raises(PortError, match="reads nothing"):
        obey_for_ever()


def test_what_is_no_sample_is_a_broken_port(world: socket.socket, board: ServedBoard) -> None:
    """Another version, or another program."""
    world.send(b'{"pilot": 9}')
    with pytest.raises(PortError, match="is no sample"):
        board.sample(0)


def test_where_nobody_serves_is_a_sentence(path: Path) -> None:
    with pytest.raises(PortError, match="Nobody serves samples at"):
        ServedBoard(path)
