"""One connection to a peer that may do anything: five verbs over one capped buffer.

    read      wait until the buffer has grown; False once the peer has ended
    write     hand bytes over; probes send little, so nothing waits for it
    start_tls encrypt what follows, and tell what the handshake showed
    close     end politely (FIN, or close_notify), without waiting for the peer
    abort     end at once, without waiting

An `asyncio.Protocol` instead of `asyncio.StreamReader`: the reader's buffer outlives STARTTLS, so that plain text sent
behind the go-ahead would be read as if it had come encrypted, and its flow control goes on acting on the old transport.
TLS is a layer of our own (gslb.probes.encryption).

OSError and ssl.SSLError become a StreamFault here and nowhere else. TimeoutError never arises here: the deadline is
`gslb.probes.run`'s. What a handshake verifies, and when, is told in gslb.probes.contexts.
"""

import asyncio
import functools
import socket
import ssl
import struct
from collections.abc import Callable
from dataclasses import replace
from typing import Final, cast

from gslb.model.checks import TlsSettings
from gslb.model.observations import Phase, Reason, TlsFacts
from gslb.model.values import Address, Verify
from gslb.probes import certificates
from gslb.probes.contexts import PLAIN_TERMS, Terms, context_of, terms_of
from gslb.probes.encryption import Encryption
from gslb.probes.faults import LocalFault, StreamFault, fault_of, handshake_fault_of

# All probes leave from a few addresses of this host.
_local_address = functools.lru_cache(maxsize=256)(certificates.address_of)

# Before Python 3.13 the chain comes through a private door, where 2 asks for DER (_ssl.ENCODING_DER); its default, PEM,
# would have to be taken apart again.
_DER: Final = 2

SESSION_LIMIT: Final = 64 * 1024

TLS_WINDOW: Final = 16 * 1024
"""Octets that wait for us in the kernel, at most (it doubles the figure), once a session is encrypted."""

_NO_LINGER: Final = struct.pack("ii", 1, 0)


async def dial(address: Address, port: int, *, source: Address | None = None, limit: int = SESSION_LIMIT) -> "Stream":
    """A plain TCP connection from `source` (default: the system's choice). Raises StreamFault.

    `limit` bounds the bytes of the whole session; one more is bounds_exceeded.
    """
    stream = Stream(address, limit)
    local = None if source is None else (str(source), 0)
    try:
        await asyncio.get_running_loop().create_connection(lambda: stream, _text(address), port, local_addr=local)
    except OSError as error:
        raise fault_of(error, Phase.CONNECT, address) from error
    except asyncio.CancelledError:  # the deadline may fall when the connection is made and not yet handed over
        stream.abort()
        raise
    stream.ports = (stream.ports[0], port)
    return stream


async def dial_socket(path: str, address: Address, *, limit: int = SESSION_LIMIT) -> "Stream":
    """A connection to a Unix socket, which stands for `address`. Raises StreamFault."""
    stream = Stream(address, limit)
    try:
        await asyncio.get_running_loop().create_unix_connection(lambda: stream, path)
    except FileNotFoundError as error:
        raise StreamFault(Phase.CONNECT, Reason.CONNECT_REFUSED, f"{path}: {error.strerror}") from error
    except PermissionError as error:
        raise LocalFault(Phase.CONNECT, Reason.LOCAL_CONFIG, f"{path}: {error.strerror}") from error
    except OSError as error:
        raise fault_of(error, Phase.CONNECT, address) from error
    except asyncio.CancelledError:  # as above
        stream.abort()
        raise
    return stream


def _text(address: Address) -> str:
    """As str(), in a fifth of the time; IPv6 with a zone (RFC 4007) has its own."""
    if address.version == 6:
        return str(address)
    return socket.inet_ntoa(address.packed)


