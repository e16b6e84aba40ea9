"""What a presented certificate chain is worth: time, name, chain, in that order; and what that does to a verdict.

Pure but for `trust_of`, which reads a CA file once. Nothing here guards a secret: a session that will send credentials
verifies in the handshake itself. The chain is walked from the leaf by signature (RFC 5280 section 6 without policies,
name constraints and revocation) to a certificate of the trust store; names are matched after RFC 6125 section 6.4 and
RFC 9525: subjectAltName only, a wildcard only as the whole leftmost label.

Under `tls: try` nothing is verified by those who use the service either (RFC 3207, opportunistic TLS), so a bad
certificate there is a notice and moves nothing.
"""

import functools
import hashlib
import ssl
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from math import inf
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from gslb.model.checks import TlsSettings
from gslb.model.observations import Degraded, Failed, Outcome, Passed, Phase, Reason, TlsFacts
from gslb.model.values import Address, TlsMode, Verify
from gslb.probes.faults import LocalFault

MAX_DEPTH: Final = 8
REMEMBERED: Final = 4096

_BUNDLES: Final = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


@dataclass(frozen=True, slots=True, eq=False)
class Trust:
    """Certificates believed without further proof, by subject."""

    by_subject: Mapping[x509.Name, tuple[x509.Certificate, ...]]

    @classmethod
    def of(cls, certificates: Iterable[x509.Certificate]) -> "Trust":
        """A store of these."""
        by_subject: dict[x509.Name, tuple[x509.Certificate, ...]] = {}
        for certificate in certificates:
            by_subject[certificate.subject] = (*by_subject.get(certificate.subject, ()), certificate)
        return cls(by_subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What is true of a chain at any time: validity in Unix seconds, whether name and chain are in order.

    `presented_not_after`: the earliest over all that was sent; `path_not_after`: over those that were needed.
    """

    leaf_not_before: float
    leaf_not_after: float
    presented_not_after: float
    path_not_after: float
    name_matches: bool
    trusted: bool
    leaf_sha256: str
    key_sha256: str


def facts_of(
    chain: tuple[bytes, ...],
    server_name: str | None,
    now: float,
    trust: Trust,
    *,
    version: str = "",
    cipher: str = "",
    alpn: str = "",
) -> TlsFacts:
    """The facts of a presented chain (DER, leaf first) at `now` (Unix time). An unreadable one is untrusted."""
    seen = examined(chain, server_name, trust)
    if seen is None:
        problem: Reason | None = Reason.CERT_UNTRUSTED
        return TlsFacts(version=version, cipher=cipher, alpn=alpn, server_name=server_name, problem=problem)
    problem = _problem(seen, now)
    return TlsFacts(
        version=version,
        cipher=cipher,
        alpn=alpn,
        server_name=server_name,
        verified=problem is None,
        problem=problem,
        leaf_not_after=seen.leaf_not_after,
        chain_earliest_not_after=seen.presented_not_after,
        leaf_sha256=seen.leaf_sha256,
        key_sha256=seen.key_sha256,
    )


def _problem(seen: Chain, now: float) -> Reason | None:
    if now > seen.leaf_not_after:
        return Reason.CERT_EXPIRED
    if now < seen.leaf_not_before:
        return Reason.CERT_NOT_YET
    if not seen.name_matches:
        return Reason.CERT_NAME
    if not seen.trusted:
        return Reason.CERT_UNTRUSTED
    # An expired certificate that was sent but not needed (an old cross-signed root) breaks nothing.
    return Reason.CERT_EXPIRED if now > seen.path_not_after else None


def judged(
    outcome: Outcome, facts: TlsFacts | None, settings: TlsSettings | None, now: float, phase: Phase
) -> tuple[Outcome, tuple[Reason, ...]]:
    """The outcome with the certificate's part in it, and the certificate's reasons that did not decide it.

    `verify: full` and `chain` fail for a problem, `report` degrades (a notice, no load), `none` asks for none; a worse
    outcome of the dialogue stands.
    """
    if facts is None or settings is None or settings.verify is Verify.NONE:
        return outcome, ()
    problem = facts.problem or _expiring(facts, settings, now)
    if problem is None:
        return outcome, ()
    if settings.mode is TlsMode.TRY:
        return outcome, (problem,)
    fatal = settings.verify in (Verify.FULL, Verify.CHAIN) and problem not in _SOON
    if fatal and isinstance(outcome, Passed | Degraded):
        return Failed(phase, problem), () if isinstance(outcome, Passed) else (outcome.reason,)
    if isinstance(outcome, Passed):
        return Degraded(phase, problem), ()
    return outcome, (problem,)


_SOON = (Reason.CERT_EXPIRING, Reason.CERT_EXPIRING_CRITICAL)
"""They differ in severity alone: neither fails a probe."""


def _expiring(facts: TlsFacts, settings: TlsSettings, now: float) -> Reason | None:
    left = inf if facts.leaf_not_after is None else facts.leaf_not_after - now
    if left < settings.expiring_critical:
        return Reason.CERT_EXPIRING_CRITICAL
    return Reason.CERT_EXPIRING if left < settings.expiring else None


def examined(chain: tuple[bytes, ...], server_name: str | None, trust: Trust) -> Chain | None:
    """All that does not depend on the time, remembered: servers show the same chain for months. None: unreadable."""
    digest = hashlib.sha256(b"".join(chain)).digest()
    key = (digest, tuple(map(len, chain)), server_name, trust)
    if key not in _examined:
        if len(_examined) >= REMEMBERED:
            _examined.clear()
        _examined[key] = _examine(chain, server_name, trust)
    return _examined[key]


_examined: dict[tuple[object, ...], Chain | None] = {}


def _examine(chain: tuple[bytes, ...], server_name: str | None, trust: Trust) -> Chain | None:
    try:
        certificates = [_loaded(der) for der in chain[: MAX_DEPTH + 1]]
        if not certificates:
            return None
        leaf = certificates[0]
        path, trusted = _path(leaf, certificates[1:], trust)
        return Chain(
            leaf_not_before=leaf.not_valid_before_utc.timestamp(),
            leaf_not_after=leaf.not_valid_after_utc.timestamp(),
            presented_not_after=_earliest(certificates),
            path_not_after=_earliest(path),
            name_matches=server_name is None or name_matches(leaf, server_name),
            trusted=trusted,
            leaf_sha256=hashlib.sha256(chain[0]).hexdigest(),
            key_sha256=_key_sha256(leaf),
        )
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return None


def name_matches(leaf: x509.Certificate, server_name: str) -> bool:
    """Whether the certificate speaks for `server_name`, a DNS name or an IP address."""
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    address = address_of(server_name)
    if address is not None:
        return address in names.get_values_for_type(x509.IPAddress)
    wanted = ascii_name(server_name)
    return any(_matches(pattern.lower().rstrip("."), wanted) for pattern in names.get_values_for_type(x509.DNSName))


def _matches(pattern: str, name: str) -> bool:
    if pattern == name:
        return True
    head, _, tail = pattern.partition(".")
    return head == "*" and "." in tail and name.partition(".")[2] == tail


def _key_sha256(leaf: x509.Certificate) -> str:
    """Of SubjectPublicKeyInfo, which a renewed certificate may keep (RFC 7469 section 2.4)."""
    encoded = leaf.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(encoded).hexdigest()


def _earliest(certificates: list[x509.Certificate]) -> float:
    return min(certificate.not_valid_after_utc.timestamp() for certificate in certificates)


def _path(
    leaf: x509.Certificate, presented: list[x509.Certificate], trust: Trust
) -> tuple[list[x509.Certificate], bool]:
    """The certificates from the leaf upwards, the anchor left out, and whether an anchor was reached."""
    path, left = [leaf], list(presented)
    while True:
        current = path[-1]
        anchors = trust.by_subject.get(current.issuer, ())
        if any(anchor == current or _issued(anchor, current) for anchor in anchors):
            return path, True
        issuer = next((candidate for candidate in left if _issued(candidate, current)), None)
        if issuer is None:
            return path, False
        left.remove(issuer)
        path.append(issuer)


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    if issuer.subject != certificate.issuer or not _may_sign(issuer):
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _may_sign(issuer: x509.Certificate) -> bool:
    """A CA by its own word; a certificate of before version 3 cannot say and is believed when it is an anchor."""
    if issuer.version is x509.Version.v1:
        return True
    try:
        return issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def ascii_name(name: str) -> str:
    """A DNS name as certificates and SNI hold it: A-labels, lower case, no final dot. Raises LocalFault."""
    plain = name.rstrip(".").lower()
    if plain.isascii():
        return plain
    try:
        return plain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise LocalFault(None, Reason.LOCAL_CONFIG, f"server_name {name!r}: {error}") from error


def sni_of(server_name: str | None) -> str | None:
    """What to send as SNI: the DNS name; nothing for an address (RFC 6066 section 3)."""
    if server_name is None or address_of(server_name) is not None:
        return None
    return ascii_name(server_name)


@functools.lru_cache(maxsize=1024)
def address_of(text: str) -> Address | None:
    """The address a text is, if it is one."""
    try:
        return ip_address(text)
    except ValueError:
        return None


@functools.lru_cache(maxsize=256)
def trust_of(ca_file: str | None) -> Trust:
    """The store of a CA file, or the system's; read once (`forget_trust` at a reload). Raises LocalFault."""
    try:
        return Trust.of(_of_file(Path(ca_file)) if ca_file is not None else _of_system())
    except (OSError, ValueError) as error:
        raise LocalFault(None, Reason.LOCAL_CONFIG, f"ca_file {ca_file}: {error}") from error


def forget_trust() -> None:
    """CA files may have changed on disk: read them again when next asked."""
    trust_of.cache_clear()
    _examined.clear()


def _of_file(path: Path) -> list[x509.Certificate]:
    found = [_loaded(block) for block in _blocks(path)]
    if not found:
        raise ValueError("no certificate in it")
    return found


def _of_system() -> list[x509.Certificate]:
    """One that cannot be read is left out: the bundle is not ours to mend."""
    paths = ssl.get_default_verify_paths()
    bundle = next((Path(path) for path in filter(None, (paths.cafile, *_BUNDLES)) if Path(path).is_file()), None)
    files = [bundle] if bundle is not None else sorted(Path(paths.capath or paths.openssl_capath).glob("*.0"))
    found = []
    for block in (block for path in files for block in _blocks(path)):
        try:
            found.append(_loaded(block))
        except ValueError:
            continue
    return found


def _blocks(path: Path) -> list[bytes]:
    begin, end = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
    return [begin + part.partition(end)[0] + end for part in path.read_bytes().split(begin)[1:]]


def _loaded(data: bytes) -> x509.Certificate:
    """A certificate, PEM or DER; what the library only frowns on is taken."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return x509.load_pem_x509_certificate(data) if data[:1] == b"-" else x509.load_der_x509_certificate(data)
