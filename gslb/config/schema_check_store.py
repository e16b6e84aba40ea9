"""Checks of servers that keep mail: imap, pop3."""

from typing import Literal

from gslb.config.schema_check_common import Certificate, CheckTable, TlsWord
from gslb.config.tables import Port


class ImapCheck(CheckTable, Certificate):
    """IMAP (RFC 3501, 9051) up to the capabilities."""

    type: Literal["imap"]
    """The dialogue."""
    port: Port | None = None
    """The port to connect to; default: 143, with implicit TLS 993."""
    tls: TlsWord | None = None
    """none, try, starttls (required) or implicit; default: starttls, on port 993 implicit."""
    stage: Literal["greeting", "capability"] = "capability"
    """How deep the dialogue goes."""
    allow_preauth: bool = False
    """Whether a greeting of PREAUTH is fine."""


class Pop3Check(CheckTable, Certificate):
    """POP3 (RFC 1939, 2449, 2595) up to the capabilities."""

    type: Literal["pop3"]
    """The dialogue."""
    port: Port | None = None
    """The port to connect to; default: 110, with implicit TLS 995."""
    tls: TlsWord | None = None
    """none, try, starttls (STLS, required) or implicit; default: starttls, on port 995 implicit."""
    stage: Literal["greeting", "capability"] = "capability"
    """How deep the dialogue goes."""
