"""Checks of servers that take mail: smtp, submission."""

from typing import Literal

from gslb.config.schema_check_common import Certificate, CheckTable, TlsWord
from gslb.config.schema_check_values import HeloName, Mailbox
from gslb.config.tables import Port


class SmtpCheck(CheckTable, Certificate):
    """RFC 5321 as another mail server would speak it."""

    type: Literal["smtp"]
    """The dialogue."""
    port: Port = 25
    """The port to connect to."""
    tls: TlsWord = "try"
    """none, try (if offered), starttls (required) or implicit (from the first byte)."""
    stage: Literal["greeting", "helo", "mail", "rcpt"] = "helo"
    """How deep the dialogue goes; mail and rcpt leave a line in the server's log."""
    helo_name: HeloName | None = None
    """The name said in EHLO; default: probing.name."""
    sender: Mailbox | None = None
    """Stage mail and rcpt: the envelope sender; default: the null sender <>."""
    rcpt: Mailbox | None = None
    """Stage rcpt: the recipient asked about; required there."""
    expect_rcpt: Literal["accept", "reject", "any"] | None = None
    """Stage rcpt: what the server must say of the recipient; default: accept."""
    allow_helo_fallback: bool = True
    """Whether HELO is tried where EHLO is unknown."""


class SubmissionCheck(CheckTable, Certificate):
    """RFC 6409 as a mail client would speak it before it logs in."""

    type: Literal["submission"]
    """The dialogue."""
    port: Port | None = None
    """The port to connect to; default: 587, with implicit TLS 465."""
    tls: TlsWord | None = None
    """none, try, starttls (required) or implicit; default: starttls, on port 465 implicit."""
    stage: Literal["greeting", "helo"] = "helo"
    """How deep the dialogue goes."""
    helo_name: HeloName | None = None
    """The name said in EHLO; default: probing.name."""
