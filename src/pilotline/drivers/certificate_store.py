"""The certificate store: a folder whose files the station alone reads (whitepaper A02, M03 to M05).

``backend-….pem`` and ``maker-….pem`` are roots, ``replaced-….pem`` one of the backend's that another has
taken the place of; ``own-….pem`` a certificate of the station's own with its key and what leads to its root,
and ``waiting-key.pem`` the key that a certificate is asked for. Names end in the first letters of the SHA-256
fingerprint. Each change is whole: the old files or the new ones, whenever the power fails.

Files that are no certificates are passed over. All of it may block: call it from a thread.
"""

import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pilotline.drivers.way_in import WayError
from pilotline.drivers.whole_files import Disk, RealDisk, remove_whole, replace_whole
from pilotline.station.upkeep.events import Outcome, Task
from pilotline.station.upkeep.store import (
    AddRoot,
    DropRoots,
    Inventory,
    MakeRequest,
    Own,
    ReadStore,
    RemoveRoot,
    RequestMade,
    Root,
    StoreIs,
    StoreRefuses,
    TakeChain,
)
from pilotline.station.upkeep.work import Ear, Perform
from pilotline.vocabulary import troubles
from pilotline.vocabulary.upkeep import CertificateUse, HashAlgorithm, WayTrouble

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
    from cryptography.x509 import Certificate

FOLDER = "certificates"
WAITING = "waiting-key.pem"
REPLACED = "replaced"
OWN = "own"
OWN_KEPT = 3
"""The newest of the station's own: the ones before are what it falls back to (A02.FR.10)."""
PREFIX = {
    CertificateUse.CENTRAL_SYSTEM_ROOT: "backend",
    CertificateUse.MANUFACTURER_ROOT: "maker",
}
_BACKEND = CertificateUse.CENTRAL_SYSTEM_ROOT
_SHORT = 16
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:AES128-GCM-SHA256:AES256-GCM-SHA384"
"""For TLS 1.2: the whitepaper's four suites (A00.FR.318), those with forward secrecy first."""


