"""Smart charging, the local list and reservations, asked by the `ocpp` package over a real WebSocket."""

from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ocpp.exceptions import OCPPError
from ocpp.v16 import call
from ocpp.v16.enums import ChargingProfilePurposeType as Purpose
from ocpp.v16.enums import ChargingRateUnitType as Unit
from ocpp.v16.enums import UpdateType

from support.bench import TAG, Bench
from support.central_system import CentralSystem
from support.site import Site, site_in

GUEST = "04FFFFFFFFFFFF"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Generator[Site]:
    with site_in(tmp_path_factory.mktemp("station")) as found:
        yield found


def profile(limit: float, purpose: str, **others: Any) -> dict[str, Any]:
    schedule = {"charging_rate_unit": "A", "charging_schedule_period": [{"start_period": 0, "limit": limit}]}
    return {
        "charging_profile_id": 1,
        "stack_level": 0,
        "charging_profile_purpose": purpose,
        "charging_profile_kind": "Relative",
        "charging_schedule": schedule,
        **others,
    }


@pytest.mark.requirement("E-60", "M-40", "E-33")
def test_a_profile_lowers_a_car_that_charges_and_the_composite_says_so(site: Site) -> None:
    """Set, seen on the pilot and in the reason, asked back, and taken out again."""

    async def story(bench: Bench, central: CentralSystem) -> None:
        begun = central.heard
        await bench.charge()
        answer = await central.ask(
            call.SetChargingProfile(connector_id=1, cs_charging_profiles=profile(10.0, "TxProfile"))
        )
        assert answer.status == "Accepted"
        seen = await bench.until(lambda view: view.connectors[0].offered_a == 10)
        assert seen.connectors[0].limit.source == "backend"
        await central.call_of("StatusNotification", begun, vendorId="VendorID1", vendorErrorCode="4")
        composite = await central.ask(
            call.GetCompositeSchedule(connector_id=1, duration=600, charging_rate_unit=Unit.watts)
        )
        assert composite.charging_schedule["charging_schedule_period"][0]["limit"] == 2_300
        cleared = await central.ask(call.ClearChargingProfile(charging_profile_purpose=Purpose.tx_profile))
        assert cleared.status == "Accepted"
        await bench.until(lambda view: view.connectors[0].offered_a == 32)
        await bench.leave()

    site.play(story)


@pytest.mark.requirement("M-40", "R-30")
def test_a_reserved_connector_waits_for_its_guest(site: Site) -> None:
    """Reserved is told; another card is let in by nobody; cancelled it is free."""

    async def story(bench: Bench, central: CentralSystem) -> None:
        begun = central.heard
        until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        made = await central.ask(
            call.ReserveNow(connector_id=1, expiry_date=until, id_tag=GUEST, reservation_id=5)
        )
        assert made.status == "Accepted"
        await central.call_of("StatusNotification", begun, connectorId=1, status="Reserved")
        await bench.do("plug_in")
        await bench.do("present_tag", tag=TAG)
        seen = await bench.until(lambda view: view.connectors[0].pilot_state == "B")
        assert seen.connectors[0].why.code == "reserved"
        await bench.do("present_tag", tag=GUEST)
        await central.call_of("StartTransaction", begun, idTag=GUEST, reservationId=5)
        await bench.leave()
        assert (await central.ask(call.CancelReservation(reservation_id=5))).status == "Rejected"

    site.play(story)


@pytest.mark.requirement("R-37", "E-61")
def test_as_shipped_there_is_no_local_list(site: Site) -> None:
    """Length 0 and off: version -1, and an update is not supported."""

    async def story(_bench: Bench, central: CentralSystem) -> None:
        try:
            version = await central.ask(call.GetLocalListVersion())
            sent = await central.ask(call.SendLocalList(list_version=1, update_type=UpdateType.full))
        except OCPPError as error:
            pytest.fail(f"refused: {error}")
        assert (version.list_version, sent.status) == (-1, "NotSupported")

    site.play(story)
