"""The certificate store on a real disk, with certificates made here, good ones and bad ones."""

import stat
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from pilotline.drivers import chains
from pilotline.drivers.certificate_store import OWN_KEPT, CertificateStore, performers
from pilotline.drivers.way_in import WayError
from pilotline.station.upkeep.events import Outcome, Task
from pilotline.station.upkeep.store import (
    AddRoot,
    DropRoots,
    Inventory,
    MakeRequest,
    ReadStore,
    RemoveRoot,
    RequestMade,
    StoreIs,
    StoreRefuses,
    TakeChain,
)
from pilotline.vocabulary.upkeep import CertificateHash, CertificateUse, HashAlgorithm, WayTrouble
from support.pki import DAY, NOW, Authority, pem

BACKEND, MAKER = CertificateUse.CENTRAL_SYSTEM_ROOT, CertificateUse.MANUFACTURER_ROOT
NOW_US = int(NOW.timestamp()) * 1_000_000
SERIAL = "PL-0042"


class Silent:
    given_up = False

    def progress(self, done: int, total: int | None = None) -> None: ...


class Stand:
    """A store in a folder, asked by tasks as the cores ask it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "certificates"
        self.store = CertificateStore(self.folder)
        self._perform = performers(self.store)

    def do(self, task: Task) -> Outcome:
        return self._perform[type(task)](task, Silent())

    def add(
        self, text: str, use: CertificateUse = BACKEND, most: int = 9, *, replaces: bool = False
    ) -> Outcome:
        return self.do(AddRoot(use, text, most, NOW_US, replaces))

    def request(self, organisation: str = "Test CPO") -> str:
        made = self.do(MakeRequest(SERIAL, organisation))
        assert isinstance(made, RequestMade)
        return made.csr

    def take(self, chain: str) -> Outcome:
        return self.do(TakeChain(chain, SERIAL, NOW_US))

    @property
    def inventory(self) -> Inventory:
        said = self.do(ReadStore())
        assert isinstance(said, StoreIs)
        return said.inventory

    def files(self) -> list[str]:
        return sorted(each.name.partition("-")[0] for each in self.folder.iterdir())


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path)


def refused(outcome: Outcome, said: str, word: str = "Rejected") -> None:
    assert isinstance(outcome, StoreRefuses)
    assert outcome.word == word
    assert said in outcome.reason


def test_a_root_is_kept_for_its_use_and_named_by_its_hashes(stand: Stand) -> None:
    """As OCSP names it; reckoned here by hand from its DER: name, and the key's bit string (M03.FR.04)."""
    root = Authority("Root")
    assert isinstance(stand.add(root.pem), StoreIs)
    assert isinstance(stand.add(Authority("Maker").pem, MAKER), StoreIs)
    (found,) = stand.inventory.roots_for(BACKEND)
    point = root.certificate.public_key().public_bytes(  # type: ignore[union-attr]
        Encoding.X962, PublicFormat.UncompressedPoint
    )
    name = root.certificate.issuer.public_bytes()
    assert found.hash == CertificateHash(
        HashAlgorithm.SHA256,
        sha256(name).hexdigest(),
        sha256(point).hexdigest(),
        f"{root.certificate.serial_number:X}",
    )
    assert stand.store.roots(BACKEND) == [root.pem]
    assert [each.subject for each in stand.inventory.roots_for(MAKER)] == ["Maker"]


def test_only_the_station_reads_its_files(stand: Stand) -> None:
    """Keys and certificates alike, and the folder itself."""
    root = Authority("Root")
    stand.add(root.pem)
    stand.take(pem(root.answer(stand.request())))
    stand.request()
    modes = {stat.S_IMODE(each.stat().st_mode) for each in stand.folder.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(stand.folder.stat().st_mode) == 0o700
    assert stand.files() == ["backend", "own", "waiting"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no certificate in PEM"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no certificate in PEM"),
        ("ä", "no certificate in PEM"),
        (Authority("Leaf", ca=False).pem, "no certificate of an authority"),
        (Authority("Old", valid=(NOW - 9 * DAY, NOW - DAY)).pem, "has run out"),
        (Authority("Weak", key=rsa.generate_private_key(65537, 1024)).pem, "fewer than 2048 bits"),
        (Authority("Short", key=ec.generate_private_key(ec.SECP192R1())).pem, "fewer than 224 bits"),
        (Authority("One").pem + Authority("Two").pem, "more than one"),
    ],
    ids=["nothing", "nonsense", "letters", "leaf", "run out", "weak RSA", "weak EC", "two"],
)
def test_what_is_no_good_root_is_refused(stand: Stand, text: str, said: str) -> None:
    """With a sentence, and nothing of it is written (M05.FR.06)."""
    refused(stand.add(text), said)
    assert not stand.folder.exists()


