"""The probers that hold a dialogue of lines: one per type of check, each the dialogue, its TLS and its login.

A handshake is guarded wherever a login will follow it, and nowhere else.
"""

import secrets
import string
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from gslb.model.checks import (
    Credentials,
    ImapSettings,
    LmtpSettings,
    Pop3Settings,
    RelaySettings,
    SieveSettings,
    SmtpSettings,
    SubmissionSettings,
    TlsCheckSettings,
    TlsSettings,
)
from gslb.model.observations import Passed, Phase, Reason
from gslb.model.plain import TcpSettings
from gslb.model.targets import Target
from gslb.model.values import ProxyProtocol
from gslb.probes.contexts import GUARDED, PLAIN_TERMS, Terms
from gslb.probes.dialogue.commands import Dialogue
from gslb.probes.dialogue.imap import imap
from gslb.probes.dialogue.lmtp import lmtp
from gslb.probes.dialogue.login import Entry, Login
from gslb.probes.dialogue.pop3 import pop3
from gslb.probes.dialogue.relay import relay
from gslb.probes.dialogue.sieve import sieve
from gslb.probes.dialogue.smtp import smtp
from gslb.probes.dialogue.submission import submission
from gslb.probes.dialogue.tcp import tcp
from gslb.probes.dialogue.tls import tls
from gslb.probes.journal import Journal
from gslb.probes.lines import converse
from gslb.probes.logins import login_for
from gslb.probes.streams import Stream

Settings = TypeVar("Settings")

PATIENCE: Final = 2.5
"""Seconds that a listener waits for the header of its proxy at least before it gives up: Dovecot 3, Postfix 5."""

_DEEP: Final = ("login", "mailbox")


def _of(kind: type[Settings], target: Target) -> Settings:
    if not isinstance(target.settings, kind):
        raise TypeError(f"{type(target.settings).__name__} where {kind.__name__} was due")
    return target.settings


async def probe_tcp(target: Target, journal: Journal) -> None:
    """A bare connection, with what the operator lets it say."""
    settings = _of(TcpSettings, target)
    close = Stream.reset if settings.close == "rst" else Stream.close
    await converse(target, lambda _: tcp(settings), journal, close=close, by_heart=True)


async def probe_tls(target: Target, journal: Journal) -> None:
    """A handshake, and what it showed."""
    settings = _of(TlsCheckSettings, target)
    terms = Terms(alpn=settings.alpn, min_version=settings.min_version)
    await converse(target, lambda _: tls(settings, journal.tls), journal, settings.tls, terms=terms)


async def probe_smtp(target: Target, journal: Journal) -> None:
    """A mail exchanger."""
    settings = _of(SmtpSettings, target)
    with _explained(settings.proxy, journal):
        await converse(
            target, lambda name: smtp(settings, settings.helo_name or name), journal, settings.tls, by_heart=True
        )


async def probe_lmtp(target: Target, journal: Journal) -> None:
    """A mailbox server, as its relays see it."""
    settings = _of(LmtpSettings, target)
    with _explained(settings.proxy, journal):
        await converse(
            target, lambda name: lmtp(settings, settings.helo_name or name), journal, settings.tls, by_heart=True
        )


async def probe_relay(target: Target, journal: Journal) -> None:
    """Whether it would relay for strangers; the form of the address turns with the runs."""
    settings = _of(RelaySettings, target)
    name = settings.helo_name
    with _explained(settings.proxy, journal):
        await converse(target, lambda ours: relay(settings, name or ours, journal.turn), journal, settings.tls)


async def probe_submission(target: Target, journal: Journal) -> None:
    """Message submission."""
    settings = _of(SubmissionSettings, target)
    credentials = None if settings.stage == "greeting" else settings.credentials
    await _logged_in(
        target,
        journal,
        settings.tls,
        credentials,
        lambda name, entry: submission(settings, settings.helo_name or name, entry),
    )


async def probe_imap(target: Target, journal: Journal) -> None:
    """IMAP."""
    settings = _of(ImapSettings, target)
    tag = "".join(secrets.choice(string.ascii_lowercase) for _ in range(4))
    credentials = settings.credentials if settings.stage in _DEEP else None
    await _logged_in(target, journal, settings.tls, credentials, lambda _, entry: imap(settings, tag, entry))


async def probe_pop3(target: Target, journal: Journal) -> None:
    """POP3."""
    settings = _of(Pop3Settings, target)
    credentials = settings.credentials if settings.stage in _DEEP else None
    await _logged_in(target, journal, settings.tls, credentials, lambda _, entry: pop3(settings, entry))


async def probe_sieve(target: Target, journal: Journal) -> None:
    """ManageSieve."""
    settings = _of(SieveSettings, target)
    credentials = settings.credentials if settings.stage in _DEEP else None
    await _logged_in(target, journal, settings.tls, credentials, lambda _, entry: sieve(settings, entry))


async def _logged_in(
    target: Target,
    journal: Journal,
    settings: TlsSettings,
    credentials: Credentials | None,
    begin: Callable[[str, Entry], Dialogue],
) -> None:
    proxy = getattr(target.settings, "proxy", ProxyProtocol.NONE)
    with login_for(target, credentials, journal) as entry, _explained(proxy, journal):
        terms = GUARDED if isinstance(entry, Login) else PLAIN_TERMS
        same = entry is None and not isinstance(target.settings, ImapSettings)  # whose tags are another each time
        await converse(target, lambda name: begin(name, entry), journal, settings, terms=terms, by_heart=same)
    _explain_loopback(journal)


@contextmanager
def _explained(proxy: ProxyProtocol, journal: Journal) -> Iterator[None]:
    """A listener that waits for its proxy's header gives up in the end: Dovecot hangs up, Postfix says 421."""
    try:
        yield
    finally:
        if proxy is ProxyProtocol.NONE and _gave_up(journal):
            journal.note(Reason.PROXY_HEADER_MISSED)


def _gave_up(journal: Journal) -> bool:
    """Whether the server was silent for long, and then did not want to talk any more."""
    told = journal.conclusion
    if told is None or isinstance(told.outcome, Passed) or told.outcome.phase is not Phase.GREETING:
        return False
    ended = told.code == "421" or told.outcome.reason is Reason.EOF_BEFORE_GREETING
    return ended and journal.timings.get(Phase.GREETING, 0.0) >= PATIENCE


def _explain_loopback(journal: Journal) -> None:
    """Dovecot takes a client with the server's own address for a secured one, and offers it cleartext logins."""
    broken = Reason.CAP_MISSING in journal.notices or Reason.CAP_FORBIDDEN in journal.notices
    stream = journal.stream
    if broken and stream is not None and stream.source == stream.peer:
        journal.note(Reason.ASSUME_SECURED_LOOPBACK)
