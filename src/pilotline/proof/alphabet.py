"""Which moves there are at a model: each input around each of its thresholds, each word of the host.

Everything is drawn from the model's data; a new model has its own alphabet without a line here.
"""

from collections.abc import Iterable, Iterator, Mapping

from pilotline.proof.moves import OBEYING, WORDS, Car, Keep, Move, Obey, Say, Sense, Value
from pilotline.vocabulary.board import Contacts, Covers, LockPosition, Pace, ResidualAlarm
from pilotline.vocabulary.charger import RtmModel
from pilotline.vocabulary.phases import ZERO, PerPhase, on_phases
from pilotline.vocabulary.pilot import MIN_OFFER_MA, PilotState, Signalling

ODD_OFFER_MA = 10_013
"""No duty cycle says it: the pilot has to say less."""
_LONG_MS = 65_535
"""A host that asks for more than a permit may live (R-45)."""
_BOTH = (False, True)
Thresholds = Mapping[str, tuple[int, ...]]
"""For each figure where its regions begin; the module tells no two values of one region apart."""


def thresholds(model: RtmModel) -> dict[str, tuple[int, ...]]:
    """Where each figure's regions begin."""
    nominal_mv, supply = model.rating.voltage_v * 10, model.supply
    low, high = nominal_mv * (100 - supply.window_percent), nominal_mv * (100 + supply.window_percent)
    back_mv = supply.hysteresis_mv
    voltage = (
        supply.hardware_low_mv,
        low,
        low + back_mv,
        high - back_mv + 1,
        high + 1,
        supply.hardware_high_mv + 1,
    )
    direct = model.residual.dc_trip_ua
    hot = model.temperature.steps[-1].up_to_mc
    cool = hot - model.temperature.hysteresis_mc
    return {
        "pilot_mv": tuple(sorted(_pilot_edges(model))),
        "low_mv": (model.pilot.diode_max_mv + 1,),
        "proximity_ohm": _cable_edges(model),
        "voltage_mv": voltage,
        "current_ma": tuple(sorted(_current_edges(model))),
        "neutral_pe_mv": (supply.neutral_pe_mv + 1,),
        "residual_ac_ua": (model.residual.ac_trip_ua,),
        "residual_dc_ua": (-direct + 1, direct),
        "temperature_mc": (cool + 1, hot + 1),
    }


def _pilot_edges(model: RtmModel) -> Iterator[int]:
    margin = model.pilot.hysteresis_mv
    for low, high in model.pilot.windows.values():
        yield from (low - margin, low, high + 1, high + margin + 1)


def _cable_edges(model: RtmModel) -> tuple[int, ...]:
    proximity = model.proximity
    return (
        () if proximity is None else (proximity.from_ohm, *(step.up_to_ohm + 1 for step in proximity.steps))
    )


