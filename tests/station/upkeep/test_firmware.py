"""A firmware update told as stories: what the backend hears, what runs, and what a restart finds."""

from itertools import count

import pytest

from pilotline.station.upkeep.events import Answer, Lane, Outcome, Task, Tell, TellNotice, Worked
from pilotline.station.upkeep.firmware import ASK_AGAIN, PROVES_WITHIN, TRIES
from pilotline.station.upkeep.firmware_row import ROW, Update, read_update, write_update
from pilotline.station.upkeep.firmware_work import (
    CheckSigner,
    Confirm,
    Download,
    GoBack,
    Switch,
    Verify,
    Write,
)
from pilotline.vocabulary.firmware import FirmwareFault
from pilotline.vocabulary.time import SECOND
from pilotline.vocabulary.upkeep import FirmwareStatus, Notice
from support.files_in_memory import PowerCutError
from support.firmware_bench import NOON, NOON_US, FirmwareBench

PLAIN = Notice.FIRMWARE
HAPPY = ["Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting", "Installed"]


@pytest.mark.requirement("M-43", "E-41")
def test_a_signed_update_runs_after_a_restart_and_says_each_step_once() -> None:
    """From the request to a new firmware that is confirmed."""
    bench = FirmwareBench()
    bench.ask_signed()
    assert bench.answers == [Answer(1, "Accepted")]
    bench.go_on()
    assert bench.statuses() == HAPPY
    assert {each.request for each in bench.notices if each.about is Notice.SIGNED_FIRMWARE} == {7}
    assert bench.statuses(Notice.SECURITY) == ["FirmwareUpdated"]
    assert (bench.version, bench.restarts) == ("2.0", 1)
    assert bench.slots.inspect()[1] == ("a", "2.0", "running")


@pytest.mark.requirement("M-40", "M-43")
def test_the_older_request_has_four_words_for_it() -> None:
    """OCPP 1.6 §7.25 knows no verifying and no rebooting."""
    bench = FirmwareBench()
    bench.ask()
    bench.go_on()
    assert bench.statuses(PLAIN) == ["Downloading", "Downloaded", "Installing", "Installed"]
    assert bench.statuses() == []
    assert bench.version == "2.0"


def test_nothing_is_fetched_before_its_time() -> None:
    """The newer message says that it is scheduled."""
    bench = FirmwareBench()
    bench.ask_signed(retrieve_us=NOON_US + 3_600 * SECOND)
    bench.pass_time(3_599)
    assert (bench.statuses(), bench.tasks) == (["DownloadScheduled"], [])
    bench.pass_time(1)
    assert bench.statuses() == ["DownloadScheduled", "Downloading"]
    assert [type(task) for task in bench.tasks] == [Download]


def test_a_station_without_the_time_waits_until_it_knows() -> None:
    """It cannot say whether the time has come, nor whether a certificate is valid."""
    bench = FirmwareBench(knows_time=False)
    bench.ask()
    bench.pass_time(86_400)
    assert (bench.statuses(PLAIN), bench.tasks) == ([], [])
    bench.clock.learn(NOON, bench.now)
    bench.be(reached=True)
    assert bench.statuses(PLAIN) == ["Downloading"]


@pytest.mark.requirement("R-31")
@pytest.mark.parametrize("fault", [FirmwareFault.HOST, FirmwareFault.NO_URL, FirmwareFault.UNREACHABLE])
def test_a_download_that_fails_is_told_at_every_try(fault: FirmwareFault) -> None:
    """As often as the backend says, with its pause between; then the old firmware stays."""
    bench = FirmwareBench()
    bench.fates.ends[Download] = fault
    bench.ask(retries=2, retry_s=30)
    bench.go_on()
    assert bench.statuses(PLAIN) == ["Downloading", "DownloadFailed"]
    bench.pass_time(29)
    assert bench.tasks == []
    bench.pass_time(1)
    bench.go_on()
    assert bench.statuses(PLAIN) == ["Downloading", "DownloadFailed"] * 2
    bench.pass_time(86_400)
    assert (len(bench.notices), bench.version) == (4, "1.0")
    assert bench.core_part.view.last == f"DownloadFailed. {fault.value}"


@pytest.mark.parametrize(("retries", "tries"), [(None, TRIES), (0, 1), (1, 1), (10**9, 100)])
def test_a_backend_gets_the_tries_it_asks_for_within_reason(retries: int | None, tries: int) -> None:
    """At least one; and a pause of no second is one second."""
    bench = FirmwareBench()
    bench.fates.ends[Download] = FirmwareFault.UNREACHABLE
    bench.ask(retries=retries, retry_s=0)
    for _ in range(120):
        bench.go_on()
        bench.pass_time(1)
    assert bench.statuses(PLAIN).count("DownloadFailed") == tries


