"""Check tables to the model: the defaults of each type, and what a member adds to a dialogue."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gslb.config.schema_check import (
    AnyCheck,
    HttpCheck,
    ImapCheck,
    Pop3Check,
    SmtpCheck,
    SubmissionCheck,
    TcpCheck,
    TlsCheck,
    WebaccessCheck,
)
from gslb.model.checks import (
    Check,
    CheckSettings,
    HttpSettings,
    ImapSettings,
    Pop3Settings,
    SmtpSettings,
    SubmissionSettings,
    TcpSettings,
    Thresholds,
    Timing,
    TlsCheckSettings,
    TlsSettings,
)
from gslb.model.settings import Probing
from gslb.model.values import TlsMode, Verify

FAST_INTERVAL = 3.0
TIMEOUTS = {"smtp": 10.0, "submission": 10.0, "imap": 8.0, "pop3": 8.0, "http": 8.0, "webaccess": 8.0}
OTHER_TIMEOUT = 5.0
TIMEOUT_PART = 0.8
"""A default timeout is at most this part of the interval."""

WEBACCESS_PATH = "/gw/webacc"
WEBACCESS_BODY = ("loginForm", "GroupWise")


@dataclass(frozen=True, slots=True)
class ResolvedCheck:
    """A check, and its dialogue as written: the identity of targets must not hold what this node adds."""

    check: Check
    written: CheckSettings


def resolve_check(name: str, table: AnyCheck, probing: Probing, directory: Path) -> ResolvedCheck:
    """One check with every default of its type and of this node."""
    written = _SETTINGS[type(table)](table)
    check = Check(
        name=name,
        settings=_on_this_node(written, probing, directory),
        timing=timing(table),
        thresholds=Thresholds(rise=table.rise, fall=table.fall, forgive=table.forgive, min_hold=table.min_hold),
        slow_after=table.slow_after,
        source_ipv4=table.source.ipv4,
        source_ipv6=table.source.ipv6,
    )
    return ResolvedCheck(check, written)


def timing(table: AnyCheck) -> Timing:
    """The cadence of a check. Defaults follow a lowered interval down."""
    interval = table.interval
    default = min(TIMEOUTS.get(table.type, OTHER_TIMEOUT), TIMEOUT_PART * interval)
    return Timing(
        interval=interval,
        fast_interval=min(FAST_INTERVAL, interval) if table.fast_interval is None else table.fast_interval,
        down_interval=table.down_interval,
        timeout=default if table.timeout is None else table.timeout,
    )


def says_hello_by_default(table: AnyCheck) -> bool:
    """Whether a check says the node's probing.name."""
    return isinstance(table, SmtpCheck | SubmissionCheck) and table.helo_name is None


def _on_this_node(settings: CheckSettings, probing: Probing, directory: Path) -> CheckSettings:
    if isinstance(settings, SmtpSettings | SubmissionSettings) and settings.helo_name is None:
        settings = replace(settings, helo_name=probing.name)
    if not isinstance(settings, TcpSettings) and settings.tls.ca_file is not None:
        return replace(settings, tls=replace(settings.tls, ca_file=str(directory / settings.tls.ca_file)))
    return settings


def for_member(settings: CheckSettings, port: int | None, server_name: str | None, public_name: str) -> CheckSettings:
    """A dialogue with one member: its port, its name in TLS, the pool's public name as HTTP host."""
    if port is not None:
        settings = replace(settings, port=port)
    if isinstance(settings, TcpSettings):
        return settings
    if settings.tls.mode is not TlsMode.NONE and settings.tls.server_name is None and server_name is not None:
        settings = replace(settings, tls=replace(settings.tls, server_name=server_name))
    if isinstance(settings, HttpSettings) and settings.host is None:
        settings = replace(settings, host=public_name)
    return settings


def _tls(table: Any, mode: str) -> TlsSettings:
    return TlsSettings(
        mode=TlsMode(mode), verify=Verify(table.verify), server_name=table.server_name, ca_file=table.ca_file
    )


def _ports(table: Any, plain: int, implicit: int, otherwise: str) -> tuple[int, str]:
    """Port and TLS mode, where each stands in for the other that is not written."""
    mode = table.tls or ("implicit" if table.port == implicit else otherwise)
    return table.port or (implicit if mode == "implicit" else plain), mode


def _tcp(table: TcpCheck) -> TcpSettings:
    return TcpSettings(
        port=table.port,
        send=table.send or b"",
        expect=table.expect,
        reject=table.reject,
        quit=table.quit or b"",
    )


def _tls_check(table: TlsCheck) -> TlsCheckSettings:
    return TlsCheckSettings(port=table.port, tls=_tls(table, "implicit"))


def _smtp(table: SmtpCheck) -> SmtpSettings:
    return SmtpSettings(
        port=table.port,
        tls=_tls(table, table.tls),
        stage=table.stage,
        helo_name=table.helo_name,
        sender=table.sender or "",
        rcpt=table.rcpt,
        expect_rcpt=table.expect_rcpt or "accept",
        allow_helo_fallback=table.allow_helo_fallback,
    )


def _submission(table: SubmissionCheck) -> SubmissionSettings:
    port, mode = _ports(table, 587, 465, "starttls")
    return SubmissionSettings(port=port, tls=_tls(table, mode), stage=table.stage, helo_name=table.helo_name)


def _imap(table: ImapCheck) -> ImapSettings:
    port, mode = _ports(table, 143, 993, "starttls")
    return ImapSettings(port=port, tls=_tls(table, mode), stage=table.stage, allow_preauth=table.allow_preauth)


def _pop3(table: Pop3Check) -> Pop3Settings:
    port, mode = _ports(table, 110, 995, "starttls")
    return Pop3Settings(port=port, tls=_tls(table, mode), stage=table.stage)


def _http(table: HttpCheck) -> HttpSettings:
    return _web(table, otherwise="none", path="/", statuses=((200, 299),), body_any=())


def _webaccess(table: WebaccessCheck) -> HttpSettings:
    body_any = () if table.body_must else WEBACCESS_BODY
    return _web(table, otherwise="implicit", path=WEBACCESS_PATH, statuses=((200, 200),), body_any=body_any)


def _web(
    table: HttpCheck | WebaccessCheck,
    *,
    otherwise: str,
    path: str,
    statuses: tuple[tuple[int, int], ...],
    body_any: tuple[str, ...],
) -> HttpSettings:
    port, mode = _ports(table, 80, 443, otherwise)
    return HttpSettings(
        kind=table.type,
        port=port,
        tls=_tls(table, mode),
        host=table.host,
        method=table.method,
        path=table.path or path,
        headers=table.headers,
        expect_status=table.expect_status or statuses,
        body_must=table.body_must,
        body_must_any=body_any if table.body_must_any is None else table.body_must_any,
        body_must_not=table.body_must_not,
        header_must=table.header_must,
        redirects=table.redirects,
        body_limit=table.body_limit,
    )


_SETTINGS: dict[type[Any], Callable[[Any], CheckSettings]] = {
    TcpCheck: _tcp,
    TlsCheck: _tls_check,
    SmtpCheck: _smtp,
    SubmissionCheck: _submission,
    ImapCheck: _imap,
    Pop3Check: _pop3,
    HttpCheck: _http,
    WebaccessCheck: _webaccess,
}
