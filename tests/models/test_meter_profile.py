"""Meter profiles: what the EVNET's says, its reading plan, and the refusal of wrong ones."""

from importlib import resources
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.models.document import ModelError, parse
from pilotline.models.meter_profile import (
    Block,
    MeterProfile,
    Parity,
    Place,
    Quantity,
    RegisterGroup,
    RegisterType,
    SerialLine,
    WordOrder,
    list_meters,
    load_meter,
    plan_reading,
    read_meter,
)

GENERIC = (resources.files("pilotline.models") / "meters" / "generic-mid.toml").read_text("utf-8")


def refusal_of(text: str) -> ModelError:
    """The error that a profile with this content is refused with."""
    with pytest.raises(ModelError) as caught:
        read_meter(parse("my.toml", text.encode()))
    return caught.value


def changed(old: str, new: str) -> str:
    """The generic profile with one place changed."""
    assert GENERIC.count(old) == 1, f"{old!r} is not unique"
    return GENERIC.replace(old, new)


# --- what the profile says ----------------------------------------------------------------------------------


@pytest.mark.requirement("E-74")
def test_line_is_9600_8n1() -> None:
    """The EVNET's meter speaks 9600 baud, 8 data bits, no parity, 1 stop bit."""
    assert list_meters() == ("generic-mid",)
    assert load_meter("generic-mid").serial == SerialLine(9_600, 8, Parity.NONE, 1)


@pytest.mark.requirement("E-74", "R-22")
def test_registers_are_those_of_the_seed() -> None:
    """Register 30001 is wire address 0, read by function 4 as a float with the high word first."""
    profile = load_meter("generic-mid")
    q, p = Quantity, Place
    seed = {
        (q.VOLTAGE, p.L1): 30001, (q.VOLTAGE, p.L2): 30003, (q.VOLTAGE, p.L3): 30005,
        (q.CURRENT, p.L1): 30007, (q.CURRENT, p.L2): 30009, (q.CURRENT, p.L3): 30011,
        (q.POWER, p.L1): 30013, (q.POWER, p.L2): 30015, (q.POWER, p.L3): 30017,
        (q.IMPORT, p.TOTAL): 30073, (q.EXPORT, p.TOTAL): 30075,
    }  # fmt: skip
    assert {(row.quantity, row.place): row.address + 30001 for row in profile.rows()} == seed
    assert {row.type for row in profile.rows()} == {RegisterType.FLOAT32}
    assert (profile.function, profile.word_order) == (4, WordOrder.HIGH_FIRST)


@pytest.mark.requirement("R-22")
def test_single_phase_models_read_only_what_the_seed_names() -> None:
    """The rows of L2 and L3 are in the plan of a three-phase model only."""
    profile = load_meter("generic-mid")
    assert plan_reading(profile, 1) == (Block(0x00, 2), Block(0x06, 2), Block(0x0C, 2), Block(0x48, 4))
    assert plan_reading(profile, 3) == (Block(0x00, 18), Block(0x48, 4))


def test_character_time_counts_start_parity_and_stop_bits() -> None:
    """A character of 8N1 has 10 bits, one of 8E2 has 12."""
    assert SerialLine(9_600, 8, Parity.NONE, 1).character_us == 1_042
    assert SerialLine(19_200, 8, Parity.EVEN, 2).character_us == 625


# --- the plan of any profile --------------------------------------------------------------------------------


@st.composite
def profiles(draw: st.DrawFn) -> MeterProfile:
    """Profiles whose values do not overlap."""
    address, groups = draw(st.integers(0, 50)), list[RegisterGroup]()
    for quantity in draw(st.permutations(list(Quantity))):
        kind = draw(st.sampled_from(RegisterType))
        total = quantity in (Quantity.IMPORT, Quantity.EXPORT)
        places = [Place.TOTAL] if total else draw(st.permutations([Place.L1, Place.L2, Place.L3]))
        addresses: dict[Place, int] = {}
        for place in places:
            addresses[place] = address
            address += kind.words + draw(st.sampled_from([0, 0, 1, 40]))
        groups.append(RegisterGroup(quantity, 1, kind, addresses))
    line = SerialLine(9_600, 8, Parity.NONE, 1)
    return MeterProfile("", "", 4, WordOrder.HIGH_FIRST, draw(st.integers(4, 125)), line, tuple(groups))


