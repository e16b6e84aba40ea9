"""A web server that says exactly the bytes it is told to, whatever they are worth."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager


class RawServer:
    """What was asked, and of how many connections. `pages` maps a request target to the bytes answered."""

    def __init__(self, pages: dict[str, bytes | Iterable[bytes]], *, close: bool = True) -> None:
        self.pages = pages
        self.close = close
        self.requests: list[bytes] = []
        self.connections = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            self.requests.append(request)
            await self._answer(request, writer)
            if not self.close:
                await reader.read()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        page = self.pages.get(request.split(b" ", 2)[1].decode(), b"")
        for part in (page,) if isinstance(page, bytes) else page:
            writer.write(part)
            await writer.drain()


@asynccontextmanager
async def serving(
    page: bytes | Iterable[bytes] | dict[str, bytes | Iterable[bytes]] = b"",
    *,
    host: str = "127.0.0.1",
    close: bool = True,
    tls: ssl.SSLContext | None = None,
    handler: Callable[..., object] | None = None,
) -> AsyncIterator[RawServer]:
    """A server on loopback for the duration; `close` False: the connection stays open after the answer."""
    pages = page if isinstance(page, dict) else {"/": page}
    raw = RawServer(pages, close=close)
    server = await asyncio.start_server(handler or raw.serve, host, 0, ssl=tls)
    raw.port = server.sockets[0].getsockname()[1]
    try:
        yield raw
    finally:
        server.close()
        for transport in _transports(server):
            transport.abort()


def _transports(server: asyncio.Server) -> list[asyncio.Transport]:
    return list(getattr(server, "_clients", ()))


def response(
    body: bytes = b"", *, status: str = "200 OK", headers: Iterable[str] = (), length: int | None = None
) -> bytes:
    """A whole response with Content-Length (that of the body, unless `length` lies)."""
    fields = [f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([f"HTTP/1.1 {status}", *fields, "", ""]).encode() + body


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """A whole response in chunks."""
    framed = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + framed + end
