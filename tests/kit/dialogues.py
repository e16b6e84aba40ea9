"""Good sessions of each line protocol, turn by turn, for tests that break them at every step.

`turns` are what a healthy server says, the greeting first; `phases` are where each turn falls, QUIT included.
"""

from dataclasses import dataclass

from gslb.model.checks import (
    CheckSettings,
    ImapSettings,
    LmtpSettings,
    Pop3Settings,
    SieveSettings,
    SmtpSettings,
    SubmissionSettings,
    TlsSettings,
)
from gslb.model.observations import Phase
from gslb.model.values import TlsMode
from gslb.probes.dialogue.commands import Dialogue
from gslb.probes.dialogue.imap import imap
from gslb.probes.dialogue.lmtp import lmtp
from gslb.probes.dialogue.login import Login
from gslb.probes.dialogue.pop3 import pop3
from gslb.probes.dialogue.sieve import sieve
from gslb.probes.dialogue.smtp import smtp
from gslb.probes.dialogue.submission import submission
from tests.kit.logins import CREDENTIALS, LOGIN

TAG = "tag"
PLAIN = TlsSettings(mode=TlsMode.NONE)
STARTTLS = TlsSettings(mode=TlsMode.STARTTLS)

GREETING, HELLO, UPGRADE, HELLO2 = Phase.GREETING, Phase.HELLO, Phase.STARTTLS, Phase.HELLO2
AUTH, COMMAND, QUIT = Phase.AUTH, Phase.COMMAND, Phase.QUIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One protocol's good session."""

    name: str
    settings: CheckSettings
    turns: tuple[bytes, ...]
    phases: tuple[Phase, ...]

    @property
    def entry(self) -> Login | None:
        """The login, where the check has one."""
        return LOGIN if getattr(self.settings, "credentials", None) is not None else None

    @property
    def protocol(self) -> str:
        """The type of the check."""
        return self.settings.type

    def is_asked(self, step: int) -> bool:
        """Whether this turn follows a command: not the greeting, nor sieve's list after the handshake."""
        return step > 0 and not (self.protocol == "sieve" and self.phases[step] is HELLO2)

    def dialogue(self) -> Dialogue:
        """A fresh dialogue; IMAP's tags are tag1, tag2, …"""
        match self.settings:
            case SmtpSettings():
                return smtp(self.settings, "probe.example.com")
            case SubmissionSettings():
                return submission(self.settings, "probe.example.com", self.entry)
            case LmtpSettings():
                return lmtp(self.settings, "probe.example.com")
            case ImapSettings():
                return imap(self.settings, TAG, self.entry)
            case Pop3Settings():
                return pop3(self.settings, self.entry)
            case SieveSettings():
                return sieve(self.settings, self.entry)
            case _:
                raise TypeError(self.settings)

    def __str__(self) -> str:
        return self.name


EHLO = b"250-mx\r\n250-STARTTLS\r\n250 SIZE 1000\r\n"
EHLO_TLS = b"250-mx\r\n250 AUTH PLAIN LOGIN\r\n"
CAPA_TLS = b"+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n"
LISTED = b'"IMPLEMENTATION" "x"\r\n"SASL" ""\r\n"STARTTLS"\r\n"VERSION" "1.0"\r\nOK "ready"\r\n'
LISTED_TLS = b'"IMPLEMENTATION" "x"\r\n"SASL" "PLAIN"\r\n"VERSION" {3}\r\n1.0\r\nOK "ready"\r\n'
CAPA = b"+OK\r\nSTLS\r\nUIDL\r\n.\r\n"


def _capability(tag: int) -> bytes:
    return b"* CAPABILITY IMAP4rev1 STARTTLS\r\ntag%d OK done\r\n" % tag