def _current_edges(model: RtmModel) -> set[int]:
    """One ampere ends an orderly stop; the offers are those the host makes here."""
    over = model.overcurrent
    offers = {MIN_OFFER_MA, ODD_OFFER_MA, most_ma(model)}
    too_much = {offer * over.offer_percent // 100 + 1 for offer in offers}
    return {
        model.relay.orderly_current_ma,
        model.rating.current_ma * over.rating_percent // 100 + 1,
        *too_much,
    }


def most_ma(model: RtmModel) -> int:
    """What the host may offer at the most, cable included."""
    return min(model.rating.current_ma, model.outlet.cable_ma or model.rating.current_ma)


HOST = "host"
SLICES: Mapping[str, frozenset[str]] = {
    name: frozenset(inputs.split())
    for name, inputs in {
        "core": "",
        "pilot": "pilot_mv",
        "diode": "low_mv",
        "cable": "proximity_ohm",
        "relay": "contacts",
        "lock": "lock",
        "monitor": "residual_alarm",
        "alternating": "residual_ac_ua",
        "direct": "residual_dc_ua",
        "voltage": "voltage_mv",
        "neutral": "neutral_pe_mv",
        "current": "current_ma",
        "heat": "temperature_mc",
        "switches": "emergency_stop calibrated covers",
        "pace": "pace",
        "host": HOST,
    }.items()
}
"""What is looked at in full, each together with a car, a cable, a host, and a plant that obeys."""


class Alphabet:
    """``inputs`` are all values each input takes here, ``words`` what the host says and keeps saying.

    ``edges``: each figure below, at and above the beginning of each region; else one value from each region.
    ``full`` names the inputs that take all their values, and ``host`` where all its words are said; the rest
    is right, a car comes, goes and asks, and the host keeps its permit, by either signalling, or is silent.
    """

    def __init__(self, model: RtmModel, *, edges: bool = True, full: frozenset[str] | None = None) -> None:
        self.regions = thresholds(model)
        self._model = model
        self._edges = edges
        every = dict(self._inputs())
        full = frozenset({*every, HOST}) if full is None else full
        self.inputs = {name: values for name, values in every.items() if name in full}
        self.cars = (
            () if {"pilot_mv", "proximity_ohm"} <= full else tuple(Car(mv) for mv in (12_000, 9_000, 6_000))
        )
        """Where pilot and cable are not looked at one by one."""
        said, kept = (self._words(), (None, 0, MIN_OFFER_MA)) if HOST in full else ((), (None,))
        by_messages = (0, most_ma(model)) if model.digital else ()
        self.words: tuple[Move, ...] = (
            *(Say(word) for word in said),
            *(Keep(offer) for offer in (*kept, most_ma(model))),
            *(Keep(offer, Signalling.DIGITAL) for offer in by_messages),
            *(Obey(name, obeys) for name in OBEYING if name in self.inputs for obeys in _BOTH),
        )

    def senses(self) -> Iterator[Sense]:
        """Every input with every value."""
        for name, values in self.inputs.items():
            yield from (Sense(name, value) for value in values)

    def _words(self) -> Iterable[str]:
        model = self._model
        locks = () if model.outlet.lock else ("lock", "unlock")
        yield from (word for word in WORDS if word not in locks)
        yield from (f"permit {offer}" for offer in (MIN_OFFER_MA, ODD_OFFER_MA, most_ma(model)))
        yield f"permit {MIN_OFFER_MA} for {_LONG_MS}"
        yield from (f"permit {offer} digital" for offer in (MIN_OFFER_MA - 1, most_ma(model)))

    def _figures(self, name: str, *usual: int) -> tuple[int, ...]:
        """The values of one figure: those that are usual, and one on each side of each threshold."""
        begins = self.regions[name]
        wanted = set(usual) | set(begins)
        if self._edges:
            wanted |= {begin - 1 for begin in begins} | {begin + 1 for begin in begins}
        elif begins:
            wanted.add(begins[0] - 1)
        return tuple(sorted(wanted))

    def _inputs(self) -> Iterator[tuple[str, tuple[Value, ...]]]:
        model, rating = self._model, self._model.rating
        levels = (12_000, 9_000, 6_000, 3_000, 0, -12_000)
        yield "pilot_mv", self._figures("pilot_mv", *levels) if self._edges else (*levels, *_gaps(model))
        yield "low_mv", self._figures("low_mv", -12_000)
        if model.proximity is not None:
            yield "proximity_ohm", (None, *self._figures("proximity_ohm", 220))
        yield "contacts", tuple(Contacts(live, neutral) for live in _BOTH for neutral in _BOTH)
        if model.outlet.lock:
            yield "lock", tuple(LockPosition)
        yield "residual_alarm", tuple(ResidualAlarm(ac, dc) for ac in _BOTH for dc in _BOTH)
        usual_mv = on_phases(rating.voltage_v * 1_000, rating.phases)
        yield "voltage_mv", (usual_mv, *self._on_a_phase("voltage_mv", usual_mv))
        usual_ma = on_phases(5_000, rating.phases)
        yield "current_ma", (ZERO, usual_ma, *self._on_a_phase("current_ma", usual_ma))
        for name in ("neutral_pe_mv", "residual_ac_ua", "residual_dc_ua"):
            yield name, self._figures(name, 0)
        hot = self._figures("temperature_mc", 25_000)
        yield "temperature_mc", (*((each, 25_000) for each in hot), (25_000, hot[-1]))
        yield "covers", (Covers(), Covers(main=True), Covers(service=True))
        yield "emergency_stop", _BOTH
        yield "calibrated", _BOTH
        yield "pace", tuple(Pace)

    def _on_a_phase(self, name: str, usual: PerPhase[int]) -> Iterator[PerPhase[int]]:
        """Each figure on one rated phase, the usual on the others."""
        for phase in range(self._model.rating.phases):
            for figure in self._figures(name):
                yield PerPhase(*(figure if n == phase else each for n, each in enumerate(usual)))


def _gaps(model: RtmModel) -> Iterator[int]:
    """A level between the windows B and C, and one in the hysteresis of each."""
    windows, margin = model.pilot.windows, model.pilot.hysteresis_mv
    b, c = windows[PilotState.B], windows[PilotState.C]
    yield from (b.low_mv - margin, c.high_mv + margin, (b.low_mv + c.high_mv) // 2)
