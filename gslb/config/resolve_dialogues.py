"""Check tables to dialogues, with the defaults of each type."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gslb.config.schema_check import AnyCheck
from gslb.config.schema_check_common import Limited, Login, Proxied
from gslb.config.schema_check_mail import LmtpCheck, RelayCheck, SmtpCheck, SubmissionCheck
from gslb.config.schema_check_ports import TcpCheck, TlsCheck
from gslb.config.schema_check_roundtrip import FetchTable, RoundtripCheck
from gslb.config.schema_check_services import DnsCheck, LdapCheck
from gslb.config.schema_check_store import ImapCheck, Pop3Check, SieveCheck
from gslb.config.schema_check_web import FormLoginTable, HttpCheck, WebaccessCheck
from gslb.config.schema_check_words import AgentCheck, ExecCheck, FileCheck
from gslb.model.capabilities import capability_rules
from gslb.model.checks import (
    CapRule,
    CheckSettings,
    Credentials,
    FormLogin,
    HttpSettings,
    ImapSettings,
    LdapSettings,
    LmtpSettings,
    Pop3Settings,
    RelaySettings,
    SieveSettings,
    SmtpSettings,
    SubmissionSettings,
    TlsCheckSettings,
    TlsSettings,
)
from gslb.model.extracts import Extract
from gslb.model.limits import Limits
from gslb.model.plain import AgentSettings, DnsSettings, ExecSettings, FileSettings, TcpSettings
from gslb.model.roundtrip import RoundtripSettings
from gslb.model.values import ProxyProtocol, TlsMode, Verify

WEBACCESS_PATH = "/gw/webacc"
WEBACCESS_BODY = ("loginForm", "GroupWise")


def dialogue_of(table: AnyCheck) -> CheckSettings:
    """What a check says on the wire, as its file says it: without what the node or a member adds."""
    return _SETTINGS[type(table)](table)


def _tls(table: Any, mode: str) -> TlsSettings:
    """With a login the certificate is always verified in full (probes.md 1.5)."""
    return TlsSettings(
        mode=TlsMode(mode),
        verify=Verify("full" if getattr(table, "user", None) else table.verify),
        server_name=table.server_name,
        ca_file=table.ca_file,
        legacy=table.legacy,
        client_certificate=table.client_certificate,
        client_key=table.client_key,
        expiring=table.expiring,
        expiring_critical=table.expiring / 3 if table.expiring_critical is None else table.expiring_critical,
    )


def credentials_of(table: Login) -> Credentials | None:
    """Who logs in; None: nobody."""
    if table.user is None:
        return None
    return Credentials(
        user=table.user,
        password_file=table.password_file,
        password_env=table.password_env,
        password=table.password,
    )


def _caps(table: Any) -> tuple[CapRule, ...]:
    """The demands of a set, and the operator's own; a breach fails where assert_severity says so."""
    fails = table.assert_severity == "fail"
    wanted = ((name, True, when) for name, when in table.require_caps)
    unwanted = ((name, False, when) for name, when in table.forbid_caps)
    own = (
        CapRule(name=name, required=required, when=when, fails=fails) for name, required, when in (*wanted, *unwanted)
    )
    named = getattr(table, "capabilities", None)
    return (*(capability_rules(named, table.type, fails=fails) if named else ()), *own)


def _proxy(table: Proxied) -> ProxyProtocol:
    return ProxyProtocol(table.proxy_protocol)


def _limits(table: Limited) -> Limits:
    said = table.limits
    return Limits(
        connect=said.connect,
        handshake=said.handshake,
        greeting=said.greeting,
        farewell=said.farewell,
        session=said.session,
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
        close=table.close,
        proxy=_proxy(table),
        limits=_limits(table),
    )


def _tls_check(table: TlsCheck) -> TlsCheckSettings:
    return TlsCheckSettings(
        port=table.port,
        tls=_tls(table, "implicit"),
        alpn=table.alpn,
        min_version=table.min_version,
        pin_sha256=table.pin_sha256,
        proxy=_proxy(table),
        limits=_limits(table),
    )


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
        proxy=_proxy(table),
        limits=_limits(table),
        caps=_caps(table),
        banner_regex=table.banner_regex,
    )


