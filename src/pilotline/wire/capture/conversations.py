"""What of a capture file belongs to charging: SLAC, the search for the charger, conversations over TCP."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pilotline.wire.capture.packets import FIN, RST, SYN, Datagram, End, Homeplug, Segment, content_of
from pilotline.wire.capture.pcap import Packet
from pilotline.wire.capture.streams import Piece, Stream
from pilotline.wire.v2g import sdp, v2gtp
from pilotline.wire.v2g.v2gtp import Frame, V2gtpError

_TLS_HANDSHAKE = b"\x16\x03"


@dataclass(frozen=True)
class Spoken:
    """A V2GTP frame."""

    at_us: int
    source: End
    frame: Frame


@dataclass(frozen=True)
class Trouble:
    """Something that could not be read, and why."""

    at_us: int
    why: str


@dataclass(frozen=True)
class Closing:
    """Who first closed the connection; ``reset`` is the rough way."""

    at_us: int
    source: End
    reset: bool


@dataclass
class Conversation:
    """One TCP connection, as far as it was recorded."""

    ends: frozenset[End]
    begun_us: int
    spoken: list[Spoken] = field(default_factory=list[Spoken])
    troubles: list[Trouble] = field(default_factory=list[Trouble])
    closing: Closing | None = None
    encrypted: bool = False


@dataclass
class Heard:
    """All of it, each by time."""

    matching: list[tuple[int, Homeplug]] = field(default_factory=list[tuple[int, Homeplug]])
    searches: list[tuple[int, sdp.Request | sdp.Response]] = field(
        default_factory=list[tuple[int, sdp.Request | sdp.Response]]
    )
    conversations: list[Conversation] = field(default_factory=list[Conversation])


def listen(packets: Iterable[Packet]) -> Heard:
    """Everything of charging in these packets; whatever else is on the wire is passed over."""
    heard, open_ = Heard(), dict[frozenset[End], _Connection]()
    for packet in packets:
        content = content_of(packet.link, packet.data)
        if isinstance(content, Homeplug):
            heard.matching.append((packet.at_us, content))
        elif isinstance(content, Datagram):
            _search(heard, packet.at_us, content)
        elif isinstance(content, Segment):
            _segment(heard, open_, packet.at_us, content)
    for connection in open_.values():
        connection.end()
    heard.conversations = [each for each in heard.conversations if each.spoken or each.encrypted]
    return heard


def _search(heard: Heard, at_us: int, datagram: Datagram) -> None:
    read = {datagram.target.port: sdp.read_request, datagram.source.port: sdp.read_response}.get(sdp.PORT)
    if read is None:
        return
    try:
        heard.searches.append((at_us, read(datagram.data)))
    except (V2gtpError, sdp.SdpError):
        return  # anybody may send to that port


def _segment(heard: Heard, open_: dict[frozenset[End], "_Connection"], at_us: int, segment: Segment) -> None:
    key = frozenset((segment.source, segment.target))
    known = open_.get(key)
    if known is None or (segment.flags & SYN and known.conversation.closing):
        if known is not None:
            known.end()
        known = open_[key] = _Connection(Conversation(key, at_us))
        heard.conversations.append(known.conversation)
    known.take(at_us, segment)


class _Direction:
    """The bytes one side says, as frames."""

    def __init__(self) -> None:
        self.stream = Stream()
        self.decoder = v2gtp.Decoder()


class _Connection:
    """A conversation while it goes on."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self._directions: dict[End, _Direction] = {}

    def take(self, at_us: int, segment: Segment) -> None:
        direction = self._directions.setdefault(segment.source, _Direction())
        if segment.flags & SYN:
            direction.stream.open(segment.number)
        elif segment.data:
            self._pieces(segment.source, direction.stream.feed(at_us, segment.number, segment.data))
        if segment.flags & (FIN | RST) and self.conversation.closing is None:
            self.conversation.closing = Closing(at_us, segment.source, bool(segment.flags & RST))

    def end(self) -> None:
        """The recording is over: what waited for missing segments is read now."""
        for source, direction in self._directions.items():
            self._pieces(source, direction.stream.flush())
        self.conversation.spoken.sort(key=lambda each: each.at_us)

    def _pieces(self, source: End, pieces: list[Piece]) -> None:
        for piece in pieces:
            if piece.after_gap:
                self._trouble(piece.at_us, "A part of the conversation is missing in the recording.")
                self._directions[source].decoder = v2gtp.Decoder()
            self._read(source, piece)

    def _read(self, source: End, piece: Piece) -> None:
        if piece.data[:2] == _TLS_HANDSHAKE and not self.conversation.spoken:
            self.conversation.encrypted = True
        if self.conversation.encrypted:
            return
        decoder = self._directions[source].decoder
        decoder.feed(piece.data)
        try:
            while frame := decoder.next():
                self.conversation.spoken.append(Spoken(piece.at_us, source, frame))
        except V2gtpError as error:
            self._trouble(piece.at_us, str(error))
            self._directions[source].decoder = v2gtp.Decoder()  # the next segment may begin a frame again

    def _trouble(self, at_us: int, why: str) -> None:
        self.conversation.troubles.append(Trouble(at_us, why))