@pytest.mark.requirement("R-31")
@pytest.mark.parametrize(
    ("fault", "signed", "plain", "alarm"),
    [
        (FirmwareFault.SIGNATURE, "InvalidSignature", "InstallationFailed", "InvalidFirmwareSignature"),
        (FirmwareFault.CHAIN, "InvalidSignature", "InstallationFailed", "InvalidFirmwareSigningCertificate"),
        (FirmwareFault.OLDER, "InstallVerificationFailed", "InstallationFailed", None),
        (FirmwareFault.MODEL, "InstallVerificationFailed", "InstallationFailed", None),
        (FirmwareFault.KEY, "InstallVerificationFailed", "InstallationFailed", None),
    ],
)
def test_an_image_that_is_not_taken_says_why_and_changes_nothing(
    fault: FirmwareFault, signed: str, plain: str, alarm: str | None
) -> None:
    """A signature that is wrong is an alarm beside it."""
    for about, word in ((Notice.SIGNED_FIRMWARE, signed), (PLAIN, plain)):
        bench = FirmwareBench()
        bench.fates.ends[Verify] = fault
        bench.ask() if about is PLAIN else bench.ask_signed()
        bench.go_on()
        assert bench.statuses(about) == ["Downloading", "Downloaded", word]
        assert bench.statuses(Notice.SECURITY) == ([] if alarm is None else [alarm])
        assert (bench.version, bench.restarts, bench.slots.spare()) == ("1.0", 0, "a")


@pytest.mark.parametrize("fault", [FirmwareFault.CHAIN, FirmwareFault.EXPIRED, FirmwareFault.NO_SIGNER])
def test_a_signer_nobody_trusts_is_refused_before_anything_is_fetched(fault: FirmwareFault) -> None:
    """The answer says InvalidCertificate, and an alarm goes out (L01.FR.02, .24)."""
    bench = FirmwareBench()
    bench.fates.ends[CheckSigner] = fault
    bench.ask_signed()
    assert bench.answers == [Answer(1, "InvalidCertificate")]
    assert bench.statuses(Notice.SECURITY) == ["InvalidFirmwareSigningCertificate"]
    assert (bench.statuses(), bench.tasks) == ([], [])


def test_a_signer_nobody_could_judge_is_rejected() -> None:
    """Where the work ends without a word, the answer is no."""
    bench = FirmwareBench()
    bench.ask(request=7, certificate="C", signature="S")
    number = next(iter(bench.works))
    bench.send(Worked(number, Outcome()))
    assert bench.answers == [Answer(1, "Rejected")]


@pytest.mark.requirement("M-43")
def test_the_firmware_changes_only_while_no_session_is_open() -> None:
    """It waits, says so once, and a session that begins while it is written is waited for too."""
    bench = FirmwareBench()
    bench.be(idle=False)
    bench.ask_signed()
    bench.go_on()
    assert bench.statuses()[2:] == ["SignatureVerified", "InstallScheduled"]
    bench.be(idle=True)
    assert [type(task) for task in bench.tasks] == [Write]
    bench.be(idle=False)
    bench.go_on()
    assert (bench.switched, bench.statuses()[-1]) == ([], "Installing")
    bench.be(idle=True)
    bench.go_on()
    assert bench.statuses()[-2:] == ["InstallRebooting", "Installed"]
    assert bench.switched == [True]


def test_it_waits_for_the_time_of_installing() -> None:
    """Idle or not."""
    bench = FirmwareBench()
    bench.ask_signed(install_us=NOON_US + 60 * SECOND)
    bench.go_on()
    assert bench.statuses()[-1] == "InstallScheduled"
    bench.pass_time(60)
    bench.go_on()
    assert bench.version == "2.0"


@pytest.mark.requirement("M-43", "E-41")
@pytest.mark.parametrize("what", ["well", "reached"])
def test_a_new_firmware_that_is_not_well_in_time_makes_way_for_the_old_one(what: str) -> None:
    """Its board does not answer, or the backend does not take it: told when the old one runs again."""
    bench = FirmwareBench()
    bench.ask_signed()
    while not bench.restarting:
        bench.finish()
    setattr(bench, what, False)
    bench.go_on()
    assert (bench.version, bench.tasks) == ("2.0", [])
    bench.pass_time(PROVES_WITHIN / SECOND)
    assert [type(task) for task in bench.tasks] == [GoBack]
    bench.go_on()
    assert (bench.version, bench.restarts) == ("1.0", 2)
    assert bench.statuses() == [*HAPPY[:-1], "InstallationFailed"]
    assert "did not become well" in bench.core_part.view.last


