"""Checks of servers that take mail: smtp, submission, lmtp, and whether one is an open relay."""

from typing import Annotated, Literal

from gslb.config.patterns import Pattern
from gslb.config.schema_check_common import (
    Capable,
    Certificate,
    CheckTable,
    Count,
    Interval,
    Limited,
    Login,
    Proxied,
    TlsWord,
)
from gslb.config.schema_check_values import HeloName, Mailbox, RelayVariants
from gslb.config.tables import Hostname, Port, Text
from gslb.config.values import DAY, duration


class SmtpCheck(CheckTable, Certificate, Capable, Proxied, Limited):
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
    banner_regex: Pattern | None = None
    """A pattern that the greeting must hold; default: any greeting is fine."""
    capabilities: Literal["mx"] | None = None
    """A set of demands: mx wants STARTTLS, and no AUTH; default: none."""


class SubmissionCheck(CheckTable, Certificate, Capable, Login, Proxied, Limited):
    """RFC 6409 as a mail client would speak it before it logs in."""

    type: Literal["submission"]
    """The dialogue."""
    port: Port | None = None
    """The port to connect to; default: 587, with implicit TLS 465."""
    tls: TlsWord | None = None
    """none, try, starttls (required) or implicit; default: starttls, on port 465 implicit."""
    stage: Literal["greeting", "helo", "auth", "mail"] | None = None
    """How deep the dialogue goes; default: helo, with a user auth. mail begins an envelope behind the login."""
    helo_name: HeloName | None = None
    """The name said in EHLO; default: probing.name."""
    sender: Mailbox | None = None
    """Stage mail: the envelope sender; default: the null sender <>."""
    capabilities: Literal["msa"] | None = None
    """A set of demands: msa wants STARTTLS, no AUTH before it, AUTH with PLAIN or LOGIN after it; default: none."""


class LmtpCheck(CheckTable, Certificate, Capable, Proxied, Limited):
    """LMTP (RFC 2033) over TCP or a Unix socket: a mailbox server as its relays see it."""

    type: Literal["lmtp"]
    """The dialogue."""
    port: Port = 24
    """The port to connect to."""
    tls: TlsWord = "none"
    """none, try (if offered), starttls (required) or implicit (from the first byte)."""
    socket: Text | None = None
    """Path of a Unix socket to connect to in place of address and port; relative to the configuration directory."""
    stage: Literal["greeting", "lhlo", "rcpt"] = "lhlo"
    """How deep the dialogue goes; rcpt looks a mailbox up."""
    helo_name: HeloName | None = None
    """The name said in LHLO; default: probing.name."""
    rcpt: Mailbox | None = None
    """Stage rcpt: the recipient asked about; required there."""
    expect_rcpt: Literal["accept", "reject", "any"] | None = None
    """Stage rcpt: what the server must say of the recipient; default: accept."""


class RelayCheck(CheckTable, Certificate, Proxied, Limited):
    """Whether a server would relay for strangers: MAIL and RCPT to a foreign domain, never DATA."""

    type: Literal["relay"]
    """The dialogue."""
    interval: Annotated[float, duration(15 * 60, 7 * DAY)] = 6 * 3600.0
    """From start to start while all is calm; at least 15m, since every run is a refused delivery in the log."""
    fast_interval: Interval | None = None
    """From a first suspicion to its confirmation; default: 1m."""
    rise: Count = 1
    """Refusals in a row that bring a down target up."""
    fall: Count = 2
    """Acceptances that confirm an open relay."""
    port: Port = 25
    """The port to connect to."""
    tls: TlsWord = "try"
    """none, try (if offered), starttls (required) or implicit (from the first byte)."""
    helo_name: HeloName | None = None
    """The name said in EHLO; default: probing.name."""
    foreign_domain: Hostname
    """A domain of your own that resolves and that this server does not serve: mail to it must be refused."""
    sender_domain: Hostname
    """The domain of the envelope sender relay-probe@…, yours too."""
    local_domain: Hostname | None = None
    """A domain this server does serve; the variants percent, quoted and at need it."""
    expect: Literal["refuse", "accept"] = "refuse"
    """refuse; or accept for a relay that serves inside clients, asked from inside."""
    withdraw_on_relay: bool = False
    """true: an open relay, once confirmed, takes the member out; else it is an alarm only."""
    variants: RelayVariants = ()
    """Old ways around the rule, one per run in rotation: percent, quoted, bang, at, null_sender."""
