"""What the operator says of a check: its dialogue (the keys that make a target's identity) and its cadence.

All times are seconds. A settings class per dialogue type; `None` for a port means the type's default has been
resolved already nowhere: config always fills it.
"""

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from gslb.model.values import Address, TlsMode, Verify


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsSettings:
    """How a dialogue uses TLS. `server_name` is SNI and the name verified; None: no SNI, no name check."""

    mode: TlsMode = TlsMode.NONE
    verify: Verify = Verify.REPORT
    server_name: str | None = None
    ca_file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpSettings:
    """Connect; then optional `send`, ordered `expect` substrings, `reject` that fails at once, `quit` sent last."""

    type: ClassVar[str] = "tcp"
    port: int
    send: bytes = b""
    expect: tuple[bytes, ...] = ()
    reject: tuple[bytes, ...] = ()
    quit: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsCheckSettings:
    """An implicit TLS handshake and the facts of the certificate (probes.md 1.11)."""

    type: ClassVar[str] = "tls"
    port: int
    tls: TlsSettings = TlsSettings(mode=TlsMode.IMPLICIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """RFC 5321 on port 25. `stage`: greeting, helo, mail, rcpt. `expect_rcpt`: accept, reject, any."""

    type: ClassVar[str] = "smtp"
    port: int = 25
    tls: TlsSettings = TlsSettings(mode=TlsMode.TRY)
    stage: str = "helo"
    helo_name: str | None = None
    sender: str = ""
    rcpt: str | None = None
    expect_rcpt: str = "accept"
    allow_helo_fallback: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionSettings:
    """RFC 6409 on 587 (STARTTLS) or 465 (implicit). `stage`: greeting, helo."""

    type: ClassVar[str] = "submission"
    port: int = 587
    tls: TlsSettings = TlsSettings(mode=TlsMode.STARTTLS)
    stage: str = "helo"
    helo_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapSettings:
    """RFC 3501/9051 on 143 (STARTTLS) or 993 (implicit). `stage`: greeting, capability."""

    type: ClassVar[str] = "imap"
    port: int = 143
    tls: TlsSettings = TlsSettings(mode=TlsMode.STARTTLS)
    stage: str = "capability"
    allow_preauth: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pop3Settings:
    """RFC 1939, 2449, 2595 on 110 (STLS) or 995 (implicit). `stage`: greeting, capability."""

    type: ClassVar[str] = "pop3"
    port: int = 110
    tls: TlsSettings = TlsSettings(mode=TlsMode.STARTTLS)
    stage: str = "capability"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """One HTTP/1.1 request (RFC 9110, 9112). `kind` is the type the operator wrote: http or webaccess.

    `host` is the Host header and, unless tls.server_name says otherwise, SNI. `expect_status` holds inclusive
    ranges; `body_must` and `body_must_not` are substrings, of which `body_must_any` needs one.
    """

    type: ClassVar[str] = "http"
    kind: str = "http"
    port: int = 80
    tls: TlsSettings = TlsSettings()
    host: str | None = None
    method: str = "GET"
    path: str = "/"
    headers: tuple[tuple[str, str], ...] = ()
    expect_status: tuple[tuple[int, int], ...] = ((200, 299),)
    body_must: tuple[str, ...] = ()
    body_must_any: tuple[str, ...] = ()
    body_must_not: tuple[str, ...] = ()
    header_must: tuple[tuple[str, str], ...] = ()
    redirects: int = 0
    body_limit: int = 262_144


CheckSettings: TypeAlias = (
    TcpSettings | TlsCheckSettings | SmtpSettings | SubmissionSettings | ImapSettings | Pop3Settings | HttpSettings
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When a target is probed, start to start, and how long one probe may take."""

    interval: float = 15.0
    fast_interval: float = 3.0
    down_interval: float = 30.0
    timeout: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """gdnsd's three counters and the least time a member stays down (contract section 1, checks)."""

    rise: int = 2
    fall: int = 3
    forgive: int = 6
    min_hold: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A configured test, by name. `slow_after`: a passed run longer than this is degraded; None: never.

    `source_ipv4`, `source_ipv6`: the local address to probe from; None: the system's choice.
    """

    name: str
    settings: CheckSettings
    timing: Timing = Timing()
    thresholds: Thresholds = Thresholds()
    slow_after: float | None = None
    source_ipv4: Address | None = None
    source_ipv6: Address | None = None
