"""A web client that behaves like GroupWise WebAccess: 200 whatever happens, and the page tells."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import parse_qs

from tests.kit.raw_http import response

NAME = "mail.example.com"
USER, PASSWORD = "probe", 'c"ät & =1'
COOKIE = "GWSESSION"

FORM = """<html><title>GroupWise</title><form id="loginForm" method="post" action="{action}">
<input type="hidden" name="csrf" value="{token}"><input type="hidden" name="error" value="login">
<input name="User.id"><input type="password" name="User.password"></form></html>"""
INSIDE = "<html><title>GroupWise</title><script>var userId = 'probe';</script></html>"
BAD = "<html><title>GroupWise</title><p>The user name or password is wrong.</p></html>"


@dataclass
class WebAccess:
    """What it was asked, and how it is to behave; `answer` replaces the page after a login, whatever was sent."""

    action: str = "/gw/webacc"
    answer: bytes | None = None
    port: int = 0
    requests: list[str] = field(default_factory=list)
    posted: list[dict[str, str]] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    tokens: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next((line[15:] for line in head.split("\r\n") if line.startswith("Content-Length:")), "0")
            writer.write(self._answer(head, await reader.readexactly(int(length))))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _answer(self, head: str, body: bytes) -> bytes:
        method, path, _ = head.split(" ", 2)
        cookie = next((line[8:] for line in head.split("\r\n") if line.startswith("Cookie: ")), "")
        session = {name: each.value for name, each in SimpleCookie(cookie).items()}
        self.requests.append(f"{method} {path}")
        if method == "POST":
            return self._log_in(parse_qs(body.decode(), keep_blank_values=True), session)
        if "logout" in path:
            self.sessions.discard(session.get(COOKIE, ""))
            return response(b"bye")
        if path == "/gw/inside":
            return response((INSIDE if session.get(COOKIE) in self.sessions else BAD).encode())
        self.tokens += 1
        page = FORM.format(action=self.action, token=f"t{self.tokens}")
        return response(page.encode(), headers=[f"Set-Cookie: pre=t{self.tokens}; Path=/gw; Secure; HttpOnly"])

    def _log_in(self, fields: dict[str, list[str]], session: dict[str, str]) -> bytes:
        sent = {name: values[0] for name, values in fields.items()}
        self.posted.append(sent)
        if self.answer is not None:
            return self.answer
        good = (sent.get("User.id"), sent.get("User.password")) == (USER, PASSWORD)
        if not good or sent.get("csrf") != session.get("pre"):
            return response(BAD.encode())
        self.sessions.add(f"s{self.tokens}")
        return response(INSIDE.encode(), headers=[f"Set-Cookie: {COOKIE}=s{self.tokens}; Path=/"])


@asynccontextmanager
async def webaccess(tls: ssl.SSLContext | None, **behaviour: object) -> AsyncIterator[WebAccess]:
    """One on loopback for the duration."""
    fake = WebAccess(**behaviour)  # type: ignore[arg-type]  # action, answer
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0, ssl=tls)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
