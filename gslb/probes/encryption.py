"""TLS between a stream's transport and its buffer: OpenSSL over two pieces of memory, and every byte moved by us.

Not `loop.start_tls`: the loops' own layers keep a quarter of a megabyte for each session, read on without a bound of
ours, and at a few hundred handshakes a second cost half as much as the handshakes themselves.
"""

import ssl
from typing import Final

HANDSHAKE_LIMIT: Final = 128 * 1024
"""Octets that a handshake may take: OpenSSL refuses chains of more than 100 KB by itself."""

OVERHEAD_LIMIT: Final = 64 * 1024
"""Octets that may come after it beside the data: frames, tickets, messages below the application such as KeyUpdate.

A peer sends those (RFC 8446 section 4.6.3) a thousand times cheaper than we work them off.
"""

_PIECE: Final = 16 * 1024


class Encryption:
    """One session. Feed it what comes, take what is `decrypted`, send what is `outgoing`. Verbs may raise ssl.SSLError.

    `shaken`: the handshake is done. `over`: the peer has said close_notify. `spare`: octets that may still come beside
    the data; below 0 the peer has sent too much.
    """

    def __init__(self, context: ssl.SSLContext, name: str | None) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.session = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self.shaken = False
        self.over = False
        self.spare = HANDSHAKE_LIMIT

    def shake(self) -> bool:
        """Go on with the handshake; whether it is done."""
        try:
            self.session.do_handshake()
        except ssl.SSLWantReadError:
            return False
        self.shaken = True
        self.spare = OVERHEAD_LIMIT
        return True

    def feed(self, data: bytes) -> None:
        """Take what came over the wire."""
        self.spare -= len(data)
        self._incoming.write(data)

    def decrypted(self) -> bytes:
        """What has come by now, at most a record at a time; empty: nothing more yet, or `over`."""
        try:
            data = self.session.read(_PIECE)
        except ssl.SSLWantReadError:
            return b""
        except ssl.SSLZeroReturnError:
            data = b""
        self.spare += len(data)
        self.over = not data
        return data

    def write(self, data: bytes) -> None:
        """Encrypt; probes send little, so it is all taken at once."""
        self.session.write(data)

    def end(self) -> None:
        """Say close_notify. The peer's own is not waited for."""
        try:
            self.session.unwrap()
        except ssl.SSLError:
            pass  # it has not come yet, or the session broke before: there is nothing to be mended any more

    def outgoing(self) -> bytes:
        """What is to be sent now: also after an error, which the peer is told by an alert."""
        return self._outgoing.read() if self._outgoing.pending else b""
