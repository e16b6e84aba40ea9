"""Name servers and resolvers on port 53 of an address of their own, in the namespace of a test."""

import subprocess
from pathlib import Path
from typing import Self

import dns.exception
import dns.message
import dns.query

from tests.kit.running import until


def ask(address: str, name: str, rtype: str, *, recurse: bool = False, timeout: float = 5.0) -> dns.message.Message:
    """One question with DO, over TCP where the reply does not fit."""
    query = dns.message.make_query(name, rtype, want_dnssec=True, use_edns=0, payload=1232)
    if not recurse:
        query.flags = 0
    return dns.query.udp_with_fallback(query, address, timeout=timeout)[0]


class Daemon:
    """One process in the foreground that answers for `known`; its folder holds what it says."""

    known = ("localhost", "A")

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.address = address
        folder.mkdir(parents=True, exist_ok=True)
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """What to run."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        with (self.folder / "output").open("ab") as output:
            self.process = subprocess.Popen(
                self.command(), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        try:
            until(self._answers, 20, f"{self.command()[0]} answers")
        except AssertionError as error:
            self.__exit__()
            raise AssertionError(f"{error}: {self.said()}") from None
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process is not None
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def said(self) -> str:
        """All it has written."""
        return (self.folder / "output").read_text(errors="replace")[-4000:]

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"{self.command()[0]} ended: {self.said()}"
        try:
            ask(self.address, *self.known, recurse=True, timeout=0.3)
        except (OSError, dns.exception.DNSException):
            return False
        return True
