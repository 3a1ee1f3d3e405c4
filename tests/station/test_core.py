"""Who may charge, what the backend may ask, and the keys: the station's own decisions."""

import pytest

from pilotline.station.core import Station
from pilotline.station.events import (
    AskAuthorization,
    AskReset,
    BackendLink,
    CallAnswer,
    ChangeKey,
    ClearLatched,
    KeysRead,
    LimitCurrent,
    Limiter,
    PresentTag,
    ReadKeys,
    RemoteStart,
    RemoteStop,
    Restart,
    StartAnswer,
    StationEffect,
    StationEvent,
    StatusReport,
    StopCharging,
    TagAnswer,
)
from pilotline.station.keys import KEYS, Access
from pilotline.station.snapshot import view
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import ClearFaults
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.journal import Ended, Recollection, Started, StoreKey
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.status import AuthStatus, ConnectorStatus, ResetKind, StopReason, TagInfo
from pilotline.vocabulary.time import SECOND
from support.station_bench import EVNET, StationBench

S = ConnectorStatus


def word(effects: list[StationEffect]) -> str:
    """The answer among some effects."""
    return next(effect.word for effect in effects if isinstance(effect, CallAnswer))


def asks(effects: list[StationEffect]) -> list[AskAuthorization]:
    return [effect for effect in effects if isinstance(effect, AskAuthorization)]


def started(bench: StationBench) -> list[str]:
    """The tags of the sessions begun."""
    return [fact.tag for fact in bench.facts() if isinstance(fact, Started)]


def last_reason(bench: StationBench) -> StopReason | None:
    last = bench.facts()[-1]
    return last.reason if isinstance(last, Ended) else None


# --- cards ----------------------------------------------------------------------------------------------


def test_online_the_backend_decides() -> None:
    """A card is asked about; accepted, the session begins."""
    bench = StationBench(online=True)
    bench.plug()
    (question,) = asks(bench.tell(PresentTag("CARD")))
    assert question.tag == "CARD"
    assert bench.status is S.PREPARING
    assert started(bench) == []
    bench.tell(TagAnswer(question.request, TagInfo(AuthStatus.ACCEPTED)))
    assert started(bench) == ["CARD"]


@pytest.mark.parametrize("answer", [status for status in AuthStatus if status is not AuthStatus.ACCEPTED])
def test_a_refused_card_starts_nothing(answer: AuthStatus) -> None:
    """Blocked, expired, invalid or in use elsewhere: the refusal is shown, and another card may try."""
    bench = StationBench(online=True)
    bench.plug()
    bench.card("BAD", answer)
    assert started(bench) == []
    assert bench.connector.refusal == answer.value
    bench.card("GOOD")
    assert started(bench) == ["GOOD"]
    assert bench.connector.refusal is None


@pytest.mark.parametrize(("allowed", "tags"), [(True, ["CARD"]), (False, [])])
def test_a_backend_that_does_not_answer_leaves_it_to_the_offline_rule(allowed: bool, tags: list[str]) -> None:
    """AllowOfflineTxForUnknownId decides as it does offline."""
    bench = StationBench(online=True, stored={"AllowOfflineTxForUnknownId": allowed})
    bench.plug()
    (question,) = asks(bench.tell(PresentTag("CARD")))
    bench.tell(TagAnswer(question.request, None))
    assert started(bench) == tags


@pytest.mark.requirement("R-37")
@pytest.mark.parametrize(("allowed", "tags"), [(True, ["CARD"]), (False, [])])
def test_offline_an_unknown_card_charges_if_the_key_allows(allowed: bool, tags: list[str]) -> None:
    """Nobody is asked; the refusal reads Invalid."""
    bench = StationBench(stored={"AllowOfflineTxForUnknownId": allowed})
    bench.plug()
    assert asks(bench.tell(PresentTag("CARD"))) == []
    assert started(bench) == tags
    assert bench.connector.refusal == (None if allowed else "Invalid")


