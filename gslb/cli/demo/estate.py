"""A small mail estate on loopback: SMTP, IMAP, POP3 and web servers, each on an address of its own.

They speak enough of their protocols to satisfy the probes that production meets: greeting, EHLO, CAPABILITY, CAPA,
GET /gw/webacc, and a polite goodbye. All live in one thread with a loop of its own; `fail` and `mend` may be called
from any other.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from concurrent.futures import Future
from typing import TypeAlias

Dialogue: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter, str], Awaitable[None]]

LONGEST_SESSION = 10.0
"""Seconds after which a server hangs up on whoever still talks."""


async def smtp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str) -> None:
    """RFC 5321, as far as QUIT."""
    writer.write(f"220 {name} ESMTP\r\n".encode())
    while line := await reader.readline():
        verb = line.split()[0].upper() if line.split() else b""
        if verb == b"EHLO":
            writer.write(f"250-{name}\r\n250-SIZE 52428800\r\n250 8BITMIME\r\n".encode())
        elif verb in (b"HELO", b"NOOP", b"RSET", b"MAIL"):
            writer.write(b"250 2.0.0 Ok\r\n")
        elif verb == b"RCPT":
            writer.write(b"554 5.7.1 Relay access denied\r\n")
        elif verb == b"QUIT":
            writer.write(b"221 2.0.0 Bye\r\n")
            return
        else:
            writer.write(b"502 5.5.2 Command not recognized\r\n")


async def imap(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str) -> None:
    """RFC 9051, before login."""
    writer.write(f"* OK {name} IMAP4rev1 ready\r\n".encode())
    while line := await reader.readline():
        words = line.split()
        if len(words) < 2:
            writer.write(b"* BAD no command\r\n")
            continue
        tag, verb = words[0], words[1].upper()
        if verb == b"CAPABILITY":
            writer.write(b"* CAPABILITY IMAP4rev1 LITERAL+ SASL-IR\r\n" + tag + b" OK done\r\n")
        elif verb == b"LOGOUT":
            writer.write(b"* BYE logging out\r\n" + tag + b" OK done\r\n")
            return
        else:
            writer.write(tag + b" BAD unknown command\r\n")


async def pop3(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str) -> None:
    """RFC 1939 and CAPA of RFC 2449, before login."""
    writer.write(f"+OK {name} ready\r\n".encode())
    while line := await reader.readline():
        verb = line.split()[0].upper() if line.split() else b""
        if verb == b"CAPA":
            writer.write(b"+OK\r\nUSER\r\nUIDL\r\nTOP\r\n.\r\n")
        elif verb == b"QUIT":
            writer.write(b"+OK bye\r\n")
            return
        else:
            writer.write(b"-ERR unknown command\r\n")


async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str) -> None:
    """One HTTP/1.1 request for the login page of web mail."""
    request = (await reader.readline()).split()
    while (await reader.readline()).strip():
        pass
    found = len(request) > 1 and request[1].startswith(b"/gw/webacc")
    body = (
        f"<html><title>GroupWise WebAccess</title><form id=loginForm>{name}</form></html>" if found else "no such page"
    )
    status = "200 OK" if found else "404 Not Found"
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write((head + body).encode())


DIALOGUES: dict[str, Dialogue] = {"smtp": smtp, "imap": imap, "pop3": pop3, "web": web}


class Estate:
    """Servers by (name, address, kind). `ports` holds one port per kind, the same on every address."""

    def __init__(self, machines: Iterable[tuple[str, str, str]]) -> None:
        self.machines = tuple(machines)
        self.ports: dict[str, int] = {}
        self._servers: dict[tuple[str, str], asyncio.Server] = {}
        self._sessions: dict[asyncio.Task[None], str] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="estate", daemon=True)

    def __enter__(self) -> "Estate":
        for kind in dict.fromkeys(kind for _, _, kind in self.machines):
            self.ports[kind] = free_port([address for _, address, k in self.machines if k == kind])
        self._thread.start()
        for name in dict.fromkeys(name for name, _, _ in self.machines):
            self.mend(name)
        return self

    def __exit__(self, *_: object) -> None:
        for name in {name for name, _, _ in self.machines}:
            self.fail(name)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def fail(self, *names: str) -> None:
        """Stop every server of these machines, sessions included, as a power cut would."""
        for name in names:
            self._do(self._stop(name))

    def mend(self, *names: str) -> None:
        """Start them again."""
        for name in names:
            self._do(self._start(name))

    def _do(self, work: Coroutine[object, object, None]) -> None:
        future: Future[None] = asyncio.run_coroutine_threadsafe(work, self._loop)
        future.result(10)

    async def _start(self, name: str) -> None:
        for machine, address, kind in self.machines:
            if machine == name and (name, kind) not in self._servers:
                serve = self._session(name, DIALOGUES[kind])
                self._servers[name, kind] = await asyncio.start_server(serve, address, self.ports[kind], limit=4096)

    async def _stop(self, name: str) -> None:
        for key in [key for key in self._servers if key[0] == name]:
            self._servers.pop(key).close()
        ended = [task for task, owner in self._sessions.items() if owner == name]
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)
        for _ in range(3):  # transports close their sockets in the turns that follow
            await asyncio.sleep(0)

    def _session(
        self, name: str, dialogue: Dialogue
    ) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            if task is None:
                raise AssertionError("a session runs in a task")
            self._sessions[task] = name
            try:
                async with asyncio.timeout(LONGEST_SESSION):
                    await dialogue(reader, writer, f"{name}.example.com")
            except (OSError, TimeoutError, ValueError, asyncio.CancelledError):
                writer.transport.abort()
            finally:
                del self._sessions[task]
                writer.close()

        return session


def free_port(addresses: list[str]) -> int:
    """A TCP port that is free on all of these addresses just now."""
    for _ in range(50):
        with contextlib.ExitStack() as held:
            port = 0
            try:
                for address in addresses:
                    probe = held.enter_context(socket.socket())
                    probe.bind((address, port))
                    port = probe.getsockname()[1]
            except OSError:
                continue
            return port
    raise OSError("no port is free on all of " + ", ".join(addresses))
