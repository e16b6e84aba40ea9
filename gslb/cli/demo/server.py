"""The server of the demonstration: started as a child, asked over DNS and over its control socket."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any

import dns.exception
import dns.message
import dns.query
import dns.rdatatype

from gslb.cli.ask import ask
from gslb.errors import GslbError, Unreachable

PAUSE = threading.Event()
"""Never set: waiting on it is how the story lets time pass, and Ctrl-C still gets through."""


class DemoServer:
    """`gslb run` with the demonstration's configuration, for as long as the `with` block lasts."""

    def __init__(self, directory: Path, port: int) -> None:
        self.directory = directory
        self.port = port
        self.run_dir = directory / "run"

    def __enter__(self) -> "DemoServer":
        self.started = time.monotonic()
        log = (self.directory / "gslb.log").open("wb")
        with log:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own arguments
                [sys.executable, "-m", "gslb", "run", "-c", str(self.directory)],
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def wait_ready(self, patience: float = 30.0) -> float:
        """Seconds from start until /ready said yes. Raises GslbError with the log when it does not."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                if ask(self.run_dir, "GET", "/ready")[0] == 200:
                    return time.monotonic() - self.started
            except Unreachable:
                pass
            PAUSE.wait(0.05)
        raise GslbError("the server did not become ready:\n" + (self.directory / "gslb.log").read_text())

    def members(self) -> list[dict[str, Any]]:
        """The members as /api/v1/members tells them."""
        found: list[dict[str, Any]] = ask(self.run_dir, "GET", "/api/v1/members")[1]
        return found

    def first_answers(self, name: str, rtype: str, queries: int) -> Counter[str]:
        """How often each record stood first in an answer (lowest preference for MX); "" for an empty answer."""
        seen: Counter[str] = Counter()
        for _ in range(queries):
            seen[self.ask_once(name, rtype)] += 1
        return seen

    def ask_once(self, name: str, rtype: str) -> str:
        """The first record of one answer, as text: the address, or the exchanger's name."""
        query = dns.message.make_query(name, rtype, use_edns=0)
        try:
            reply = dns.query.udp(query, "127.0.0.1", port=self.port, timeout=2)
        except dns.exception.Timeout:
            return "no answer"
        except dns.exception.FormError as error:
            # dnspython wraps whatever ends its reading of a packet, Ctrl-C included
            if isinstance(error.__cause__, KeyboardInterrupt):
                raise error.__cause__ from None
            raise
        for rrset in reply.answer:
            if rrset.rdtype == dns.rdatatype.MX:
                return str(min(rrset, key=lambda mx: mx.preference).exchange)
            if rrset.rdtype == dns.rdatatype.from_text(rtype):
                return str(rrset[0])
        return ""

    def until(self, name: str, rtype: str, gone: set[str], back: set[str], patience: float = 20.0) -> float:
        """Seconds until no answer holds anything of `gone` and answers have held all of `back`."""
        start = time.monotonic()
        while time.monotonic() - start < patience:
            seen = set(self.first_answers(name, rtype, 60))
            if not seen & gone and back <= seen:
                return time.monotonic() - start
            PAUSE.wait(0.05)
        raise GslbError(f"{name} {rtype} did not change within {patience} s")