def test_the_way_back_waits_for_the_end_of_a_session() -> None:
    """Who charges is not thrown out twice."""
    bench = FirmwareBench()
    bench.ask()
    while not bench.restarting:
        bench.finish()
    bench.reached = False
    bench.go_on()
    bench.be(idle=False)
    bench.pass_time(PROVES_WITHIN / SECOND + 60)
    assert bench.tasks == []
    bench.be(idle=True)
    assert [type(task) for task in bench.tasks] == [GoBack]


def test_a_firmware_that_crashes_again_and_again_makes_way_by_itself() -> None:
    """The slots count its starts; the old one tells that it failed, and why."""
    bench = FirmwareBench()
    bench.ask()
    while not bench.restarting:
        bench.finish()
    bench.well = False
    for _ in range(4):
        bench.crash()
    assert bench.version == "1.0"
    assert bench.statuses(PLAIN) == ["Downloading", "Downloaded", "Installing", "InstallationFailed"]
    assert "too often" in bench.core_part.view.last


def test_a_trial_that_nobody_asked_for_is_judged_all_the_same() -> None:
    """Its row was lost; the firmware has to prove itself, and nobody is told."""
    bench = FirmwareBench()
    bench.slots.write("lost", "m", "2.0", b"new")
    bench.slots.try_next("lost")
    bench.crash()
    assert [type(task) for task in bench.tasks] == [Confirm]
    bench.go_on()
    assert (bench.version, bench.statuses(), bench.statuses(PLAIN)) == ("2.0", [], [])
    assert bench.slots.inspect()[1] == ("a", "2.0", "running")


def test_a_slot_that_cannot_be_confirmed_is_tried_again() -> None:
    """A disk that was full for a moment costs half a minute."""
    bench = FirmwareBench()
    bench.ask()
    while not bench.restarting:
        bench.finish()
    bench.fates.ends[Confirm] = FirmwareFault.SLOTS
    bench.go_on()
    bench.fates.ends.clear()
    bench.pass_time(30)
    bench.go_on()
    assert bench.statuses(PLAIN)[-1] == "Installed"


@pytest.mark.parametrize("kind", [Write, Switch])
def test_a_slot_that_cannot_be_written_leaves_the_old_firmware(kind: type) -> None:
    """Told as a failed installation."""
    bench = FirmwareBench()
    bench.fates.ends[kind] = FirmwareFault.SLOTS
    bench.ask()
    bench.go_on()
    assert bench.statuses(PLAIN) == ["Downloading", "Downloaded", "Installing", "InstallationFailed"]
    assert (bench.version, bench.restarts) == ("1.0", 0)


def test_a_second_request_takes_the_place_of_the_first_until_the_slots_are_touched() -> None:
    """The answer says so, and the first one gets its end under its own number (L01.FR.26)."""
    bench = FirmwareBench()
    bench.ask_signed(1)
    bench.ask_signed(2, location="https://h/other.bin")
    assert [answer.word for answer in bench.answers] == ["Accepted", "AcceptedCanceled"]
    assert bench.statuses(request=1) == ["Downloading", "DownloadFailed"]
    bench.go_on()
    assert bench.statuses(request=2) == HAPPY


def test_once_the_slots_are_touched_a_second_request_is_rejected() -> None:
    """What is being installed cannot be called back (L01.FR.27)."""
    bench = FirmwareBench()
    bench.ask_signed(1)
    bench.finish()
    bench.finish()
    bench.ask_signed(2, location="https://h/other.bin")
    bench.ask(location="https://h/third.bin")
    assert [answer.word for answer in bench.answers] == ["Accepted", "Rejected", "Rejected"]
    bench.go_on()
    assert bench.statuses(request=1) == HAPPY
    assert bench.statuses(request=2) == bench.statuses(PLAIN) == []


def test_the_same_request_again_changes_nothing() -> None:
    """A backend that did not hear the answer asks again."""
    bench = FirmwareBench()
    bench.ask_signed()
    bench.ask_signed()
    assert [answer.word for answer in bench.answers] == ["Accepted", "Accepted"]
    bench.go_on()
    assert bench.statuses() == HAPPY


def test_a_triggered_status_is_the_last_that_was_told() -> None:
    """Idle while nothing is under way; but the newer message repeats a failure (L01.FR.28, .29)."""
    bench = FirmwareBench()
    assert triggered(bench, PLAIN) == Tell(PLAIN, "Idle")
    assert triggered(bench) == Tell(Notice.SIGNED_FIRMWARE, "Idle")
    bench.ask_signed()
    bench.finish()
    bench.finish()
    assert triggered(bench) == Tell(Notice.SIGNED_FIRMWARE, "Installing", 7)
    assert triggered(bench, PLAIN) == Tell(PLAIN, "Installing")
    bench.go_on()
    assert triggered(bench) == Tell(Notice.SIGNED_FIRMWARE, "Idle")
    bench.fates.ends[Verify] = FirmwareFault.SIGNATURE
    bench.ask_signed(8)
    bench.go_on()
    bench.crash()
    assert triggered(bench) == Tell(Notice.SIGNED_FIRMWARE, "InvalidSignature", 8)
    assert triggered(bench, PLAIN) == Tell(PLAIN, "Idle")


