"""The beginning all probers share: the connection, and TLS from the first byte where that is asked."""

from gslb.model.checks import TlsSettings
from gslb.model.observations import Phase
from gslb.model.targets import Target
from gslb.model.values import TlsMode
from gslb.probes.journal import Journal
from gslb.probes.streams import SESSION_LIMIT, Stream, dial


async def opened(target: Target, tls: TlsSettings | None, journal: Journal, *, limit: int = SESSION_LIMIT) -> Stream:
    """A stream to the target, encrypted already where `tls` is implicit. Raises StreamFault.

    The journal holds the stream from the first moment, so that `gslb.probes.run` can end it whatever happens.
    """
    journal.enter(Phase.CONNECT)
    stream = journal.stream = await dial(target.address, target.port, source=target.source, limit=limit)
    if tls is not None and tls.mode is TlsMode.IMPLICIT:
        await encrypt(stream, tls, journal, Phase.TLS)
    return stream


async def encrypt(stream: Stream, tls: TlsSettings, journal: Journal, phase: Phase) -> None:
    """The handshake in `phase` (TLS or TLS_UPGRADE); its facts go to the journal. Raises StreamFault."""
    journal.enter(phase)
    journal.tls_phase = phase
    journal.tls = await stream.start_tls(tls, journal.now())
