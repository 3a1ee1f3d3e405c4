"""A recorded session as a story: what car and charger said, in chapters, what was odd, and how it ended."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from textwrap import wrap

from pilotline.links.v2g.digest import digest
from pilotline.links.v2g.exchanges import (
    PROTOCOLS,
    Chapter,
    Exchange,
    Message,
    chapters,
    chosen_offer,
    pair,
    read,
)
from pilotline.links.v2g.loops import Told, processing, repeated, tell_loop
from pilotline.links.v2g.oddities import find
from pilotline.links.v2g.recording import Recording
from pilotline.links.v2g.telling import say
from pilotline.links.v2g.values import clean, duration, mac
from pilotline.links.v2g.verdict import Verdict, judge
from pilotline.wire.capture.homeplug import ATTENUATION_TOLD, MATCHED, PARAMETERS_ASKED, SOUND, name_of
from pilotline.wire.capture.packets import Homeplug
from pilotline.wire.v2g import sdp


@dataclass(frozen=True)
class Section:
    """A chapter with its lines; ``detail`` is its duration, and how often was asked where that tells."""

    title: str
    detail: str
    lines: tuple[Told, ...]


@dataclass(frozen=True)
class Story:
    """A whole session."""

    name: str
    car: str
    protocol: str
    transfer: str
    begun_us: int | None
    lasted_us: int
    digest: str
    sections: tuple[Section, ...]
    oddities: tuple[str, ...]
    verdict: Verdict


@dataclass(frozen=True)
class Summary:
    """A session in a line of a list."""

    name: str
    car: str
    protocol: str
    transfer: str
    lasted_us: int
    verdict: Verdict


def summarise(recording: Recording) -> Summary:
    """Quicker than the whole story."""
    messages, _ = read(recording)
    exchanges = pair(messages)
    return Summary(
        recording.name,
        _car(recording, messages),
        _protocol(messages),
        _transfer(messages),
        _lasted_us(recording, messages),
        judge(recording, chapters(exchanges)),
    )


def tell(recording: Recording) -> Story:
    """The story of a recording. There is one for every recording, be it ever so short or broken."""
    messages, unread = read(recording)
    exchanges = pair(messages)
    parts = chapters(exchanges)
    return Story(
        recording.name,
        _car(recording, messages),
        _protocol(messages),
        _transfer(messages),
        recording.begun_us,
        _lasted_us(recording, messages),
        digest(parts),
        (*_before(recording), *(_section(chapter, part) for chapter, part in parts), *_after(recording)),
        (*_outside_oddities(recording), *find(exchanges, parts, unread)),
        judge(recording, parts),
    )


def _car(recording: Recording, messages: Sequence[Message]) -> str:
    """Its name where the recording bears one, else its identifier."""
    ids = [mac(each.content.evccid) for each in messages if each.name == "SessionSetupReq"]
    return recording.car.replace("/", " ").replace("_", " ") or (ids[0] if ids else "unknown car")


def _protocol(messages: Sequence[Message]) -> str:
    return next((PROTOCOLS[each.uri] for each in messages if each.uri in PROTOCOLS), "no protocol")


def _transfer(messages: Sequence[Message]) -> str:
    """How the car wants to charge."""
    for each in messages:
        if each.name == "ChargeParameterDiscoveryReq":
            content = each.content
            mode = getattr(content, "requested_energy_transfer_mode", None)
            return (mode or content.ev_requested_energy_transfer_type).value
    return ""


def _lasted_us(recording: Recording, messages: Sequence[Message]) -> int:
    return messages[-1].at_us if messages else (recording.closed.at_us if recording.closed else 0)


# --- chapters --------------------------------------------------------------------------------------


def _section(chapter: Chapter, part: Sequence[Exchange]) -> Section:
    lines = tell_loop(chapter, part)
    told = tuple(lines) if lines is not None else tuple(_one_by_one(part))
    lasted_us = part[-1].last_us - part[0].first.at_us
    count = f", {len(part)} exchanges" if lines is not None and len(part) > 1 else ""
    return Section(chapter.value, f"{duration(lasted_us)}{count}", told)


def _one_by_one(part: Sequence[Exchange]) -> Iterator[Told]:
    for group in repeated(part):
        first, last = group[0], group[-1]
        if first.ask:
            yield Told(first.ask.at_us, "car", say(first.ask))
        waited = processing(group)
        answer = last.answer or next((each.answer for each in reversed(group) if each.answer), None)
        if answer:
            yield Told(answer.at_us, "charger", _answer(first, answer, waited))
        elif first.ask:
            yield Told(None, "", "no answer")


def _answer(exchange: Exchange, answer: Message, waited: str) -> str:
    if answer.subject == "supportedAppProtocol":
        offer = chosen_offer(exchange.ask.content, answer.content) if exchange.ask else None
        name = offer and PROTOCOLS.get(offer.protocol_namespace, offer.protocol_namespace)
        return f"takes {name}, the car's number {answer.content.schema_id}" if name else say(answer)
    if answer.subject == "SessionSetup" and answer.session_id is not None:
        new = "joins" if answer.code == "OK_OldSessionJoined" else "new"
        code = "" if answer.code.startswith("OK") else f"{answer.code}; "
        said = say(answer).removeprefix(f"{answer.code}; ")
        return f"{code}{new} session {answer.session_id.hex().upper()}; {said}"
    said = say(answer)
    ordinary = {"", "Finished"}
    return said if waited in ordinary else f"{waited}{'' if said == 'OK' else f'; {said}'}"


# --- before and after ------------------------------------------------------------------------------


def _before(recording: Recording) -> Iterator[Section]:
    if recording.matching:
        first, last = recording.matching[0][0], recording.matching[-1][0]
        yield Section("Matching", f"{duration(last - first)}, SLAC", tuple(_matching(recording)))
    if recording.searches:
        times = [at_us for at_us, _ in recording.searches]
        lines = tuple(Told(at_us, *_search(message)) for at_us, message in recording.searches)
        yield Section("Search", f"{duration(times[-1] - times[0])}, SDP", lines)


def _matching(recording: Recording) -> Iterator[Told]:
    """The frames of a kind that come one after another, as one line; sounds and profiles come in turns."""
    held = recording.matching
    while held:
        at_us, frame = held[0]
        run = _run(held, _SOUNDS if frame.type in _SOUNDS else {frame.type})
        held = held[len(run) :]
        counts = Counter(name_of(each.type) for _, each in run)
        names = ", ".join(name if n == 1 else f"{n} × {name}" for name, n in counts.items())
        who, what = MEANINGS.get(frame.type, ("", ""))
        yield Told(at_us, who, f"{what} ({names})" if what else names)


_SOUNDS = frozenset({SOUND, 0x6086})
MEANINGS = {
    0x6064: ("car", "asks who is at the other end"),
    0x6065: ("charger", "tells how it wants to listen"),
    0x606A: ("car", "says that it is going to sound"),
    0x6076: ("car", "sounds, and the charger's modem measures"),
    0x606E: ("charger", "tells how well it heard"),
    0x606F: ("car", "has understood"),
    0x6078: ("car", "wants to make sure by toggling the pilot"),
    0x6079: ("charger", "answers to that"),
    0x607C: ("car", "chooses this charger"),
    0x607D: ("charger", "gives it the key of its network"),
}
"""What the frames of SLAC say, and who says it."""


def _run(
    held: tuple[tuple[int, Homeplug], ...], kinds: frozenset[int] | set[int]
) -> tuple[tuple[int, Homeplug], ...]:
    end = next((i for i, (_, frame) in enumerate(held) if frame.type not in kinds), len(held))
    return held[:end]


def _outside_oddities(recording: Recording) -> Iterator[str]:
    counts = Counter(frame.type for _, frame in recording.matching)
    asked = counts[PARAMETERS_ASKED]
    if asked > 1:
        yield f"The car begins SLAC {asked} times."
    if counts[ATTENUATION_TOLD] > max(asked, 1):
        yield f"The attenuation is told {counts[ATTENUATION_TOLD]} times."
    if asked and not counts[MATCHED]:
        yield "SLAC begins and is not brought to its end in the recording."
    if recording.cut_short:
        yield "The file ends in the middle of a packet."


def _search(message: sdp.Request | sdp.Response) -> tuple[str, str]:
    security = "with TLS" if message.security is sdp.Security.TLS else "without TLS"
    if isinstance(message, sdp.Request):
        return "car", f"looks for a charger, {security}"
    return "charger", f"listens at [{message.address}]:{message.port}, {security}"


def _after(recording: Recording) -> Iterator[Section]:
    closed = recording.closed
    if closed is None:
        return
    who = {True: "car", False: "charger", None: ""}[closed.by_car]
    how = "resets the connection" if closed.reset else "closes the connection"
    yield Section("Connection", "TCP", (Told(closed.at_us, who, how),))


# --- on paper --------------------------------------------------------------------------------------

INDENT = 12


class Look(Enum):
    """How a line is to be shown where there are colours."""

    TITLE = "title"
    HEADING = "heading"
    CAR = "car"
    CHARGER = "charger"
    PLAIN = "plain"
    ODD = "odd"
    VERDICT = "verdict"


def lay_out(story: Story, width: int) -> Iterator[tuple[Look, str]]:
    """The story as lines of at most so many columns, as far as its words are not longer."""
    yield Look.TITLE, title_of(story)
    yield Look.PLAIN, clean(story.name)
    yield from ((Look.PLAIN, line) for line in _wrapped("", story.digest, width) if line)
    for section in story.sections:
        yield Look.PLAIN, ""
        yield Look.HEADING, f"{section.title} · {section.detail}"
        for told in section.lines:
            yield from _line(told, width)
    yield from _end(story, width)


def _line(told: Told, width: int) -> Iterator[tuple[Look, str]]:
    at = "" if told.at_us is None else f"{told.at_us / 1e6:10.3f}"
    start = f"{at:<{INDENT}}" + (f"{told.who:<9}" if told.at_us is not None else "")
    look = {"car": Look.CAR, "charger": Look.CHARGER}.get(told.who, Look.PLAIN)
    for line in _wrapped(start, told.text, width):
        yield look, line


def _end(story: Story, width: int) -> Iterator[tuple[Look, str]]:
    yield Look.PLAIN, ""
    if story.oddities:
        yield Look.HEADING, "What is odd"
        for each in story.oddities:
            yield from ((Look.ODD, line) for line in _wrapped("  ! ", each, width))
        yield Look.PLAIN, ""
    verdict = f"{story.verdict.ending.value.capitalize()}: "
    yield from ((Look.VERDICT, line) for line in _wrapped(verdict, story.verdict.why, width))


_TOGETHER = re.compile(
    r"(?<=[\d.]) (?=(?:[kmA-Z]?[WVAsh]h?|min|%)\b|%)|(?<=ISO|DIN) | (?=70121)|(?<=×) | (?=×)"
)
"""The spaces at which no line ends: between number and unit, and within the standards' names."""


