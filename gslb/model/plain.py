"""What the operator says of dialogues that know neither TLS nor logins: tcp, dns, exec, file, agent."""

from dataclasses import dataclass
from typing import ClassVar

from gslb.model.limits import LIMITS, Limits
from gslb.model.values import Address, ProxyProtocol


@dataclass(frozen=True, slots=True)
class Say:
    """A step of tcp: octets that are sent once what was expected before has come."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Matching:
    """A step of tcp: a whole line in which this pattern, of Rust's regex crate, is found."""

    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpSettings:
    """Connect; then optional `send`, ordered steps to `expect`, `reject` that fails at once, `quit` sent last."""

    type: ClassVar[str] = "tcp"
    port: int
    send: bytes = b""
    expect: tuple[bytes | Matching | Say, ...] = ()
    reject: tuple[bytes | Matching, ...] = ()
    quit: bytes = b""
    close: str = "fin"
    proxy: ProxyProtocol = ProxyProtocol.NONE
    limits: Limits = LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsSettings:
    """One question to a name server (RFC 1035). `transport`: udp (TCP once on TC), tcp, both.

    `edns` is the payload size offered, None for no OPT. `serial_at_least`: the least SOA serial that passes;
    `serial_within`: how far it may be from that which `serial_peer` answers, at the port `serial_peer_port`.
    """

    type: ClassVar[str] = "dns"
    port: int = 53
    qname: str
    qtype: str = "SOA"
    recursion: bool = False
    edns: int | None = None
    transport: str = "udp"
    expect_rcode: tuple[str, ...] = ("NOERROR",)
    authoritative: bool = False
    min_answers: int = 0
    answer_must: tuple[str, ...] = ()
    answer_must_not: tuple[str, ...] = ()
    serial_at_least: int | None = None
    serial_peer: Address | None = None
    serial_peer_port: int = 53
    serial_within: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecSettings:
    """A plugin after the monitoring-plugins guidelines: `argv`, no shell; whole-argument macros {address}, {port},
    {family}, {name}, {timeout}. `user`: run as this user; None: as we are. `name`: the member's, for {name}.
    """

    type: ClassVar[str] = "exec"
    port: int = 0
    argv: tuple[str, ...]
    user: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSettings:
    """A file that says UP, DOWN, DRAIN or a percentage. {address} and {name} in `path` are replaced.

    `ttl`: seconds after which the word is stale; `on_stale`: unknown or fail. `name`: the member's, for {name}.
    """

    type: ClassVar[str] = "file"
    port: int = 0
    path: str
    name: str = ""
    ttl: float | None = None
    on_stale: str = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """Load feedback in HAProxy's words (probes.md 1.14): one line of at most 1 KiB. It can only lower.

    `allow_boost`: it may ask for more than the member's weight, up to 256 %.
    """

    type: ClassVar[str] = "agent"
    port: int
    send: bytes = b""
    allow_boost: bool = False
    proxy: ProxyProtocol = ProxyProtocol.NONE
    limits: Limits = LIMITS
