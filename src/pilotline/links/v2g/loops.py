"""The parts of a session in which the same question comes again and again, each told as a whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pilotline.links.v2g.digest import energy_wh
from pilotline.links.v2g.exchanges import Chapter, Exchange, Message, car_status, charger_status
from pilotline.links.v2g.telling import ready, status_words
from pilotline.links.v2g.values import course, duration, number, plain, quantity, span, spark

COLUMNS = 40
FEW = 8
"""So many changes of limits and states are told one by one; of more, only the first and the last ones."""


@dataclass(frozen=True)
class Told:
    """A line of the story. ``who`` is car, charger, or nobody where it is a picture of both."""

    at_us: int | None
    who: str
    text: str


def tell_loop(chapter: Chapter, part: Sequence[Exchange]) -> Iterator[Told] | None:
    """The part's lines, None where it is to be told message by message."""
    row = {
        Chapter.CABLE_CHECK: _cable_check,
        Chapter.PRE_CHARGE: _precharge,
        Chapter.WELDING_DETECTION: _welding,
    }.get(chapter)
    if row is not None:
        return row(part)
    if chapter is Chapter.CHARGING:
        return _dc(part) if any(each.subject == "CurrentDemand" for each in part) else _ac(part)
    return None


def repeated(part: Sequence[Exchange]) -> Iterator[list[Exchange]]:
    """Exchanges of a part, those of one subject that come one after another together."""
    for _, group in groupby(part, key=lambda each: each.subject):
        yield list(group)


def processing(part: Sequence[Exchange]) -> str:
    """How often the charger said that it is not done: ``2 × Ongoing, then Finished``."""
    words = [
        each.answer.content.evse_processing.value
        for each in part
        if each.answer and hasattr(each.answer.content, "evse_processing")
    ]
    counts = [(word, len(list(group))) for word, group in groupby(words)]
    return ", then ".join(f"{count} × {word}" if count > 1 else word for word, count in counts)


# --- direct current --------------------------------------------------------------------------------


def _cable_check(part: Sequence[Exchange]) -> Iterator[Told]:
    first, last = part[0], part[-1]
    if first.ask:
        yield Told(first.ask.at_us, "car", f"{ready(first.ask)}; asks for the insulation test")
    if last.answer:
        yield Told(last.answer.at_us, "charger", processing(part))
    levels = [_isolation(each.answer) for each in part if each.answer]
    changes = " → ".join(level for level, _ in groupby(levels) if level)
    if changes:
        yield Told(None, "", f"insulation {changes}")


def _isolation(answer: Message) -> str:
    level = getattr(charger_status(answer), "evse_isolation_status", None)
    return level.value if level is not None else ""


def _precharge(part: Sequence[Exchange]) -> Iterator[Told]:
    asks, answers = _asks(part), _answers(part)
    targets = [number(each.content.ev_target_voltage) for each in asks]
    if asks:
        current = number(asks[-1].content.ev_target_current)
        yield Told(asks[0].at_us, "car", f"wants {course(targets, 'V')}, at most {quantity(current, 'A')}")
    if answers:
        volts = [number(each.content.evse_present_voltage) for each in answers]
        off = _off(volts[-1] - targets[-1]) if targets else ""
        yield Told(answers[-1].at_us, "charger", f"{course(volts, 'V')}{off}")


def _off(volts: float) -> str:
    return ", as asked" if abs(volts) < 0.05 else f", {quantity(abs(volts), 'V')} off"


def _welding(part: Sequence[Exchange]) -> Iterator[Told]:
    asks, answers = _asks(part), _answers(part)
    if asks:
        yield Told(asks[0].at_us, "car", "opens its contactors, one by one, and looks at the voltage")
    if answers:
        volts = [number(each.content.evse_present_voltage) for each in answers]
        yield Told(answers[-1].at_us, "charger", course(volts, "V"))


def _asks(part: Sequence[Exchange]) -> list[Message]:
    return [each.ask for each in part if each.ask]


def _answers(part: Sequence[Exchange]) -> list[Message]:
    return [each.answer for each in part if each.answer]


def _dc(part: Sequence[Exchange]) -> Iterator[Told]:
    """CurrentDemand: what was asked, what was given, how both went, and what came together."""
    loop = [each for each in part if each.subject == "CurrentDemand"]
    asks, answers = _asks(loop), _answers(loop)
    yield from _wishes(asks)
    changes = [*_charger_limits(answers), *_news(answers)]
    yield from _few(sorted(changes, key=lambda each: each.at_us or 0))
    yield from _curves(asks, answers)
    yield from _charge(asks)
    yield from _delivered(answers)


def _few(changes: Sequence[Told]) -> Iterator[Told]:
    if len(changes) <= FEW:
        yield from changes
        return
    half = FEW // 2
    yield from changes[:half]
    yield Told(None, "", f"... {len(changes) - FEW} changes more ...")
    yield from changes[-half:]


