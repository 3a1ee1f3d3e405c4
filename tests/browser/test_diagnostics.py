"""Diagnostics: what an electrician acts on, beside the charger or on the telephone."""

import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, expect

from pilotline.vocabulary.journal import SetAside
from support.browser import LAPTOP, PATIENCE_MS, PHONE, Panel, Station, closed_station, station
from support.earlier import SESSION, a_session, leave_behind
from support.looks import cut_off, violations
from support.visitors import sees, sees_no, settle, sign_in

Visit = Callable[..., Panel]
SMALL = {"width": 320, "height": 568}
CHAPTERS = ("faults", "live", "limits", "log", "messages", "checks", "sessions", "support")

pytestmark = pytest.mark.timeout(300)


def _chapter(panel: Panel, name: str) -> None:
    panel.page.goto(f"{panel.address}#/diagnostics/{name}")
    sees(panel, f"diagnostics-{name}")


@pytest.mark.requirement("E-25", "E-71")
def test_a_fault_has_its_code_its_sentence_and_its_advice_and_is_counted_when_it_is_past(
    bench: Station, visit: Visit
) -> None:
    panel = visit(bench.address)
    _chapter(panel, "faults")
    sees(panel, "no-faults")
    bench.ask("inject", fault="EVSE_FAULT_VL_OUT_OPEN")
    panel.shows("faults-now", "The live contact stays closed when it should be open.")
    panel.shows("faults-now", "Switch the station off at its breaker")
    panel.shows("faults-now", "RTM err code 0x40000")
    bench.ask("inject", fault="EVSE_FAULT_VL_OUT_OPEN", active=False)
    panel.see("reset-faults").click()
    sees(panel, "no-faults")
    panel.shows("faults-past", "RTM err code 0x40000")
    panel.shows("faults-past", "ever 1")
    _chapter(panel, "log")
    panel.see("log-kind").select_option("fault")
    panel.shows("log", "RTM err code")
    expect(panel.page.locator("[data-testid=event]:not([data-kind=fault])")).to_have_count(0)


@pytest.mark.requirement("E-71")
def test_live_values_follow_the_car_and_limits_say_who_and_until_when(bench: Station, visit: Visit) -> None:
    panel = visit(bench.address)
    _chapter(panel, "live")
    panel.shows("live-pilot", "12.0 V")
    bench.ask("plug_in")
    bench.ask("present_tag", tag="04A1B2C3")
    panel.shows("live-pilot", "220 Ω")
    panel.shows("live-relay", "closed")
    panel.shows("live-supply", "32.00 A")
    _chapter(panel, "limits")
    bench.ask("limit_current", limit_ma=10_000)
    panel.shows("limit-owner", "counts")
    panel.shows("limit-owner", "10 A")
    sees(panel, "limit-fuse")
    _chapter(panel, "messages")
    panel.shows("ocpp", "StartTransaction")
    panel.page.get_by_text("StartTransaction").first.click()
    panel.shows("ocpp", '"meterStart"')


def test_the_station_examines_itself_and_says_what_it_found(bench: Station, visit: Visit) -> None:
    panel = visit(bench.address)
    _chapter(panel, "checks")
    panel.see("self-test").click()
    for part in ("board", "disk", "meter"):
        sees(panel, f"self-test-{part}")
    _chapter(panel, "sessions")
    sees(panel, "nothing-aside")


@pytest.mark.requirement("P-09")
def test_a_bundle_for_the_support_is_one_file(bench: Station, visit: Visit, tmp_path: Path) -> None:
    panel = visit(bench.address)
    _chapter(panel, "support")
    panel.page.get_by_label("What is wrong?").fill("It blinks.")
    with panel.page.expect_download() as caught:
        panel.see("support-download").click()
    kept = tmp_path / "support.zip"
    caught.value.save_as(kept)
    with ZipFile(kept) as bundle:
        assert bundle.testzip() is None
        asked = json.loads(bundle.read("request.json"))
    assert (asked["description"], asked["urgency"]) == ("It blinks.", "normal")
    assert UUID(asked["uuid"]).version == 4