def _submission(table: SubmissionCheck) -> SubmissionSettings:
    port, mode = _ports(table, 587, 465, "starttls")
    return SubmissionSettings(
        port=port,
        tls=_tls(table, mode),
        stage="greeting" if table.stage == "greeting" else "helo",
        helo_name=table.helo_name,
        proxy=_proxy(table),
        limits=_limits(table),
        caps=_caps(table),
        credentials=credentials_of(table),
    )


def _imap(table: ImapCheck) -> ImapSettings:
    port, mode = _ports(table, 143, 993, "starttls")
    return ImapSettings(
        port=port,
        tls=_tls(table, mode),
        stage=table.stage or ("login" if table.user else "capability"),
        allow_preauth=table.allow_preauth,
        proxy=_proxy(table),
        limits=_limits(table),
        caps=_caps(table),
        credentials=credentials_of(table),
        send_id=table.send_id,
    )


def _pop3(table: Pop3Check) -> Pop3Settings:
    port, mode = _ports(table, 110, 995, "starttls")
    return Pop3Settings(
        port=port,
        tls=_tls(table, mode),
        stage=table.stage or ("login" if table.user else "capability"),
        proxy=_proxy(table),
        limits=_limits(table),
        caps=_caps(table),
        credentials=credentials_of(table),
    )


def _lmtp(table: LmtpCheck) -> LmtpSettings:
    return LmtpSettings(
        port=table.port,
        tls=_tls(table, table.tls),
        stage=table.stage,
        helo_name=table.helo_name,
        rcpt=table.rcpt,
        expect_rcpt=table.expect_rcpt or "accept",
        proxy=_proxy(table),
        limits=_limits(table),
        caps=_caps(table),
        socket=table.socket,
    )


def _relay(table: RelayCheck) -> RelaySettings:
    return RelaySettings(
        port=table.port,
        tls=_tls(table, table.tls),
        helo_name=table.helo_name,
        foreign_domain=table.foreign_domain,
        sender_domain=table.sender_domain,
        local_domain=table.local_domain,
        expect=table.expect,
        withdraw=table.withdraw_on_relay,
        variants=table.variants,
        proxy=_proxy(table),
        limits=_limits(table),
    )


def _roundtrip(table: RoundtripCheck) -> RoundtripSettings:
    """Both ways are verified in full, and one login serves both unless the mailbox has another."""
    port, mode = _ports(table, 587, 465, "starttls")
    fetch_port, fetch_mode = _mailbox_ports(table.imap)
    credentials = credentials_of(table) or Credentials(user="")  # a check without one is refused already
    return RoundtripSettings(
        port=port,
        tls=replace(_tls(table, mode), verify=Verify.FULL),
        helo_name=table.helo_name,
        mailbox=table.mailbox,
        credentials=credentials,
        fetch_address=table.imap.address,
        fetch_port=fetch_port,
        fetch_tls=_mailbox_tls(table, fetch_mode),
        fetch_credentials=credentials_of(table.imap) or credentials,
        max_latency=table.max_latency,
        fails=table.assert_severity == "fail",
    )


def _mailbox_ports(table: FetchTable) -> tuple[int, str]:
    mode = table.tls or ("starttls" if table.port == 143 else "implicit")
    return table.port or (143 if mode == "starttls" else 993), mode


def _mailbox_tls(table: RoundtripCheck, mode: str) -> TlsSettings:
    """The name and the authorities of the submission, where the mailbox has none of its own."""
    own = replace(_tls(table.imap, mode), verify=Verify.FULL)
    name = own.server_name or (table.server_name if table.imap.address is None else None)
    return replace(own, server_name=name, ca_file=own.ca_file or table.ca_file)


