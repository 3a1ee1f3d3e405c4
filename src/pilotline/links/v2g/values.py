"""Quantities of V2G messages as people read them."""

from collections.abc import Sequence
from typing import Any

_KILO = {"W": "kW", "Wh": "kWh", "VA": "kVA"}
_BARS = "▁▂▃▄▅▆▇█"


def number(value: Any) -> float:
    """What a PhysicalValue of either protocol means, in its own unit."""
    return float(value.value) * 10.0**value.multiplier


def told(value: Any, unit: str) -> str:
    """A PhysicalValue; DIN SPEC 70121 lets the unit be left out, then the field's own is meant."""
    return quantity(number(value), value.unit.value if value.unit is not None else unit)


def quantity(value: float, unit: str) -> str:
    """``652.1 V``, ``10 kW``: as many figures as the value has, and no thousands of watts."""
    factor, unit = _scale(value, unit)
    return f"{plain(value / factor)} {unit}"


def _scale(greatest: float, unit: str) -> tuple[int, str]:
    return (1000, _KILO[unit]) if unit in _KILO and abs(greatest) >= 1000 else (1, unit)


def plain(value: float) -> str:
    """At most three decimals, and none that are nought."""
    shown = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if shown == "-0" else shown


def span(values: Sequence[float], unit: str) -> str:
    """``499.9 to 651 V``, or the one value where it stayed."""
    factor, unit = _scale(max(values, key=abs), unit)
    least, most = plain(min(values) / factor), plain(max(values) / factor)
    return f"{most} {unit}" if least == most else f"{least} to {most} {unit}"


def course(values: Sequence[float], unit: str) -> str:
    """From the first to the last value, and the extremes where they lie outside: ``0 → 2 A (0 to 12 A)``."""
    factor, scaled = _scale(max(values, key=abs), unit)
    first, last = plain(values[0] / factor), plain(values[-1] / factor)
    shown = f"{last} {scaled}" if first == last else f"{first} → {last} {scaled}"
    outside = min(values) < min(values[0], values[-1]) or max(values) > max(values[0], values[-1])
    return f"{shown} ({span(values, unit)})" if outside else shown


def duration(us: int) -> str:
    """``35 ms``, ``2.35 s``, ``23.8 s``, ``4 min 45 s``, ``2 h 05 min``."""
    seconds = us / 1_000_000
    if round(us / 1000) < 1000:
        return f"{round(us / 1000)} ms"
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 120:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02} min"


def spark(values: Sequence[tuple[int, float]], columns: int, least: float, most: float) -> str:
    """A line of bars over time: each column is the mean of what was said in its part of the time."""
    begin, end = values[0][0], values[-1][0]
    sums, counts = [0.0] * columns, [0] * columns
    for at_us, value in values:
        column = min((at_us - begin) * columns // max(end - begin, 1), columns - 1)
        sums[column] += value
        counts[column] += 1
    bars, bar = "", " "
    for total, count in zip(sums, counts, strict=True):
        bar = _bar(total / count, least, most) if count else bar  # a column without a message keeps the last
        bars += bar
    return bars


def _bar(value: float, least: float, most: float) -> str:
    share = (value - least) / (most - least) if most > least else 0.0
    return _BARS[max(0, min(int(share * len(_BARS)), len(_BARS) - 1))]


def clean(text: str) -> str:
    """What a stranger has written, fit for a terminal: characters that are no text stand as their code."""
    return "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in text)


def mac(data: bytes) -> str:
    """An identifier of the car as addresses are written."""
    return data.hex(":").upper() if data else "nobody"
