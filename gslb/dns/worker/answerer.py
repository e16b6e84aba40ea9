"""What a worker answers from: one table reference, its draws, its counts. Calls respond, and survives its bugs."""

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from gslb.dns.allowed import Allowed
from gslb.dns.codes import NOERROR
from gslb.dns.cookies import Cookies
from gslb.dns.draws import SEED_SIZE, Draws, network_number, network_of, packed
from gslb.dns.edns import Edns, write_opt
from gslb.dns.networks import NOBODY, Networks
from gslb.dns.rates import Limits, Rates, Verdict, kind_of
from gslb.dns.reply import Facts, Response, servfail
from gslb.dns.respond import STALE, curtailed, respond
from gslb.dns.transfer import Messages
from gslb.dns.tsig import Key
from gslb.dns.worker.known import Known
from gslb.dns.worker.native import Judge, NativeRates, fast, networks
from gslb.dns.worker.policies import keys_in, transfers_in
from gslb.dns.worker.tally import Sent, Tally
from gslb.handoff.policy import Policy
from gslb.handoff.table import Table

STALE_AFTER = 60.0
"""Seconds without a stamp from control after which answers carry extended error 3."""

_PLAIN = Edns(payload=0, version=0, do=False)

_NOTHING = (b"", 0, 0)


NSID_MOST = 128
"""Octets of identity at most: with the longest question and a client subnet it must fit into 512."""

KEEPALIVE = 100
"""What clients over TCP are told of our idle limit (worker.tcp.IDLE), in tenths of a second."""

Log = Callable[[str, str, dict[str, str]], None]
"""Takes level, event and facts."""


