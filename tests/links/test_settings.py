"""Keys, the next hours and cards, as a page has them."""

from typing import Any

import msgspec
import pytest

from pilotline.links.operations import OperationError
from pilotline.links.settings import view_cards, view_keys, view_preview
from pilotline.models.zones import find_zone
from pilotline.station.events import SetCard
from pilotline.station.keys import KEYS, Access
from pilotline.vocabulary.roles import Role
from support.off_peak_bench import OffPeakBench
from support.station_bench import StationBench


def row(name: str, **stored: Any) -> dict[str, Any]:
    """One key's row, as JSON has it."""
    (found,) = [each for each in view_keys(StationBench(stored=stored).station) if each.name == name]
    return msgspec.json.decode(msgspec.json.encode(found))


@pytest.mark.requirement("E-61", "M-14")
def test_every_key_is_told_in_the_order_of_the_table_with_who_may_change_it() -> None:
    """Whoever may not write it at all finds that too."""
    seen = view_keys(StationBench().station)
    assert [each.name for each in seen] == [key.name for key in KEYS]
    for each, key in zip(seen, KEYS, strict=True):
        assert each.readonly is (key.access is Access.READ_ONLY)
        assert each.local is (key.access is Access.LOCAL)
        assert each.least == ("user" if key.everyday else "operator")


@pytest.mark.requirement("R-10")
def test_a_row_has_all_that_a_form_needs() -> None:
    """Type, bounds, unit, group, help, the value and that of the factory."""
    assert row("c_VoltageProtectionOffset", c_VoltageProtectionOffset=5) == {
        "name": "c_VoltageProtectionOffset",
        "group": "safety",
        "kind": {
            "type": "integer",
            "min": 0,
            "max": 23,
            "choices": [],
            "nullable": False,
            "max_length": None,
        },
        "unit": "V",
        "help": "Volts by which the voltage window is wider at both ends; above 0 this is no PEN device.",
        "value": "5",
        "factory": "0",
        "readonly": False,
        "secret": False,
        "reboot": True,
        "everyday": False,
        "least": "operator",
        "local": False,
    }


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("c_CTClamp", {"type": "boolean"}),
        ("c_RCDProtectionType", {"type": "choice", "choices": ["0", "2"]}),
        ("c_AuthorizationMode", {"type": "choice", "choices": ["tag", "plug_and_charge", "free"]}),
        ("c_MainOfflineTimeout", {"type": "integer", "min": 10, "max": 604_800, "nullable": True}),
        ("c_ChargeOffPeriod1", {"type": "period"}),
        ("c_ChargeSchedule", {"type": "schedule", "max_length": 500}),
        ("TimeZone", {"type": "zone"}),
        ("MeterValuesSampledData", {"type": "list"}),
        ("c_PricePerKWh", {"type": "decimal"}),
        ("c_LocalStartTag", {"type": "text", "max_length": 20}),
    ],
)
def test_each_kind_says_what_field_it_wants(name: str, kind: dict[str, Any]) -> None:
    """From it a page builds its form without knowing the key."""
    plain = {"min": None, "max": None, "choices": [], "nullable": False, "max_length": None}
    assert row(name)["kind"] == {**plain, **kind}


def test_a_key_without_a_value_has_none() -> None:
    """null of R-17."""
    assert (row("c_MainOfflineTimeout")["value"], row("c_MainOfflineTimeout")["factory"]) == (None, None)


@pytest.mark.requirement("E-06")
def test_the_next_hours_are_told_in_local_time_with_sentences() -> None:
    """A pause is 0 A."""
    stored = {"TimeZone": "Europe/Rome", "c_ChargeSchedule": "Mo 14:00-15:00 0"}
    bench = OffPeakBench("2026-01-05T12:00", online=True, stored=stored)
    seen: Any = msgspec.json.decode(msgspec.json.encode(view_preview(bench.station, 1, bench.now)))
    assert (seen["from"], seen["zone"]) == ("2026-01-05T13:00:02+01:00", "Europe/Rome")
    assert [(step["at"], step["limit_a"], step["source"]) for step in seen["steps"]] == [
        ("2026-01-05T13:00:02+01:00", 32.0, "device"),
        ("2026-01-05T14:00:00+01:00", 0.0, "schedule"),
        ("2026-01-05T15:00:00+01:00", 32.0, "device"),
    ]
    assert seen["steps"][0]["sentence"] == "The station itself gives at most 32 A."
    assert seen["steps"][0]["words"] == {"amps": 32.0}


@pytest.mark.requirement("R-51")
def test_without_the_time_nobody_can_say_what_comes() -> None:
    """A sentence, and no guess."""
    bench = OffPeakBench(None)
    with pytest.raises(OperationError, match="time is not known yet"):
        view_preview(bench.station, 1, bench.now)


@pytest.mark.requirement("M-11")
def test_cards_are_told_by_their_names_and_when_they_were_last_shown() -> None:
    """In local time; None of one that never was."""
    bench = OffPeakBench("2026-07-01T12:00")
    for tag, name in (("B", "Ben"), ("A", "Anna")):
        bench.tell(SetCard(tag, name, role=Role.OPERATOR, call=-1))
    bench.card("B")
    seen = view_cards(bench.station.cards, find_zone("Europe/London"))
    assert [(each.name, each.last) for each in seen] == [
        ("Anna", None),
        ("Ben", "2026-07-01T13:00:02+01:00"),
    ]
