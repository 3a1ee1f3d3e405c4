"""Where lights are shown: a port, and three ways to have it: on a terminal, on the page, on a strip of LEDs.

A scene says what shall be shown; the port shows it and keeps the time of what blinks. A light begins with its
first colour when it is first shown, and goes on while it stays the same.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from pilotline.vocabulary.board import Light
from pilotline.vocabulary.lights import Glow, Scene, scene_of
from pilotline.vocabulary.time import earliest

Group = tuple[int, ...]
"""The colours (0xRRGGBB) of one group's lights at one moment."""


class Indicators(Protocol):
    """Shows a scene, asked whenever it changes and at each ``deadline``; what has not changed costs no write.

    ``show`` returns at once. What cannot be written raises PortError, and is written with the next ``show``.
    A name it has no place for it leaves out.
    """

    def show(self, scene: Scene, now: int) -> None: ...

    def deadline(self) -> int | None: ...


class Animation:
    """What each light of a scene shows now, and when that changes by itself (core time, µs)."""

    def __init__(self) -> None:
        self._since: dict[tuple[str, int], tuple[Glow, int]] = {}
        self._turns: int | None = None

    def at(self, scene: Scene, now: int) -> dict[str, Group]:
        """The colours of every group; what has gone from the scene begins anew when it comes back."""
        since = self._since
        self._since = {
            (name, place): since[name, place] if since.get((name, place), (None,))[0] == glow else (glow, now)
            for name, glows in scene.items()
            for place, glow in enumerate(glows)
        }
        turns = (glow.turns_in(now - began) for glow, began in self._since.values())
        self._turns = earliest(*(None if wait is None else now + wait for wait in turns))
        return {
            name: tuple(self._colour(name, place, now) for place in range(len(glows)))
            for name, glows in scene.items()
        }

    def deadline(self) -> int | None:
        return self._turns

    def _colour(self, name: str, place: int, now: int) -> int:
        glow, began = self._since[name, place]
        return glow.colour_at(now - began)


# --- on a terminal ---------------------------------------------------------------------------------


class TerminalIndicators:
    """One line of coloured text: a dot for every light, a ring where it is dark, each group with its name.

    ``write`` is given the line, without an end, whenever it has changed.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._animation = Animation()
        self._shown: str | None = None

    def show(self, scene: Scene, now: int) -> None:
        groups = self._animation.at(scene, now)
        line = "  ".join(f"{''.join(map(_dot, group)) or '○'} {name}" for name, group in groups.items())
        if line != self._shown:
            self._write(line)
            self._shown = line

    def deadline(self) -> int | None:
        return self._animation.deadline()


def _dot(colour: int) -> str:
    """ISO 8613-6 direct colour, understood by the terminals of today; others show the dot alone."""
    red, green, blue = colour.to_bytes(3)
    return f"\x1b[38;2;{red};{green};{blue}m●\x1b[0m" if colour else "○"


# --- on the page -----------------------------------------------------------------------------------


class PageLamp(NamedTuple):
    """A light as the page draws it: two colours, how long each is shown, its brightness."""

    first: str
    second: str
    on_ms: int
    off_ms: int
    percent: int


class PageIndicators:
    """The scene as values for the panel's picture; the page keeps the time of what blinks."""

    def __init__(self) -> None:
        self.picture: Mapping[str, tuple[PageLamp, ...]] = {}

    def show(self, scene: Scene, now: int) -> None:  # noqa: ARG002 - the page keeps the time
        self.picture = {name: tuple(map(page_lamp, glows)) for name, glows in scene.items()}

    def deadline(self) -> int | None:
        return None


def page_lamp(glow: Glow) -> PageLamp:
    """Colours as a page writes them."""
    second = glow.then if glow.off_ms else glow.colour
    return PageLamp(f"#{glow.colour:06x}", f"#{second:06x}", glow.on_ms, glow.off_ms, glow.percent)


# --- on a strip of addressable LEDs ----------------------------------------------------------------


class StripIndicators:
    """A strip of APA102 or SK9822 LEDs on an SPI's clock and data lines.

    ``pixels`` names the groups in the order in which they sit on the strip, and how many LEDs each has: one
    light fills its group, several have one LED each. ``transfer`` sends bytes, most significant bit first.
    These LEDs get their clock with the data, so that a pause of the processor in between does no harm.
    """

    def __init__(self, transfer: Callable[[bytes], None], pixels: Mapping[str, int]) -> None:
        self._transfer = transfer
        self._pixels = pixels
        self._animation = Animation()
        self._shown = b""

    def show(self, scene: Scene, now: int) -> None:
        groups = self._animation.at(scene, now)
        colours = [c for name, count in self._pixels.items() for c in _spread(groups.get(name, ()), count)]
        frame = apa102(colours)
        if frame != self._shown:
            self._transfer(frame)
            self._shown = frame

    def deadline(self) -> int | None:
        return self._animation.deadline()


def _spread(group: Group, count: int) -> Group:
    """A group's lights over its LEDs."""
    return group * count if len(group) == 1 else (*group, *[0] * count)[:count]


def apa102(colours: Sequence[int]) -> bytes:
    """The bytes that show these colours, the LED nearest to the wire first.

    32 zero bits; for each LED eight ones (a mark of three, and full brightness), then blue, green, red; zeros
    again: 32, after which an SK9822 shows what it has, and half a clock an LED, by which the data lags.
    """
    leds = b"".join(b"\xff" + colour.to_bytes(3, "little") for colour in colours)
    return bytes(4) + leds + bytes(4 + -(-len(colours) // 16))


# --- as the ring of a board ------------------------------------------------------------------------


class ShownSignals:
    """A board's ring by way of any indicators (the port ``Signals``), and its beeper.

    Who runs the board calls ``refresh`` at the indicators' ``deadline``, so that what blinks does.
    """

    def __init__(
        self, indicators: Indicators, connector: int, clock: Callable[[], int], beeper: Callable[[bool], None]
    ) -> None:
        self._indicators = indicators
        self._connector = connector
        self._clock = clock
        self._beeper = beeper
        self._light = Light()

    def show(self, light: Light, beep: bool) -> None:
        self._light = light
        self.refresh()
        self._beeper(beep)

    def refresh(self) -> None:
        self._indicators.show(scene_of({self._connector: self._light}, {}), self._clock())
