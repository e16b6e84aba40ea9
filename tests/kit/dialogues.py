"""Good sessions of each line protocol, turn by turn, for tests that break them at every step.

`turns` are what a healthy server says, the greeting first; `phases` are where each turn falls, QUIT included.
"""

from dataclasses import dataclass

from gslb.model.checks import CheckSettings, ImapSettings, Pop3Settings, SmtpSettings, SubmissionSettings, TlsSettings
from gslb.model.observations import Phase
from gslb.model.values import TlsMode
from gslb.probes.dialogue.commands import Dialogue
from gslb.probes.dialogue.imap import imap
from gslb.probes.dialogue.pop3 import pop3
from gslb.probes.dialogue.smtp import smtp
from gslb.probes.dialogue.submission import submission

TAG = "tag"
PLAIN = TlsSettings(mode=TlsMode.NONE)
STARTTLS = TlsSettings(mode=TlsMode.STARTTLS)

GREETING, HELLO, UPGRADE, HELLO2 = Phase.GREETING, Phase.HELLO, Phase.STARTTLS, Phase.HELLO2
COMMAND, QUIT = Phase.COMMAND, Phase.QUIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One protocol's good session."""

    name: str
    settings: CheckSettings
    turns: tuple[bytes, ...]
    phases: tuple[Phase, ...]

    def dialogue(self) -> Dialogue:
        """A fresh dialogue; IMAP's tags are tag1, tag2, …"""
        match self.settings:
            case SmtpSettings():
                return smtp(self.settings, "probe.example.com")
            case SubmissionSettings():
                return submission(self.settings, "probe.example.com")
            case ImapSettings():
                return imap(self.settings, TAG)
            case Pop3Settings():
                return pop3(self.settings)
            case _:
                raise TypeError(self.settings)

    def __str__(self) -> str:
        return self.name


EHLO = b"250-mx\r\n250-STARTTLS\r\n250 SIZE 1000\r\n"
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
)
