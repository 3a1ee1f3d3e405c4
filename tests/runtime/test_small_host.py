"""A host reduced to its manners: hello until it is known, then a permit."""

import pytest

from pilotline.runtime.small_host import SmallHost
from pilotline.vocabulary.board import LINK_PROTOCOL, BoardMessage, Hello, HostMessage, Identity, Permit
from pilotline.wire.rtm_link import HOST_TO_BOARD, Decoder, Encoder


def said(host: SmallHost) -> list[HostMessage]:
    return Decoder(HOST_TO_BOARD).feed(host.words())


@pytest.mark.parametrize("accepted", [True, False])
def test_it_says_hello_until_the_module_knows_it(accepted: bool) -> None:
    """A module that refuses it hears hello again."""
    heard: list[BoardMessage] = []
    host = SmallHost(7, 16_000, heard.append)
    assert said(host) == [Hello(LINK_PROTOCOL, 7), Permit(16_000)]
    identity = Identity(LINK_PROTOCOL, 7, 1, accepted, 0, "RTM")
    host.hear(Encoder().encode(identity))
    assert heard == [identity]
    assert (Hello(LINK_PROTOCOL, 7) in said(host)) is not accepted


def test_on_a_new_line_it_begins_anew() -> None:
    """Who is there may be another module."""
    host = SmallHost(7, 16_000, lambda _message: None)
    host.hear(Encoder().encode(Identity(LINK_PROTOCOL, 7, 1, True, 0, "RTM")))
    host.forget()
    assert said(host)[0] == Hello(LINK_PROTOCOL, 7)
