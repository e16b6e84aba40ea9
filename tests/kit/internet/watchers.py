"""Who asks on and on while something happens, and remembers whatever was not validated."""

import threading
import time
from collections.abc import Callable, Iterable
from itertools import cycle

import dns.exception
import dns.rcode

from tests.kit.internet.chain import Validator
from tests.kit.internet.child import SERVER
from tests.kit.internet.resolvers import Resolver, is_secure, kind

UNREACHED = "the resolver did not get to the server"

Ask = Callable[[str, str], str]
"""A question, and what is wrong with what came back; empty where it was validated."""


def by_dnspython(zone: str, server: str = SERVER) -> Ask:
    """From the parent's DS down, with a cache for DS and keys."""
    judge = Validator(zone, server=server)

    def ask(name: str, rtype: str) -> str:
        try:
            return "a failure" if judge.check(name, rtype) == "failure" else ""
        except (AssertionError, OSError, dns.exception.DNSException) as error:
            return f"{type(error).__name__}: {str(error)[:300]}"

    return ask


def by_resolver(resolver: Resolver, again: list[str]) -> Ask:
    """A resolver with its cache.

    Silence, or a SERVFAIL without a reason (RFC 8914), comes of its way to the server, not of validation: it is noted
    in `again`, and asked once more.
    """

    def once(name: str, rtype: str) -> str:
        try:
            reply = resolver.query(name, rtype)
        except dns.exception.Timeout:
            return UNREACHED
        except (OSError, dns.exception.DNSException) as error:
            return f"{type(error).__name__}: {error}"
        if reply.rcode() == dns.rcode.SERVFAIL and not reply.options:
            return UNREACHED
        return "" if is_secure(reply) else f"{kind(reply, rtype)}, not validated: {[str(one) for one in reply.options]}"

    def ask(name: str, rtype: str) -> str:
        found = once(name, rtype)
        if found != UNREACHED:
            return found
        again.append(f"{name} {rtype}")
        return once(name, rtype)

    return ask


class Watcher:
    """Asks these questions in turn while entered; `count` were asked, `faults` are what was wrong."""

    def __init__(self, label: str, ask: Ask, questions: Iterable[tuple[str, str]], pause: float = 0.0) -> None:
        self.label = label
        self.count = 0
        self.faults: list[str] = []
        self._over = threading.Event()
        self._pause = pause
        self._thread = threading.Thread(target=self._run, args=(ask, tuple(questions)), name=label, daemon=True)

    def __enter__(self) -> "Watcher":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(30)

    def _run(self, ask: Ask, questions: tuple[tuple[str, str], ...]) -> None:
        for name, rtype in cycle(questions):
            if self._over.wait(self._pause) or self._over.is_set():
                return
            wrong = ask(name, rtype)
            self.count += 1
            if wrong:
                self.faults.append(f"{self.label} at {time.time():.1f}: {name} {rtype}: {wrong}")


class Doing:
    """Does something every `seconds`, in turn, while entered."""

    def __init__(self, seconds: float, *steps: Callable[[], object]) -> None:
        self.count = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(seconds, steps), daemon=True)

    def __enter__(self) -> "Doing":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(30)

    def _run(self, seconds: float, steps: tuple[Callable[[], object], ...]) -> None:
        for step in cycle(steps):
            if self._over.wait(seconds):
                return
            step()
            self.count += 1
