"""A session in a sentence or two: how long it took until current flowed, and what came of it."""

from collections.abc import Sequence
from itertools import pairwise

from pilotline.links.v2g.exchanges import Chapter, Exchange, Message, car_status
from pilotline.links.v2g.values import duration, number, quantity

Parts = Sequence[tuple[Chapter, Sequence[Exchange]]]


def digest(parts: Parts) -> str:
    """Empty where nothing was charged with direct current; that story is short enough."""
    loop = [each for chapter, part in parts if chapter is Chapter.CHARGING for each in part]
    demands = [each for each in loop if each.subject == "CurrentDemand"]
    answers = [each.answer for each in demands if each.answer]
    asks = [each.ask for each in demands if each.ask]
    if not answers or not asks:
        return ""
    return f"{_before(parts, asks[0])} {_outcome(asks, answers)}"


def _before(parts: Parts, first: Message) -> str:
    """From the first message to the first question for current, and what of it was the insulation test."""
    begun_us = parts[0][1][0].first.at_us
    check = next((part for chapter, part in parts if chapter is Chapter.CABLE_CHECK), None)
    spent = (
        f", {duration(check[-1].last_us - check[0].first.at_us)} of it for the cable check" if check else ""
    )
    return f"Ready to charge {duration(first.at_us - begun_us)} after the first word{spent}."


def _outcome(asks: Sequence[Message], answers: Sequence[Message]) -> str:
    amps = [number(each.content.evse_present_current) for each in answers]
    watts = [amp * number(each.content.evse_present_voltage) for amp, each in zip(amps, answers, strict=True)]
    charge = [car_status(each).ev_ress_soc for each in asks]
    lasted_us = answers[-1].at_us - asks[0].at_us
    if max(amps) == 0:
        return f"In {duration(lasted_us)} of charging no current flowed."
    return (
        f"In {duration(lasted_us)} of charging at most {quantity(max(amps), 'A')} and "
        f"{quantity(round(max(watts)), 'W')} flowed, {quantity(round(energy_wh(answers)), 'Wh')} in all; "
        f"the battery {_went(charge[0], charge[-1])}."
    )


def _went(first: int, last: int) -> str:
    return f"stayed at {first} %" if first == last else f"went from {first} to {last} %"


def energy_wh(answers: Sequence[Message]) -> float:
    """By the voltage and current of CurrentDemandRes, each taken to hold until the next is told."""
    return sum(
        number(one.content.evse_present_voltage)
        * number(one.content.evse_present_current)
        * (other.at_us - one.at_us)
        / 3.6e9
        for one, other in pairwise(answers)
    )
