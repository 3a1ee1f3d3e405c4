"""Three ways to show lights, on a stand each: show a scene, then see what a person would see at a moment."""

import re
from collections.abc import Mapping
from typing import Protocol

from pilotline.drivers.boards.indicators import (
    Indicators,
    PageIndicators,
    StripIndicators,
    TerminalIndicators,
)
from pilotline.vocabulary.lights import Scene
from pilotline.vocabulary.time import MS

Colours = Mapping[str, tuple[int, ...]]
_DOT = re.compile(r"\x1b\[38;2;(\d+);(\d+);(\d+)m●\x1b\[0m|○")
RING_PIXELS = 12
LAYOUT = {"1": RING_PIXELS, "2": RING_PIXELS, "cpu": 1, "ethernet": 3, "modem": 1, "plc": 1}


class LightStand(Protocol):
    """``seen`` are the colours of each group; a group that shows nothing may be missing or dark.

    ``written`` counts what was written to what shows it.
    """

    written: int

    @property
    def indicators(self) -> Indicators: ...

    def seen(self, now: int) -> Colours: ...


class TerminalStand:
    """The line, read back from its escape sequences."""

    def __init__(self) -> None:
        self.line = ""
        self.written = 0
        self.indicators = TerminalIndicators(self._write)

    def seen(self, now: int) -> Colours:
        groups = (part.rsplit(" ", 1) for part in self.line.split("  ") if part)
        return {name: tuple(map(_colour, _DOT.finditer(dots))) for dots, name in groups}

    def _write(self, line: str) -> None:
        self.line = line
        self.written += 1


def _colour(dot: re.Match[str]) -> int:
    red, green, blue = (int(part or 0) for part in dot.groups())
    return red << 16 | green << 8 | blue


class PageStand:
    """The values, drawn as the page draws them: from the moment it was told."""

    def __init__(self) -> None:
        self._page = PageIndicators()
        self._since: dict[str, tuple[object, int]] = {}
        self.written = 0

    @property
    def indicators(self) -> Indicators:
        return self

    def show(self, scene: Scene, now: int) -> None:
        before = dict(self._page.picture)
        self._page.show(scene, now)
        self.written += self._page.picture != before
        for name, lamps in self._page.picture.items():
            if before.get(name) != lamps:
                self._since[name] = (lamps, now)

    def deadline(self) -> int | None:
        return self._page.deadline()

    def seen(self, now: int) -> Colours:
        found: dict[str, tuple[int, ...]] = {}
        for name, lamps in self._page.picture.items():
            began = self._since[name][1]
            found[name] = tuple(_drawn(lamp, now - began) for lamp in lamps)
        return found


def _drawn(lamp: tuple[str, str, int, int, int], elapsed: int) -> int:
    first, second, on_ms, off_ms, percent = lamp
    if off_ms and elapsed % ((on_ms + off_ms) * MS) >= on_ms * MS:
        first = second
    channels = [int(first[at : at + 2], 16) for at in (1, 3, 5)]
    red, green, blue = (-(-channel * percent // 100) for channel in channels)
    return red << 16 | green << 8 | blue


class StripStand:
    """The strip's LEDs, which take their colours from the bytes that pass; a ring has one colour."""

    def __init__(self) -> None:
        self.leds: list[int] = [0] * sum(LAYOUT.values())
        self.written = 0
        self.indicators = StripIndicators(self._transfer, LAYOUT)

    def seen(self, now: int) -> Colours:
        found: dict[str, tuple[int, ...]] = {}
        at = 0
        for name, count in LAYOUT.items():
            pixels = tuple(self.leds[at : at + count])
            at += count
            if count == RING_PIXELS:
                assert len(set(pixels)) == 1, f"ring {name} is not of one colour: {pixels}"
                pixels = pixels[:1]
            found[name] = pixels
        return found

    def _transfer(self, data: bytes) -> None:
        self.written += 1
        assert data[:4] == bytes(4), "no start frame"
        count = len(self.leds)
        for led in range(count):
            mark, blue, green, red = data[4 + 4 * led : 8 + 4 * led]
            assert mark == 0xFF, f"LED {led} has no mark"
            self.leds[led] = red << 16 | green << 8 | blue
        tail = data[4 + 4 * count :]
        assert not any(tail)
        assert 8 * len(tail) >= 32 + count / 2, "too few clocks for the last LED"


STANDS: Mapping[str, type[LightStand]] = {"terminal": TerminalStand, "page": PageStand, "strip": StripStand}
