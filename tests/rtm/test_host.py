"""The host's permit and its silence."""

import pytest

from pilotline.rtm.host import HostWatch
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import (
    LINK_PROTOCOL,
    ClearFaults,
    Hello,
    HostAlive,
    Identity,
    Light,
    Permit,
    SetLight,
)
from pilotline.vocabulary.pilot import PilotMode, PilotState
from support.rtm_plant import SOCKET, TETHERED, Plant, charging

SECOND = 1_000_000


def met() -> HostWatch:
    watch = HostWatch(SOCKET.host, LINK_PROTOCOL, SOCKET.hash)
    assert watch.meet(Hello(LINK_PROTOCOL, SOCKET.hash))
    return watch


@pytest.mark.requirement("R-45")
@pytest.mark.parametrize(
    ("lifetime_ms", "ends"), [(1, 1_000), (700, 700_000), (2_000, 2 * SECOND), (65_535, 2 * SECOND)]
)
def test_a_permit_lives_two_seconds_at_most(lifetime_ms: int, ends: int) -> None:
    """A permit lives as long as it says and never longer than 2 s."""
    watch = met()
    watch.grant(Permit(16_000, lifetime_ms), 0)
    assert watch.permits(ends - 1)
    assert watch.deadline(0) == ends
    assert not watch.permits(ends)
    assert watch.deadline(ends) == (30 * SECOND)


@pytest.mark.parametrize("lifetime_ms", [0, -1])
def test_a_permit_without_a_life_ends_the_one_before(lifetime_ms: int) -> None:
    """The newest permit replaces the one before, also when it allows nothing."""
    watch = met()
    watch.grant(Permit(16_000), 0)
    watch.grant(Permit(16_000, lifetime_ms), 1_000)
    assert not watch.permits(1_000)