@given(profiles(), st.sampled_from([1, 3]))
def test_plan_reads_each_value_whole_and_nothing_else(profile: MeterProfile, phases: int) -> None:
    """Blocks are within the meter's bound, split no value, and hold exactly the registers of the rows."""
    plan = plan_reading(profile, phases)
    read = [at for block in plan for at in range(block.address, block.end)]
    wanted = [at for row in profile.rows(phases) for at in range(row.address, row.end)]
    assert read == wanted
    assert all(block.count <= profile.max_registers for block in plan)
    for row in profile.rows(phases):
        assert any(block.address <= row.address and row.end <= block.end for block in plan)


@given(profiles())
def test_plan_asks_no_more_often_than_it_must(profile: MeterProfile) -> None:
    """Two blocks that touch would not fit into one request."""
    plan = plan_reading(profile, 3)
    first_row = {row.address: row for row in profile.rows()}
    for left, right in pairwise(plan):
        if left.end == right.address:
            assert left.count + first_row[right.address].type.words > profile.max_registers


# --- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ("function = 4", "function = 6", "function",
         "function is 3 (holding registers) or 4 (input registers)"),
        ("max_registers = 80", "max_registers = 1", "max_registers", "max_registers is 2 to 125"),
        ('parity = "none"', 'parity = "mark"', "serial.parity", '"mark" is none of none, even, odd'),
        ("baud = 9_600", "baud = 0", "serial.baud", "baud is 300 to 115200"),
        ("stop_bits = 1", "", "serial.stop_bits", "missing"),
        ('quantity = "power_w"', 'quantity = "power"', "registers[2].quantity",
         '"power" is none of import_wh, export_wh, voltage_mv, current_ma, power_w'),
        ("address = { l1 = 0x0006,", "address = { l4 = 0x0006,", "registers[1].address.l4",
         '"l4" is none of total, l1, l2, l3'),
        ("address = { l1 = 0x0006,", "address = { total = 6,", "registers[1].address",
         "address of current_ma has l1, l2 and l3"),
        ("address = { l1 = 0x0006,", "address = { l1 = 65_535,", "registers[1].address",
         "address is 0x0000 to 0xFFFE"),
        ("address = { l1 = 0x0006,", "address = { l1 = 0x0001,", "registers[1].address",
         "0x0001 belongs to voltage_mv l1 already"),
        ('quantity = "export_wh"', 'quantity = "import_wh"', "registers[4]", "duplicate of import_wh total"),
        ('quantity = "export_wh"', 'quantty = "export_wh"', "registers[4].quantty",
         "unknown key; did you mean quantity?"),
        ("scale = 1\n", "scale = 0\n", "registers[2].scale",
         "scale is 1e-9 to 1e9, or negative for a meter wired in reverse"),
        ("scale = 1\n", "scale = nan\n", "registers[2].scale",
         "scale is 1e-9 to 1e9, or negative for a meter wired in reverse"),
    ],
)  # fmt: skip
def test_wrong_profile_is_refused(old: str, new: str, key: str, reason: str) -> None:
    """Each kind of mistake is refused at its key, in words for people."""
    error = refusal_of(changed(old, new))
    assert (error.key, error.reason) == (key, reason)


LINES = GENERIC.splitlines()
TOKENS = ["", "1", "-1", "1e400", "nan", "''", "[]", "{}", "{ l1 = 2 }", "true", '"int64"', "0xFFFF"]


@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), st.sampled_from(TOKENS)), min_size=1, max_size=3))
def test_any_other_value_is_refused_properly(changes: list[tuple[int, str]]) -> None:
    """A profile with other values in it is a profile or is refused, never another exception."""
    lines = list(LINES)
    for number, token in changes:
        key, sign, _ = lines[number].partition("=")
        lines[number] = f"{key}{sign} {token}" if sign else token
    try:
        read_meter(parse("fuzz.toml", "\n".join(lines).encode()))
    except ModelError as error:
        place = error.line
    else:
        place = 1
    assert place
