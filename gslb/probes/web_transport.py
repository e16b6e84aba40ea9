"""HTTP/1.1 over the byte engine: an httpx transport that trusts no server (RFC 9112, probes.md 1.3 and 1.10).

h11 parses, `streams` reads, and this file sets the bounds both lack: 32 KiB and 100 fields of header, five interim
responses, a body that arrives in no more than 4,096 pieces. One request per connection, always to the target's own
address whatever the URL says. Content-Length beside Transfer-Encoding is refused (RFC 9112 section 6.3): what a
proxy on the way would make of it, nobody knows.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import h11
import httpx

from gslb.model.checks import TlsSettings
from gslb.model.observations import Phase, Reason
from gslb.model.targets import Target
from gslb.probes.contexts import PLAIN_TERMS, Terms
from gslb.probes.dialogue.text import shown
from gslb.probes.faults import LocalFault, StreamFault
from gslb.probes.journal import Journal
from gslb.probes.opening import opened
from gslb.probes.streams import Stream

HEADER_BYTES: Final = 32 * 1024
HEADER_FIELDS: Final = 100
INTERIM_RESPONSES: Final = 5
BODY_PIECES: Final = 4096

READ_AHEAD: Final = 1024 * 1024
"""What the wire may hold beside header and body: the framing of chunks, and what came before we stopped reading."""

_FEED: Final = 4096
"""Octets given to the parser at a time, so that no flood of tiny chunks holds the loop for longer than some ms."""


class MemberTransport(httpx.AsyncBaseTransport):
    """Sends one request to `target`; the response streams its body. Raises StreamFault."""

    def __init__(
        self, target: Target, tls: TlsSettings, journal: Journal, *, body_limit: int, terms: Terms = PLAIN_TERMS
    ) -> None:
        self._target = target
        self._tls = tls
        self._journal = journal
        self._terms = terms
        self._limit = HEADER_BYTES + body_limit + READ_AHEAD

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Connect, send, and read the head of the final response."""
        stream = await opened(self._target, self._tls, self._journal, limit=self._limit, terms=self._terms)
        exchange = _Exchange(stream, self._journal)
        exchange.send(request)
        head = await exchange.head()
        body = _Body(exchange)
        return httpx.Response(head.status_code, headers=head.headers.raw_items(), stream=body, request=request)


class _Body(httpx.AsyncByteStream):
    """The octets of a body as they come, transfer coding removed."""

    def __init__(self, exchange: "_Exchange") -> None:
        self._exchange = exchange

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        piece = await self._exchange.piece()
        if piece is None:
            raise StopAsyncIteration
        return piece


class _Exchange:
    """One request and its response on one stream."""

    def __init__(self, stream: Stream, journal: Journal) -> None:
        self._stream = stream
        self._journal = journal
        self._parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADER_BYTES)
        self._ended = False
        self._pieces = 0

    def send(self, request: httpx.Request) -> None:
        self._journal.enter(Phase.REQUEST)
        target = request.url.raw_path
        try:
            head = h11.Request(method=request.method, target=target, headers=request.headers.raw)
            body = [h11.Data(data=request.content)] if request.content else []
            data = [self._parser.send(event) for event in (head, *body, h11.EndOfMessage())]
        except h11.LocalProtocolError as error:
            raise LocalFault(None, Reason.LOCAL_CONFIG, str(error)) from error
        self._journal.say(f"C: {request.method} {shown(target)} HTTP/1.1")
        self._stream.write(b"".join(part for part in data if part))

    async def head(self) -> h11.Response:
        """The head of the final response; at most five interim ones before it."""
        self._journal.enter(Phase.FIRST_BYTE)
        for _ in range(INTERIM_RESPONSES + 1):
            event = await self._event()
            if isinstance(event, h11.Response):
                self._check(event)
                return event
        raise StreamFault(None, Reason.BOUNDS_EXCEEDED, f"more than {INTERIM_RESPONSES} interim responses")

    async def piece(self) -> bytes | None:
        """The next octets of the body; None at its end."""
        if not self._pieces:
            self._journal.enter(Phase.BODY)
        self._pieces += 1
        if self._pieces > BODY_PIECES:
            raise StreamFault(None, Reason.BOUNDS_EXCEEDED, f"a body in more than {BODY_PIECES} pieces")
        event = await self._event()
        if isinstance(event, h11.Data):
            return bytes(event.data)
        self._check_end()
        return None

    async def _event(self) -> h11.Event:
        """The parser's next event, fed as far as it needs."""
        while True:
            try:
                event = self._parser.next_event()
                if isinstance(event, h11.Event):
                    return event
                await self._feed()
            except h11.RemoteProtocolError as error:
                raise self._refusal(error) from error

    async def _feed(self) -> None:
        if not self._stream.buffer and not self._ended:
            self._ended = not await self._stream.read()
        elif self._stream.buffer:
            await asyncio.sleep(0)
        if self._stream.buffer:
            self._parser.receive_data(self._stream.take(_FEED))
        elif self._stream.bytes_in:
            self._parser.receive_data(b"")
        else:
            raise StreamFault(None, Reason.EOF_MID_SESSION, "closed without a response")

    def _refusal(self, error: h11.RemoteProtocolError) -> StreamFault:
        too_long = error.error_status_hint == 431
        return StreamFault(
            None, Reason.BOUNDS_EXCEEDED if too_long else Reason.PROTOCOL_ERROR, shown(str(error).encode())
        )

    def _check(self, head: h11.Response) -> None:
        fields = head.headers.raw_items()
        self._journal.lines_in = len(fields) + 1
        if self._journal.transcript is not None:
            self._journal.say(f"S: HTTP/{shown(head.http_version)} {head.status_code} {shown(head.reason)}")
            for name, value in fields[:HEADER_FIELDS]:
                self._journal.say(f"S: {shown(name)}: {_masked(name, value)}")
        if len(fields) > HEADER_FIELDS or sum(len(name) + len(value) + 4 for name, value in fields) > HEADER_BYTES:
            raise StreamFault(None, Reason.BOUNDS_EXCEEDED, f"a header of {len(fields)} fields")
        names = {name.lower() for name, _ in fields}
        if {b"content-length", b"transfer-encoding"} <= names:
            raise StreamFault(None, Reason.PROTOCOL_ERROR, "both Content-Length and Transfer-Encoding")

    def _check_end(self) -> None:
        extra = self._parser.trailing_data[0] + self._stream.buffer
        if extra.strip(b"\r\n"):
            raise StreamFault(None, Reason.PROTOCOL_ERROR, f"{len(extra)} bytes behind the end of the response")


def _masked(name: bytes, value: bytes) -> str:
    """A header as a transcript shows it: of a cookie the name, since its value may be a session."""
    return f"{shown(value.partition(b'=')[0])}=…" if name.lower() == b"set-cookie" else shown(value)
