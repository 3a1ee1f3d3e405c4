"""What EXI codecs get wrong, one small schema each: widths, orders, repeats, the numbers of codes."""

from enum import Enum
from typing import Annotated, Any, ClassVar

import pytest

from pilotline.wire.v2g.exi.bits import BitReader, BitWriter
from pilotline.wire.v2g.exi.errors import DecodeError
from pilotline.wire.v2g.exi.grammar import State, grammar_of, width
from pilotline.wire.v2g.exi.interpreter import read_element, write_element
from pilotline.wire.v2g.exi.kinds import (
    Base64,
    BigInteger,
    Head,
    Integer,
    Name,
    Occurs,
    OneOf,
    Place,
    Short,
    String,
    Text,
    UnsignedInt,
)
from pilotline.wire.v2g.exi.namespace import document_codes, fragment_codes
from pilotline.wire.v2g.exi.schema import Element, Type, wire_name


class Small(Type, frozen=True, kw_only=True):
    """All schemas of this file."""

    NAMESPACE: ClassVar[str] = "urn:small"


class Colour(Enum):
    """Not in the order of the alphabet."""

    RED = "red"
    BLUE = "blue"
    GREEN = "green"


def bits_of(value: Type) -> str:
    """What a value is written as, without the padding's zeros that cannot be told from it."""
    writer = BitWriter()
    write_element(value, writer, type(value).__name__)
    data = writer.data()
    assert read_element(type(value), BitReader(data), "") == value
    return f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}"


# Classes stand at the top, for annotations are looked up there.


class One(Small, frozen=True, kw_only=True):
    """One element that must be."""

    number: Annotated[int, Integer(0, 7)]


class Maybe(Small, frozen=True, kw_only=True):
    """Two that may be missing before one that must be."""

    first: Annotated[int, Integer(0, 7)] | None = None
    second: Annotated[int, Integer(0, 7)] | None = None
    third: Annotated[int, Integer(0, 7)]


class Many(Small, frozen=True, kw_only=True):
    """One to three."""

    number: Annotated[tuple[Annotated[int, Integer(0, 1)], ...], Occurs(1, 3)]


class Marked(Small, frozen=True, kw_only=True):
    """Attributes in another order than the alphabet's."""

    zebra: Annotated[String, Place.ATTRIBUTE]
    apple: Annotated[String | None, Place.ATTRIBUTE] = None
    number: Annotated[int, Integer(0, 1)]


class Painted(Small, frozen=True, kw_only=True):
    """A word."""

    colour: Colour


class Mixed(Small, frozen=True, kw_only=True):
    """Text may stand in it, and elements of others."""

    MIXED: ClassVar[bool] = True
    OPEN: ClassVar[bool] = True
    mark: Annotated[String, Place.ATTRIBUTE]


class Bee(Element, frozen=True, kw_only=True):
    """A member of a group."""

    NAMESPACE: ClassVar[str] = "urn:small"


class Ant(Element, frozen=True, kw_only=True):
    """Another."""

    NAMESPACE: ClassVar[str] = "urn:small"


class Nest(Small, frozen=True, kw_only=True):
    """One of the group, whose abstract head sorts between the two."""

    insect: Annotated[Ant | Bee, Head("Arthropod")]


class Pick(Small, frozen=True, kw_only=True):
    """One of two, again and again."""

    left: Annotated[bool | None, OneOf("side")] = None
    right: Annotated[bool | None, OneOf("side")] = None


def test_a_state_with_one_way_on_costs_a_bit() -> None:
    """The other code is the escape: so the element, its text, its end and the end take one each."""
    assert bits_of(One(number=5)) == "0" + "0" + "101" + "0" + "0" + "0"


@pytest.mark.parametrize(("declared", "bits"), [(1, 1), (2, 2), (3, 2), (4, 3), (7, 3), (8, 4)])
def test_n_ways_on_need_room_for_one_more(declared: int, bits: int) -> None:
    """The classic mistake is one bit too few at powers of two."""
    assert width(declared) == bits


def test_codes_count_from_what_may_come_next() -> None:
    """What has been passed over is counted while it may still come, and no longer."""
    assert bits_of(Maybe(third=1)).startswith("10")
    assert bits_of(Maybe(second=1, third=1)).startswith("01" + "0" + "001" + "0" + "0")
    productions = grammar_of(Maybe).productions(State(0, 1))
    assert [getattr(each.step, "name", None) for each in productions] == ["Second", "Third"]


def test_repeats_are_unrolled_to_their_number() -> None:
    """After the last that may be, the end alone is left, and its code is a bit shorter."""
    item = "0" + "1" + "0"
    assert bits_of(Many(number=(1,))).startswith("0" + item + "01")
    assert bits_of(Many(number=(1, 1))).startswith("0" + item + "00" + item + "01")
    assert bits_of(Many(number=(1, 1, 1))) == "0" + item + "00" + item + "00" + item + "0" + "0"


def test_attributes_come_first_and_by_name() -> None:
    """Not in the order in which they were declared."""
    names = [each.choices[0].name for each in grammar_of(Marked).particles]
    assert names == ["Apple", "Zebra", "Number"]
    assert bits_of(Marked(zebra="", number=1)).startswith("01" + "00000010")


def test_a_word_is_its_place_in_the_schema() -> None:
    """Two bits for three of them; the fourth code is refused with its place."""
    assert bits_of(Painted(colour=Colour.BLUE)) == "0" + "0" + "01" + "0" + "0" + "00"
    with pytest.raises(DecodeError, match=r"There is no Colour number 3 in it\.Colour at bit 2"):
        read_element(Painted, BitReader(bytes([0b00110000])), "it")