def triggered(bench: FirmwareBench, about: Notice = Notice.SIGNED_FIRMWARE) -> Tell:
    bench.send(TellNotice(about))
    return bench.told[-1]


def test_a_station_that_does_not_restart_is_asked_again() -> None:
    """Until it does."""
    bench = FirmwareBench()
    bench.ask()
    while not bench.restarting:
        bench.finish()
    bench.restarting = False
    bench.pass_time(ASK_AGAIN / SECOND)
    assert bench.restarting


def live(bench: FirmwareBench, *, signed: bool, session: bool) -> None:
    """An update in peace, with a session to be waited for, and all the time in the world."""
    bench.be(idle=not session)
    bench.ask_signed(retries=1) if signed else bench.ask(retries=1)
    live_on(bench)


def live_on(bench: FirmwareBench) -> None:
    bench.go_on()
    bench.be(idle=True)
    for _ in range(3):
        bench.go_on()
        bench.pass_time(PROVES_WITHIN / SECOND)


FATES: list[tuple[type[Task] | None, FirmwareFault]] = [
    (None, FirmwareFault.UNKNOWN),
    (Download, FirmwareFault.UNREACHABLE),
    (Verify, FirmwareFault.SIGNATURE),
    (Write, FirmwareFault.SLOTS),
    (Confirm, FirmwareFault.SLOTS),
]


@pytest.mark.requirement("M-43", "R-31")
@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("session", [True, False])
@pytest.mark.parametrize("fate", FATES, ids=lambda fate: "well" if fate[0] is None else fate[0].__name__)
def test_a_power_cut_at_any_moment_changes_no_word(
    signed: bool, session: bool, fate: tuple[type[Task] | None, FirmwareFault]
) -> None:
    """Cut after each job the disk took and after each work: the same statuses, once and in order, and the
    same firmware in the end; an update of which nothing was written down yet is not known any more.
    """
    peaceful = doomed(fate)
    live(peaceful, signed=signed, session=session)
    expected = [(each.about, each.word) for each in peaceful.notices]
    moments = 0
    for moments in count():
        bench = doomed(fate)
        bench.fuse = moments
        try:
            live(bench, signed=signed, session=session)
        except PowerCutError:
            bench.crash()
            live_on(bench)
        else:
            break
        told = [(each.about, each.word) for each in bench.notices]
        assert told == expected or not told, moments
        assert bench.version == (peaceful.version if told else "1.0")
    assert moments > 3


def doomed(fate: tuple[type[Task] | None, FirmwareFault]) -> FirmwareBench:
    bench = FirmwareBench()
    kind, fault = fate
    if kind is Confirm:
        bench.reached = False  # the new firmware is never well
        bench.be(reached=False)
    elif kind is not None:
        bench.fates.ends[kind] = fault
    return bench


def test_what_is_kept_is_found_again_and_what_is_damaged_is_not() -> None:
    """A row of an older release, or one that a disk has spoiled, is as if there were none."""
    update = Update("1-2", "https://h", 3, 4, 5, 6, 7, "c", "s", untold=("Idle",), told=("!a|b",))
    text = write_update(update)
    assert read_update(text) == update
    assert write_update(None) == ""
    damaged = (
        "",
        None,
        7,
        text[:-1],
        text.replace("scheduled", "bored"),
        text.replace("tries", "trees"),
        "[]",
    )
    assert {read_update(each) for each in damaged} == {None}


def test_the_row_is_emptied_when_an_update_is_over() -> None:
    """It may hold a password of the download."""
    bench = FirmwareBench()
    bench.ask(location="https://me:secret@h/f.bin")
    assert "secret" in str(bench.kept[ROW])
    bench.go_on()
    assert "secret" not in str(bench.kept)
    assert bench.kept[ROW] == ""


def test_the_old_answers_are_not_waited_for() -> None:
    """Work of an update that was replaced ends without anybody listening."""
    bench = FirmwareBench()
    bench.ask()
    number = next(iter(bench.works))
    bench.ask(location="https://h/other.bin")
    bench.send(Worked(number, Outcome()))
    assert bench.statuses(PLAIN) == ["Downloading", "DownloadFailed", "Downloading"]
    assert not bench.finish(Lane.CERTIFICATE)
    assert {FirmwareStatus(word) for word in bench.statuses(PLAIN)}
