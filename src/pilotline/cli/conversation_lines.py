"""A conversation of car and charger as it goes on, a line a message; what is only repeated is counted."""

from rich.console import Console
from rich.text import Text

from pilotline.links.v2g.exchanges import Message
from pilotline.links.v2g.telling import say
from pilotline.links.v2g.values import clean
from pilotline.wire.v2g.exi.schema import Element, element_name

_CAR, _CHARGER, _NOBODY = "green", "", "dim"
_Line = tuple[str, str]


class ConversationLines:
    """Times are told from the connection on. ``ask`` is the car's message, ``answer`` the charger's.

    A question is shown at once unless it says what the one before it said; then it waits for its answer, and
    both are only counted if that is the same as well.
    """

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._since = 0
        self._last_question: _Line | None = None
        self._last_answer: _Line | None = None
        self._held: tuple[int, _Line] | None = None
        self._same = 0
        self.messages = 0

    def begin(self, now: int) -> None:
        """Another conversation."""
        self.finish()
        self._since, self.messages = now, 0
        self._last_question = self._last_answer = None

    def ask(self, body: Element, now: int) -> None:
        line = _told(body, now)
        self.messages += 1
        if line == self._last_question:
            self._held = now, line
        else:
            self._count()
            self._show(now, "car", line, _CAR)
        self._last_question = line

    def answer(self, body: Element, now: int) -> None:
        line = _told(body, now)
        self.messages += 1
        if self._held is not None and line == self._last_answer:
            self._held = None
            self._same += 1
            return
        self.finish()
        self._show(now, "charger", line, _CHARGER)
        self._last_answer = line

    def note(self, text: str, now: int, style: str = _NOBODY) -> None:
        """What is no message."""
        self.finish()
        self._print(f"{self._at(now)}{clean(text)}", style)

    def finish(self) -> None:
        """Show what was held back."""
        self._count()
        if self._held is not None:
            at, line = self._held
            self._held = None
            self._show(at, "car", line, _CAR)

    def plain(self, text: str, style: str = "") -> None:
        """A line of the program itself."""
        self.finish()
        self._print(clean(text), style)

    def _count(self) -> None:
        if self._same:
            times = "once" if self._same == 1 else f"{self._same} times"
            self._print(f"{'':>10}  and {times} the same", _NOBODY)
        self._same = 0

    def _show(self, at: int, who: str, line: _Line, style: str) -> None:
        subject, sentence = line
        self._print(f"{self._at(at)}{who:<9}{subject:<26}{clean(sentence)}".rstrip(), style)

    def _at(self, now: int) -> str:
        return f"{(now - self._since) / 1e6:10.3f}  "

    def _print(self, text: str, style: str) -> None:
        self._console.print(Text(text, style))


def _told(body: Element, now: int) -> _Line:
    message = Message(now, element_name(type(body)), body, b"", "")
    sentence = say(message)
    return message.subject, "" if sentence == message.subject else sentence