def _wishes(asks: Sequence[Message]) -> Iterator[Told]:
    if not asks:
        return
    amps = [number(each.content.ev_target_current) for each in asks]
    volts = [number(each.content.ev_target_voltage) for each in asks]
    yield Told(asks[0].at_us, "car", f"asks for {course(amps, 'A')}, up to {span(volts, 'V')}")
    left = asks[0].content.remaining_time_to_full_soc
    if left is not None and number(left) > 0:
        yield Told(None, "", f"says it needs {duration(round(number(left) * 1e6))} to be full")


def _charger_limits(answers: Sequence[Message]) -> Iterator[Told]:
    """The limits in its answers, when they first come and whenever they change."""
    before = ""
    for answer in answers:
        now = _limit_words(answer.content)
        if now and now != before:
            yield Told(answer.at_us, "charger", f"{'can' if not before else 'now can'} {now}")
        before = now or before


def _limit_words(content: Any) -> str:
    held = (
        (content.evse_maximum_current_limit, "A"),
        (content.evse_maximum_voltage_limit, "V"),
        (content.evse_maximum_power_limit, "W"),
    )
    return ", ".join(quantity(number(value), unit) for value, unit in held if value is not None)


def _curves(asks: Sequence[Message], answers: Sequence[Message]) -> Iterator[Told]:
    if len(asks) < 2 or len(answers) < 2:
        return
    wanted = [(each.at_us, number(each.content.ev_target_current)) for each in asks]
    given = [(each.at_us, number(each.content.evse_present_current)) for each in answers]
    volts = [(each.at_us, number(each.content.evse_present_voltage)) for each in answers]
    power = [(at_us, current * voltage) for (at_us, current), (_, voltage) in zip(given, volts, strict=True)]
    top = max(value for _, value in [*wanted, *given])
    yield _curve("asked", wanted, 0, top, "A")
    yield _curve("given", given, 0, top, "A")
    yield _curve("voltage", volts, min(value for _, value in volts), max(value for _, value in volts), "V")
    yield _curve("power", power, 0, max(value for _, value in power), "W")


def _curve(name: str, values: Sequence[tuple[int, float]], least: float, most: float, unit: str) -> Told:
    shown = span([round(value, 1) for _, value in values], unit)
    flat = len({value for _, value in values}) == 1
    bars = "" if flat else f"{spark(values, COLUMNS, least, most)}  "
    return Told(None, "", f"{name:<8}{bars}{shown}{' throughout' if flat else ''}")


def _charge(asks: Sequence[Message]) -> Iterator[Told]:
    """When the state of charge changed; of many steps the first and the last."""
    found = [(each.at_us, car_status(each).ev_ress_soc) for each in asks]
    steps = [next(group) for _, group in groupby(found, key=lambda each: each[1])]
    if not steps:
        return
    if len(steps) == 1:
        yield Told(None, "", f"state of charge {steps[0][1]} % throughout")
        return
    yield Told(None, "", f"state of charge {steps[0][1]} → {steps[-1][1]} %, the last at {_s(steps[-1][0])}")


def _delivered(answers: Sequence[Message]) -> Iterator[Told]:
    """By what it reports, and by its meter."""
    meter = _meter(answers)
    yield Told(None, "", f"energy {quantity(round(energy_wh(answers)), 'Wh')} by what it reports{meter}")


def _meter(answers: Sequence[Message]) -> str:
    infos = [getattr(each.content, "meter_info", None) for each in answers]
    readings = [each.meter_reading for each in infos if each is not None and each.meter_reading is not None]
    if len(readings) < 2:
        return ""
    first, last = (
        each if isinstance(each, int) else round(number(each)) for each in (readings[0], readings[-1])
    )
    if first == last == 0:
        return ""
    return f", {quantity(last - first, 'Wh')} by its meter ({first} → {last} Wh)"


def _news(answers: Sequence[Message]) -> Iterator[Told]:
    """What the charger's status says that is not ordinary, and limits it has reached."""
    before = ""
    for answer in answers:
        now = "; ".join(filter(None, (status_words(charger_status(answer)), _reached(answer.content))))
        if now != before:
            yield Told(answer.at_us, "charger", now or "all as usual again")
        before = now


def _reached(content: Any) -> str:
    held = {
        "current": content.evse_current_limit_achieved,
        "voltage": content.evse_voltage_limit_achieved,
        "power": content.evse_power_limit_achieved,
    }
    words = " and ".join(name for name, achieved in held.items() if achieved)
    return f"at its limit of {words}" if words else ""


# --- alternating current ---------------------------------------------------------------------------


def _ac(part: Sequence[Exchange]) -> Iterator[Told]:
    loop = [each for each in part if each.subject == "ChargingStatus"]
    asks, answers = _asks(loop), _answers(loop)
    if asks:
        yield Told(asks[0].at_us, "car", "charges, and asks how it stands")
    before = ""
    for answer in answers:
        limit = answer.content.evse_max_current
        words = [f"at most {quantity(number(limit), 'A')}"] if limit is not None else []
        now = "; ".join(filter(None, [*words, status_words(charger_status(answer))]))
        if now != before:
            yield Told(answer.at_us, "charger", now or "all as usual again")
        before = now
    if meter := _meter(answers):
        yield Told(None, "", f"energy{meter.removeprefix(',')}")


def _s(at_us: int) -> str:
    return f"{plain(at_us / 1e6)} s"