@pytest.mark.parametrize("tag", ["", "X" * 21])
def test_a_tag_that_ocpp_cannot_carry_is_refused(tag: str) -> None:
    """It could be neither asked about nor billed, so the offline rule must not let it in either."""
    for online in (True, False):
        bench = StationBench(online=online)
        bench.plug()
        assert asks(bench.tell(PresentTag(tag))) == []
        assert started(bench) == []
        assert bench.connector.refusal == "Invalid"


def test_an_answer_counts_once() -> None:
    """A late double of it, or an answer to nothing, changes nothing."""
    bench = StationBench(online=True)
    (question,) = asks(bench.tell(PresentTag("CARD")))
    bench.tell(TagAnswer(question.request, TagInfo(AuthStatus.INVALID)))
    bench.tell(TagAnswer(question.request, TagInfo(AuthStatus.ACCEPTED)))
    bench.tell(TagAnswer(99, TagInfo(AuthStatus.ACCEPTED)))
    assert bench.connector.grant is None


def test_while_a_card_is_asked_about_others_wait() -> None:
    """A second card in that time is not asked about."""
    bench = StationBench(online=True)
    bench.tell(PresentTag("FIRST"))
    assert asks(bench.tell(PresentTag("SECOND"))) == []


@pytest.mark.requirement("R-29")
def test_an_answer_does_not_outlive_the_plug_it_was_asked_for() -> None:
    """The car left before the backend had answered: the next car does not charge on that card."""
    bench = StationBench(online=True)
    bench.plug()
    bench.run(SECOND)
    (question,) = asks(bench.tell(PresentTag("CARD")))
    bench.unplug()
    bench.run(2 * SECOND)
    bench.plug()
    bench.tell(TagAnswer(question.request, TagInfo(AuthStatus.ACCEPTED)))
    bench.run(5 * SECOND)
    assert started(bench) == []


def test_the_same_card_again_ends_the_session() -> None:
    """In any case of its letters; the end bears the card."""
    bench = StationBench()
    bench.charge("Card")
    bench.tell(PresentTag("cARD"))
    bench.run(5 * SECOND)
    last = bench.facts()[-1]
    assert isinstance(last, Ended)
    assert (last.reason, last.tag) == (StopReason.LOCAL, "cARD")


def test_another_card_ends_nothing() -> None:
    """And is not asked about."""
    bench = StationBench()
    bench.charge("CARD")
    bench.tell(PresentTag("OTHER"))
    bench.run(5 * SECOND)
    assert bench.status is S.CHARGING


def test_after_the_end_a_card_begins_a_new_session() -> None:
    """Finishing, then Preparing for the new one, with the car still there."""
    bench = StationBench()
    bench.charge("CARD")
    bench.tell(StopCharging())
    bench.show(PilotState.B)
    bench.run(5 * SECOND)
    bench.card("CARD")
    assert started(bench) == ["CARD", "CARD"]
    assert bench.statuses()[-2:] == [S.FINISHING, S.PREPARING]


# --- without a card -------------------------------------------------------------------------------------


@pytest.mark.requirement("R-26")
@pytest.mark.parametrize(("mode", "tag"), [("free", "FREE"), ("plug_and_charge", "PLUGANDCHARGE")])
def test_plugging_in_is_enough(mode: str, tag: str) -> None:
    """Once per plug-in: after the end nothing begins until the car has left."""
    bench = StationBench(online=True, stored={"c_AuthorizationMode": mode})
    bench.plug()
    bench.run(SECOND)
    assert started(bench) == [tag]
    bench.tell(StopCharging())
    bench.run(60 * SECOND)
    assert started(bench) == [tag]
    assert bench.status is S.FINISHING
    bench.unplug()
    bench.run(2 * SECOND)
    bench.plug()
    bench.run(2 * SECOND)
    assert started(bench) == [tag, tag]


@pytest.mark.requirement("E-68")
def test_offline_plug_and_charge_is_for_offline() -> None:
    """Online the same car has to show a card."""
    keys: dict[str, KeyValue] = {"c_OfflinePlugAndCharge": True}
    online, offline = StationBench(online=True, stored=keys), StationBench(stored=keys)
    for bench in (online, offline):
        bench.plug()
        bench.run(SECOND)
    assert started(online) == []
    assert started(offline) == ["PLUGANDCHARGE"]


