"""What a safety module says before anybody has told it anything."""

from pilotline.rtm import Rtm
from pilotline.vocabulary.board import LINK_PROTOCOL, Hello, Identity, Light, Outputs
from pilotline.vocabulary.time import Tick
from support.rtm_plant import SOCKET, TETHERED


def test_a_board_without_a_serial_number_names_none() -> None:
    """The host must not take a default for a number on a type plate."""
    [identity] = [
        e for e in Rtm(SOCKET).handle(Hello(LINK_PROTOCOL, SOCKET.hash), 0) if isinstance(e, Identity)
    ]
    assert (identity.serial, identity.connector) == ("", 1)


def test_the_ring_is_dark_until_the_host_names_a_light() -> None:
    """The first outputs bear a light that is a light."""
    [outputs] = [e for e in Rtm(TETHERED).handle(Tick(), 0) if isinstance(e, Outputs)]
    assert outputs.light == Light()
