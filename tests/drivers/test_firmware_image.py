"""Images made and judged: what runs was made by who may make it, for this model, whole, and not older."""

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, x25519
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from pilotline.drivers.firmware_image import (
    Judge,
    KeyFileError,
    NotTakenError,
    check_signer,
    judge,
    judge_message,
    load_certificates,
    load_product_key,
    load_product_public,
    load_signing_key,
    open_payload,
    sign,
)
from pilotline.vocabulary.firmware import FirmwareFault
from pilotline.wire.firmware import parse
from support.firmware_maker import BORN, MODEL, YEAR, Maker, make, rsa_key

pytestmark = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
"""A damaged certificate may be one that the library reads today and will refuse some day."""
NOW = datetime(2026, 5, 4, tzinfo=UTC)
MAKER = Maker()
IMAGE = MAKER.image()
CODE = (ExtendedKeyUsageOID.CODE_SIGNING,)


def by(*roots: str, model: str = MODEL, running: str = "1.0", utc: datetime | None = NOW) -> Judge:
    return Judge(roots or (MAKER.root.pem,), model, running, utc)


def fault(data: bytes, judge_by: Judge) -> FirmwareFault | None:
    """Why it is not taken; None: it is."""
    try:
        open_payload(judge(data, judge_by), MAKER.product)
    except NotTakenError as error:
        return error.fault
    return None


@pytest.mark.requirement("M-43")
def test_what_the_maker_packed_is_what_the_station_opens() -> None:
    """Header and firmware, and nothing of the firmware can be read in the file."""
    image = judge(IMAGE, by())
    assert (image.header.model, image.header.version) == (MODEL, "2.0")
    assert open_payload(image, MAKER.product) == b"the program"
    assert b"the program" not in IMAGE