# --- the backend's word on a start ----------------------------------------------------------------------


@pytest.mark.parametrize(("stop", "reason"), [(True, StopReason.DE_AUTHORIZED), (False, None)])
def test_a_tag_refused_afterwards_ends_the_session_if_the_key_says_so(
    stop: bool, reason: StopReason | None
) -> None:
    """StopTransactionOnInvalidId decides; the transaction's number is kept either way."""
    bench = StationBench(stored={"StopTransactionOnInvalidId": stop})
    bench.charge()
    bench.tell(StartAnswer("1-1-1", "CARD", TagInfo(AuthStatus.INVALID), 42))
    assert bench.connector.session is not None
    assert bench.connector.session.transaction == 42
    bench.run(5 * SECOND)
    assert last_reason(bench) is reason


def test_the_answer_to_a_session_that_is_gone_changes_nothing() -> None:
    """It came too late."""
    bench = StationBench()
    bench.charge()
    bench.tell(StartAnswer("1-1-0", "CARD", TagInfo(AuthStatus.INVALID), 41))
    assert bench.status is S.CHARGING


# --- remote start and stop ------------------------------------------------------------------------------


@pytest.mark.parametrize("connector", [None, 1])
def test_a_remote_start_is_accepted_and_its_tag_asked_about(connector: int | None) -> None:
    """AuthorizeRemoteTxRequests: the backend that started it is asked all the same."""
    bench = StationBench(online=True)
    bench.plug()
    effects = bench.tell(RemoteStart(7, "APP", connector))
    assert word(effects) == "Accepted"
    bench.tell(TagAnswer(asks(effects)[0].request, TagInfo(AuthStatus.ACCEPTED)))
    assert started(bench) == ["APP"]


def test_without_that_key_a_remote_start_starts() -> None:
    """Nobody is asked."""
    bench = StationBench(online=True, stored={"AuthorizeRemoteTxRequests": False})
    bench.plug()
    effects = bench.tell(RemoteStart(7, "APP", 1))
    assert (word(effects), asks(effects)) == ("Accepted", [])
    assert started(bench) == ["APP"]


@pytest.mark.requirement("E-69")
def test_a_remote_start_without_a_plug_waits_and_expires() -> None:
    """Accepted, Preparing, Available after ConnectionTimeOut, and no transaction (peers §5, 16)."""
    bench = StationBench(online=True, stored={"AuthorizeRemoteTxRequests": False, "ConnectionTimeOut": 30})
    assert word(bench.tell(RemoteStart(7, "APP", 1))) == "Accepted"
    assert bench.status is S.PREPARING
    bench.run(31 * SECOND)
    bench.plug()
    bench.run(5 * SECOND)
    assert started(bench) == []


@pytest.mark.parametrize("connector", [0, 2, -1])
def test_a_remote_start_of_no_connector_is_rejected(connector: int) -> None:
    """Connector 0 is the station and no connector (peers §5, 17)."""
    assert word(StationBench(online=True).tell(RemoteStart(7, "APP", connector))) == "Rejected"


def test_a_remote_start_while_busy_is_rejected() -> None:
    """In a session, while a card is asked about, while one waits for its plug, and with a fault."""
    charging = StationBench(online=True)
    charging.charge()
    asking = StationBench(online=True)
    asking.tell(PresentTag("CARD"))
    granted = StationBench(online=True)
    granted.card()
    faulted = StationBench(online=True)
    faulted.board.faults = faults.L_CLOSED
    faulted.notice()
    for bench in (charging, asking, granted, faulted):
        assert word(bench.tell(RemoteStart(7, "APP", None))) == "Rejected"


