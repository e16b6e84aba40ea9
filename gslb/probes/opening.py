"""The beginning all probers share: the connection, a PROXY header, and TLS from the first byte where that is asked.

PROXY protocol: version 1 tells the addresses and ports really used; version 2 says LOCAL and nothing more, since LOCAL
with further fields broke servers (probes.md 1.16).
"""

from typing import Final

from gslb.model.checks import TlsSettings
from gslb.model.observations import Phase, Reason, TlsFacts
from gslb.model.targets import Target
from gslb.model.values import ProxyProtocol, TlsMode
from gslb.probes.contexts import PLAIN_TERMS, Terms
from gslb.probes.faults import StreamFault
from gslb.probes.journal import Journal
from gslb.probes.streams import Stream, dial, dial_socket

PROXY_LOCAL: Final = b"\r\n\r\n\x00\r\nQUIT\n" + b"\x20\x00\x00\x00"

_OLD: Final = ("TLSv1", "TLSv1.1")
_CERTIFICATE: Final = (Reason.CERT_EXPIRED, Reason.CERT_NOT_YET, Reason.CERT_NAME, Reason.CERT_UNTRUSTED)


async def opened(
    target: Target,
    tls: TlsSettings | None,
    journal: Journal,
    *,
    limit: int | None = None,
    terms: Terms = PLAIN_TERMS,
) -> Stream:
    """A stream to the target, encrypted already where `tls` is implicit. Raises StreamFault.

    The journal holds the stream from the first moment, so that `gslb.probes.run` can end it whatever happens.
    """
    journal.enter(Phase.CONNECT)
    limit = journal.limits.session if limit is None else limit
    path = getattr(target.settings, "socket", None)
    if path is None:
        stream = journal.stream = await dial(target.address, target.port, source=target.source, limit=limit)
    else:
        stream = journal.stream = await dial_socket(path, target.address, limit=limit)
    proxy = getattr(target.settings, "proxy", ProxyProtocol.NONE)
    if proxy is not ProxyProtocol.NONE:
        journal.enter(Phase.PROXY)
        stream.write(proxy_header(proxy, stream))
    if tls is not None and tls.mode is TlsMode.IMPLICIT:
        await encrypt(stream, tls, journal, Phase.TLS, terms)
    return stream


async def encrypt(stream: Stream, tls: TlsSettings, journal: Journal, phase: Phase, terms: Terms = PLAIN_TERMS) -> None:
    """The handshake in `phase` (TLS or TLS_UPGRADE); its facts go to the journal. Raises StreamFault."""
    journal.enter(phase)
    journal.tls_phase = phase
    try:
        journal.tls = await stream.start_tls(tls, journal.now(), terms)
        if journal.tls.version in _OLD:
            journal.note(Reason.LEGACY_TLS)
    except StreamFault as fault:
        if fault.reason in _CERTIFICATE:
            journal.tls = TlsFacts(server_name=tls.server_name, problem=fault.reason)
        raise


def proxy_header(version: ProxyProtocol, stream: Stream) -> bytes:
    """What a proxy would say before anything else; the stream is connected."""
    if version is ProxyProtocol.V2:
        return PROXY_LOCAL
    source, peer = (str(address).partition("%")[0] for address in (stream.source, stream.peer))
    family = "TCP6" if ":" in peer else "TCP4"
    return f"PROXY {family} {source} {peer} {stream.ports[0]} {stream.ports[1]}\r\n".encode("ascii")