@pytest.mark.requirement("M-43", "R-31")
@given(st.integers(0, len(IMAGE) * 8 - 1))
def test_no_bit_of_an_image_may_be_another(bit: int) -> None:
    """The signature is over all bytes but itself, and of itself no bit may be another either."""
    data = bytearray(IMAGE)
    data[bit // 8] ^= 1 << bit % 8
    assert fault(bytes(data), by()) is not None


@given(st.integers(0, len(IMAGE) - 1), st.binary(max_size=20))
def test_an_image_that_was_cut_or_goes_on_is_none(length: int, more: bytes) -> None:
    """Whatever stands there instead."""
    assert fault(IMAGE[:length] + more, by()) is not None
    assert fault(IMAGE + more + b"!", by()) is FirmwareFault.FORMAT


@pytest.mark.requirement("M-43", "R-31")
def test_only_a_chain_to_an_installed_root_counts() -> None:
    """Not another maker's, not none, not a root of the same name."""
    stranger = Maker()
    assert fault(IMAGE, by(stranger.root.pem)) is FirmwareFault.CHAIN
    assert fault(IMAGE, Judge((), MODEL, "1.0", NOW)) is FirmwareFault.CHAIN
    assert fault(IMAGE, by("no certificate", stranger.root.pem, MAKER.root.pem)) is None
    own = MAKER.image(chain=[MAKER.signer.certificate, stranger.root.certificate])
    assert fault(own, by(stranger.root.pem)) is FirmwareFault.CHAIN


def test_a_chain_may_have_an_authority_between() -> None:
    """One that may sign certificates, and no deeper than its root allows."""
    between = make("between", MAKER.root, ca=True)
    signer = make("signer", between, uses=CODE)
    chain = [signer.certificate, between.certificate]
    assert fault(MAKER.image(chain=chain, key=signer.key), by()) is None
    assert fault(MAKER.image(chain=chain[:1], key=signer.key), by()) is FirmwareFault.CHAIN
    none = make("no authority", MAKER.root)
    signer = make("signer", none, uses=CODE)
    image = MAKER.image(chain=[signer.certificate, none.certificate], key=signer.key)
    assert fault(image, by()) is FirmwareFault.CHAIN
    shallow = make("shallow", ca=True, path_length=0)
    between = make("between", shallow, ca=True)
    signer = make("signer", between, uses=CODE)
    image = MAKER.image(chain=[signer.certificate, between.certificate], key=signer.key)
    assert fault(image, by(shallow.pem)) is FirmwareFault.CHAIN


def test_a_signer_is_for_code_and_its_key_is_strong() -> None:
    """A server's certificate of the same root signs no firmware, nor does the root itself."""
    for held in (
        make("server", MAKER.root, uses=(ExtendedKeyUsageOID.SERVER_AUTH,)),
        make("anything", MAKER.root),
        make("weak", MAKER.root, uses=CODE, key=rsa_key(1_024)),
        MAKER.root,
    ):
        image = MAKER.image(chain=[held.certificate], key=held.key)
        assert fault(image, by()) is FirmwareFault.NO_SIGNER


def test_certificates_are_judged_by_the_time() -> None:
    """Before and after; a station that does not know the time asks nothing of it."""
    for born, dies in ((NOW + YEAR, NOW + 2 * YEAR), (BORN, NOW - YEAR)):
        signer = make("signer", MAKER.root, uses=CODE, born=born, dies=dies)
        image = MAKER.image(chain=[signer.certificate], key=signer.key)
        assert fault(image, by()) is FirmwareFault.EXPIRED
        assert fault(image, by(utc=None)) is None
    old = make("old root", ca=True, dies=NOW - YEAR)
    signer = make("signer", old, uses=CODE)
    image = MAKER.image(chain=[signer.certificate], key=signer.key)
    assert fault(image, by(old.pem)) is FirmwareFault.EXPIRED


def test_rsa_signs_too() -> None:
    """RSA-PSS, as the whitepaper has it."""
    signer = make("rsa", MAKER.root, uses=CODE, key=rsa_key())
    assert fault(MAKER.image(chain=[signer.certificate], key=signer.key), by()) is None


@pytest.mark.requirement("R-31")
def test_another_model_an_older_version_and_another_key_are_refused() -> None:
    """The maker may mark an image for going back; the same version again is no step back."""
    assert fault(IMAGE, by(model="evnet-7kw-t2")) is FirmwareFault.MODEL
    assert fault(IMAGE, by(running="2.0.1")) is FirmwareFault.OLDER
    assert fault(IMAGE, by(running="2")) is None
    assert fault(MAKER.image(downgrade=True), by(running="3.0")) is None
    other = MAKER.image(product=x25519.X25519PrivateKey.generate().public_key())
    assert fault(other, by()) is FirmwareFault.KEY
    with pytest.raises(NotTakenError):
        open_payload(parse(IMAGE), None)


def message_fault(data: bytes, certificate: str, signature: str) -> FirmwareFault | None:
    try:
        judge_message(data, certificate, signature, by())
    except NotTakenError as error:
        return error.fault
    return None


def test_the_messages_own_signature_is_over_the_whole_file() -> None:
    """The signature of SignedUpdateFirmware, in base64, with line breaks or without; none is not enough."""
    right, pem = MAKER.signature(IMAGE), MAKER.signer.pem
    assert message_fault(IMAGE, pem, right) is None
    assert message_fault(IMAGE, pem, right[:40] + "\n" + right[40:]) is None
    for wrong in ("", "!", right[:-4], MAKER.signature(IMAGE + b"!"), base64.b64encode(b"x").decode()):
        assert message_fault(IMAGE, pem, wrong) is FirmwareFault.SIGNATURE
    assert message_fault(IMAGE, "no certificate", right) is FirmwareFault.NO_SIGNER
    assert message_fault(IMAGE, Maker().signer.pem, right) is FirmwareFault.CHAIN


def test_a_backends_older_rsa_signature_is_taken_for_the_message_alone() -> None:
    """PKCS #1 v1.5 is what many tools make; the image's own signature is never one."""
    signer = make("rsa", MAKER.root, uses=CODE, key=rsa_key())
    old = base64.b64encode(rsa_key().sign(IMAGE, padding.PKCS1v15(), hashes.SHA256())).decode()
    assert message_fault(IMAGE, signer.pem, old) is None
    assert message_fault(IMAGE, signer.pem, base64.b64encode(sign(rsa_key(), IMAGE)).decode()) is None


@given(st.text(max_size=300))
def test_a_certificate_that_is_none_is_refused_in_words(text: str) -> None:
    """Whatever a backend sends."""
    with pytest.raises(NotTakenError):
        check_signer(text, [MAKER.root.pem], NOW)


def test_a_key_of_another_makes_no_image() -> None:
    """The maker hears of it, not the station."""
    with pytest.raises(KeyFileError, match="not that of the first certificate"):
        MAKER.image(key=MAKER.root.key)


def test_files_without_what_is_wanted_are_named(tmp_path: Path) -> None:
    """Each with what it should have."""
    empty, wrong = tmp_path / "empty.pem", tmp_path / "wrong.pem"
    empty.write_text("")
    MAKER.keep_product_key(wrong)
    for load in (load_signing_key, load_product_key, load_product_public, load_certificates):
        with pytest.raises(KeyFileError, match=r"empty\.pem has no"):
            load(empty)
        with pytest.raises(KeyFileError, match="no such file"):
            load(tmp_path / "none.pem")
    with pytest.raises(KeyFileError, match="signed with one of these"):
        load_signing_key(wrong)
    assert isinstance(load_product_key(wrong), x25519.X25519PrivateKey)
    signing = tmp_path / "signing.pem"
    signing.write_bytes(MAKER.signer.key_pem)
    with pytest.raises(KeyFileError, match="encrypted for one"):
        load_product_key(signing)