def test_a_remote_stop_ends_the_transaction_it_names() -> None:
    """Accepted once, reason Remote, and the car stays in Finishing (peers §5, 18)."""
    bench = StationBench(online=True)
    bench.charge()
    bench.tell(StartAnswer("1-1-1", "CARD", TagInfo(AuthStatus.ACCEPTED), 42))
    assert word(bench.tell(RemoteStop(8, 41))) == "Rejected"
    assert word(bench.tell(RemoteStop(9, 42))) == "Accepted"
    assert word(bench.tell(RemoteStop(10, 42))) == "Rejected"
    bench.run(5 * SECOND)
    assert last_reason(bench) is StopReason.REMOTE
    assert bench.status is S.FINISHING


# --- reset ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "reason"), [(ResetKind.SOFT, StopReason.SOFT_RESET), (ResetKind.HARD, StopReason.HARD_RESET)]
)
def test_a_reset_ends_the_session_and_restarts_when_its_end_is_durable(
    kind: ResetKind, reason: StopReason
) -> None:
    """Accepted at once, the restart after the end is on disk (peers §5, 22)."""
    bench = StationBench(online=True)
    bench.charge()
    bench.disk = 2 * SECOND
    assert word(bench.tell(AskReset(7, kind))) == "Accepted"
    bench.run(2 * SECOND)
    assert bench.all(Restart) == []
    assert last_reason(bench) is reason
    bench.run(2 * SECOND)
    assert bench.all(Restart) == [Restart(kind)]


def test_an_idle_station_restarts_at_once() -> None:
    """After its answer."""
    effects = StationBench(online=True).tell(AskReset(7, ResetKind.SOFT))
    assert effects == [CallAnswer(7, "Accepted"), Restart(ResetKind.SOFT)]


def test_nothing_begins_before_a_restart() -> None:
    """No card, no answer to an earlier one, no remote start, no plug: the restart must not wait for them."""
    bench = StationBench(online=True)
    bench.charge()
    bench.disk = None
    bench.tell(AskReset(7, ResetKind.SOFT))
    bench.run(SECOND)
    assert asks(bench.tell(PresentTag("OTHER"))) == []
    assert word(bench.tell(RemoteStart(8, "APP", 1))) == "Rejected"


# --- keys -----------------------------------------------------------------------------------------------


def test_a_key_is_set_and_stored() -> None:
    """Accepted, in any case of its name, and handed on to be stored under the table's name."""
    effects = StationBench().tell(ChangeKey(7, "lightINTENSITY", "40"))
    assert effects[:2] == [StoreKey("LightIntensity", 40), CallAnswer(7, "Accepted")]


@pytest.mark.parametrize(
    ("name", "text", "answer"),
    [
        ("LightIntensity", "101", "Rejected"),
        ("LightIntensity", "bright", "Rejected"),
        ("NumberOfConnectors", "2", "Rejected"),
        ("NoSuchKey", "1", "NotSupported"),
    ],
)
def test_a_key_that_cannot_be_set_changes_nothing(name: str, text: str, answer: str) -> None:
    """Out of bounds or read-only: Rejected; unknown: NotSupported."""
    effects = StationBench().tell(ChangeKey(7, name, text))
    assert effects == [CallAnswer(7, answer)]


@pytest.mark.requirement("E-51")
def test_a_key_has_its_effect_at_once() -> None:
    """LightIntensity dims the ring with the next message."""
    bench = StationBench()
    bench.tell(ChangeKey(7, "LightIntensity", "5"))
    assert bench.board.light.percent == 5


@pytest.mark.requirement("E-04")
def test_the_device_limit_only_lowers() -> None:
    """16 A by key are 16 A; 80 A by key are the rating's 32 A."""
    for text, offer_ma in [("160", 16_000), ("800", 32_000)]:
        bench = StationBench()
        bench.tell(ChangeKey(7, "c_DeviceLimit_I", text))
        bench.charge()
        assert bench.board.offer_ma == offer_ma


@pytest.mark.requirement("R-04")
def test_without_a_clamp_the_main_fuse_is_reason_5() -> None:
    """c_MainFuseLimit below the rest is the limit, and is told as FuseLimit."""
    bench = StationBench(online=True, stored={"c_MainFuseLimit": 100})
    bench.charge()
    assert bench.board.offer_ma == 10_000
    told = [r for r in bench.all(StatusReport) if r.vendor_id == "VendorID1"]
    assert [(r.vendor_error, r.info) for r in told] == [("5", "FuseLimit")]


