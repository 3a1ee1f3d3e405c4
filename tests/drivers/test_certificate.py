"""The station's own certificate: for its names, for its owner's eyes, renewed in time."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from pilotline.drivers import certificate
from pilotline.drivers.certificate import RENEWED, VALID, CertificateError, keep, own_names

NOW = datetime(2027, 1, 15, tzinfo=UTC)
NAMES = ("127.0.0.1", "localhost", "wallbox.example", "fd00::1")


def made(path: Path, names: tuple[str, ...] = NAMES, utc: datetime | None = NOW) -> x509.Certificate:
    keep(path, names, utc)
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_it_is_for_its_names_and_for_a_server_alone(tmp_path: Path) -> None:
    """P-256, no authority, as long as Apple's systems take it; nobody else reads the key."""
    path = tmp_path / "https.pem"
    found = made(path)
    value = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert sorted(str(each.value) for each in value) == sorted(NAMES)
    key = found.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    assert not found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert found.not_valid_after_utc - found.not_valid_before_utc == VALID <= timedelta(days=825)
    assert path.stat().st_mode & 0o777 == 0o600
    found.verify_directly_issued_by(found)


def test_its_fingerprint_is_what_a_browser_shows(tmp_path: Path) -> None:
    """SHA-256 of the whole, in pairs."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415

    path = tmp_path / "https.pem"
    told = keep(path, NAMES, NOW)
    digest = x509.load_pem_x509_certificate(path.read_bytes()).fingerprint(hashes.SHA256())
    assert told == ":".join(f"{byte:02X}" for byte in digest)
    assert len(told) == 95


def test_it_stays_as_long_as_it_is_good(tmp_path: Path) -> None:
    """Who has compared it once does not have to again: by start, by order of names, without a clock."""
    path = tmp_path / "https.pem"
    before = keep(path, NAMES, NOW)
    assert keep(path, tuple(reversed(NAMES)), NOW + timedelta(days=700)) == before
    assert keep(path, NAMES, None) == before


@pytest.mark.parametrize(
    ("names", "later"),
    [
        ((*NAMES, "garage.example"), timedelta(0)),
        (NAMES[:-1], timedelta(0)),
        (NAMES, VALID - RENEWED),
        (NAMES, timedelta(days=5_000)),
        (NAMES, timedelta(days=-30)),
    ],
)
def test_it_is_made_anew_for_other_names_and_before_it_ends(
    tmp_path: Path, names: tuple[str, ...], later: timedelta
) -> None:
    """Or when it is not good yet: it was made by a clock that was wrong."""
    path = tmp_path / "https.pem"
    before = keep(path, NAMES, NOW)
    assert keep(path, names, NOW + later) != before
    assert made(path, names, NOW + later).not_valid_before_utc <= NOW + later


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\xff\xfe"])
def test_a_damaged_one_is_replaced(tmp_path: Path, damage: bytes) -> None:
    """Nobody has to be called for it; only the fingerprint is another."""
    path = tmp_path / "https.pem"
    path.write_bytes(damage)
    keep(path, NAMES, NOW)
    assert certificate.server_context(path).minimum_version is ssl.TLSVersion.TLSv1_2


def test_one_without_its_key_is_replaced(tmp_path: Path) -> None:
    """A certificate alone serves nobody."""
    path = tmp_path / "https.pem"
    before = keep(path, NAMES, NOW)
    text = path.read_text()
    path.write_text(text[text.index("-----BEGIN CERTIFICATE") :])
    assert keep(path, NAMES, NOW) != before


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """In a sentence."""
    with pytest.raises(CertificateError, match="cannot be written: no such file"):
        keep(tmp_path / "nowhere" / "https.pem", NAMES, NOW)
    with pytest.raises(CertificateError, match="has no certificate"):
        certificate.fingerprint(tmp_path / "https.pem")


def test_a_station_is_asked_for_by_its_names_and_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """With and without .local, and by what its owner calls it; names that are none are left out."""
    monkeypatch.setattr(socket, "gethostname", lambda: "Garage")
    assert own_names("192.0.2.7", ["Box.Example"]) == (
        "192.0.2.7", "box.example", "garage", "garage.local", "localhost",
    )  # fmt: skip
    assert "127.0.0.1" in own_names("0.0.0.0")
    assert not certificate.is_name("")
    for wrong in ("a b", "http://x", "x/y", "a" * 64, "*.example", "-", ""):
        assert wrong == "-" or not certificate.is_name(wrong)
