"""What one probe saw. Phases, reasons and outcomes are closed lists: they stand in code, JSON and metrics."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from gslb.model.values import Address


class Phase(StrEnum):
    """Where in a dialogue something happened; each is timed apart."""

    __hash__ = str.__hash__  # Enum's own is a call into Python, at every look into a dict

    QUEUE = "queue"
    RESOLVE = "resolve"
    CONNECT = "connect"
    PROXY = "proxy"
    TLS = "tls"
    GREETING = "greeting"
    HELLO = "hello"
    STARTTLS = "starttls"
    TLS_UPGRADE = "tls_upgrade"
    HELLO2 = "hello2"
    AUTH = "auth"
    COMMAND = "command"
    SUBMIT = "submit"
    DELIVER = "deliver"
    CLEANUP = "cleanup"
    REQUEST = "request"
    FIRST_BYTE = "first_byte"
    BODY = "body"
    QUIT = "quit"
    TOTAL = "total"


class Reason(StrEnum):
    """Why an outcome is what it is, and what a notice is about (probes.md 1.2)."""

    __hash__ = str.__hash__

    OK = "ok"
    SLOW = "slow"
    CONNECT_REFUSED = "connect_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    CONNECT_UNREACHABLE = "connect_unreachable"
    RESET = "reset"
    EOF_BEFORE_GREETING = "eof_before_greeting"
    GREETING_TIMEOUT = "greeting_timeout"
    EOF_MID_SESSION = "eof_mid_session"
    REPLY_TIMEOUT = "reply_timeout"
    DEADLINE = "deadline"
    GREETING_REJECTED = "greeting_rejected"
    BUSY = "busy"
    PER_CLIENT_LIMIT = "per_client_limit"
    NOT_ACCEPTING = "not_accepting"
    TEMP_REPLY = "temp_reply"
    GREYLISTED = "greylisted"
    STORAGE_FULL = "storage_full"
    PERM_REPLY = "perm_reply"
    UNREACHABLE = "unreachable"  # what it depends on is down: the failure does not count
    PROTOCOL_ERROR = "protocol_error"
    BOUNDS_EXCEEDED = "bounds_exceeded"
    TLS_NOT_OFFERED = "tls_not_offered"
    STARTTLS_REFUSED = "starttls_refused"
    STARTTLS_INJECTION = "starttls_injection"
    TLS_HANDSHAKE = "tls_handshake"
    TLS_TIMEOUT = "tls_timeout"
    CERT_EXPIRED = "cert_expired"
    CERT_NOT_YET = "cert_not_yet"
    CERT_NAME = "cert_name"
    CERT_UNTRUSTED = "cert_untrusted"
    CERT_EXPIRING = "cert_expiring"
    CERT_EXPIRING_CRITICAL = "cert_expiring_critical"
    AUTH_TEMP = "auth_temp"
    AUTH_REJECTED = "auth_rejected"
    BODY_MISMATCH = "body_mismatch"
    STATUS_UNEXPECTED = "status_unexpected"
    REDIRECT_BLOCKED = "redirect_blocked"
    REDIRECT_LOOP = "redirect_loop"
    CAP_MISSING = "cap_missing"
    CAP_FORBIDDEN = "cap_forbidden"
    OPEN_RELAY_SUSPECTED = "open_relay_suspected"
    NOT_DELIVERED = "not_delivered"
    AUTH_UNAVAILABLE = "auth_unavailable"
    DRAIN = "drain"
    RCODE = "rcode"
    ANSWER_MISMATCH = "answer_mismatch"
    NOT_AUTHORITATIVE = "not_authoritative"
    STALE = "stale"
    EXEC_WARNING = "exec_warning"
    EXEC_CRITICAL = "exec_critical"
    EXEC_TIMEOUT = "exec_timeout"
    EXEC_UNKNOWN = "exec_unknown"
    EXEC_MISSING = "exec_missing"
    VALUE_WARNING = "value_warning"
    VALUE_CRITICAL = "value_critical"
    # notices that decide nothing
    AUTH_HELD = "auth_held"
    AMBIGUOUS = "ambiguous"
    WEAK_REFUSAL = "weak_refusal"
    LEGACY_TLS = "legacy_tls"
    ASSUME_SECURED_LOOPBACK = "assume_secured_loopback"
    GREET_DELAY = "greet_delay"
    AUTH_STALLED = "auth_stalled"
    BARE_LF = "bare_lf"
    CAPS_UNKNOWN = "caps_unknown"
    REPLY_IGNORED = "reply_ignored"
    VALUE_MISSING = "value_missing"
    PLAINTEXT_ON_TLS_PORT = "plaintext_on_tls_port"
    TLS_PORT_SPOKEN_PLAIN = "tls_port_spoken_plain"
    PROXY_HEADER_MISSED = "proxy_header_missed"
    ANONYMOUS_REFUSED = "anonymous_refused"
    PEER_UNHEARD = "peer_unheard"
    # our own fault: inconclusive, moves nothing
    LOCAL_RESOLVE = "local_resolve"
    LOCAL_BIND = "local_bind"
    LOCAL_NO_ROUTE = "local_no_route"
    LOCAL_FD_LIMIT = "local_fd_limit"
    LOCAL_STALL = "local_stall"
    LOCAL_CONFIG = "local_config"
    LOCAL_CANCELLED = "local_cancelled"
    LOCAL_BUG = "local_bug"


class OutcomeKind(StrEnum):
    """The four words an outcome is told by."""

    __hash__ = str.__hash__

    PASSED = "passed"
    DEGRADED = "degraded"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Passed:
    """The service did all that was asked."""

    kind = OutcomeKind.PASSED


@dataclass(frozen=True, slots=True)
class Degraded:
    """Alive, with something to mend (`load` False: a notice) or under load (`load` True: busy, slow)."""

    phase: Phase
    reason: Reason
    load: bool = False
    kind = OutcomeKind.DEGRADED


@dataclass(frozen=True, slots=True)
class Failed:
    """The service did not do what was asked."""

    phase: Phase
    reason: Reason
    kind = OutcomeKind.FAILED


@dataclass(frozen=True, slots=True)
class Inconclusive:
    """Our own fault: nothing is learned of the target."""

    phase: Phase
    reason: Reason
    kind = OutcomeKind.INCONCLUSIVE


Outcome: TypeAlias = Passed | Degraded | Failed | Inconclusive


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFacts:
    """What the handshake showed; `problem` is None when chain, time and name are in order (or not asked)."""

    version: str = ""
    cipher: str = ""
    alpn: str = ""
    server_name: str | None = None
    verified: bool = False
    problem: Reason | None = None
    leaf_not_after: float | None = None
    chain_earliest_not_after: float | None = None
    leaf_sha256: str = ""
    key_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The record of one probe run (probes.md 1.1). Times in seconds; `started` is Unix time.

    `timings` holds the phases that occurred, in order, TOTAL last. `text` is at most 200 characters, escaped.
    `weight_factor`: how much of its weight a member asks for, 0 to 2.56; None: it said nothing of it. `metrics`:
    numbers that the probe found, by name.
    """

    target: str
    outcome: Outcome
    started: float
    code: str = ""
    enhanced: str = ""
    text: str = ""
    notices: tuple[Reason, ...] = ()
    timings: tuple[tuple[Phase, float], ...] = ()
    peer: Address | None = None
    source: Address | None = None
    tls: TlsFacts | None = None
    caps_plain: tuple[str, ...] = ()
    caps_tls: tuple[str, ...] = ()
    bytes_in: int = 0
    lines_in: int = 0
    weight_factor: float | None = None
    metrics: tuple[tuple[str, float], ...] = ()

    @property
    def phase(self) -> Phase | None:
        """Where the outcome fell; None when all went well."""
        return None if isinstance(self.outcome, Passed) else self.outcome.phase

    @property
    def reason(self) -> Reason:
        """Why the outcome is what it is; OK when it passed."""
        return Reason.OK if isinstance(self.outcome, Passed) else self.outcome.reason