def _sieve(table: SieveCheck) -> SieveSettings:
    return SieveSettings(
        port=table.port,
        tls=_tls(table, table.tls),
        stage=table.stage or ("login" if table.user else "noop"),
        credentials=credentials_of(table),
        proxy=_proxy(table),
        limits=_limits(table),
        caps=_caps(table),
    )


def _dns(table: DnsCheck) -> DnsSettings:
    return DnsSettings(
        port=table.port,
        qname=table.qname,
        qtype=table.qtype,
        recursion=table.recursion,
        edns=table.edns,
        transport=table.transport,
        expect_rcode=table.expect_rcode,
        authoritative=table.authoritative,
        min_answers=table.min_answers,
        answer_must=table.answer_must,
        answer_must_not=table.answer_must_not,
        serial_at_least=table.serial_at_least,
        serial_peer=table.serial_peer,
        serial_peer_port=table.serial_peer_port or 53,
        serial_within=table.serial_within,
    )


def _ldap(table: LdapCheck) -> LdapSettings:
    port, mode = _ports(table, 389, 636, "starttls" if table.user else "none")
    return LdapSettings(
        port=port,
        tls=_tls(table, mode),
        stage=table.stage,
        credentials=credentials_of(table),
        proxy=_proxy(table),
        limits=_limits(table),
    )


def _exec(table: ExecCheck) -> ExecSettings:
    return ExecSettings(port=table.port or 0, argv=table.argv, user=table.user)


def _file(table: FileCheck) -> FileSettings:
    return FileSettings(path=table.path, ttl=table.ttl, on_stale=table.on_stale)


def _agent(table: AgentCheck) -> AgentSettings:
    return AgentSettings(port=table.port, send=table.send or b"", proxy=_proxy(table), limits=_limits(table))


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
    tls = _tls(table, mode)
    return HttpSettings(
        kind=table.type,
        port=port,
        tls=tls if table.login is None else replace(tls, verify=Verify.FULL),
        host=table.host,
        method=table.method,
        path=table.path or path,
        headers=table.headers,
        expect_status=table.expect_status or statuses,
        realm_regex=table.realm_regex,
        server_regex=table.server_regex,
        drain_on_404=table.drain_on_404,
        body_must=table.body_must,
        body_must_any=body_any if table.body_must_any is None else table.body_must_any,
        body_must_not=table.body_must_not,
        body_regex=table.body_must_regex,
        body_not_regex=table.body_must_not_regex,
        body_degraded_regex=table.body_degraded_regex,
        header_must=table.header_must,
        extract=tuple(
            Extract(name=name, pattern=each.pattern, warn=each.warn, crit=each.crit)
            for name, each in table.extract.items()
        ),
        redirects=table.redirects,
        body_limit=table.body_limit,
        credentials=credentials_of(table),
        login=_form_login(table.login),
        proxy=_proxy(table),
        limits=_limits(table),
    )


def _form_login(table: FormLoginTable | None) -> FormLogin | None:
    credentials = None if table is None else credentials_of(table)
    if table is None or credentials is None:
        return None
    return FormLogin(
        credentials=credentials,
        form=table.form,
        action=table.action,
        user_field=table.user_field,
        password_field=table.password_field,
        fields=table.fields,
        success_regex=table.success_regex or "",
        success_location=table.success_location or "",
        success_cookie=table.success_cookie or "",
        failure_regex=table.failure_regex or "",
        logout_path=table.logout_path,
    )


_SETTINGS: dict[type[Any], Callable[[Any], CheckSettings]] = {
    TcpCheck: _tcp,
    TlsCheck: _tls_check,
    SmtpCheck: _smtp,
    SubmissionCheck: _submission,
    ImapCheck: _imap,
    LmtpCheck: _lmtp,
    Pop3Check: _pop3,
    SieveCheck: _sieve,
    DnsCheck: _dns,
    LdapCheck: _ldap,
    ExecCheck: _exec,
    FileCheck: _file,
    AgentCheck: _agent,
    RelayCheck: _relay,
    RoundtripCheck: _roundtrip,
    HttpCheck: _http,
    WebaccessCheck: _webaccess,
}
