"""Authorities and certificates made in a test: roots, those between, servers and stations, good and bad."""

import ipaddress
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass
class Authority:
    """Signs what it is asked to; ``above`` is who signed it, None for a root."""

    name: str
    above: "Authority | None" = None
    valid: tuple[datetime, datetime] = (NOW - DAY, NOW + 3650 * DAY)
    key: PrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    path_length: int | None = None
    ca: bool = True

    def __post_init__(self) -> None:
        signer = self.above or self
        self.certificate = (
            _builder(
                self.name,
                "Test CA",
                signer.subject if self.above else _name(self.name, "Test CA"),
                self.valid,
            )
            .public_key(self.key.public_key())
            .add_extension(x509.BasicConstraints(ca=self.ca, path_length=self.path_length), critical=True)
            .sign(signer.key, hashes.SHA256())
        )

    @property
    def subject(self) -> x509.Name:
        return self.certificate.subject

    @property
    def pem(self) -> str:
        return pem(self.certificate)

    def sign(
        self,
        common_name: str,
        key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
        *,
        organisation: str = "Test CPO",
        names: Sequence[str] = (),
        valid: tuple[datetime, datetime] = (NOW - DAY, NOW + 365 * DAY),
        algorithm: hashes.SHA256 | hashes.SHA384 | None = None,
        extensions: Sequence[x509.ExtensionType] = (),
    ) -> x509.Certificate:
        builder = _builder(common_name, organisation, self.subject, valid).public_key(key)
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_general(each) for each in names]), False
            )
        for each in extensions:
            builder = builder.add_extension(each, critical=False)
        return builder.sign(self.key, algorithm or hashes.SHA256())

    def answer(self, csr: str, **how: object) -> x509.Certificate:
        """The certificate for a request, of the names it asks for unless ``common_name`` is another."""
        request = x509.load_pem_x509_csr(csr.encode())
        name = request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        key = request.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        return self.sign(str(how.pop("common_name", name)), key, **how)  # type: ignore[arg-type]


def pem(*certificates: x509.Certificate) -> str:
    return "".join(each.public_bytes(serialization.Encoding.PEM).decode() for each in certificates)


def write_server(folder: Path, authority: Authority, name: str = "127.0.0.1", **how: object) -> Path:
    """Key and certificate of a server, in one file, with those between it and the root."""
    key = ec.generate_private_key(ec.SECP256R1())
    how.setdefault("names", (name,))
    chain = [authority.sign(name, key.public_key(), **how)]  # type: ignore[arg-type]
    signer = authority
    while signer.above is not None:
        chain.append(signer.certificate)
        signer = signer.above
    path = folder / f"server-{authority.name}-{name}-{len(list(folder.iterdir()))}.pem".replace(" ", "-")
    path.write_text(secret(key) + pem(*chain), encoding="ascii")
    return path


def secret(key: PrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def server_context(path: Path, clients: Authority | None = None) -> ssl.SSLContext:
    """``clients``: who comes has to show a certificate of this authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    if clients is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=clients.pem)
    return context


def _builder(
    common_name: str, organisation: str, issuer: x509.Name, valid: tuple[datetime, datetime]
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(common_name, organisation))
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
    )


def _name(common_name: str, organisation: str) -> x509.Name:
    return x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
        x509.NameAttribute(NameOID.COMMON_NAME, common_name),
    ])  # fmt: skip


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