class Stream(asyncio.Protocol):
    """A dialled connection. `buffer` holds what came and was not taken; only its owner removes from it.

    `peer`, `source`, `ports`: the addresses really used, and the ports, ours first. `bytes_in` counts the session,
    after decryption. `guarded`: the handshake has verified whom we speak to. `chain`: the certificates it showed (DER).
    `listener` is called when the buffer has grown or the peer has ended; `read` waits for the same.
    """

    def __init__(self, peer: Address | None = None, limit: int = SESSION_LIMIT) -> None:
        self.peer = peer
        self.source: Address | None = None
        self.buffer = bytearray()
        self.bytes_in = 0
        self.encrypted = False
        self.guarded = False
        self.chain: tuple[bytes, ...] = ()
        self.ports = (0, 0)
        self._limit = limit
        self._transport: asyncio.Transport | None = None
        self._tls: Encryption | None = None
        self._shaken: asyncio.Future[None] | None = None
        self._ended = self._flooded = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self.listener: Callable[[], None] | None = None

    # the verbs

    async def read(self) -> bool:
        """Wait until the buffer has grown. False: the peer has ended. Raises StreamFault (reset, bounds_exceeded)."""
        before = self.bytes_in
        if not self._ended:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        self.check_limit()
        return self.bytes_in > before or not self.has_ended()

    def check_limit(self) -> None:
        """Raises StreamFault (bounds_exceeded) where the peer has said too much."""
        if self._flooded:
            raise StreamFault(None, Reason.BOUNDS_EXCEEDED, f"more than {self._limit} bytes, or endless frames")

    def has_ended(self) -> bool:
        """Whether nothing more can come. Raises StreamFault (reset) where the connection broke."""
        if self._ended and self._error is not None:
            raise fault_of(self._error, None, self.peer) from self._error
        return self._ended

    def take(self, count: int | None = None) -> bytes:
        """Remove and return the first `count` bytes of the buffer, or all of it."""
        taken = bytes(self.buffer[:count])
        del self.buffer[:count]
        return taken

    def write(self, data: bytes) -> None:
        """Send; a peer that does not read is found out by its silence."""
        if self._transport is None:
            return
        if self._tls is None:
            self._transport.write(data)
        elif not self._ended:
            self._tls.write(data)
            self._flush(self._tls)

    async def start_tls(self, settings: TlsSettings, now: float, terms: Terms = PLAIN_TERMS) -> TlsFacts:
        """The handshake, with SNI where `server_name` is a DNS name. `now` is Unix time. Raises StreamFault.

        The buffer must be empty: what came in plain text never mixes with what is encrypted. Guarded terms without a
        `server_name` verify the peer's address.
        """
        if self.buffer:
            raise StreamFault(None, Reason.STARTTLS_INJECTION, "bytes before the handshake")
        trust = certificates.trust_of(settings.ca_file)
        name = certificates.sni_of(settings.server_name)
        if terms.guarded and name is None:
            name = settings.server_name or str(self.peer)
        context = context_of(terms_of(terms, settings), settings.ca_file if terms.guarded else None)
        try:
            session = await self._handshake(context, name)
        except (OSError, ValueError) as error:
            await asyncio.sleep(0)  # the alert goes out, which tells the peer why
            self.abort()
            raise handshake_fault_of(error) from error
        self.encrypted = True
        self.guarded = terms.guarded
        return self._facts(session, settings, trust, now)

    async def close(self) -> None:
        """FIN behind the last byte written, or close_notify; gives the loop one turn to send it, then drops the rest.

        What the peer does not take is not waited for, nor its close_notify (asyncio would wait 30 s for that).
        """
        if self._transport is None:
            return
        if self._tls is not None:
            self._tls.end()
            self._flush(self._tls)
        if self._transport.get_write_buffer_size():
            self._transport.close()
            await asyncio.sleep(0)
        self.abort()

    async def reset(self) -> None:
        """End a plain connection with RST instead of FIN."""
        if self._transport is not None:
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.abort()

    def abort(self) -> None:
        """Drop the connection and everything unsent, at once."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def __repr__(self) -> str:
        state = "ended" if self._ended else "encrypted" if self.encrypted else "plain"
        return f"<Stream to {self.peer}: {state}, {self.bytes_in} bytes in, {len(self.buffer)} waiting>"

    # what the loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The loop hands the transport over."""
        self._transport = cast("asyncio.Transport", transport)
        name = transport.get_extra_info("sockname")
        if isinstance(name, tuple):  # a Unix socket has none
            self.source = _local_address(name[0])
            self.ports = (name[1], 0)

    def data_received(self, data: bytes) -> None:
        """More bytes: kept up to the session's limit, then nothing more is read."""
        if self._tls is None:
            self._keep(data)
            self._wake()
        elif self._decrypt(self._tls, data):
            self._wake()

    def _keep(self, data: bytes) -> bool:
        self.bytes_in += len(data)
        if self.bytes_in > self._limit:
            self._refuse_more()
            return False
        self.buffer += data
        return True

    def _refuse_more(self) -> None:
        self._flooded = self._ended = True
        self.abort()

    def eof_received(self) -> None:
        """The peer sent FIN."""
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._ended = True
        if self._error is None:
            self._error = exc
        self._wake()

    def _wake(self) -> None:
        if self.listener is not None:
            self.listener()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        if self._shaken is not None and not self._shaken.done() and self._ended:
            self._shaken.set_exception(self._broken())

    def _broken(self) -> Exception:
        """Why there is no handshake."""
        if self._flooded:
            return StreamFault(None, Reason.BOUNDS_EXCEEDED, "a handshake without end")
        return self._error or ConnectionResetError("closed during the handshake")

    # encryption

    async def _handshake(self, context: ssl.SSLContext, name: str | None) -> ssl.SSLObject:
        if self._transport is None or self._ended:
            raise ConnectionResetError("closed before the handshake")
        narrow(self._transport)
        self._tls = Encryption(context, name)
        self._shaken = asyncio.get_running_loop().create_future()
        try:
            self._decrypt(self._tls, b"")
            await self._shaken
        finally:
            self._shaken = None
        return self._tls.session

    def _decrypt(self, tls: Encryption, data: bytes) -> bool:
        """Take what came, and send what follows from it; whether the buffer has grown or the session has ended."""
        before = self.bytes_in
        try:
            tls.feed(data)
            if tls.shaken or self._shake(tls):
                while (piece := tls.decrypted()) and self._keep(piece):
                    pass
                self._ended |= tls.over
            if tls.spare < 0:
                self._refuse_more()
        except (OSError, ValueError) as error:
            self._error, self._ended = error, True
        self._flush(tls)
        return self._ended or self.bytes_in > before

    def _shake(self, tls: Encryption) -> bool:
        done = tls.shake()
        if done and self._shaken is not None and not self._shaken.done():
            self._shaken.set_result(None)
        return done

    def _flush(self, tls: Encryption) -> None:
        if self._transport is not None and (data := tls.outgoing()):
            self._transport.write(data)

    def _facts(self, tls: ssl.SSLObject, settings: TlsSettings, trust: certificates.Trust, now: float) -> TlsFacts:
        cipher = tls.cipher()
        self.chain = presented_chain(tls)
        facts = certificates.facts_of(
            self.chain,
            None if settings.verify is Verify.CHAIN else settings.server_name,
            now,
            trust,
            version=tls.version() or "",
            cipher=cipher[0] if cipher else "",
            alpn=tls.selected_alpn_protocol() or "",
        )
        return replace(facts, server_name=settings.server_name) if settings.verify is Verify.CHAIN else facts


def narrow(transport: asyncio.Transport) -> None:
    """Have the kernel hold little for us, so that no read brings more than can be looked at in some ten ms.

    A peer may send messages below the application (KeyUpdate, RFC 8446 section 4.6.3) as fast as the wire takes them;
    each costs us a thousand times what it costs to be sent, and OpenSSL works off all that one read has brought.
    """
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, TLS_WINDOW)


def presented_chain(tls: ssl.SSLObject) -> tuple[bytes, ...]:
    """The certificates the peer sent, DER, leaf first; the leaf alone where the chain cannot be had."""
    get_chain = getattr(tls, "get_unverified_chain", None)  # public from Python 3.13
    if get_chain is not None:
        return tuple(get_chain() or ())
    private = getattr(getattr(tls, "_sslobj", None), "get_unverified_chain", None)
    if private is not None:
        return tuple(bytes(certificate.public_bytes(_DER)) for certificate in private() or ())
    leaf = tls.getpeercert(binary_form=True)
    return (leaf,) if leaf else ()
