"""A recorded session as a story: each part told in its words, what is odd said, and the verdict."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.links.v2g.recording import Line, Recording, RecordingError, from_capture, from_lines
from pilotline.links.v2g.story import Story, lay_out, list_out, summarise, tell
from pilotline.links.v2g.verdict import Ending
from pilotline.wire.v2g import iso15118_2
from pilotline.wire.v2g.app_protocol import ResponseCode as Choice
from support.recorded import (
    SESSION,
    Frame,
    Said,
    charging,
    connection,
    homeplug,
    in_turns,
    iso,
    later,
    lines,
    offer,
    parting,
    pcap,
    ready,
    search,
    setup,
    taken,
    tcp,
    whole_session,
)

FAILED = iso15118_2.ResponseCode.FAILED_SEQUENCE_ERROR


def story_of(payloads: list[bytes], step_us: int = 100_000) -> Story:
    (recording,) = from_lines(lines(in_turns(payloads, step_us)).splitlines())
    return tell(recording)


def text_of(story: Story, width: int = 200) -> str:
    return "\n".join(line for _, line in lay_out(story, width))


# --- a good session --------------------------------------------------------------------------------


def test_a_whole_session_is_told_in_its_chapters() -> None:
    """In the order of the standard, and nothing is odd."""
    story = story_of(whole_session())
    assert [each.title for each in story.sections] == [
        "Negotiation",
        "Setup",
        "Authorisation",
        "Parameters",
        "Cable check",
        "Pre-charge",
        "Power on",
        "Charging",
        "Power off",
        "Stop",
    ]
    assert story.oddities == ()
    assert story.verdict.ending is Ending.COMPLETE
    assert (story.car, story.protocol, story.transfer) == ("Test Car 1", "ISO 15118-2", "DC_extended")


@pytest.mark.parametrize(
    "said",
    [
        "takes ISO 15118-2, the car's number 7",
        "is 0A:0B:0C:0D:0E:0F",
        "new session 0102030405060708; EVSE DE*PNX*E1*1",
        "offers DC_extended; paid at the charger; free of charge",
        "Ongoing, then Finished",
        "up to 420 V, 300 A; state of charge 40 % (full at 100 %)",
        "up to 500 V, 100 A, 30 kW; at least 150 V, 0 A",
        "insulation Invalid → Valid",
        "wants 395 V, at most 1 A",
        "394 V, 1 V off",
        "Charging · 3.90 s, 20 exchanges",
        "asks for 0 → 50 A, up to 400 V",
        "state of charge 40 → 41 %",
        "energy 15 Wh by what it reports, 19 Wh by its meter (1000 → 1019 Wh)",
        "Complete: Charged, switched off, and parted with SessionStop.",
    ],
)
def test_values_are_told_with_their_units(said: str) -> None:
    """As an engineer writes them."""
    assert said in text_of(story_of(whole_session()))


def test_the_energy_is_the_sum_over_the_loop() -> None:
    """395 V times the current, each answer holding until the next, 0.2 s later."""
    amps = [min(5 * number, 50) for number in range(19)]
    assert round(sum(395 * each * 0.2 for each in amps) / 3600) == 15


def test_the_loop_is_a_picture() -> None:
    """Bars rise with the current."""
    given = next(line for line in text_of(story_of(whole_session())).splitlines() if "given" in line)
    bars = given.split("given")[1].split()[0]
    assert bars[0] == "▁"
    assert bars[-1] == "█"
    assert list(bars) == sorted(bars)
    assert given.endswith("0 to 50 A")


def test_a_story_fits_a_narrow_terminal() -> None:
    """No line is wider, and none is lost in the wrapping."""
    story = story_of(whole_session())
    narrow = text_of(story, 80)
    assert max(len(line) for line in narrow.splitlines()) <= 80
    assert narrow.split() == text_of(story, 1000).split()


# --- how it ends -----------------------------------------------------------------------------------


REFUSED = iso15118_2.AuthorizationRes(
    response_code=FAILED, evse_processing=iso15118_2.EvseProcessing.FINISHED
)
UP_TO_THERE = [*setup(), *ready()]
MALFUNCTION = charging(3, error="FAILED_EVRESSMalfunction")
ASKED = iso(iso15118_2.AuthorizationReq())
ENDINGS = [
    (Ending.PAUSED, [*UP_TO_THERE, *charging(), *parting(pause=True)], "come back"),
    (Ending.CAR_LEFT, [*setup(), *parting()[2:]], "before any charging"),
    (Ending.CAR_LEFT, [*UP_TO_THERE, *MALFUNCTION], "EVRESSMalfunction"),
    (Ending.CHARGER_ENDED, [*UP_TO_THERE, *charging(3, "EVSE_Shutdown"), *parting()], "EVSE_Shutdown"),
    (Ending.CHARGER_ENDED, [offer(), taken(Choice.FAILED_NO_NEGOTIATION, None)], "none of the car's"),
    (Ending.CHARGER_ENDED, [*setup(), ASKED, iso(REFUSED)], "Authorization with FAILED_SequenceError"),
    (Ending.TRUNCATED, UP_TO_THERE, "breaks off in power on"),
    (Ending.TRUNCATED, [*setup(), ASKED], "has no answer"),
    (Ending.IRREGULAR, [*UP_TO_THERE, *charging(), *parting(FAILED)], "goodbye with FAILED_Seq"),
    (Ending.IRREGULAR, whole_session()[:-1], "never answers"),
    (Ending.UNREADABLE, [b"\x80\xff\xff", b"\x80\xff\xfe"], "No message"),
]


@pytest.mark.parametrize(("ending", "payloads", "why"), ENDINGS)
def test_the_verdict_says_who_ended_it(ending: Ending, payloads: list[bytes], why: str) -> None:
    """And why, in a sentence; the list says the same as the story."""
    story = story_of(payloads)
    assert story.verdict.ending is ending
    assert why in story.verdict.why
    (recording,) = from_lines(lines(in_turns(payloads)).splitlines())
    assert summarise(recording).verdict == story.verdict


@pytest.mark.parametrize(
    ("by_car", "flags", "ending", "how"),
    [
        (True, 0x11, Ending.CAR_LEFT, "The car closes"),
        (True, 0x04, Ending.CAR_LEFT, "The car resets"),
        (False, 0x11, Ending.CHARGER_ENDED, "The charger closes"),
    ],
)
def test_who_closes_without_a_goodbye_has_ended_it(
    by_car: bool, flags: int, ending: Ending, how: str
) -> None:
    """Where the recorder saw the connection close."""
    frames = connection(in_turns([*setup(), *ready()]), closed=False)
    frames.append(Frame(frames[-1].at_us + 70_000, tcp(by_car, 0, flags=flags)))
    (recording,) = from_capture(pcap([*search(), *later(frames, 3_100_000)]), "x")
    verdict = tell(recording).verdict
    assert verdict.ending is ending
    assert how in verdict.why
    assert "70 ms after" in verdict.why


# --- what is odd -----------------------------------------------------------------------------------


def one_odd(payloads: list[bytes], step_us: int = 100_000) -> str:
    (only,) = story_of(payloads, step_us).oddities
    return only


def test_late_answers_are_counted_and_the_latest_told() -> None:
    """CurrentDemand is late after 0.25 s, others after 2 s."""
    said = in_turns(whole_session())
    late = [
        replace(each, at_us=each.at_us + 60_000 * (not each.by_car and each.payload in set(charging()[-8:])))
        for each in said
    ]
    slow = [Said(each.at_us * 2, each.by_car, each.payload) for each in late]
    (recording,) = from_lines(lines(slow).splitlines())
    found = [each for each in tell(recording).oddities if "CurrentDemand" in each]
    assert len(found) == 1
    assert found[0].startswith("4 of 20 answers to CurrentDemand come after the car's timer of 0.25 s")
    assert "after 320 ms" in found[0]


def test_another_session_id_is_told_once() -> None:
    """From where it first comes."""
    payloads = whole_session()
    other = bytes(8)
    payloads[-2:] = [
        iso(iso15118_2.SessionStopReq(charging_session=iso15118_2.ChargingSession.TERMINATE), session=other),
        iso(iso15118_2.SessionStopRes(response_code=iso15118_2.ResponseCode.OK), session=other),
    ]
    said = one_odd(payloads)
    assert "SessionStopReq bears the session id 0000000000000000" in said
    assert SESSION.hex().upper() in said


def test_a_fault_in_a_header_is_told() -> None:
    """With its message."""
    notification = iso15118_2.Notification(fault_code=iso15118_2.FaultCode.PARSING_ERROR, fault_msg="no such")
    payloads = whole_session()
    payloads[-1] = iso(
        iso15118_2.SessionStopRes(response_code=iso15118_2.ResponseCode.OK), notification=notification
    )
    assert "notifies a fault: ParsingError no such" in one_odd(payloads)


def test_surplus_bytes_and_unreadable_payloads_are_told() -> None:
    """A Tesla sends one byte too many; noise is noise, and the story goes on."""
    payloads = whole_session()
    payloads[8] += b"\0"
    assert one_odd(payloads) == "AuthorizationReq has 1 surplus byte behind the message."
    assert "cannot be read" in one_odd([*whole_session(), b"\x80\xff"])


def test_missing_answers_and_answers_to_nothing_are_counted() -> None:
    """Each kind in one sentence, however many there are."""
    payloads = [*setup(), *ready(), *charging(), *parting()]
    said = in_turns(payloads)
    del said[25:40:2]
    (recording,) = from_lines(lines(said).splitlines())
    story = tell(recording)
    assert any("CurrentDemandReq stays without an answer; so do" in each for each in story.oddities)
    assert story.verdict.ending is Ending.COMPLETE


def test_two_recordings_in_one_are_still_questions_with_answers() -> None:
    """Where a question comes before the last one's answer, the oldest is answered first."""
    said = in_turns([*setup(), *ready()])
    at_us = said[-1].at_us
    for number, payload in enumerate(charging()):
        by_car = number % 2 == 0
        said += [Said(at_us + 50_000 * number + each, by_car, payload) for each in (1_000, 20_000)]
    said += [replace(each, at_us=each.at_us + 10_000_000) for each in in_turns(parting())]
    (recording,) = from_lines(lines(said).splitlines())
    assert tell(recording).oddities == ()


