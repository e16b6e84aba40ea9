"""Checks of servers that keep mail: imap, pop3, sieve."""

from typing import Literal

from gslb.config.schema_check_common import Capable, Certificate, CheckTable, Interval, Limited, Login, Proxied, TlsWord
from gslb.config.tables import Port


class ImapCheck(CheckTable, Certificate, Capable, Login, Proxied, Limited):
    """IMAP (RFC 3501, 9051) up to the capabilities."""

    type: Literal["imap"]
    """The dialogue."""
    port: Port | None = None
    """The port to connect to; default: 143, with implicit TLS 993."""
    tls: TlsWord | None = None
    """none, try, starttls (required) or implicit; default: starttls, on port 993 implicit."""
    stage: Literal["greeting", "capability", "login", "mailbox"] | None = None
    """How deep the dialogue goes; default: capability, with a user login."""
    capabilities: Literal["mailstore"] | None = None
    """A set of demands: mailstore wants TLS offered, and no password taken before it; default: none."""
    allow_preauth: bool = False
    """Whether a greeting of PREAUTH is fine."""
    send_id: bool = False
    """Whether ID (RFC 2971) tells the server who asks, where it is offered."""


class Pop3Check(CheckTable, Certificate, Capable, Login, Proxied, Limited):
    """POP3 (RFC 1939, 2449, 2595) up to the capabilities."""

    type: Literal["pop3"]
    """The dialogue."""
    port: Port | None = None
    """The port to connect to; default: 110, with implicit TLS 995."""
    tls: TlsWord | None = None
    """none, try, starttls (STLS, required) or implicit; default: starttls, on port 995 implicit."""
    stage: Literal["greeting", "capability", "login", "mailbox"] | None = None
    """How deep the dialogue goes; default: capability, with a user login."""
    capabilities: Literal["mailstore"] | None = None
    """A set of demands: mailstore wants TLS offered, and no password taken before it; default: none."""


class SieveCheck(CheckTable, Certificate, Capable, Login, Proxied, Limited):
    """ManageSieve (RFC 5804): the filters of a mailbox server."""

    type: Literal["sieve"]
    """The dialogue."""
    interval: Interval = 30.0
    """From start to start while all is calm."""
    port: Port = 4190
    """The port to connect to."""
    tls: TlsWord = "starttls"
    """none, try (if offered), starttls (required) or implicit (from the first byte)."""
    stage: Literal["greeting", "noop", "login"] | None = None
    """How deep the dialogue goes; default: noop, with a user login."""
    capabilities: Literal["mailstore"] | None = None
    """A set of demands: mailstore wants TLS offered, and no password taken before it; default: none."""
