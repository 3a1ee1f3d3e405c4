"""The image's format: what was encoded is what is parsed, and no bytes do harm."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.vocabulary.firmware import MOST_BYTES, VersionError, parse_version
from pilotline.wire.firmware import MAGIC, Header, ImageError, encode_header, finish, parse

HEADER = Header("model", "1.2", (b"certificate",), bytes(32), bytes(12), 4)
WHOLE = finish(encode_header(HEADER) + bytes(20), b"signature")
VERSIONS = st.lists(st.integers(0, 99_999), min_size=1, max_size=4).map(lambda ns: ".".join(map(str, ns)))
HEADERS = st.builds(
    Header,
    st.text(st.characters(categories=("L", "N")), min_size=1, max_size=10),
    VERSIONS,
    st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=4).map(tuple),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=12, max_size=12),
    st.integers(1, 2_000),
    st.booleans(),
)


@pytest.mark.requirement("M-43")
@given(HEADERS, st.binary(min_size=1, max_size=1_024))
def test_what_was_encoded_is_what_is_parsed(header: Header, signature: bytes) -> None:
    """Every field, and where what is signed ends."""
    signed = encode_header(header) + b"x" * (header.payload_bytes + 16)
    image = parse(finish(signed, signature))
    assert (image.header, image.signature, image.signed) == (header, signature, signed)
    assert image.head + image.sealed == signed


@given(
    st.one_of(st.binary(max_size=400), st.binary(max_size=400).map(lambda data: MAGIC + b"\0\1\0\0" + data))
)
def test_other_bytes_are_an_error_in_words(data: bytes) -> None:
    """And nothing else."""
    with pytest.raises(ImageError, match=r"\.$"):
        parse(data)


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_a_changed_byte_is_another_image_or_none(at: int, value: int) -> None:
    """Never a mistake of the parser."""
    data = bytearray(WHOLE)
    data[at] = value
    try:
        parsed = parse(bytes(data))
    except ImageError:
        return
    assert parsed.signed + len(parsed.signature).to_bytes(2, "big") + parsed.signature == bytes(data)


def test_two_mebibytes_are_all_there_may_be() -> None:
    """Neither made nor read beyond that."""
    with pytest.raises(ImageError, match="2097152"):
        finish(bytes(MOST_BYTES), b"s")
    with pytest.raises(ImageError, match="at most"):
        parse(bytes(MOST_BYTES + 1))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("model", "", "name is too long, or missing"),
        ("model", "x" * 41, "name is too long"),
        ("model", "a\nb", "cannot be read"),
        ("version", "v1", "one to four numbers"),
        ("chain", (), "1 to 4 certificates"),
        ("chain", (b"x" * 4_097,), "too long"),
        ("sender", b"", "32 bytes"),
        ("nonce", b"", "12 bytes"),
        ("payload_bytes", 0, "empty"),
    ],
)
def test_a_header_out_of_bounds_cannot_be_made(field: str, value: object, sentence: str) -> None:
    """Those who make images hear it in words."""
    with pytest.raises(ImageError, match=sentence):
        replace(HEADER, **{field: value})  # pyright: ignore[reportArgumentType] - what is wrong is the test


def test_versions_are_compared_by_their_numbers() -> None:
    """What is left out is 0; a text is none."""
    assert parse_version("1.10") > parse_version("1.9.9.9")
    assert parse_version("2") == parse_version("2.0.0.0")
    for text in ("", "1.", ".1", "1.2.3.4.5", "1.x", "1 ", "١", "100000", "-1"):
        with pytest.raises(VersionError):
            parse_version(text)