@pytest.mark.requirement("P-09")
def test_photos_and_certificates_go_into_the_same_file_and_stay_within_their_bounds(
    bench: Station, visit: Visit, tmp_path: Path
) -> None:
    """As they are, by what they show, under names that lead nowhere; the station itself never sees them."""
    photo, paper = b"\x89PNG " + bytes(range(256)) * 5_000, b"%PDF-1.7 " + b"x" * 70_000
    panel = visit(bench.address)
    _chapter(panel, "support")
    panel.page.get_by_label("How urgent is it?").select_option("critical")
    add = panel.see("support-add")
    add.set_input_files(
        [
            {"name": "../../the ring.png", "mimeType": "image/png", "buffer": photo},
            {"name": "Prüfprotokoll.pdf", "mimeType": "application/pdf", "buffer": paper},
            {"name": "odd.xyz", "mimeType": "", "buffer": b"?"},
        ]
    )
    expect(panel.see("support-list").get_by_role("listitem")).to_have_count(3)
    panel.page.get_by_label("What odd.xyz shows").select_option("Certificate of the installation")
    add.set_input_files([{"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": b"j"} for n in range(8)])
    panel.shows("support-files-error", "7.jpg was left out: at most 10 files go in.")
    for number in range(7):
        panel.page.get_by_role("button", name=f"Remove {number}.jpg").click()
    sees_no(panel, "support-files-error")
    posted: list[str] = []
    panel.page.on("request", lambda request: posted.append(request.method))
    with panel.page.expect_download() as caught:
        panel.see("support-download").click()
    kept = tmp_path / "support.zip"
    caught.value.save_as(kept)
    assert caught.value.suggested_filename == "pilotline-PILOT-1-support.zip"
    with ZipFile(kept) as bundle:
        assert bundle.testzip() is None
        packed = {name: bundle.read(name) for name in bundle.namelist()}
    assert packed["attachments/certificate/Prüfprotokoll.pdf"] == paper
    assert packed["attachments/certificate/odd.xyz"] == b"?"
    (ring,) = [name for name in packed if "ring" in name]
    assert packed[ring] == photo
    assert not any(".." in name or name.startswith("/") for name in packed)
    assert {"README.txt", "request.json", "status.json", "host.log"} <= set(packed)
    assert json.loads(packed["request.json"])["urgency"] == "critical"
    assert {each["file"] for each in json.loads(packed["attachments.json"])} == {
        name for name in packed if name.startswith("attachments/")
    }
    assert "POST" not in posted


@pytest.mark.requirement("E-26", "E-71")
def test_the_leakage_offset_is_measured_on_a_tap_and_never_while_a_car_charges(
    bench: Station, visit: Visit
) -> None:
    """What the station answers is what is told, and the car goes on charging."""
    panel = visit(bench.address)
    _chapter(panel, "checks")
    for what in ("compensate", "compensate-sure"):
        panel.see(what).click()
    sees(panel, "checks-told")
    bench.ask("plug_in")
    bench.ask("present_tag", tag="04A1B2C3")
    bench.wait(ocpp_status="Charging")
    for what in ("compensate", "compensate-sure"):
        panel.see(what).click()
    sees(panel, "checks-problem")
    sees_no(panel, "checks-told")
    assert "RCD_OFFSET" in {each["setting"] for each in bench.ask("security_events")}
    bench.wait(ocpp_status="Charging")


@pytest.mark.requirement("R-54")
def test_a_session_that_was_set_aside_is_listed_and_sent_again_by_a_person(
    browser: Browser, tmp_path: Path
) -> None:
    """Kept over a restart; the backend takes it this time, and nothing is aside any more."""
    leave_behind(tmp_path, *a_session(), SetAside(1, SESSION, whole=True))
    with station(tmp_path) as found:
        page = browser.new_context(viewport=PHONE).new_page()  # pyright: ignore[reportArgumentType]
        panel = Panel(page, found.address).open()
        assert found.picture()["backend"]["set_aside"] > 0
        _chapter(panel, "sessions")
        panel.shows("aside", SESSION)
        panel.see("resend").click()
        panel.shows("aside", "It is being sent again.")
        sees(panel, "nothing-aside")
        found.wait(set_aside=0, queued=0)
        (row,) = found.ask("sessions")["sessions"]
        assert row["transaction"] is not None
        assert found.picture()["backend"]["set_aside"] == 0
        assert panel.complaints == []
        page.context.close()


@pytest.mark.requirement("M-14")
def test_what_a_role_may_not_is_said(browser: Browser, tmp_path: Path) -> None:
    with closed_station(tmp_path) as station:
        settle(station.address, {"Uwe": ("user", "")}).close()
        page = browser.new_context(viewport=PHONE).new_page()  # pyright: ignore[reportArgumentType]
        panel = Panel(page, station.address)
        page.goto(station.address)
        sign_in(panel, "Uwe")
        panel.is_live()
        for name in ("messages", "checks", "sessions", "support", "log"):
            _chapter(panel, name)
            panel.shows(f"diagnostics-{name}", "Operator")
        sees_no(panel, "self-test", "restart-soft", "support-download")
        _chapter(panel, "live")
        sees(panel, "live-pilot")
        assert panel.complaints == []
        page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_cut_off(bench: Station, visit: Visit, scheme: str) -> None:
    bench.ask("inject", fault="EVSE_FAULT_VL_OUT_OPEN")
    for size in (SMALL, LAPTOP):
        panel = visit(bench.address, size, color_scheme=scheme)
        for name in CHAPTERS:
            _chapter(panel, name)
            if name == "checks":
                panel.see("self-test").click()
                expect(panel.see("self-test-board")).to_be_visible(timeout=PATIENCE_MS)
            panel.page.wait_for_timeout(300)
            assert cut_off(panel) == []
            assert violations(panel) == []
