"""Other people's bytes: vectors of foreign encoders, and everything that real cars and chargers have sent."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pilotline.wire.v2g.exi.errors import DecodeError
from pilotline.wire.v2g.exi.json_shape import from_json, to_json
from pilotline.wire.v2g.exi.namespace import Namespace
from pilotline.wire.v2g.namespaces import APP_PROTOCOL, DIN, ISO2, NAMESPACES

OWN = Path(__file__).with_name("own_vectors.jsonl")
ZERO_IS_NO_SCHEDULE = "0 is no SAIDType (1 to 255): one encoder writes it as text of no type, two refuse it"
NO_NAMESPACE = "written as a document of no namespace, without the schemas; two C codecs refuse it"
ZERO_FOR_MISSING = "one encoder writes 0 for a number that is not there"


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The vectors of a file."""
    for line in path.read_text().splitlines():
        yield json.loads(line)


def disagreement(message: str, data: Any) -> str | None:
    """The reading of these vectors on which codecs disagree, and why it is ours."""
    if message == "MeteringReceiptReq" and data.get("SAScheduleTupleID") == 0:
        return ZERO_IS_NO_SCHEDULE
    return None


def body_of(vector: dict[str, Any]) -> Any:
    """What the message is about, without its header."""
    whole = vector["json"].get("V2G_Message")
    return whole["Body"].get(vector["message"], {}) if whole else {}


@pytest.mark.requirement("M-01")
def test_every_vector_is_read_to_its_json_and_written_to_its_bytes(shared_data: Path) -> None:
    """supportedAppProtocol, DIN 70121, ISO 15118-2 and SignedInfo, bit for bit; ISO 15118-20 is not built."""
    seen: Counter[str] = Counter()
    for vector in lines(shared_data / "vectors" / "exi.jsonl"):
        namespace = NAMESPACES.get(vector["namespace"])
        if namespace is None:
            seen["not built"] += 1
        elif disagreement(vector["message"], body_of(vector)):
            with pytest.raises(DecodeError):
                namespace.decode(bytes.fromhex(vector["exi"]))
            seen["read otherwise"] += 1
        else:
            judge(namespace, vector)
            seen["same"] += 1
    assert seen == {"same": 316, "read otherwise": 3, "not built": 194}


def judge(namespace: Namespace, vector: dict[str, Any]) -> None:
    """One vector, there and back."""
    data, is_fragment = bytes.fromhex(vector["exi"]), vector["root"] == "fragment"
    name, value = (namespace.decode_fragment if is_fragment else namespace.decode)(data)
    assert {name: to_json(value, bare=namespace is DIN)} == vector["json"]
    built = from_json(type(value), vector["json"][name])
    assert (namespace.encode_fragment if is_fragment else namespace.encode)(name, built) == data


def test_every_signed_fragment_is_written_to_its_bytes(shared_data: Path) -> None:
    """The fragments of ISO 15118-2, and what is read otherwise with its reason."""
    otherwise: Counter[str] = Counter()
    for vector in lines(shared_data / "vectors" / "exi_fragments_iso2.jsonl"):
        name, data = vector["msg"], bytes.fromhex(vector["exi"])
        value = from_json(ISO2.fragments[name], vector["json"][name])
        written = ISO2.encode_fragment(name, value)
        assert ISO2.decode_fragment(written) == (name, value)
        if written != data:
            otherwise[reason(name, vector["json"][name], data)] += 1
    assert otherwise == {ZERO_IS_NO_SCHEDULE: 2, NO_NAMESPACE: 5, ZERO_FOR_MISSING: 2}


def reason(name: str, data: Any, exi: bytes) -> str:
    """Why these bytes are not ours; what can be checked of it is."""
    if name == "SalesTariff":
        _, value = ISO2.decode_fragment(exi)
        added = to_json(value)
        assert added.pop("NumEPriceLevels") == 0
        for entry, asked in zip(added["SalesTariffEntry"], data["SalesTariffEntry"], strict=True):
            if "EPriceLevel" not in asked:
                assert entry.pop("EPriceLevel") == 0
        assert added == data
        assert ISO2.encode_fragment(name, value) == exi
        return ZERO_FOR_MISSING
    with pytest.raises(DecodeError):
        ISO2.decode_fragment(exi)
    if name == "MeteringReceiptReq":
        assert "SAScheduleTupleID" not in data
        return ZERO_IS_NO_SCHEDULE
    assert name == "CertificateUpdateReq"
    assert exi[1] >> 1 == len(ISO2.document_codes.names), "any element of a document"
    return NO_NAMESPACE


@pytest.mark.requirement("M-01")
def test_everything_that_real_cars_and_chargers_said_is_read_and_written_again(shared_data: Path) -> None:
    """59 sessions of 15 models of cars with many chargers: each payload to the same bytes."""
    count = 0
    with gzip.open(shared_data / "captures" / "sessions.jsonl.gz", "rt") as file:
        for line in file:
            payload = json.loads(line)
            data = bytes.fromhex(payload["exi"])
            namespace = spoken(payload["message"], data)
            name, value = namespace.decode(data)
            assert namespace.encode(name, value) == data, payload
            count += 1
    assert count == 37_912


def spoken(message: str, data: bytes) -> Namespace:
    """Which standard a payload is of."""
    if message.startswith("supportedAppProtocol"):
        return APP_PROTOCOL
    return DIN if data[1] == 0x9A else ISO2


@pytest.mark.requirement("M-01")
def test_our_own_vectors_stay_as_they_are() -> None:
    """Made by this codec when it agreed with all the above: the smallest and a full one of each message."""
    count = 0
    for vector in lines(OWN):
        judge(NAMESPACES[vector["namespace"]], vector)
        count += 1
    assert count == 160
