"""Rules between the keys of one check."""

from collections.abc import Callable
from typing import Any

from gslb.config.crosscheck_roundtrip import check_roundtrip
from gslb.config.crosscheck_web import check_web
from gslb.config.drafts import CheckDraft
from gslb.config.resolve_dialogues import dialogue_of
from gslb.config.schema_check_common import Capable, Certificate, Login
from gslb.config.schema_check_mail import LmtpCheck, RelayCheck, SmtpCheck, SubmissionCheck
from gslb.config.schema_check_ports import TcpCheck, TlsCheck
from gslb.config.schema_check_services import DnsCheck, LdapCheck
from gslb.config.schema_check_words import AgentCheck, FileCheck
from gslb.config.values import show_duration
from gslb.model.values import CapWhen, TlsMode


def check_check(check: CheckDraft) -> None:
    """Judge one check; faults go to its document."""
    for rule in _RULES:
        rule(check)
    check_web(check)
    check_roundtrip(check)


def _refuse(check: CheckDraft, key: str, message: str) -> None:
    """A fault at one key, unless that key was refused for what it is already."""
    if not check.document.is_damaged((check.name, key)):
        check.document.fault((check.name, key), message)


def _cadence(check: CheckDraft) -> None:
    table, document = check.table, check.document
    if document.is_damaged((check.name, "interval")):
        return
    interval = show_duration(table.interval)
    if table.timeout is not None and table.timeout >= table.interval:
        _refuse(check, "timeout", f"{show_duration(table.timeout)} is not under the interval, {interval}")
    if table.fast_interval is not None and table.fast_interval > table.interval:
        _refuse(check, "fast_interval", f"{show_duration(table.fast_interval)} is above the interval, {interval}")
    if isinstance(table, AgentCheck) and table.agent_max_age is not None and table.agent_max_age < table.interval:
        older = show_duration(table.agent_max_age)
        _refuse(check, "agent_max_age", f"{older} is under the interval, {interval}: no word would ever count")
    if table.stale_after is not None and table.stale_after <= table.interval:
        _refuse(check, "stale_after", f"{show_duration(table.stale_after)} is not above the interval, {interval}")


def _slow_after(check: CheckDraft) -> None:
    table = check.table
    if table.slow_after is not None and table.timeout is not None and table.slow_after >= table.timeout:
        limit = show_duration(table.timeout)
        _refuse(check, "slow_after", f"not under the timeout, {limit}: a run cannot take that long")


def _certificate(check: CheckDraft) -> None:
    table = check.table
    if isinstance(table, Certificate) and table.client_key is not None and table.client_certificate is None:
        _refuse(check, "client_key", "needs a client_certificate: the key of which one")
    if isinstance(table, Certificate) and table.expiring_critical is not None:
        first = show_duration(table.expiring)
        if table.expiring_critical > table.expiring:
            _refuse(
                check, "expiring_critical", f"longer before the end than expiring, {first}: it is the later of the two"
            )
    if isinstance(table, TlsCheck) and table.legacy and "min_version" in table.model_fields_set:
        _refuse(check, "min_version", "legacy lets in 1.0 and all that came after it: use one of the two")
    if getattr(table, "tls", None) != "none":
        return
    for key in Certificate.model_fields:
        if key in table.model_fields_set:
            _refuse(check, key, "without TLS nothing is verified: tls is none")


def _recipient(check: CheckDraft) -> None:
    table, document = check.table, check.document
    if not isinstance(table, SmtpCheck | SubmissionCheck | LmtpCheck) or document.is_damaged((check.name, "stage")):
        return
    if table.stage == "rcpt" and not table.rcpt:
        _refuse(check, "rcpt", "required with stage rcpt: a mailbox to ask about")
    sends = ("mail",) if isinstance(table, SubmissionCheck) else ("mail", "rcpt")
    needed = {"sender": sends, "rcpt": ("rcpt",), "expect_rcpt": ("rcpt",)}
    for key, stages in needed.items():
        if key in table.model_fields_set and table.stage not in stages:
            known = f", and the stage is {table.stage}" if table.stage else ""
            _refuse(check, key, f"needs stage {' or '.join(stages)}{known}")


def _socket(check: CheckDraft) -> None:
    table = check.table
    if not isinstance(table, LmtpCheck) or table.socket is None:
        return
    for key in ("port", "source"):
        if key in table.model_fields_set:
            _refuse(check, key, "a Unix socket has none: socket stands there already")
    if table.proxy_protocol == "v1":
        _refuse(check, "proxy_protocol", "v1 tells addresses, and a Unix socket has none: write v2")


def _octets(check: CheckDraft) -> None:
    table = check.table
    if isinstance(table, TcpCheck) and (b"" in table.expect or b"" in table.reject):
        check.document.fault((check.name,), "an empty text in expect or reject is found in anything: leave it out")