def test_a_full_store_takes_no_more_and_the_same_again_is_no_more(stand: Stand) -> None:
    """CertificateStoreMaxLength counts the roots of both uses (M05.FR.03)."""
    one, two = Authority("One"), Authority("Two")
    stand.add(one.pem, most=2)
    stand.add(two.pem, MAKER, most=2)
    refused(stand.add(Authority("Three").pem, most=2), "room for 2")
    assert isinstance(stand.add(one.pem, most=2), StoreIs)
    assert len(stand.inventory.roots) == 2


def test_a_root_that_replaces_another_has_to_be_signed_by_it(stand: Stand) -> None:
    """M05.FR.09 to .12: the old one stays until the new one has worked."""
    old = Authority("Old")
    assert isinstance(stand.add(old.pem, replaces=True), StoreIs)  # the first replaces none
    refused(stand.add(Authority("Stranger").pem, replaces=True), "has not signed it")
    new = Authority("New", above=old)
    assert isinstance(stand.add(new.pem, replaces=True), StoreIs)
    assert [(each.subject, each.replaced) for each in stand.inventory.roots_for(BACKEND)] in (
        [("New", False), ("Old", True)],
        [("Old", True), ("New", False)],
    )
    gone = next(each for each in stand.inventory.roots if each.replaced)
    stand.do(DropRoots(frozenset({gone.fingerprint})))
    assert [each.subject for each in stand.inventory.roots] == ["New"]


@pytest.mark.parametrize("algorithm", HashAlgorithm)
def test_a_root_is_deleted_by_its_hashes_unless_it_is_needed(stand: Stand, algorithm: HashAlgorithm) -> None:
    """In any of the three algorithms and any case; the one in use stays (M04.FR.06)."""
    root, other = Authority("Root"), Authority("Other")
    stand.add(root.pem)
    named = chains.name_by_hashes(root.certificate, algorithm)
    shouted = CertificateHash(
        algorithm, named.issuer_name_hash.upper(), named.issuer_key_hash.upper(), "0" + named.serial.lower()
    )
    print_ = stand.inventory.roots[0].fingerprint
    refused(stand.do(RemoveRoot(shouted, frozenset({print_}))), "hangs on it", "Failed")
    refused(stand.do(RemoveRoot(chains.name_by_hashes(other.certificate, algorithm))), "no such", "NotFound")
    assert isinstance(stand.do(RemoveRoot(shouted)), StoreIs)
    assert stand.inventory == Inventory()


def test_the_request_has_the_serial_number_and_the_operators_name(stand: Stand) -> None:
    """P-256, signed by the key that stays in the station (A02.FR.02, .05, .13)."""
    request = x509.load_pem_x509_csr(stand.request("Müller & Söhne").encode())
    assert request.is_signature_valid
    assert request.subject.rfc4514_string() == f"CN={SERIAL},O=Müller & Söhne"
    key = request.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert isinstance(key.curve, ec.SECP256R1)


def test_a_signed_certificate_is_kept_with_its_key_and_the_chain_to_its_root(stand: Stand) -> None:
    """It can be shown: TLS loads it."""
    root = Authority("Root")
    between = Authority("Between", above=root)
    stand.add(root.pem)
    leaf = between.answer(stand.request())
    taken = stand.take(pem(leaf, between.certificate))
    assert isinstance(taken, StoreIs)
    (own,) = stand.inventory.own
    assert (own.subject, own.fingerprint) == (SERIAL, leaf.fingerprint(hashes.SHA256()).hex())
    stand.store.make_context(certificate=own.fingerprint, shows=True)
    assert stand.files() == ["backend", "own"]


