"""What the operator says of a check: its dialogue (the keys that make a target's identity) and its cadence.

All times are seconds. A settings class per dialogue type; config fills every port and name that a type has.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from gslb.model.extracts import Extract
from gslb.model.limits import LIMITS, Limits
from gslb.model.plain import AgentSettings, DnsSettings, ExecSettings, FileSettings, TcpSettings
from gslb.model.values import Address, CapWhen, Gate, ProxyProtocol, TlsMode, Verify

if TYPE_CHECKING:
    from gslb.model.roundtrip import RoundtripSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsSettings:
    """How a dialogue uses TLS. `server_name` is SNI and the name verified; None: no SNI, no name check.

    `legacy`: TLS 1.0, 1.1 and old ciphers are let in. `client_certificate`: PEM file of a certificate of our own, for
    servers that ask for one; `client_key`: the file of its key, None where both stand in one file. `expiring`: seconds
    before the end of a certificate from which on that is a notice; `expiring_critical`: one of a higher severity.
    """

    mode: TlsMode = TlsMode.NONE
    verify: Verify = Verify.REPORT
    server_name: str | None = None
    ca_file: str | None = None
    legacy: bool = False
    client_certificate: str | None = None
    client_key: str | None = None
    expiring: float = 21 * 86_400.0
    expiring_critical: float = 7 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A login. The secret itself does not stand in the model: it is read from `password_file` or from the environment
    variable `password_env` when a probe needs it (probes.md 1.5). Never over a channel that is not verified.
    `password`: where the operator insists on writing it into a check; never shown, and no part of an identity.
    """

    user: str
    password_file: str | None = None
    password_env: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CapRule:
    """A capability that must (`required`) or must not be offered at that time.

    `name` is compared without case: STARTTLS, AUTH (any mechanism), AUTH=PLAIN, SIZE>=N, LOGINDISABLED, SASL=PLAIN;
    A|B: either.
    `fails`: a breach fails the probe; else it is a notice.
    """

    name: str
    required: bool
    when: CapWhen = CapWhen.ANY
    fails: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsCheckSettings:
    """An implicit TLS handshake and the facts of the certificate (probes.md 1.11)."""

    type: ClassVar[str] = "tls"
    port: int
    tls: TlsSettings = TlsSettings(mode=TlsMode.IMPLICIT)
    alpn: tuple[str, ...] = ()
    min_version: str = "1.2"
    pin_sha256: tuple[str, ...] = ()
    proxy: ProxyProtocol = ProxyProtocol.NONE
    limits: Limits = LIMITS


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
    proxy: ProxyProtocol = ProxyProtocol.NONE
    limits: Limits = LIMITS
    caps: tuple[CapRule, ...] = ()
    banner_regex: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionSettings:
    """RFC 6409 on 587 (STARTTLS) or 465 (implicit). `stage`: greeting, helo, mail. With credentials it logs in after
    helo; stage mail then begins an envelope from `sender`.
    """

    type: ClassVar[str] = "submission"
    port: int = 587
    tls: TlsSettings = TlsSettings(mode=TlsMode.STARTTLS)
    stage: str = "helo"
    helo_name: str | None = None
    sender: str = ""
    proxy: ProxyProtocol = ProxyProtocol.NONE
    limits: Limits = LIMITS
    caps: tuple[CapRule, ...] = ()
    credentials: Credentials | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapSettings:
    """RFC 3501/9051 on 143 (STARTTLS) or 993 (implicit). `stage`: greeting, capability, login, mailbox.

    `send_id`: tell our name by ID (RFC 2971) where the server offers it.
    """

    type: ClassVar[str] = "imap"
    port: int = 143
    tls: TlsSettings = TlsSettings(mode=TlsMode.STARTTLS)
    stage: str = "capability"
    allow_preauth: bool = False
    proxy: ProxyProtocol = ProxyProtocol.NONE
    limits: Limits = LIMITS
    caps: tuple[CapRule, ...] = ()
    credentials: Credentials | None = None
    send_id: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pop3Settings:
    """RFC 1939, 2449, 2595 on 110 (STLS) or 995 (implicit). `stage`: greeting, capability, login, mailbox."""

    type: ClassVar[str] = "pop3"
    port: int = 110
    tls: TlsSettings = TlsSettings(mode=TlsMode.STARTTLS)
    stage: str = "capability"
    proxy: ProxyProtocol = ProxyProtocol.NONE
    limits: Limits = LIMITS
    caps: tuple[CapRule, ...] = ()
    credentials: Credentials | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLogin:
    """A login through a page's form (probes.md 1.10.3). Only over verified https. Status is no evidence.

    `form`: id, name or index of the form whose hidden fields come along, None for none; `fields` are sent beside the
    two named ones. Failure is looked for in the body; success in the body, in a Location, or as the name of a cookie.
    """

    credentials: Credentials
    form: str | None = None
    action: str | None = None
    user_field: str = "username"
    password_field: str = "password"  # noqa: S105 - the name of a form field
    fields: tuple[tuple[str, str], ...] = ()
    success_regex: str = ""
    success_location: str = ""
    success_cookie: str = ""
    failure_regex: str = ""
    logout_path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """One HTTP/1.1 request (RFC 9110, 9112). `kind` is the type the operator wrote: http or webaccess.

    `host` is the Host header and, unless tls.server_name says otherwise, SNI. `expect_status` holds inclusive
    ranges; `body_must` and `body_must_not` are substrings, of which `body_must_any` needs one; `body_regex` and
    `body_not_regex` are patterns, `body_degraded_regex` those of a page that passes, and says
    that it is ill. With `realm_regex` or `server_regex` a 401 whose realm or Server header matches passes without
    a look at the body.
    `credentials` go out as Basic (RFC 7617).
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
    body_regex: tuple[str, ...] = ()
    body_not_regex: tuple[str, ...] = ()
    body_degraded_regex: tuple[str, ...] = ()
    header_must: tuple[tuple[str, str], ...] = ()
    redirects: int = 0
    body_limit: int = 262_144
    realm_regex: str | None = None
    server_regex: str | None = None
    drain_on_404: bool = False
    extract: tuple[Extract, ...] = ()
    credentials: Credentials | None = None
    login: FormLogin | None = None
    proxy: ProxyProtocol = ProxyProtocol.NONE
    limits: Limits = LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class LmtpSettings:
    """RFC 2033 over TCP (24) or a Unix `socket`. `stage`: greeting, lhlo, rcpt. `expect_rcpt`: accept, reject, any."""

    type: ClassVar[str] = "lmtp"
    port: int = 24
    tls: TlsSettings = TlsSettings()
    stage: str = "lhlo"
    helo_name: str | None = None
    rcpt: str | None = None
    expect_rcpt: str = "accept"
    proxy: ProxyProtocol = ProxyProtocol.NONE
    limits: Limits = LIMITS
    caps: tuple[CapRule, ...] = ()
    socket: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SieveSettings:
    """ManageSieve, RFC 5804, on 4190. `stage`: greeting, noop, login."""

    type: ClassVar[str] = "sieve"
    port: int = 4190
    tls: TlsSettings = TlsSettings(mode=TlsMode.STARTTLS)
    stage: str = "noop"
    credentials: Credentials | None = None
    proxy: ProxyProtocol = ProxyProtocol.NONE
    limits: Limits = LIMITS
    caps: tuple[CapRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LdapSettings:
    """RFC 4511 on 389 (StartTLS, RFC 4513) or 636 (implicit). `stage`: bind, rootdse. Credentials: a simple bind."""

    type: ClassVar[str] = "ldap"
    port: int = 389
    tls: TlsSettings = TlsSettings()
    stage: str = "rootdse"
    credentials: Credentials | None = None
    proxy: ProxyProtocol = ProxyProtocol.NONE
    limits: Limits = LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySettings:
    """Is this an open relay? MAIL and RCPT to a foreign domain, never DATA (probes.md 1.6.4).

    `expect`: refuse, or accept for a relay that serves inside clients. `withdraw`: a confirmed open relay fails.
    `variants`: percent, quoted, bang, at, null_sender; one per run in rotation.
    """

    type: ClassVar[str] = "relay"
    port: int = 25
    tls: TlsSettings = TlsSettings(mode=TlsMode.TRY)
    helo_name: str | None = None
    foreign_domain: str
    sender_domain: str
    local_domain: str | None = None
    expect: str = "refuse"
    withdraw: bool = False
    variants: tuple[str, ...] = ()
    proxy: ProxyProtocol = ProxyProtocol.NONE
    limits: Limits = LIMITS


# As text, since the round trip is built on what stands here: write "CheckSettings | None" in quotes.
CheckSettings: TypeAlias = """(
    TcpSettings
    | TlsCheckSettings
    | SmtpSettings
    | SubmissionSettings
    | LmtpSettings
    | ImapSettings
    | Pop3Settings
    | SieveSettings
    | HttpSettings
    | DnsSettings
    | LdapSettings
    | ExecSettings
    | FileSettings
    | AgentSettings
    | RelaySettings
    | RoundtripSettings
)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When a target is probed, start to start, and how long one probe may take. `jitter`: the part each varies by."""

    interval: float = 15.0
    fast_interval: float = 3.0
    down_interval: float = 30.0
    timeout: float = 10.0
    jitter: float = 0.1


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

    `stale_after`: seconds without a conclusive outcome that make its verdicts stale, a flag; None: five intervals.
    `temp_fail_after`: so many temporary answers in a row (busy, temp_reply, auth_temp) count as failures from then on.
    `stage_every`: the deep stage runs on each Nth probe. `depends_on`: checks on the same address that must be up, else
    this one's failures do not count. `damping`: flapping delays the return to up (probes.md 2.7).

    `source_ipv4`, `source_ipv6`: the local address to probe from; None: the system's choice.
    `gate`: what its verdict does to a member. `group`: one of Probing.groups. `agent_max_age`: seconds for which an
    agent's word counts; None: five intervals.
    """

    name: str
    settings: CheckSettings
    timing: Timing = Timing()
    thresholds: Thresholds = Thresholds()
    slow_after: float | None = None
    stale_after: float | None = None
    source_ipv4: Address | None = None
    source_ipv6: Address | None = None
    temp_fail_after: int = 6
    stage_every: int = 1
    depends_on: tuple[str, ...] = ()
    damping: bool = False
    group: str | None = None
    agent_max_age: float | None = None
    gate: Gate = Gate.HARD