def _relay(check: CheckDraft) -> None:
    table = check.table
    if not isinstance(table, RelayCheck):
        return
    needing = [word for word in table.variants if word in ("percent", "quoted", "at")]
    if needing and table.local_domain is None:
        _refuse(check, "local_domain", f"required by the variants {', '.join(needing)}: a domain this server serves")
    if table.withdraw_on_relay and table.expect == "accept":
        _refuse(check, "withdraw_on_relay", "expect is accept: there it is a refusal that is wrong, and only a notice")
    if table.foreign_domain == table.local_domain:
        _refuse(check, "foreign_domain", "the local domain: mail to it is no relaying")


def _serial(check: CheckDraft) -> None:
    table = check.table
    if isinstance(table, DnsCheck) and table.serial_at_least is not None and table.qtype != "SOA":
        _refuse(check, "serial_at_least", f"needs qtype SOA, and the qtype is {table.qtype}")
    if isinstance(table, DnsCheck) and table.serial_within is not None:
        if table.qtype != "SOA":
            _refuse(check, "serial_within", f"needs qtype SOA, and the qtype is {table.qtype}")
        elif table.serial_peer is None:
            _refuse(check, "serial_within", "needs serial_peer: the server whose serial it is held against")
    elif isinstance(table, DnsCheck) and (table.serial_peer is not None or table.serial_peer_port is not None):
        key = "serial_peer" if table.serial_peer is not None else "serial_peer_port"
        _refuse(check, key, "needs serial_within: how far the two serials may be apart")


def _stale(check: CheckDraft) -> None:
    table = check.table
    if isinstance(table, FileCheck) and "on_stale" in table.model_fields_set and table.ttl is None:
        _refuse(check, "on_stale", "needs a ttl: without one no word grows stale")


def _login(check: CheckDraft) -> None:
    """A password goes out only where the channel is verified, and only from where nobody else reads it."""
    table = check.table
    wrong = any(check.document.is_damaged((check.name, key)) for key in ("user", *_SOURCES))
    if wrong or not isinstance(table, Login):
        return
    sources = [key for key in _SOURCES if getattr(table, key) is not None]
    if table.user is None:
        for key in sources:
            _refuse(check, key, "needs a user: who logs in")
        if getattr(table, "stage", None) in _DEEP:
            _refuse(check, "user", f"required with stage {getattr(table, 'stage', None)}: who logs in")
        return
    if not sources:
        _refuse(check, "user", "needs a password_file, or a password_env")
    if len(sources) > 1:
        _refuse(check, sources[1], f"{sources[0]} stands there already: use one of them")
    _verified(check, table)


def _verified(check: CheckDraft, table: Any) -> None:
    mode = dialogue_of(table).tls.mode  # type: ignore[union-attr]  # every type that logs in has TLS
    if mode not in (TlsMode.STARTTLS, TlsMode.IMPLICIT):
        _refuse(check, "tls", f"a login goes over verified TLS only, and tls is {mode}: write starttls or implicit")
    if "verify" in table.model_fields_set and table.verify != "full":
        _refuse(check, "verify", "with a login the certificate is always verified in full")
    stage = getattr(table, "stage", None)
    if stage is not None and not isinstance(table, LdapCheck) and stage not in _DEEP:
        _refuse(check, "stage", f"{stage} ends before the login that user asks for")


def _capabilities(check: CheckDraft) -> None:
    table = check.table
    if not isinstance(table, Capable):
        return
    asserts = table.require_caps or table.forbid_caps or getattr(table, "capabilities", None)
    if table.assert_severity == "fail" and not asserts:
        _refuse(check, "assert_severity", "needs capabilities, require_caps or forbid_caps")
    mode = dialogue_of(table).tls.mode  # type: ignore[union-attr]  # every type with capabilities has TLS
    for key in ("require_caps", "forbid_caps"):
        times = {when for _, when in getattr(table, key)}
        if mode is TlsMode.NONE and CapWhen.POST_TLS in times:
            _refuse(check, key, "post_tls never comes: tls is none")
        if mode is TlsMode.IMPLICIT and CapWhen.PRE_TLS in times:
            _refuse(check, key, "pre_tls never comes: tls is implicit")


_SOURCES = ("password_file", "password_env", "password")
_DEEP = ("auth", "login", "mailbox", "mail")
"""Stages that need a login."""

_RULES: tuple[Callable[[CheckDraft], None], ...] = (
    _cadence,
    _slow_after,
    _certificate,
    _recipient,
    _socket,
    _octets,
    _relay,
    _serial,
    _stale,
    _login,
    _capabilities,
)