def test_slow_loops_and_long_silences_are_told() -> None:
    """A car waits 40 s for the cable check; a charger 60 s for the next question."""
    found = " ".join(story_of(whole_session(), step_us=61_000_000).oddities)
    assert "Cable check lasts 3 min 03 s; a car need not wait longer than 40 s." in found
    assert "the car falls silent for 61.0 s" in found


def test_a_charger_that_gives_little_is_told() -> None:
    """Of what the car asked and the charger could."""
    payloads = whole_session()
    for number in range(23, 62, 2):
        if payloads[number] in charging():
            payloads[number] = charging()[1]
    assert "gives 0 % of the current" in one_odd(payloads)


def test_slac_that_is_begun_twice_is_told() -> None:
    """Stellantis cars do so."""
    frames = [Frame(0, homeplug(0x6064)), *later(search(), 500_000)]
    said = later(connection(in_turns(whole_session())), 4_000_000)
    (recording,) = from_capture(pcap([*frames, *said]), "x")
    assert tell(recording).oddities == ("The car begins SLAC 2 times.",)


def test_what_a_stranger_writes_does_nothing_to_a_terminal() -> None:
    """Control characters of names and fault messages are shown as their codes."""
    hostile = iso15118_2.Notification(
        fault_code=iso15118_2.FaultCode.UNKNOWN_ERROR, fault_msg="\x1b[2J\x00\n\x9bgone"
    )
    payload = iso(iso15118_2.ServiceDiscoveryReq(service_scope="\0" * 64), notification=hostile)
    recording = Recording("\x1b]0;x\x07", "Car\x1b[31m", (Line(0, 0x8001, payload),))
    text = text_of(tell(recording)) + "\n".join(list_out([(1, summarise(recording))]))
    assert all(each.isprintable() or each == "\n" for each in text)
    assert "\\x1b[2J\\x00\\x0a\\x9bgone" in text
    assert "64 characters of scope that are no text" in text