class Answerer:
    """Answers packets. All on one loop: only the fast path's engine, where there is one, has threads of its own.

    `seed`: 32 octets of chance. `native`: whether to make use of the fast path where it was built.
    """

    def __init__(self, *, nsid: bytes, seed: bytes, log: Log, native: bool = False) -> None:
        self.table: Table | None = None
        self.engine = fast.Engine(seed[SEED_SIZE:]) if native and fast is not None else None
        self.tally = Tally()
        self.sent = Sent()
        self._nsid = nsid[:NSID_MOST]
        self._seed = seed
        self._draws = Draws(seed[:SEED_SIZE])
        self._log = log
        self._known_bugs: set[str] = set()
        self.known = Known(self._draws)
        self._policy = Policy()
        self._cookies: Cookies | None = None
        self._rates: Judge | None = None
        self._state = NOBODY
        self._keepalive = KEEPALIVE
        self._keys: Mapping[bytes, Key] = {}
        self._transfers: Mapping[bytes, Allowed] = {}
        self.stale(False)

    def swap(self, table: Table) -> None:
        """Answer from this table from the next packet on."""
        self._note_known()
        dropped = self.sent.begin(table, native=self.engine is not None)
        if dropped:
            self.tally.add("reports_dropped", dropped)
        self.table = table
        self._know_from(table)
        if self.engine is not None:
            counts = self.sent.native
            parts = [(part.data, own.counters, own.marks) for part, own in zip(table.parts, counts, strict=True)]
            self.engine.swap(table.names.data, parts)

    def obey(self, policy: Policy) -> None:
        """Answer by this policy from the next packet on; what it leaves unchanged keeps what it remembers."""
        before, self._policy = self._policy, policy
        if policy.secrets != before.secrets:
            self._cookies = Cookies(policy.secrets) if policy.secrets else None
            if self.engine is not None:
                self.engine.secrets(b"".join(policy.secrets))
        limited, was = ((one.per_second, one.slip, one.exempt) for one in (policy, before))
        if limited != was:
            if self.engine is not None:
                self.engine.limit(policy.per_second, policy.slip, networks(policy.exempt))
            self._rates = self._judge(policy) if policy.per_second else None
        self._state = Networks(policy.state_txt)
        self._keys, self._transfers = keys_in(policy), transfers_in(policy)
        self.stale(self._udp.stale)

    def parting(self) -> None:
        """Tell clients over TCP that their connections will end (RFC 7828 section 3.4)."""
        self._keepalive = 0
        self.stale(self._udp.stale)

    def _judge(self, policy: Policy) -> Judge:
        if self.engine is not None:
            return NativeRates(self.engine)
        return Rates(Limits(policy.per_second, policy.slip, Networks(policy.exempt)), self._seed)

    def stale(self, stale: bool) -> None:
        """Whether control has been silent for too long."""
        self._udp = Facts(
            nsid=self._nsid,
            stale=stale,
            cookies=self._cookies,
            state=self._state,
            keys=self._keys,
            transfers=self._transfers,
        )
        self._tcp = replace(self._udp, tcp=True, keepalive=self._keepalive)
        self._tcp_busy = replace(self._tcp, busy=True)
        self._note_known()
        self._know_from(self.table)
        if self.engine is not None:
            self.engine.opt(write_opt(_PLAIN, rcode=0, nsid=b"", errors=STALE if stale else ()))

    def _know_from(self, table: Table | None) -> None:
        """Keep replies from this table, unless each has to be judged by the rate of its client."""
        self.known.begin(table if self._rates is None and self.engine is None else None)

    def _note_known(self) -> None:
        """Count what was answered without being made."""
        for sent, times in self.known.take():
            self.sent.add(sent, times)
            self.tally.add("queries_udp", times)
            self.tally.replied(NOERROR, times=times)

    def totals(self) -> dict[str, int]:
        """The tally's totals, with what was answered quickly."""
        self._note_known()
        totals = dict(self.tally.totals)
        if self.engine is not None:
            for name, number in self.engine.totals().items():
                totals[name] = totals.get(name, 0) + number
        return totals

    def answer(self, packet: bytes, host: str, *, tcp: bool = False) -> bytes | None:
        """The reply to a packet from `host`, an address as text; None when it is to be ignored."""
        return self._answer(packet, host, self._tcp if tcp else self._udp)[0]

    def answer_all(self, packet: bytes, host: str, *, busy: bool) -> tuple[bytes | None, Messages | None]:
        """The same over TCP: the first message, and what gives those that follow. `busy`: no transfers now."""
        return self._answer(packet, host, self._tcp_busy if busy else self._tcp)

    def _answer(self, packet: bytes, host: str, facts: Facts) -> tuple[bytes | None, Messages | None]:
        self.tally.totals["queries_tcp" if facts.tcp else "queries_udp"] += 1
        try:
            response = self._respond(packet, packed(host), facts)
            if response is None:
                return None, None
            self.sent.add(response.sent)
        except Exception as error:  # noqa: BLE001 - no packet may end a worker, whatever we did wrong
            return self._failed(packet, error), None
        self.tally.replied(response.rcode, truncated=response.truncated)
        if response.following is None:
            return response.data, None
        self.tally.add("transfers")
        return response.data, response.following

    def stream(self, pending: bytearray, address: bytes, most: int) -> tuple[bytes, int, int]:
        """Replies, each behind its length, to what the fast path can answer of a TCP connection's first messages; the
        octets these took, and how many they were, at most `most`."""
        return _NOTHING if self.engine is None else self.engine.stream(pending, address, int(time.time()), most)

    def _respond(self, packet: bytes, address: bytes, facts: Facts) -> Response | None:
        drawn: list[int] = []

        def draw(key: int) -> int:
            drawn.append(key)
            return self._draws.draw(network_number(network_of(address)), key)

        make = partial(_make, packet, self.table, facts, address)
        response = make(draw)
        if response is not None and not facts.tcp:
            self.known.learn(packet, response, tuple(drawn), make)
        if response is None:
            self.tally.totals["dropped"] += 1
        elif response.cookie.valid:
            self.tally.add("cookies_valid")
        elif self._rates is not None and not facts.tcp:
            return self._limited(self._rates, packet, address, response)
        return response

    def _limited(self, rates: Judge, packet: bytes, address: bytes, response: Response) -> Response | None:
        """The response, or what rate limiting leaves of it."""
        verdict = rates.judge(address, kind_of(response.data), time.monotonic())
        if verdict is Verdict.SEND:
            return response
        if verdict is Verdict.SLIP:
            self.tally.add("rate_slipped")
            return curtailed(packet, self._udp, response)
        self.tally.add("rate_dropped")
        return None

    def _failed(self, packet: bytes, error: Exception) -> bytes:
        """SERVFAIL; one line in the log for each place that fails."""
        self.tally.add("bugs")
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{type(error).__name__} at {last.filename}:{last.lineno}"
        if place not in self._known_bugs and len(self._known_bugs) < 100:
            self._known_bugs.add(place)
            self._log("error", "answering failed", {"error": f"{place}: {error}", "packet": packet[:512].hex()})
        return servfail(packet)


def _make(
    packet: bytes, table: Table | None, facts: Facts, address: bytes, draw: Callable[[int], int]
) -> Response | None:
    return respond(packet, table, draw, facts, address, int(time.time()))
