"""Rules between the keys of one check."""

from collections.abc import Callable

from gslb.config.drafts import CheckDraft
from gslb.config.schema_check_mail import LmtpCheck, RelayCheck, SmtpCheck
from gslb.config.schema_check_ports import TcpCheck
from gslb.config.schema_check_services import DnsCheck
from gslb.config.schema_check_web import HttpCheck, WebaccessCheck
from gslb.config.schema_check_words import FileCheck
from gslb.config.values import show_duration


def check_check(check: CheckDraft) -> None:
    """Judge one check; faults go to its document."""
    for rule in _RULES:
        rule(check)


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


def _slow_after(check: CheckDraft) -> None:
    table = check.table
    if table.slow_after is not None and table.timeout is not None and table.slow_after >= table.timeout:
        limit = show_duration(table.timeout)
        _refuse(check, "slow_after", f"not under the timeout, {limit}: a run cannot take that long")


def _certificate(check: CheckDraft) -> None:
    if getattr(check.table, "tls", None) != "none":
        return
    for key in ("server_name", "verify", "ca_file"):
        if key in check.table.model_fields_set:
            _refuse(check, key, "without TLS nothing is verified: tls is none")


def _recipient(check: CheckDraft) -> None:
    table, document = check.table, check.document
    if not isinstance(table, SmtpCheck | LmtpCheck) or document.is_damaged((check.name, "stage")):
        return
    if table.stage == "rcpt" and not table.rcpt:
        _refuse(check, "rcpt", "required with stage rcpt: a mailbox to ask about")
    needed = {"sender": ("mail", "rcpt"), "rcpt": ("rcpt",), "expect_rcpt": ("rcpt",)}
    for key, stages in needed.items():
        if key in table.model_fields_set and table.stage not in stages:
            _refuse(check, key, f"needs stage {' or '.join(stages)}, and the stage is {table.stage}")


def _body(check: CheckDraft) -> None:
    table = check.table
    if not isinstance(table, HttpCheck | WebaccessCheck) or table.method != "HEAD":
        return
    for key in ("body_must", "body_must_any", "body_must_not"):
        if getattr(table, key):
            _refuse(check, key, "HEAD has no body to judge: use GET")
    if isinstance(table, WebaccessCheck) and table.body_must_any is None:
        _refuse(check, "method", "HEAD has no body, and webaccess is judged by it: use GET")


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
    if table.foreign_domain == table.local_domain:
        _refuse(check, "foreign_domain", "the local domain: mail to it is no relaying")
    if table.withdraw_on_relay and table.expect == "accept":
        _refuse(check, "withdraw_on_relay", "with expect: accept there is no open relay to withdraw")


def _serial(check: CheckDraft) -> None:
    table = check.table
    if isinstance(table, DnsCheck) and table.serial_at_least is not None and table.qtype != "SOA":
        _refuse(check, "serial_at_least", f"needs qtype SOA, and the qtype is {table.qtype}")


def _stale(check: CheckDraft) -> None:
    table = check.table
    if isinstance(table, FileCheck) and "on_stale" in table.model_fields_set and table.ttl is None:
        _refuse(check, "on_stale", "needs a ttl: without one no word grows stale")


_RULES: tuple[Callable[[CheckDraft], None], ...] = (
    _cadence,
    _slow_after,
    _certificate,
    _recipient,
    _body,
    _octets,
    _relay,
    _serial,
    _stale,
)
