"""TLS contexts, built once per distinct setting: loading a CA bundle blocks the loop, so `prepare` does it at load.

A handshake verifies only where a secret will follow it. Everywhere else chain, time and name are looked at afterwards
(gslb.probes.certificates), so that a probe of a server with an expired certificate ends politely and knows the facts.
"""

import functools
import ssl
import warnings
from dataclasses import dataclass, replace
from typing import Final

from gslb.model.checks import TlsSettings
from gslb.model.observations import Reason
from gslb.probes.faults import LocalFault

_VERSIONS: Final = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
_LEGACY: Final = ("1.0", "1.1")
_LEGACY_SERVER_CONNECT: Final = 0x4
"""SSL_OP_LEGACY_SERVER_CONNECT, named by Python from 3.12 on: servers of before RFC 5746 are spoken to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What one handshake demands. `guarded`: chain and name are verified in it, since a secret will follow.

    `alpn`: protocols offered, in order (RFC 7301). `min_version`: 1.0 to 1.3; below 1.2 old ciphers are let in too.
    `client_certificate`, `client_key`: PEM files of our own certificate, for servers that ask for one.
    """

    guarded: bool = False
    alpn: tuple[str, ...] = ()
    min_version: str = "1.2"
    client_certificate: str | None = None
    client_key: str | None = None


PLAIN_TERMS: Final = Terms()
GUARDED: Final = Terms(guarded=True)


def terms_of(terms: Terms, settings: TlsSettings) -> Terms:
    """The terms with what the check says of old versions and of a certificate of our own."""
    if settings.legacy:
        terms = replace(terms, min_version="1.0")
    if settings.client_certificate is not None:
        terms = replace(terms, client_certificate=settings.client_certificate, client_key=settings.client_key)
    return terms


@functools.lru_cache(maxsize=256)
def context_of(terms: Terms, ca_file: str | None) -> ssl.SSLContext:
    """The context of these terms; `ca_file` None: the system's store. Raises LocalFault."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    # Many mail servers end without close_notify; a truncated reply shows in its own framing.
    context.options |= ssl.OP_IGNORE_UNEXPECTED_EOF | ssl.OP_NO_RENEGOTIATION
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # who asks for an old version knows that it is old
        context.minimum_version = _VERSIONS[terms.min_version]
    if terms.min_version in _LEGACY:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.options |= _LEGACY_SERVER_CONNECT
    if terms.alpn:
        context.set_alpn_protocols(list(terms.alpn))
    if terms.guarded:
        _guard(context, ca_file)
    if terms.client_certificate is not None:
        _introduce(context, terms.client_certificate, terms.client_key)
    return context


def _introduce(context: ssl.SSLContext, certificate: str, key: str | None) -> None:
    try:
        # A key with a passphrase must not ask for it on the terminal.
        context.load_cert_chain(certificate, key, password=lambda: "")
    except (OSError, ValueError) as error:
        raise LocalFault(None, Reason.LOCAL_CONFIG, f"client_certificate {certificate}: {error}") from error


def _guard(context: ssl.SSLContext, ca_file: str | None) -> None:
    """Names stand in subjectAltName only (RFC 9525); an intermediate the operator trusts is an anchor."""
    context.verify_mode = ssl.CERT_REQUIRED
    context.check_hostname = True
    context.hostname_checks_common_name = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        if ca_file is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(ca_file)
    except (OSError, ValueError) as error:
        raise LocalFault(None, Reason.LOCAL_CONFIG, f"ca_file {ca_file}: {error}") from error


def forget_contexts() -> None:
    """CA files may have changed on disk: build anew when next asked."""
    context_of.cache_clear()