def _wrapped(start: str, text: str, width: int) -> list[str]:
    """Pictures are not broken: their spaces mean something."""
    text = clean(text)
    if len(start) + len(text) <= width or "  " in text:
        return [(start + text).rstrip()]
    indent = " " * len(start)
    kept = _TOGETHER.sub("\N{NO-BREAK SPACE}", text)
    lines = wrap(
        kept,
        width,
        initial_indent=start,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def list_out(summaries: Sequence[tuple[int, Summary]]) -> Iterator[str]:
    """A line each, under each other; the number is what the command line takes to choose one."""
    rows = [
        (
            str(number),
            clean(each.car),
            each.protocol,
            each.transfer,
            duration(each.lasted_us),
            each.verdict.ending.value,
        )
        for number, each in summaries
    ]
    table = [("", "car", "protocol", "charges by", "lasted", "verdict"), *rows]
    widths = [max(len(row[column]) for row in table) for column in range(6)]
    for row in table:
        cells = [
            cell.rjust(size) if column in {0, 4} else cell.ljust(size)
            for column, (cell, size) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def title_of(story: Story) -> str:
    """``Hyundai Ioniq5 · ISO 15118-2 · DC_extended · 113 s``."""
    parts = (story.car, story.protocol, story.transfer, duration(story.lasted_us), _when(story.begun_us))
    return clean(" · ".join(filter(None, parts)))


def _when(begun_us: int | None) -> str:
    if begun_us is None:
        return ""
    return f"{datetime.fromtimestamp(begun_us / 1e6, UTC):%Y-%m-%d %H:%M:%S} UTC"