SESSIONS = (
    Session(
        name="smtp",
        settings=SmtpSettings(tls=PLAIN, stage="rcpt", rcpt="probe@example.com"),
        turns=(b"220 mx\r\n", EHLO, b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n", b"221 bye\r\n"),
        phases=(GREETING, HELLO, COMMAND, COMMAND, QUIT, QUIT),
    ),
    Session(
        name="smtp-starttls",
        settings=SmtpSettings(tls=STARTTLS),
        turns=(b"220 mx\r\n", EHLO, b"220 go\r\n", EHLO, b"221 bye\r\n"),
        phases=(GREETING, HELLO, UPGRADE, HELLO2, QUIT),
    ),
    Session(
        name="submission",
        settings=SubmissionSettings(),
        turns=(b"220 msa\r\n", EHLO, b"220 go\r\n", EHLO, b"221 bye\r\n"),
        phases=(GREETING, HELLO, UPGRADE, HELLO2, QUIT),
    ),
    Session(
        name="imap",
        settings=ImapSettings(),
        turns=(
            b"* OK ready\r\n",
            _capability(1),
            b"tag2 OK go\r\n",
            _capability(3),
            b"* BYE out\r\ntag4 OK done\r\n",
        ),
        phases=(GREETING, HELLO, UPGRADE, HELLO2, QUIT),
    ),
    Session(
        name="pop3",
        settings=Pop3Settings(),
        turns=(b"+OK ready\r\n", CAPA, b"+OK go\r\n", CAPA, b"+OK bye\r\n"),
        phases=(GREETING, HELLO, UPGRADE, HELLO2, QUIT),
    ),
    Session(
        name="lmtp",
        settings=LmtpSettings(tls=PLAIN, stage="rcpt", rcpt="probe@example.com"),
        turns=(b"220 lmtp\r\n", EHLO, b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n", b"221 bye\r\n"),
        phases=(GREETING, HELLO, COMMAND, COMMAND, QUIT, QUIT),
    ),
    Session(
        name="sieve",
        settings=SieveSettings(),
        turns=(LISTED, b'OK "go"\r\n', LISTED_TLS, b'OK (TAG {2}\r\nt1) "done"\r\n', b'OK "bye"\r\n'),
        phases=(GREETING, UPGRADE, HELLO2, COMMAND, QUIT),
    ),
    Session(
        name="submission-login",
        settings=SubmissionSettings(credentials=CREDENTIALS),
        turns=(b"220 msa\r\n", EHLO, b"220 go\r\n", EHLO_TLS, b"235 2.7.0 in\r\n", b"221 bye\r\n"),
        phases=(GREETING, HELLO, UPGRADE, HELLO2, AUTH, QUIT),
    ),
    Session(
        name="imap-mailbox",
        settings=ImapSettings(stage="mailbox", credentials=CREDENTIALS),
        turns=(
            b"* OK ready\r\n",
            _capability(1),
            b"tag2 OK go\r\n",
            b"* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\r\ntag3 OK done\r\n",
            b"tag4 OK [CAPABILITY IMAP4rev1] in\r\n",
            b"* 0 EXISTS\r\ntag5 OK [READ-ONLY] opened\r\n",
            b"* BYE out\r\ntag6 OK done\r\n",
        ),
        phases=(GREETING, HELLO, UPGRADE, HELLO2, AUTH, COMMAND, QUIT),
    ),
    Session(
        name="pop3-mailbox",
        settings=Pop3Settings(stage="mailbox", credentials=CREDENTIALS),
        # The last answer fits STAT too: without CAPA the login takes a command more.
        turns=(b"+OK ready\r\n", CAPA, b"+OK go\r\n", CAPA_TLS, b"+OK in\r\n", b"+OK 0 0\r\n", b"+OK 0 0 bye\r\n"),
        phases=(GREETING, HELLO, UPGRADE, HELLO2, AUTH, COMMAND, QUIT),
    ),
    Session(
        name="sieve-login",
        settings=SieveSettings(stage="login", credentials=CREDENTIALS),
        turns=(LISTED, b'OK "go"\r\n', LISTED_TLS, b"OK\r\n", b'OK (TAG "t1") "done"\r\n', b'OK "bye"\r\n'),
        phases=(GREETING, UPGRADE, HELLO2, AUTH, COMMAND, QUIT),
    ),
)