# --- recordings ------------------------------------------------------------------------------------


def test_a_capture_has_matching_search_and_end_too() -> None:
    """Times count from the first frame of SLAC; the date is the recorder's."""
    frames = [*search(), *later(connection(in_turns(whole_session())), 3_100_000)]
    (recording,) = from_capture(pcap(frames), "car.pcap")
    text = text_of(tell(recording))
    assert recording.name == "car.pcap#1"
    assert "2026-01-01 00:00:00 UTC" in text
    assert "asks who is at the other end (CM_SLAC_PARM.REQ)" in text
    assert "(3 × CM_MNBC_SOUND.IND, 3 × CM_ATTEN_PROFILE.IND)" in text
    assert "listens at [fe80::2]:61000, without TLS" in text
    assert "closes the connection" in text
    assert text.count("What is odd") == 0


def test_a_file_cut_in_a_packet_says_so() -> None:
    """At the end of its story."""
    data = pcap(connection(in_turns(whole_session())))[:-10]
    (recording,) = from_capture(data, "x")
    assert tell(recording).oddities == ("The file ends in the middle of a packet.",)


def test_tls_has_a_story_as_well() -> None:
    """A short one."""
    hello = b"\x16\x03\x01\x00\x05hello"
    frames = [*search(), Frame(4_000_000, tcp(True, 0, flags=2)), Frame(4_100_000, tcp(True, 1, hello))]
    (recording,) = from_capture(pcap(frames), "x")
    story = tell(recording)
    assert story.verdict.ending is Ending.UNREADABLE
    assert "TLS" in story.verdict.why