def test_a_renewal_starts_the_life_again() -> None:
    """Renewed every half second a permit never ends, and the newest offer counts."""
    watch = met()
    for n in range(20):
        watch.grant(Permit(6_000 + n), n * SECOND // 2)
        assert watch.permits(n * SECOND // 2 + SECOND)
    assert watch.offer_ma == 6_019


@pytest.mark.parametrize(
    "hello", [Hello(LINK_PROTOCOL, SOCKET.hash + 1), Hello(LINK_PROTOCOL + 1, SOCKET.hash)], ids=str
)
@pytest.mark.requirement("R-45")
def test_a_host_with_another_model_gets_no_permit(hello: Hello) -> None:
    """Who names another model or protocol is told so, and its permit counts for nothing."""
    plant = Plant(TETHERED if hello.model_hash != SOCKET.hash else SOCKET)
    plant.send(hello)
    plant.host_keeps(16_000)
    plant.plug(PilotState.C)
    plant.run(3_000)
    assert [identity.accepted for identity in plant.effects(Identity)] == [False]
    assert not plant.told.permitted
    assert not plant.relay
    assert plant.mode is PilotMode.STEADY


def test_a_host_that_did_not_introduce_itself_gets_no_permit() -> None:
    """A permit before Hello counts for nothing."""
    plant = Plant()
    plant.host_keeps(16_000)
    plant.plug(PilotState.C)
    plant.run(3_000)
    assert not plant.told.permitted
    assert plant.mode is PilotMode.STEADY


@pytest.mark.requirement("R-45")
def test_a_new_hello_ends_the_permit() -> None:
    """A host that introduces itself again is a new host: its predecessor's permit ends."""
    plant = charging()
    plant.host_is_silent()
    plant.hello()
    assert plant.mode is PilotMode.STEADY
    assert not plant.told.permitted


@pytest.mark.requirement("E-16", "R-45")
def test_a_silent_host_is_an_orderly_stop_and_a_fault() -> None:
    """After 2 s without a frame: steady +12 V, 0x400, and the relay opens after 6 s under current."""
    plant = charging()
    plant.run(10_000)
    plant.host_is_silent()
    last = plant.now
    elapsed = plant.until(lambda: plant.mode is PilotMode.STEADY, within_ms=3_000)
    assert 1_500_000 <= elapsed <= 2_001_000
    assert plant.relay
    assert plant.faults == faults.MISSING_HOST
    assert plant.until(lambda: not plant.relay, within_ms=7_000) == 6_000_000
    assert plant.now - last < 8_002_000


@pytest.mark.requirement("E-16")
def test_a_heartbeat_alone_is_no_silence() -> None:
    """Any frame counts as a sign of life, also from a host that permits nothing."""
    plant = Plant()
    plant.hello()
    plant.host_keeps(0)
    plant.run(60_000)
    assert plant.faults == 0


@pytest.mark.requirement("E-16")
def test_a_booting_host_is_not_missing() -> None:
    """For the first 30 s nobody is missed; then it is 0x400."""
    plant = Plant()
    assert plant.until(lambda: bool(plant.faults), within_ms=31_000) == 30_000_000
    assert plant.faults == faults.MISSING_HOST


@pytest.mark.requirement("E-16")
def test_the_station_beeps_while_the_host_is_missing() -> None:
    """200 ms every 10 s, and no longer when the host is back."""
    plant = Plant()
    plant.run(50_500)
    plant.send(HostAlive())
    plant.run(1_500)
    assert plant.changes(lambda outputs: outputs.beep, since=1) == [
        (30_000_000, True),
        (30_200_000, False),
        (40_000_000, True),
        (40_200_000, False),
        (50_000_000, True),
        (50_200_000, False),
    ]
    plant.run(20_000)
    plant.send(HostAlive())  # in the middle of a beep
    plant.run(100)
    assert not plant.outputs.beep


@pytest.mark.requirement("E-16")
def test_the_ring_is_red_while_the_host_is_missing() -> None:
    """The light is the host's; without a host it blinks red, and the host's own comes back with it."""
    blue = Light(0x0000FF, 0x0000FF)
    plant = Plant()
    plant.send(SetLight(blue))
    assert plant.outputs.light == blue
    plant.run(2_500)
    assert plant.outputs.light.first == 0xFF0000
    assert plant.outputs.light.blinks
    plant.send(HostAlive())
    assert plant.outputs.light == blue


@pytest.mark.requirement("E-16")
def test_a_silence_is_remembered_until_it_is_acknowledged() -> None:
    """0x400 ends with the first frame; Identity hands it over until the host has acknowledged it."""
    plant = Plant()
    plant.show(PilotState.E)
    plant.run(31_000)
    plant.show(PilotState.A)
    plant.run(1_100)
    plant.hello()
    assert plant.faults == 0
    plant.hello()
    plant.send(ClearFaults(faults.POWER_RELAY))
    plant.hello()
    plant.send(ClearFaults(faults.MISSING_HOST))
    plant.hello()
    remembered = [identity.remembered for identity in plant.effects(Identity)]
    assert remembered == [faults.MISSING_HOST, faults.MISSING_HOST, faults.MISSING_HOST, 0]


def test_identity_says_who_the_board_is() -> None:
    """The answer to Hello names protocol, model, connector and serial number."""
    plant = Plant()
    plant.hello()
    assert plant.effects(Identity) == [Identity(LINK_PROTOCOL, SOCKET.hash, 1, True, 0, "T-1")]


@pytest.mark.requirement("R-45")
def test_a_permit_without_a_life_is_none_between_two_milliseconds_either() -> None:
    """The grid rounds the end of a life up, but not that of none."""
    watch = met()
    watch.grant(Permit(16_000, 0), 1_500)
    assert not watch.permits(1_500)
    assert watch.deadline(1_500) == 30 * SECOND


@pytest.mark.requirement("R-45")
def test_what_is_withdrawn_in_the_first_moment_is_withdrawn() -> None:
    """Core time begins at 0, and no permit is in force then that was taken back or has no life."""
    assert not HostWatch(SOCKET.host, LINK_PROTOCOL, SOCKET.hash).permits(0)
    watch = met()
    watch.grant(Permit(16_000), 0)
    watch.withdraw()
    assert not watch.permits(0)
    watch.grant(Permit(16_000, 0), 0)
    assert not watch.permits(0)


@pytest.mark.requirement("E-16")
def test_a_beep_has_its_length_whatever_happens_meanwhile() -> None:
    """A sample in the middle of it neither cuts nor stretches it."""
    plant = Plant(TETHERED)
    plant.until(lambda: plant.outputs.beep, within_ms=60_000)
    plant.run(50)
    plant.sense(neutral_pe_mv=1)
    rest = plant.until(lambda: not plant.outputs.beep, within_ms=1_000)
    assert rest == (TETHERED.host.beep_ms - 50) * 1_000