class CertificateStore:
    """``folder`` need not be there; it comes with the first certificate."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self.folder = folder
        self._disk = disk or RealDisk()

    # --- without looking into certificates ---

    def roots(self, use: CertificateUse) -> list[str]:
        """The roots of this use, as PEM; for the backend's, also one that was replaced."""
        prefixes = (PREFIX[use], REPLACED) if use is _BACKEND else (PREFIX[use],)
        return [text for prefix in prefixes for path in self._files(prefix) if (text := _text(path))]

    def make_context(self, root: str = "", certificate: str = "", *, shows: bool = False) -> ssl.SSLContext:
        """TLS that trusts the backend's roots alone, or the one of this fingerprint, and ``shows`` the
        station's certificate of that fingerprint. Raises WayError.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks chain and name
        context.minimum_version = ssl.TLSVersion.TLSv1_2  # A00.FR.312
        context.set_ciphers(CIPHERS)
        context.hostname_checks_common_name = True  # A00.FR.308: the name stands there
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # one signed by the root before is a root too
        trusted = [pem for pem in self.roots(_BACKEND) if not root or _fingerprint(pem) == root]
        if not trusted:
            raise WayError(WayTrouble.NO_ROOT, troubles.NO_ROOT.of())
        try:
            context.load_verify_locations(cadata="\n".join(trusted))
            if shows:
                self._show(context, certificate)
        except ssl.SSLError as error:
            raise WayError(WayTrouble.TLS, troubles.BAD_STORE.of(reason=str(error.reason))) from None
        return context

    def _show(self, context: ssl.SSLContext, certificate: str) -> None:
        path = self._own_path(certificate)
        if not certificate or not path.exists():
            raise WayError(WayTrouble.NO_CERTIFICATE, troubles.NO_CERTIFICATE.of())
        context.load_cert_chain(path)

    # --- what is in it ---

    def inventory(self) -> Inventory:
        """All of it; raises OSError."""
        if not any(self.folder.glob("*.pem")):
            return Inventory()  # most stations have none, and need not load what looks into them
        from pilotline.drivers import chains  # noqa: PLC0415 - see there

        roots = [(use, old, cert) for use, old, cert in self._all_roots()]
        known = [cert for _, _, cert in roots]
        listed = [
            Root(
                use,
                chains.fingerprint(cert),
                chains.name_by_hashes(cert, HashAlgorithm.SHA256, known),
                chains.subject(cert),
                *chains.span(cert),
                replaced=old,
            )
            for use, old, cert in roots
        ]
        own = [
            Own(chains.fingerprint(leaf), chains.subject(leaf), *chains.span(leaf)) for leaf in self._own()
        ]
        listed.sort(key=lambda each: (each.not_before_us, each.fingerprint), reverse=True)
        own.sort(key=lambda each: (each.not_before_us, each.fingerprint), reverse=True)
        return Inventory(tuple(listed), tuple(own))

    def _all_roots(self) -> "Sequence[tuple[CertificateUse, bool, Certificate]]":
        named = [(use, False, prefix) for use, prefix in PREFIX.items()]
        found = [
            (use, old, cert)
            for use, old, prefix in (*named, (_BACKEND, True, REPLACED))
            for path in self._files(prefix)
            if (cert := _leaf(path)) is not None
        ]
        standing = {cert for _, old, cert in found if not old}
        return [(use, old, cert) for use, old, cert in found if not (old and cert in standing)]

    def _own(self) -> "Sequence[Certificate]":
        return [leaf for path in self._files(OWN) if (leaf := _leaf(path)) is not None]

    def _files(self, prefix: str) -> list[Path]:
        return sorted(self.folder.glob(f"{prefix}-*.pem"))

    def _own_path(self, print_: str) -> Path:
        return self.folder / f"{OWN}-{print_[:_SHORT]}.pem"

    def _root_path(self, use: CertificateUse, print_: str) -> Path:
        return self.folder / f"{PREFIX[use]}-{print_[:_SHORT]}.pem"

    # --- what is done with it ---

    def read(self, _task: ReadStore) -> Outcome:
        return StoreIs(self.inventory())

    def add_root(self, task: AddRoot) -> Outcome:
        from pilotline.drivers import chains  # noqa: PLC0415 - see there

        try:
            new = self._good_root(task)
            old = [cert for use, gone, cert in self._all_roots() if use is task.use and not gone]
            if new not in old:
                self._check_room(task, new, old)
                self._put_root(task, new, old)
        except chains.ChainError as error:
            return StoreRefuses("Rejected", str(error))
        return StoreIs(self.inventory(), chains.fingerprint(new))

    def _good_root(self, task: AddRoot) -> "Certificate":
        from pilotline.drivers import chains  # noqa: PLC0415 - see there

        found = chains.parse(task.pem)
        if len(found) != 1:
            raise chains.ChainError("It is more than one certificate.")
        chains.check_root(found[0], task.utc_us)
        return found[0]

    def _check_room(self, task: AddRoot, new: "Certificate", old: "Sequence[Certificate]") -> None:
        from pilotline.drivers import chains  # noqa: PLC0415 - see there

        if task.replaces and old:
            if not all(chains.has_signed(each, new) for each in old):
                raise chains.ChainError("The root certificate it would replace has not signed it.")
        elif sum(not gone for _, gone, _ in self._all_roots()) >= task.most:
            raise chains.ChainError(f"The store has room for {task.most} root certificates, and it is full.")

    def _put_root(self, task: AddRoot, new: "Certificate", old: "Sequence[Certificate]") -> None:
        """The new one first: a power cut between leaves both, and both are trusted."""
        from pilotline.drivers import chains  # noqa: PLC0415 - see there

        self._write(self._root_path(task.use, chains.fingerprint(new)), _pem(new))
        if task.replaces and task.use is _BACKEND:
            for each in old:
                print_ = chains.fingerprint(each)
                self._disk.rename(
                    self._root_path(task.use, print_), self.folder / f"{REPLACED}-{print_[:_SHORT]}.pem"
                )
            self._disk.sync_folder(self.folder)

    def remove_root(self, task: RemoveRoot) -> Outcome:
        from pilotline.drivers import chains  # noqa: PLC0415 - see there

        certs = [cert for _, _, cert in self._all_roots()]
        named = (each for each in certs if self._is_named(each, task, certs))
        found = next(named, None)
        if found is None:
            return StoreRefuses("NotFound", "There is no such certificate.")
        print_ = chains.fingerprint(found)
        if print_ in task.needed:
            return StoreRefuses("Failed", "The connection to the backend hangs on it.")
        self._remove(print_)
        return StoreIs(self.inventory(), print_)

    def _is_named(self, cert: "Certificate", task: RemoveRoot, certs: "Sequence[Certificate]") -> bool:
        from pilotline.drivers import chains  # noqa: PLC0415 - see there

        return chains.same(chains.name_by_hashes(cert, task.hash.algorithm, certs), task.hash)

    def drop_roots(self, task: DropRoots) -> Outcome:
        for print_ in task.fingerprints:
            self._remove(print_)
        return StoreIs(self.inventory())

    def _remove(self, print_: str) -> None:
        for prefix in (*PREFIX.values(), REPLACED):
            remove_whole(self._disk, self.folder / f"{prefix}-{print_[:_SHORT]}.pem")

    def _write(self, path: Path, data: bytes) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_whole(self._disk, path, data)

    # --- the station's own ---

    def make_request(self, task: MakeRequest) -> Outcome:
        """The key is on the disk before anybody is told that there is one."""
        from cryptography import x509  # noqa: PLC0415 - a quarter of a second
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
        from cryptography.x509.oid import NameOID  # noqa: PLC0415

        key = ec.generate_private_key(ec.SECP256R1())
        try:
            name = x509.Name([
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, task.organisation),
                x509.NameAttribute(NameOID.COMMON_NAME, task.serial),
            ])  # fmt: skip
        except ValueError as error:
            return StoreRefuses("Rejected", f"Nobody can be asked for a certificate of these names: {error}")
        request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
        self._write(self.folder / WAITING, _secret(key))
        return RequestMade(request.public_bytes(serialization.Encoding.PEM).decode())

    def take_chain(self, task: TakeChain) -> Outcome:
        from pilotline.drivers import chains  # noqa: PLC0415 - see there

        try:
            chain = chains.parse(task.chain)
            chains.check_station(chain[0], task.serial, task.utc_us)
            roots = [cert for use, _, cert in self._all_roots() if use is _BACKEND]
            chains.find_root(chain, roots, task.utc_us)
            key = self._key_of(chain[0])
        except chains.ChainError as error:
            return StoreRefuses("Rejected", str(error))
        print_ = chains.fingerprint(chain[0])
        self._write(self._own_path(print_), _secret(key) + b"".join(_pem(each) for each in chain))
        remove_whole(self._disk, self.folder / WAITING)
        self._prune(print_)
        return StoreIs(self.inventory(), print_)

    def _key_of(self, leaf: "Certificate") -> "CertificateIssuerPrivateKeyTypes":
        """The private key it was made for: the one that waits, or one that has a certificate already."""
        from pilotline.drivers import chains  # noqa: PLC0415 - see there

        for path in (self.folder / WAITING, *self._files(OWN)):
            key = _load_key(path)
            if key is not None and key.public_key() == leaf.public_key():
                return key
        raise chains.ChainError("It fits no key of this station: the station asked for another one.")

    def _prune(self, kept: str) -> None:
        for each in self.inventory().own[OWN_KEPT:]:
            if each.fingerprint != kept:
                remove_whole(self._disk, self._own_path(each.fingerprint))


def performers(store: CertificateStore) -> dict[type[Task], Perform]:
    """What does each kind of task; a disk that does not do it is an outcome like another."""
    return {
        ReadStore: _guarded(store.read),
        AddRoot: _guarded(store.add_root),
        RemoveRoot: _guarded(store.remove_root),
        DropRoots: _guarded(store.drop_roots),
        MakeRequest: _guarded(store.make_request),
        TakeChain: _guarded(store.take_chain),
    }


def _guarded(does: Callable[[Any], Outcome]) -> Perform:
    def perform(task: Task, _ear: Ear) -> Outcome:
        try:
            return does(task)
        except OSError as error:
            reason = error.strerror or str(error)
            return StoreRefuses("Failed", f"The certificate store cannot be used: {reason}.")

    return perform


# --- files -------------------------------------------------------------------------------------------------


def _text(path: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        text = path.read_text(encoding="ascii")
        return text if "-----BEGIN CERTIFICATE-----" in text else ""
    return ""


def _fingerprint(pem: str) -> str:
    import hashlib  # noqa: PLC0415

    with suppress(ValueError):
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.strip())).hexdigest()
    return ""


def _leaf(path: Path) -> "Certificate | None":
    """The first certificate of a file; None where it holds none that can be read."""
    from pilotline.drivers import chains  # noqa: PLC0415 - see there

    with suppress(OSError, UnicodeDecodeError, chains.ChainError):
        return chains.parse(path.read_text(encoding="ascii"))[0]
    return None


def _load_key(path: Path) -> "CertificateIssuerPrivateKeyTypes | None":
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - a quarter of a second

    with suppress(OSError, ValueError, TypeError):
        return serialization.load_pem_private_key(path.read_bytes(), None)  # type: ignore[return-value]
    return None


def _secret(key: "CertificateIssuerPrivateKeyTypes") -> bytes:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - loaded by now

    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _pem(certificate: "Certificate") -> bytes:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - loaded by now

    return certificate.public_bytes(serialization.Encoding.PEM)
