"""Check tables to dialogues, with the defaults of each type."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gslb.config.resolve_dialogues_parts import caps_of, credentials_of, limits_of, ports_of, proxy_of, tls_of
from gslb.config.resolve_dialogues_web import http, webaccess
from gslb.config.schema_check import AnyCheck
from gslb.config.schema_check_mail import LmtpCheck, RelayCheck, SmtpCheck, SubmissionCheck
from gslb.config.schema_check_ports import TcpCheck, TlsCheck
from gslb.config.schema_check_roundtrip import FetchTable, RoundtripCheck
from gslb.config.schema_check_services import DnsCheck, LdapCheck
from gslb.config.schema_check_store import ImapCheck, Pop3Check, SieveCheck
from gslb.config.schema_check_web import HttpCheck, WebaccessCheck
from gslb.config.schema_check_words import AgentCheck, ExecCheck, FileCheck
from gslb.model.checks import (
    CheckSettings,
    Credentials,
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
from gslb.model.plain import AgentSettings, DnsSettings, ExecSettings, FileSettings, TcpSettings
from gslb.model.roundtrip import RoundtripSettings
from gslb.model.values import Verify


def dialogue_of(table: AnyCheck) -> CheckSettings:
    """What a check says on the wire, as its file says it: without what the node or a member adds."""
    return _SETTINGS[type(table)](table)


def _tcp(table: TcpCheck) -> TcpSettings:
    return TcpSettings(
        port=table.port,
        send=table.send or b"",
        expect=table.expect,
        reject=table.reject,
        quit=table.quit or b"",
        close=table.close,
        proxy=proxy_of(table),
        limits=limits_of(table),
    )


def _tls_check(table: TlsCheck) -> TlsCheckSettings:
    return TlsCheckSettings(
        port=table.port,
        tls=tls_of(table, "implicit"),
        alpn=table.alpn,
        min_version=table.min_version,
        pin_sha256=table.pin_sha256,
        proxy=proxy_of(table),
        limits=limits_of(table),
    )


def _smtp(table: SmtpCheck) -> SmtpSettings:
    return SmtpSettings(
        port=table.port,
        tls=tls_of(table, table.tls),
        stage=table.stage,
        helo_name=table.helo_name,
        sender=table.sender or "",
        rcpt=table.rcpt,
        expect_rcpt=table.expect_rcpt or "accept",
        allow_helo_fallback=table.allow_helo_fallback,
        proxy=proxy_of(table),
        limits=limits_of(table),
        caps=caps_of(table),
        banner_regex=table.banner_regex,
    )


def _submission(table: SubmissionCheck) -> SubmissionSettings:
    port, mode = ports_of(table, 587, 465, "starttls")
    return SubmissionSettings(
        port=port,
        tls=tls_of(table, mode),
        stage=table.stage if table.stage in ("greeting", "mail") else "helo",
        helo_name=table.helo_name,
        sender=table.sender or "",
        proxy=proxy_of(table),
        limits=limits_of(table),
        caps=caps_of(table),
        credentials=credentials_of(table),
    )


def _imap(table: ImapCheck) -> ImapSettings:
    port, mode = ports_of(table, 143, 993, "starttls")
    return ImapSettings(
        port=port,
        tls=tls_of(table, mode),
        stage=table.stage or ("login" if table.user else "capability"),
        allow_preauth=table.allow_preauth,
        proxy=proxy_of(table),
        limits=limits_of(table),
        caps=caps_of(table),
        credentials=credentials_of(table),
        send_id=table.send_id,
    )


def _pop3(table: Pop3Check) -> Pop3Settings:
    port, mode = ports_of(table, 110, 995, "starttls")
    return Pop3Settings(
        port=port,
        tls=tls_of(table, mode),
        stage=table.stage or ("login" if table.user else "capability"),
        proxy=proxy_of(table),
        limits=limits_of(table),
        caps=caps_of(table),
        credentials=credentials_of(table),
    )


def _lmtp(table: LmtpCheck) -> LmtpSettings:
    return LmtpSettings(
        port=table.port,
        tls=tls_of(table, table.tls),
        stage=table.stage,
        helo_name=table.helo_name,
        rcpt=table.rcpt,
        expect_rcpt=table.expect_rcpt or "accept",
        proxy=proxy_of(table),
        limits=limits_of(table),
        caps=caps_of(table),
        socket=table.socket,
    )


def _relay(table: RelayCheck) -> RelaySettings:
    return RelaySettings(
        port=table.port,
        tls=tls_of(table, table.tls),
        helo_name=table.helo_name,
        foreign_domain=table.foreign_domain,
        sender_domain=table.sender_domain,
        local_domain=table.local_domain,
        expect=table.expect,
        withdraw=table.withdraw_on_relay,
        variants=table.variants,
        proxy=proxy_of(table),
        limits=limits_of(table),
    )


def _roundtrip(table: RoundtripCheck) -> RoundtripSettings:
    """Both ways are verified in full, and one login serves both unless the mailbox has another."""
    port, mode = ports_of(table, 587, 465, "starttls")
    fetch_port, fetch_mode = _mailbox_ports(table.imap)
    credentials = credentials_of(table) or Credentials(user="")  # a check without one is refused already
    return RoundtripSettings(
        port=port,
        tls=replace(tls_of(table, mode), verify=Verify.FULL),
        helo_name=table.helo_name,
        mailbox=table.mailbox,
        credentials=credentials,
        fetch_address=table.imap.address,
        fetch_port=fetch_port,
        fetch_tls=_mailbox_tls(table, fetch_mode),
        fetch_credentials=credentials_of(table.imap) or credentials,
        max_latency=table.max_latency,
        fails=table.assert_severity == "fail",
        proxy=proxy_of(table),
        fetch_proxy=proxy_of(table.imap),
        limits=limits_of(table),
    )


def _mailbox_ports(table: FetchTable) -> tuple[int, str]:
    mode = table.tls or ("starttls" if table.port == 143 else "implicit")
    return table.port or (143 if mode == "starttls" else 993), mode


def _mailbox_tls(table: RoundtripCheck, mode: str) -> TlsSettings:
    """The name and the authorities of the submission, where the mailbox has none of its own."""
    own = replace(tls_of(table.imap, mode), verify=Verify.FULL)
    name = own.server_name or (table.server_name if table.imap.address is None else None)
    return replace(own, server_name=name, ca_file=own.ca_file or table.ca_file)


def _sieve(table: SieveCheck) -> SieveSettings:
    return SieveSettings(
        port=table.port,
        tls=tls_of(table, table.tls),
        stage=table.stage or ("login" if table.user else "noop"),
        credentials=credentials_of(table),
        proxy=proxy_of(table),
        limits=limits_of(table),
        caps=caps_of(table),
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
    port, mode = ports_of(table, 389, 636, "starttls" if table.user else "none")
    return LdapSettings(
        port=port,
        tls=tls_of(table, mode),
        stage=table.stage,
        credentials=credentials_of(table),
        proxy=proxy_of(table),
        limits=limits_of(table),
    )


def _exec(table: ExecCheck) -> ExecSettings:
    return ExecSettings(port=table.port or 0, argv=table.argv, user=table.user)


def _file(table: FileCheck) -> FileSettings:
    return FileSettings(path=table.path, ttl=table.ttl, on_stale=table.on_stale)


def _agent(table: AgentCheck) -> AgentSettings:
    return AgentSettings(
        port=table.port,
        send=table.send or b"",
        allow_boost=table.allow_boost,
        proxy=proxy_of(table),
        limits=limits_of(table),
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
    HttpCheck: http,
    WebaccessCheck: webaccess,
}