@pytest.mark.requirement("R-43")
def test_no_names_are_all_keys() -> None:
    """An empty request reads the whole table, however few one may name; a backend hears of no local key."""
    for role, names in (
        (Role.USER, list(KEYS)),
        (Role.BACKEND, [k for k in KEYS if k.access is not Access.LOCAL]),
    ):
        (read,) = StationBench().tell(ReadKeys(7, (), role=role))
        assert isinstance(read, KeysRead)
        assert [reading.name for reading in read.readings] == [key.name for key in names]
        assert read.unknown == ()


@pytest.mark.requirement("M-48", "P-07")
def test_the_backend_s_address_is_set_beside_the_station_alone() -> None:
    """Kept for the next start, with "RebootRequired"; to a backend there is no such key."""
    bench = StationBench()
    url = "wss://backend.example/ocpp"
    said = bench.tell(ChangeKey(-1, "c_BackendUrl", url, role=Role.OPERATOR))
    assert StoreKey("c_BackendUrl", url) in said
    assert CallAnswer(-1, "RebootRequired") in said
    assert bench.tell(ChangeKey(2, "c_BackendUrl", "ws://elsewhere")) == [CallAnswer(2, "NotSupported")]
    (read,) = bench.tell(ReadKeys(3, ("c_BackendUrl",)))
    assert (read.readings, read.unknown) == ((), ("c_BackendUrl",))
    (refused,) = bench.tell(ChangeKey(-4, "c_BackendUrl", "http://x", role=Role.OPERATOR))
    assert refused.reason == "The URL must begin with ws:// or wss://."
    assert bench.station.keys.text("c_BackendUrl") == url


@pytest.mark.requirement("R-43")
def test_more_names_than_allowed_are_too_many() -> None:
    """GetConfigurationMaxKeys is 5: five are read, six are refused."""
    bench = StationBench()
    (five,) = bench.tell(ReadKeys(7, ("LightIntensity",) * 5))
    assert isinstance(five, KeysRead)
    assert not five.too_many
    assert bench.tell(ReadKeys(8, ("LightIntensity",) * 6)) == [KeysRead(8, (), (), too_many=True)]


def test_known_and_unknown_keys_are_told_apart() -> None:
    """A known one with its text and whether it can be written; an unknown one by its name."""
    (read,) = StationBench().tell(ReadKeys(7, ("numberofconnectors", "Secret")))
    assert isinstance(read, KeysRead)
    (reading,) = read.readings
    assert (reading.name, reading.text, reading.readonly) == ("NumberOfConnectors", "1", True)
    assert read.unknown == ("Secret",)


# --- beside the station ---------------------------------------------------------------------------------


def test_a_person_clears_latched_faults() -> None:
    """Those that are in force, on the board, which decides."""
    bench = StationBench()
    bench.board.faults = faults.L_CLOSED
    bench.notice()
    bench.tell(ClearLatched(role=Role.OPERATOR))
    assert ClearFaults(faults.L_CLOSED) in [message for _, message in bench.to_board()]
    bench.run(2 * SECOND)
    assert bench.status is S.AVAILABLE


@pytest.mark.requirement("R-13")
@pytest.mark.parametrize("role", [Role.USER, Role.BACKEND])
def test_who_does_not_know_resets_nothing(role: Role) -> None:
    """The board hears nothing of it, and the answer is a sentence."""
    bench = StationBench()
    bench.board.faults = faults.L_CLOSED
    bench.notice()
    (answer,) = bench.tell(ClearLatched(role=role, call=-1))
    assert (answer.word, answer.reason) == (
        "Rejected",
        (
            "Only the operator or the manufacturer may reset latched faults; "
            f"this was asked as the {role.value}."
        ),
    )
    assert not any(isinstance(message, ClearFaults) for _, message in bench.to_board())


