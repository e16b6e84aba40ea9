"""Certificates of every kind, minted for one test: an authority, its CA file, and server contexts."""

import datetime
import ssl
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
DAY = datetime.timedelta(days=1)


class Signed:
    """A certificate with its key."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self.certificate = certificate
        self.key = key

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def ca_file(self, directory: Path) -> Path:
        """A file that holds this one, for those who are to trust it."""
        path = directory / f"{self.certificate.serial_number:x}-ca.pem"
        path.write_bytes(self.pem)
        return path

    def server(self, directory: Path, *above: "Signed") -> ssl.SSLContext:
        """A server context that presents this one and those above it."""
        key = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = directory / f"{self.certificate.serial_number:x}.pem"
        path.write_bytes(key + b"".join(one.pem for one in (self, *above)))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def mint(
    *names: str,
    issuer: Signed | None = None,
    subject: str = "leaf",
    ca: bool | None = None,
    starts: datetime.timedelta = -DAY,
    ends: datetime.timedelta = 90 * DAY,
) -> Signed:
    """A certificate for names and addresses; self-signed without an issuer; `ca` None: it does not say."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + starts)
        .not_valid_after(NOW + ends)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(list(_general(names))), critical=False)
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    return Signed(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def authority(subject: str = "root", issuer: Signed | None = None, **keys: datetime.timedelta) -> Signed:
    """A certificate authority; a root without an issuer."""
    return mint(issuer=issuer, subject=subject, ca=True, **keys)


def _general(names: Iterable[str]) -> Iterable[x509.GeneralName]:
    for name in names:
        try:
            yield x509.IPAddress(ip_address(name))
        except ValueError:
            yield x509.DNSName(name)
