"""Foreign exceptions, translated: which of them the peer made (failed) and which we did (inconclusive).

`connect_unreachable` and `local_no_route` carry the same errno. A UDP socket that connects to the same address sends
nothing but asks for a route: without one the fault is ours, with one an ICMP message came from the path.
"""

import errno
import socket
import ssl
from collections.abc import Callable
from typing import Final

from gslb.model.observations import Failed, Inconclusive, Phase, Reason
from gslb.model.values import Address


class StreamFault(Exception):  # noqa: N818 - reads as what it is
    """The stream broke, by the peer's doing. `phase` None: the phase the probe was in."""

    def __init__(self, phase: Phase | None, reason: Reason, text: str = "", notice: Reason | None = None) -> None:
        super().__init__(phase, reason, text)
        self.phase = phase
        self.reason = reason
        self.text = text
        self.notice = notice

    def outcome(self, phase: Phase) -> Failed | Inconclusive:
        """The outcome, where the probe was in `phase`."""
        return Failed(self.phase or phase, self.reason)


class LocalFault(StreamFault):
    """The stream broke, or never was, by our own doing."""

    def outcome(self, phase: Phase) -> Failed | Inconclusive:
        """The outcome, where the probe was in `phase`."""
        return Inconclusive(self.phase or phase, self.reason)


_PEER: Final = {
    errno.ECONNREFUSED: Reason.CONNECT_REFUSED,
    errno.ETIMEDOUT: Reason.CONNECT_TIMEOUT,
    errno.ECONNRESET: Reason.RESET,
    errno.EPIPE: Reason.RESET,
    errno.ECONNABORTED: Reason.RESET,
    errno.EHOSTDOWN: Reason.CONNECT_UNREACHABLE,
    errno.ENOPROTOOPT: Reason.CONNECT_UNREACHABLE,
    errno.EPROTO: Reason.CONNECT_UNREACHABLE,
}
_LOCAL: Final = {
    errno.EMFILE: Reason.LOCAL_FD_LIMIT,
    errno.ENFILE: Reason.LOCAL_FD_LIMIT,
    errno.ENOBUFS: Reason.LOCAL_FD_LIMIT,
    errno.ENOMEM: Reason.LOCAL_FD_LIMIT,
    errno.EADDRNOTAVAIL: Reason.LOCAL_BIND,
    errno.EADDRINUSE: Reason.LOCAL_BIND,
    errno.EAFNOSUPPORT: Reason.LOCAL_NO_ROUTE,
    errno.ENETDOWN: Reason.LOCAL_NO_ROUTE,
    errno.EACCES: Reason.LOCAL_NO_ROUTE,
    errno.EPERM: Reason.LOCAL_NO_ROUTE,
    errno.EINVAL: Reason.LOCAL_CONFIG,
}
# X509_V_ERR_… of OpenSSL's x509_vfy.h; every other one is a matter of trust
_VERIFY: Final = {
    9: Reason.CERT_NOT_YET,
    10: Reason.CERT_EXPIRED,
    62: Reason.CERT_NAME,
    64: Reason.CERT_NAME,
}
_ROUTE: Final = (errno.ENETUNREACH, errno.EHOSTUNREACH)


def is_exhausted(error: object) -> bool:
    """Whether this process has no more descriptors or memory to open anything with."""
    return _LOCAL.get(getattr(error, "errno", None) or 0) is Reason.LOCAL_FD_LIMIT


def has_route(address: Address) -> bool:
    """Whether this host has a route to `address`; sends nothing."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect((str(address), 9))
    except OSError:
        return False
    return True


def fault_of(
    error: Exception, phase: Phase | None, address: Address | None, routed: Callable[[Address], bool] = has_route
) -> StreamFault:
    """What an exception of a plain connection means."""
    if isinstance(error, ssl.SSLError):
        return StreamFault(phase, Reason.PROTOCOL_ERROR, _said(error))
    number = getattr(error, "errno", None)
    if number == errno.ETIMEDOUT and phase is not Phase.CONNECT:
        return StreamFault(phase, Reason.REPLY_TIMEOUT, _said(error))
    if number in _PEER:
        return StreamFault(phase, _PEER[number], _said(error))
    if number in _ROUTE:
        if address is None or routed(address):
            return StreamFault(phase, Reason.CONNECT_UNREACHABLE, _said(error))
        return LocalFault(phase, Reason.LOCAL_NO_ROUTE, _said(error))
    if number in _LOCAL:
        return LocalFault(phase, _LOCAL[number], _said(error))
    if isinstance(error, ConnectionError):
        return StreamFault(phase, Reason.RESET, _said(error))
    return LocalFault(phase, Reason.LOCAL_BUG, f"{type(error).__name__}: {error}")


def handshake_fault_of(error: Exception) -> StreamFault:
    """What an exception of a handshake means. RST is reset; FIN, alerts and rubbish are tls_handshake."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return StreamFault(None, _VERIFY.get(error.verify_code, Reason.CERT_UNTRUSTED), error.verify_message)
    number = getattr(error, "errno", None)
    if isinstance(error, ssl.SSLError):
        plain = getattr(error, "reason", None) in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL")
        notice = Reason.PLAINTEXT_ON_TLS_PORT if plain else None
        return StreamFault(None, Reason.TLS_HANDSHAKE, _said(error), notice)
    if number in _PEER:
        return StreamFault(None, _PEER[number], _said(error))
    if isinstance(error, ConnectionError):
        return StreamFault(None, Reason.TLS_HANDSHAKE, _said(error) or "closed during the handshake")
    return fault_of(error, None, None)


def _said(error: Exception) -> str:
    reason = getattr(error, "reason", None) if isinstance(error, ssl.SSLError) else None
    return reason.replace("_", " ").lower() if reason else getattr(error, "strerror", None) or str(error)