def bad_chains() -> dict[str, str]:
    return {
        "another root": "leads to no root",
        "no chain": "leads to no root",
        "another's": "not the serial number",
        "run out": "has run out",
        "no key of ours": "fits no key",
        "a path too long": "leads to no root",
        "for servers": "other uses",
        "between ran out": "is not valid now",
        "an authority": "an authority's",
    }


@pytest.mark.parametrize("kind", bad_chains())
def test_a_certificate_that_is_not_good_is_discarded(stand: Stand, kind: str) -> None:
    """A02.FR.06: name, validity, path, key; what waits goes on waiting."""
    root = Authority("Root", path_length=0 if kind == "a path too long" else None)
    stand.add(root.pem)
    csr = stand.request()
    between = Authority("Between", above=root)
    late = Authority("Late", above=root, valid=(NOW - 9 * DAY, NOW - DAY))
    servers = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    chain = {
        "another root": lambda: pem(Authority("Stranger").answer(csr)),
        "no chain": lambda: pem(between.answer(csr)),
        "another's": lambda: pem(root.answer(csr, common_name="PL-0043")),
        "run out": lambda: pem(root.answer(csr, valid=(NOW - 9 * DAY, NOW - DAY))),
        "no key of ours": lambda: pem(
            root.sign(SERIAL, ec.generate_private_key(ec.SECP256R1()).public_key())
        ),
        "a path too long": lambda: pem(between.answer(csr), between.certificate),
        "for servers": lambda: pem(root.answer(csr, extensions=(servers,))),
        "between ran out": lambda: pem(late.answer(csr), late.certificate),
        "an authority": lambda: pem(root.answer(csr, extensions=(x509.BasicConstraints(True, None),))),
    }[kind]()
    refused(stand.take(chain), bad_chains()[kind])
    assert stand.files() == ["backend", "waiting"]


def test_the_newest_are_kept_of_the_stations_own(stand: Stand) -> None:
    """The ones before are what the station falls back to (A02.FR.10); a store does not grow for ever."""
    root = Authority("Root")
    stand.add(root.pem)
    for day in range(OWN_KEPT + 2):
        began = NOW - (20 - day) * DAY
        stand.take(pem(root.answer(stand.request(), valid=(began, NOW + 300 * DAY))))
    assert [each.not_before_us for each in stand.inventory.own] == [
        NOW_US - (20 - day) * 86_400_000_000 for day in (4, 3, 2)
    ]


def test_a_certificate_for_a_key_that_has_one_already_is_taken(stand: Stand) -> None:
    """An authority that signs the same request again."""
    root = Authority("Root")
    stand.add(root.pem)
    csr = stand.request()
    stand.take(pem(root.answer(csr)))
    assert isinstance(stand.take(pem(root.answer(csr))), StoreIs)
    assert len(stand.inventory.own) == 2


def test_damaged_files_are_passed_over(stand: Stand) -> None:
    """The rest of the store is used; the folder need not be there."""
    assert stand.inventory == Inventory()
    stand.add(Authority("Root").pem)
    (stand.folder / "backend-bad.pem").write_text("-----BEGIN CERTIFICATE-----\nxx", encoding="ascii")
    (stand.folder / "own-bad.pem").write_bytes(b"\xff\xfe")
    (stand.folder / "maker-empty.pem").touch()
    assert [each.subject for each in stand.inventory.roots] == ["Root"]


def test_a_folder_that_is_a_file_is_an_outcome(stand: Stand) -> None:
    """Failed, with its reason (M05.FR.04)."""
    stand.folder.write_text("")
    refused(stand.add(Authority("Root").pem), "cannot be used", "Failed")


@pytest.mark.parametrize(
    ("shows", "trouble"), [(False, WayTrouble.NO_ROOT), (True, WayTrouble.NO_CERTIFICATE)]
)
def test_without_what_the_profile_needs_nobody_is_dialled(
    stand: Stand, shows: bool, trouble: WayTrouble
) -> None:
    """Not even with the system's own roots."""
    if shows:
        stand.add(Authority("Root").pem)
    with pytest.raises(WayError) as caught:
        stand.store.make_context(shows=shows)
    assert caught.value.trouble is trouble
