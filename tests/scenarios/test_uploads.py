"""Stories of diagnostics: what the backend hears while cars charge, lines break and hosts crash."""

import pytest

from pilotline.simulator.caretaker import Course
from pilotline.station.upkeep.uploads import NotSent, SendBundle, Sent
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.vocabulary.time import MINUTE
from pilotline.vocabulary.transfers import CONNECT
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.v16_upkeep import DiagnosticsStatusNotification, GetDiagnostics
from support.stories import Scene

LOCATION = "ftp://user:zqsecret@files.example/"


def words(scene: Scene) -> list[str]:
    """What was told of uploads, in order."""
    return [each.status.value for each in scene.told(DiagnosticsStatusNotification)]


@pytest.mark.requirement("M-41")
def test_a_car_charges_while_its_stations_diagnostics_are_fetched() -> None:
    """An upload that takes long is in nobody's way, and its password in nobody's sight."""
    scene = Scene()
    scene.station.caretaker.script(SendBundle, Course(Sent(10_000), takes=20 * MINUTE))
    answer = scene.ask(GetDiagnostics(location=LOCATION))
    assert answer["fileName"].endswith(".tar.gz")
    scene.charge()
    assert words(scene) == ["Uploading"]
    scene.run(1_300)
    assert words(scene) == ["Uploading", "Uploaded"]
    assert scene.statuses()[-1] == ConnectorStatus.CHARGING.value
    kept = repr(vars(scene.station.journal))
    assert "upload_done" in kept
    assert "zqsecret" not in kept


def test_what_happens_offline_is_told_afterwards_once() -> None:
    """The tries go on without the line to the backend."""
    scene = Scene()
    scene.station.caretaker.script(SendBundle, NotSent(CONNECT), Sent(1))
    scene.ask(GetDiagnostics(location=LOCATION, retries=2, retry_interval=30))
    scene.network(up=False)
    scene.run(120)
    before = len(words(scene))
    scene.network(up=True)
    scene.run(60)
    assert before <= 2
    assert words(scene) == ["Uploading", "UploadFailed", "Uploading", "Uploaded"]


def test_a_host_that_crashes_tells_the_end_of_what_was_under_way() -> None:
    """Once, whatever comes after."""
    scene = Scene()
    scene.ask(GetDiagnostics(location=LOCATION))  # nobody has said how it goes: it never ends
    scene.run(5)
    for _ in range(3):
        scene.station.host_crash()
        scene.run(60)
    assert words(scene) == ["Uploading", "UploadFailed"]
    assert scene.told(v16.BootNotification)
