"""Every fault of the table, caused on the bench, reaches the `ocpp` package's central system and ends."""

from typing import Any

import pytest

from pilotline.simulator.bench import CAUSES
from pilotline.simulator.story import StoryRunner, parse_story
from pilotline.vocabulary import faults
from pilotline.vocabulary.faults import FAULTS, OURS, Fault, faults_in
from support.central_system import CentralSystemInMemory
from support.stories import Scene

CAUSED = [fault for fault in FAULTS if fault.name in CAUSES]
"""All but 0x4000, which is a consequence of others."""
CHARGE = "plug_in\npresent_tag tag=04A1\nwait ocpp_status=Charging timeout_s=60\nafter 10s\n"
BEFORE_THE_PLUG = "inject fault={name}\nplug_in\npresent_tag tag=04A1\n"
AT_THE_PLUG = "plug_in\ninject fault={name}\n"
IN_A_CHARGE = CHARGE + "inject fault={name}\n"
AT_THE_UNPLUG = IN_A_CHARGE + "after 2s\nunplug\n"
BY_THE_CLAMP = "clamp state=fitted\nconfig_set key=c_CTClamp value=true\n" + IN_A_CHARGE
NOT_HEARD = IN_A_CHARGE + "after 10s\ninject fault={name} active=false\n"
"""A host that cannot hear its board tells what it was when it hears it again."""
COMES_TO_LIGHT = {
    faults.ACT_LOCK: BEFORE_THE_PLUG,
    faults.PP_UNPRESENT: AT_THE_PLUG,
    faults.MISSING_HOST: NOT_HEARD,
    faults.CLAMP_SILENT: BY_THE_CLAMP,
    **dict.fromkeys((faults.ACT_UNLOCK, faults.N_CLOSED, faults.L_CLOSED, faults.SELF_TEST), AT_THE_UNPLUG),
}
ENDS = """
config_set key=c_CTClamp value=false
after 20m
clear_faults
after 1s
wait ocpp_status=Available timeout_s=60
"""


@pytest.mark.requirement("E-25", "R-40")
@pytest.mark.parametrize("fault", CAUSED, ids=[fault.name for fault in CAUSED])
def test_it_reaches_the_backend_and_ends(fault: Fault) -> None:
    """Its bit stands in the mask of its vendor, with the errorCode of the most urgent; then all is well."""
    scene = Scene(online=False)
    backend = scene.station.backend = CentralSystemInMemory()
    scene.network(up=True)
    _play(scene, COMES_TO_LIGHT.get(fault.code, IN_A_CHARGE) + "after 30s\n", fault)
    reports = _reports(backend, fault)
    assert reports
    for report in reports:
        (first, *_) = faults_in(int(report["vendorErrorCode"], 16))
        assert (report["errorCode"], report["info"]) == (first.error_code.value, first.name)
    _play(scene, "inject fault={name} active=false", fault)
    _play(scene, ("unplug" if scene.world.plugged else "") + ENDS, fault)
    assert scene.seen.faults == ()
    assert backend.records.complaints == []


def _play(scene: Scene, story: str, fault: Fault) -> None:
    StoryRunner(scene.station).play(parse_story(fault.name, story.format(name=fault.name)))


def _reports(backend: CentralSystemInMemory, fault: Fault) -> list[dict[str, Any]]:
    """The reports under the fault's vendor that name it."""
    vendor = "Pilotline" if fault.code & OURS else "VendorID2"
    said = [call.payload for call in backend.records.calls if call.payload.get("vendorId") == vendor]
    return [each for each in said if _names(int(each["vendorErrorCode"], 16), fault)]


def _names(mask: int, fault: Fault) -> bool:
    return any(each.code == fault.code for each in faults_in(mask))
