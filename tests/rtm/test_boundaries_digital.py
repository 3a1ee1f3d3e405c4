"""Messages instead of a duty cycle, at the boundaries of every charger model that has them.

Like ``test_boundaries``, generated from the model's own data; a model without a modem refuses.
"""

import pytest

from pilotline.proof.invariants import Judge
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import HostAlive, Permit
from pilotline.vocabulary.charger import RtmModel
from pilotline.vocabulary.pilot import (
    DIGITAL_DUTY,
    MIN_OFFER_MA,
    STEADY,
    PilotMode,
    PilotOutput,
    PilotState,
    Signalling,
)
from support.rtm_plant import Plant, charging, charging_by_messages, talking, waiting
from support.sweep import DIGITAL_MODELS, EVERY_MODEL, SECOND, most_offered, on_phase, opened

DIGITAL, NOMINAL = Signalling.DIGITAL, Signalling.NOMINAL
FIVE_PERCENT = PilotOutput(PilotMode.PWM, DIGITAL_DUTY)


@pytest.fixture(autouse=True)
def judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every story of the sweep keeps the invariants too, with a host whose rhythm meets no deadline."""
    monkeypatch.setattr(Plant, "judged_by", Judge)
    monkeypatch.setattr(Plant, "renewal_us", 490_300)


@pytest.mark.requirement("M-01")
@DIGITAL_MODELS
def test_the_step_between_two_signallings_has_its_time(model: RtmModel) -> None:
    """In the last millisecond the pilot is steady, in the next it speaks the other way; and back again."""
    assert model.digital
    plant, offer = waiting(model), most_offered(model)
    for signalling in (DIGITAL, NOMINAL, DIGITAL):
        plant.host_keeps(offer, signalling)
        plant.run(model.digital.step_x1_ms - 1)
        assert plant.outputs.pilot == STEADY
        plant.run(1)
        assert plant.outputs.pilot.signalling is signalling
        plant.run(SECOND)


@pytest.mark.requirement("M-01")
@DIGITAL_MODELS
def test_a_step_that_is_broken_off_begins_anew(model: RtmModel) -> None:
    """A word in the old way a millisecond before its end costs the whole time again."""
    assert model.digital
    plant, offer = waiting(model), most_offered(model)
    plant.host_keeps(offer, DIGITAL)
    plant.run(model.digital.step_x1_ms - 1)
    plant.host_keeps(offer)
    assert plant.outputs.pilot.signalling is NOMINAL
    plant.host_keeps(offer, DIGITAL)
    plant.run(model.digital.step_x1_ms - 1)
    assert plant.outputs.pilot == STEADY
    plant.run(1)
    assert plant.outputs.pilot == FIVE_PERCENT


@pytest.mark.requirement("M-01", "R-45")
@DIGITAL_MODELS
def test_an_offer_by_messages_has_its_least(model: RtmModel) -> None:
    """6 A close, a milliampere less is talk; the pilot tells no difference."""
    for offer, closes in ((0, False), (MIN_OFFER_MA - 1, False), (MIN_OFFER_MA, True)):
        plant = talking(model)
        plant.draw(MIN_OFFER_MA)
        plant.host_keeps(offer, DIGITAL)
        plant.run(SECOND)
        plant.show(PilotState.C)
        plant.run(10 * SECOND)
        assert (plant.relay, plant.outputs.pilot) == (closes, FIVE_PERCENT)
        assert plant.told.offer_ma == (offer if closes else 0)


@pytest.mark.requirement("M-01", "R-45")
@DIGITAL_MODELS
def test_a_stop_by_messages_has_its_current_and_its_time(model: RtmModel) -> None:
    """At 1 A on any phase the car gets its whole time under 5 %. Below, the relay opens at once."""
    limits = model.relay
    for phase in range(model.rating.phases):
        for current, taken in (
            (limits.orderly_current_ma, limits.orderly_ms),
            (limits.orderly_current_ma - 1, 0),
        ):
            plant = charging_by_messages(model)
            plant.sense(current_ma=on_phase(phase, current))
            plant.host_keeps(MIN_OFFER_MA - 1, DIGITAL)
            assert opened(plant, limits.orderly_ms) == taken
            assert (plant.outputs.pilot, plant.faults) == (FIVE_PERCENT, 0)


@pytest.mark.requirement("M-01", "R-45")
@DIGITAL_MODELS
def test_a_permit_by_messages_has_its_life(model: RtmModel) -> None:
    """Renewed in the last millisecond the talk goes on; else the pilot is steady in the next."""
    for offer in (0, MIN_OFFER_MA):
        plant = talking(model)
        plant.host_is_silent()
        for _ in range(3):
            plant.send(Permit(offer, 65_535, DIGITAL))
            plant.run(model.host.permit_ms - 1)
            assert plant.outputs.pilot == FIVE_PERCENT
        plant.send(HostAlive())
        plant.run(1)
        assert plant.outputs.pilot == STEADY


@pytest.mark.requirement("M-01", "E-12", "R-09")
@DIGITAL_MODELS
def test_more_than_was_told_trips_after_its_time(model: RtmModel) -> None:
    """At 1.1 times the offer of the messages never, above it after 6 s; a lower one gives 5 s to follow."""
    rule, high = model.overcurrent, most_offered(model)
    for phase in range(model.rating.phases):
        plant = charging_by_messages(model, high)
        plant.sense(current_ma=on_phase(phase, rule.offer_percent * high // 100))
        plant.run(10 * rule.offer_ms)
        plant.sense(current_ma=on_phase(phase, rule.offer_percent * high // 100 + 1))
        assert opened(plant, rule.offer_ms) == rule.offer_ms
        assert plant.faults == faults.OVERCURRENT
        plant = charging_by_messages(model, high)
        plant.sense(current_ma=on_phase(phase, high))
        plant.host_keeps(MIN_OFFER_MA, DIGITAL)
        assert opened(plant, 20 * SECOND) == rule.follow_ms + rule.offer_ms


@pytest.mark.requirement("M-01", "R-47")
@DIGITAL_MODELS
def test_a_car_that_talks_is_never_woken(model: RtmModel) -> None:
    """Three times as long as a car may sleep under a duty cycle."""
    for offer in (0, most_offered(model)):
        plant = talking(model)
        plant.host_keeps(offer, DIGITAL)
        plant.run(3 * model.wake_up.after_ms)
        assert (plant.outputs.pilot, plant.told.wake_ups) == (FIVE_PERCENT, 0)


@pytest.mark.requirement("M-01", "R-45")
@EVERY_MODEL
def test_a_model_without_a_modem_refuses(model: RtmModel) -> None:
    """A digital permit is none there: a charge stops in order, and nothing is offered."""
    plant = charging(model)
    plant.host_keeps(most_offered(model), DIGITAL)
    assert plant.outputs.pilot == STEADY
    plant.draw(0)
    plant.show(PilotState.B)
    plant.run(10 * SECOND)
    assert plant.outputs.pilot == (FIVE_PERCENT if model.digital else STEADY)
    assert plant.told.offer_ma == (most_offered(model) if model.digital else 0)