def test_a_wish_with_a_number_is_answered() -> None:
    """One without is not: nobody waits for it."""
    bench = StationBench()
    assert CallAnswer(-1, "Accepted") in bench.tell(StopCharging(call=-1))
    assert not any(isinstance(effect, CallAnswer) for effect in bench.tell(StopCharging()))
    (answer,) = bench.tell(StopCharging(9, call=-2))
    assert answer.reason == "There is no connector 9."


def standing(bench: StationBench) -> list[tuple[str, float]]:
    (connector,) = view(bench.station, bench.now)
    return [(each.source, each.limit_a) for each in connector.limits]


@pytest.mark.requirement("R-48", "E-06")
def test_the_owners_limit_ends_with_the_session() -> None:
    """Set before it or in it; the next car gets what there is."""
    bench = StationBench()
    bench.tell(LimitCurrent(10_000))
    bench.charge()
    assert bench.board.offer_ma == 10_000
    bench.unplug()
    bench.run(20 * SECOND)
    assert "owner" not in dict(standing(bench))
    bench.charge()
    assert bench.board.offer_ma == 32_000


@pytest.mark.requirement("R-48")
def test_the_installers_limit_outlives_sessions_and_restarts() -> None:
    """It is kept, and lifted only by one who may."""
    bench = StationBench()
    effects = bench.tell(LimitCurrent(13_000, Limiter.INSTALLER, role=Role.OPERATOR))
    (kept,) = [effect for effect in effects if isinstance(effect, StoreKey)]
    bench.charge()
    assert bench.board.offer_ma == 13_000
    bench.unplug()
    bench.run(20 * SECOND)
    bench.core = Station(EVNET, boot=2, memory=Recollection(2, keys={kept.name: kept.value}))
    bench.run(2 * SECOND)
    assert ("installer", 13) in standing(bench)
    assert bench.tell(LimitCurrent(None, Limiter.INSTALLER, call=-1))[-1].word == "Rejected"
    assert ("installer", 13) in standing(bench)
    lifted = bench.tell(LimitCurrent(None, Limiter.INSTALLER, role=Role.OPERATOR))
    assert StoreKey(kept.name, None) in lifted
    assert "installer" not in dict(standing(bench))


@pytest.mark.parametrize("by", Limiter)
def test_a_limit_below_0_is_none(by: Limiter) -> None:
    """It is refused with a sentence, and nothing is kept."""
    bench = StationBench()
    (answer,) = bench.tell(LimitCurrent(-1, by, role=Role.OPERATOR, call=-1))
    assert (answer.word, answer.reason) == ("Rejected", "A limit is 0 A, a pause, or more.")
    assert not {"owner", "installer"} & dict(standing(bench)).keys()


@pytest.mark.requirement("R-48", "E-30")
def test_limits_that_do_not_win_are_seen_too() -> None:
    """All that stand, the winner first, each with its sentence and until when in words."""
    bench = StationBench()
    bench.charge()
    bench.tell(LimitCurrent(20_000))
    bench.tell(LimitCurrent(13_000, Limiter.INSTALLER, role=Role.OPERATOR))
    (connector,) = view(bench.station, bench.now)
    assert [each.source for each in connector.limits][:2] == ["installer", "owner"]
    assert connector.limits[0] == connector.limit
    owner = connector.limits[1]
    assert owner.sentence == "You limited the current to 20 A."
    assert owner.holds == "until it is lifted, or the session ends"
    assert (connector.why.limit, connector.why.code) == ("installer", "charging")


@pytest.mark.parametrize("event", [PresentTag("CARD", 9), StopCharging(9), ClearLatched(0)])
def test_a_connector_that_is_not_there_is_ignored(event: StationEvent) -> None:
    """Somebody mistyped its number; the station goes on."""
    assert StationBench().tell(event) == []


def test_the_session_goes_on_without_the_backend() -> None:
    """An outage changes the ring and nothing else."""
    bench = StationBench(online=True)
    bench.charge()
    bench.tell(BackendLink(online=False))
    bench.run(300 * SECOND)
    assert bench.status is S.CHARGING
