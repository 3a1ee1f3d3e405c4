"""What the machine of station and model backend found, each as the shortest story that shows it."""

import pytest

from pilotline.vocabulary.status import ConnectorStatus
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.words import MessageTrigger
from support.stories import Scene


@pytest.mark.requirement("M-47", "R-29")
@pytest.mark.parametrize("later", [0.5, 7])
def test_values_asked_for_after_the_end_are_not_the_transactions(later: float) -> None:
    """The unplug is told half a minute later, with its own time: what is read out between comes after it."""
    scene = Scene("master-plus-ac", MeterValueSampleInterval=0)
    scene.charge()
    trigger = v16.TriggerMessage(MessageTrigger.METER_VALUES, 1)
    scene.ask(trigger)
    scene.unplug()
    scene.run(later)
    scene.ask(trigger)
    scene.until(ConnectorStatus.AVAILABLE)
    scene.run(1)
    (stop,) = scene.told(v16.StopTransaction)
    told = [(each.transaction_id, each.meter_value[0].timestamp) for each in scene.told(v16.MeterValues)]
    assert [number for number, _ in told] == [stop.transaction_id, None]
    assert told[0][1] <= stop.timestamp < told[1][1]