@pytest.mark.parametrize(
    ("kind", "value", "bits"),
    [
        (Integer(-3, 3), -3, "000"),
        (Integer(-3, 3), 3, "110"),
        (Integer(0, 100), 100, "1100100"),
        (Integer(1, 255), 1, "00000000"),
        (Integer(0, 4095), 4095, "111111111111"),
        (Integer(0, 4096), 4096, "10000000" + "00100000"),
        (Integer(0, 65_535), 300, "10101100" + "00000010"),
        (Integer(-32_768, 32_767), -1, "1" + "00000000"),
        (Integer(-32_768, 32_767), 0, "0" + "00000000"),
        (Integer(), -129, "1" + "10000000" + "00000001"),
        (Integer(5, 5), 5, ""),
    ],
)
def test_a_number_is_an_offset_or_groups_of_seven_bits(kind: Integer, value: int, bits: str) -> None:
    """Up to 4,096 values an offset from the least; else groups, with a sign where there can be one."""
    writer = BitWriter()
    kind.write(value, writer)
    data = writer.data()
    assert data == int((bits or "0").ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(len(data), "big")
    assert kind.read(BitReader(data)) == value


def test_a_group_has_its_abstract_head_among_its_codes() -> None:
    """By local name: Ant, Arthropod, Bee; nobody can be the head."""
    assert bits_of(Nest(insect=Ant())).startswith("00")
    assert bits_of(Nest(insect=Bee())).startswith("10")
    with pytest.raises(DecodeError, match="Arthropod cannot stand in a message"):
        read_element(Nest, BitReader(bytes([0b01000000])), "it")


def test_mixed_content_takes_a_code_for_text() -> None:
    """Any element 0, the end 1, text 2, and the escape: two bits where a plain type has one."""
    assert bits_of(Mixed(mark="")) == "0" + "00000010" + "01" + "00000"


@pytest.mark.parametrize(
    ("code", "what"), [("00", r"\*"), ("10", "text between elements"), ("11", "Code 3 is none of")]
)
def test_what_mixed_content_allows_and_nobody_speaks_is_refused(code: str, what: str) -> None:
    """A typed error for each: nothing else leaves a decoder."""
    begun = int(("0" + "00000010" + code).ljust(16, "0"), 2).to_bytes(2, "big")
    with pytest.raises(DecodeError, match=what):
        read_element(Mixed, BitReader(begun), "it")


def test_a_choice_offers_all_its_branches() -> None:
    """And one of them stands."""
    assert bits_of(Pick(right=True)) == "01" + "0" + "1" + "0" + "0" + "00"


def test_codes_at_the_top_have_no_escape() -> None:
    """All global elements and one for any other: four take three bits with it, three take two."""
    assert document_codes(["a", "b", "c"]).bits == 2
    assert document_codes(["a", "b", "c", "d"]).bits == 3
    assert document_codes(["b", "C", "a"]).names == {"C": 0, "a": 1, "b": 2}


def test_a_fragment_counts_names_of_all_namespaces_and_has_an_end() -> None:
    """The same name in two namespaces is two elements; after all of them come any other and the end."""
    codes = fragment_codes([("b", "urn:2"), ("a", "urn:1"), ("b", "urn:1"), ("b", "urn:2")])
    assert (codes.names, codes.count, codes.last, codes.bits) == ({"a": 0, "b": 1}, 3, 4, 3)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("dc_ev_status", "DC_EVStatus"),
        ("evse_id", "EVSEID"),
        ("ev_ress_soc", "EVRESSSOC"),
        ("sa_schedule_tuple_id", "SAScheduleTupleID"),
        ("list_of_root_certificate_ids", "ListOfRootCertificateIDs"),
        ("p_max", "PMax"),
    ],
)
def test_a_field_says_its_elements_name(field: str, name: str) -> None:
    """Small letters and lines are ours, capitals the standard's."""
    assert wire_name(field) == name


class Lengths(Small, frozen=True, kw_only=True):
    """A text of three characters at most, and numbers of any size."""

    word: Annotated[str, Text(3)]
    data: Base64 = b""
    big: BigInteger = 0
    plain: UnsignedInt = 0
    short: Annotated[Short, Name("short")] = 0


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("0181818181", r"A length of 4 is over the 3 that are allowed in it\.Word at bit 2"),
        ("0140", "A length of 3 is more than the message has"),
        ("0000", "A text points into a string table"),
        ("00", "The message ends too early"),
    ],
)
def test_lengths_are_judged_before_anything_is_made(data: str, problem: str) -> None:
    """Where and why."""
    with pytest.raises(DecodeError, match=problem):
        read_element(Lengths, BitReader(bytes.fromhex(data)), "it")


def test_an_element_that_was_not_declared_is_refused_by_what_was_expected() -> None:
    """The escape leads to things that no car has sent."""
    with pytest.raises(DecodeError, match=r"Code 3 is none of First, Second, Third in it at bit 0"):
        read_element(Maybe, BitReader(bytes([0b11000000])), "it")


def a_message(**fields: Any) -> Lengths:
    """For texts of all kinds."""
    return Lengths(**fields)


def test_a_text_counts_characters_and_not_bytes() -> None:
    """Three of any kind."""
    assert bits_of(a_message(word="ä€\U0001f50c"))
