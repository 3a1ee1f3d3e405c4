"""The board: the safety module behind its end of the link, bytes in and bytes out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.links.board import BoardCore, BoardEffect
from pilotline.vocabulary.board import (
    LINK_PROTOCOL,
    BoardMessage,
    Commission,
    Commissioned,
    ConnectorReport,
    Hello,
    HostAlive,
    HostMessage,
    Identity,
    Outputs,
    Permit,
    Sample,
    Setting,
    StoreSettings,
)
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.time import MS, SECOND, Tick
from pilotline.wire.rtm_link import BOARD_TO_HOST, Decoder, Encoder
from support.station_bench import EVNET

B = 9_000
HASH = EVNET.rtm.hash


class Link:
    """The host's end of the line to one board."""

    def __init__(self) -> None:
        self.board = BoardCore(EVNET.rtm, serial="B-1")
        self._encoder = Encoder()
        self._decoder = Decoder(BOARD_TO_HOST)

    def send(self, *messages: HostMessage, now: int = 0) -> list[BoardMessage | Outputs]:
        return self.read(self.board.handle(b"".join(map(self._encoder.encode, messages)), now))

    def run(self, until: int) -> list[BoardMessage | Outputs]:
        """Wake it at its deadlines."""
        heard: list[BoardMessage | Outputs] = []
        while (at := self.board.deadline()) is not None and at <= until:
            heard += self.read(self.board.handle(Tick(), at))
        return heard

    def read(
        self, effects: list[BoardEffect] | tuple[BoardEffect, ...] | object
    ) -> list[BoardMessage | Outputs]:
        found: list[BoardMessage | Outputs] = []
        assert isinstance(effects, list)
        for effect in effects:
            found += [effect] if isinstance(effect, Outputs) else list(self._decoder.feed(effect))  # pyright: ignore[reportArgumentType]
        return found


def test_hello_is_answered_with_the_boards_identity() -> None:
    """Model, serial number, and whether the host's model is the same."""
    identities = [m for m in Link().send(Hello(LINK_PROTOCOL, HASH)) if isinstance(m, Identity)]
    assert identities == [Identity(LINK_PROTOCOL, HASH, 1, True, 0, "B-1")]
    (stranger,) = [m for m in Link().send(Hello(LINK_PROTOCOL, HASH ^ 1)) if isinstance(m, Identity)]
    assert not stranger.accepted


def test_samples_become_reports() -> None:
    """A car's level, believed, is told to the host."""
    link = Link()
    link.send(Hello(LINK_PROTOCOL, HASH))
    link.read(link.board.handle(Sample(10 * MS, B, B, 220), 10 * MS))
    reports = [m for m in link.run(SECOND) if isinstance(m, ConnectorReport)]
    assert reports[-1].pilot is PilotState.B


def test_several_messages_in_one_run_of_bytes_are_all_heard() -> None:
    """As a serial line delivers them."""
    link = Link()
    link.read(link.board.handle(Sample(0, B, B, 220), 0))
    link.run(SECOND)
    heard = link.send(Hello(LINK_PROTOCOL, HASH), HostAlive(), Permit(16_000), now=SECOND)
    assert any(isinstance(message, Identity) for message in heard)
    assert [m.permitted for m in heard if isinstance(m, ConnectorReport)][-1]


@pytest.mark.requirement("R-45")
def test_what_a_board_says_is_not_heard_by_a_board() -> None:
    """A line that echoes: its own words come back and are no host's."""
    link = Link()
    link.board.handle(Tick(), 0)
    own = b"".join(e for e in link.board.handle(Tick(), SECOND) if isinstance(e, bytes))
    assert own
    assert link.read(link.board.handle(own, SECOND)) == []
    assert link.board.counters.bad_message == link.board.counters.frames > 0


@given(noise=st.binary(max_size=400))
def test_noise_is_no_host(noise: bytes) -> None:
    """Any bytes: no exception, no permit, and no relay."""
    link = Link()
    heard = link.read(link.board.handle(noise, 0))
    assert not any(isinstance(message, Identity) for message in heard)
    assert not any(message.relay for message in heard if isinstance(message, Outputs))


@pytest.mark.requirement("R-49")
def test_a_record_of_settings_leaves_before_its_echo() -> None:
    """What the board has to keep is no message of the link: it comes out as it is, and first."""
    link = Link()
    link.send(Hello(LINK_PROTOCOL, HASH))
    link.read(link.board.handle(Sample(10 * MS, 12_000, 12_000), 10 * MS))
    link.run(SECOND)
    command = link._encoder.encode(Commission(Setting.VENTILATED_ENABLED, 1))
    record, echo = link.board.handle(command, SECOND)
    assert isinstance(record, StoreSettings)
    assert link.read([echo]) == [Commissioned(Setting.VENTILATED_ENABLED, 1, taken=True)]
    again = BoardCore(EVNET.rtm, stored=record.data)
    assert again.rtm._settings.ventilated