def test_lines_of_several_sessions_are_kept_apart() -> None:
    """In the order of their beginning; the list numbers them."""
    data = lines(in_turns(whole_session()), "a", "One") + lines(in_turns(setup()), "b", "Two")
    recordings = from_lines(data.splitlines())
    assert [each.name for each in recordings] == ["a", "b"]
    head, first, second = list_out([(n, summarise(each)) for n, each in enumerate(recordings, 1)])
    assert head.split() == ["car", "protocol", "charges", "by", "lasted", "verdict"]
    assert first.split()[:2] == ["1", "One"]
    assert first.endswith("complete")
    assert second.endswith("truncated recording")


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"session":"a","t":0,"exi":"zz"}', '{"session":"a","t":"soon","exi":"80"}']
)
def test_a_line_that_is_no_message_is_refused_with_its_number(line: str) -> None:
    """The file is then another one than was meant."""
    with pytest.raises(RecordingError, match="Line 2 "):
        from_lines([b'{"session":"a","t":0,"exi":"80"}', line.encode()])


def test_an_empty_recording_has_a_story() -> None:
    """Nothing is said of it, and that is said."""
    story = tell(Recording("x", "", (Line(0, 0x8002, b"\x80"),)))
    assert story.verdict.ending is Ending.UNREADABLE
    assert "Payload type 8002" in story.oddities[0]


EVERYTHING = [
    *whole_session(),
    *charging(3, "EVSE_EmergencyShutdown"),
    *parting(FAILED, pause=True),
    b"\x80",
    b"",
]


@given(st.lists(st.sampled_from(EVERYTHING), max_size=25), st.integers(0, 90_000_000), st.integers(60, 200))
def test_any_messages_in_any_order_have_a_story(payloads: list[bytes], step_us: int, width: int) -> None:
    """Nonsense is told as nonsense, and every line fits."""
    said = in_turns(payloads, step_us)
    recording = Recording("x", "Car", tuple(Line(each.at_us, 0x8001, each.payload) for each in said))
    story = tell(recording)
    assert story.verdict == summarise(recording).verdict
    assert max(len(line) for _, line in lay_out(story, width)) <= max(width, 95)
