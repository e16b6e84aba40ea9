"""roundtrip: a message sent and waited for. The only check that leaves something behind, so only who asks gets it."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from gslb.config.schema_check_common import Certificate, CheckTable, Count, Limited, Login, Proxied
from gslb.config.schema_check_values import HeloName, Mailbox
from gslb.config.tables import AddressValue, Port
from gslb.config.values import DAY, duration

Rare: TypeAlias = Annotated[float, duration(5 * 60, 7 * DAY)]


class FetchTable(Certificate, Login, Proxied):
    """Where the message is looked for, over IMAP."""

    address: AddressValue | None = None
    """Where the mailbox is; default: the member's own address."""
    port: Port | None = None
    """The port of IMAP; default: 993, with tls starttls 143."""
    tls: Literal["starttls", "implicit"] | None = None
    """starttls or implicit; default: implicit, on port 143 starttls."""


class RoundtripCheck(CheckTable, Certificate, Login, Proxied, Limited):
    """A message from a mailbox of its own to itself: submitted, waited for, deleted. Opt-in, rare, a notice."""

    type: Literal["roundtrip"]
    """The dialogue."""
    interval: Rare = 600.0
    """From start to start while all is calm; at least 5m, since every run sends a message."""
    fast_interval: Rare | None = None
    """From the first surprise to the verdict; default: 5m."""
    down_interval: Rare | None = None
    """While down; default: the interval."""
    timeout: Annotated[float, duration(1, 900)] | None = None
    """For the whole run; default: 150s, or 30s more than max_latency where that is longer."""
    rise: Count = 1
    """Messages that arrive in a row and bring a down target up."""
    fall: Count = 2
    """Messages lost that take an up target down; with assert_severity fail only."""
    port: Port | None = None
    """The port of submission; default: 587, with implicit TLS 465."""
    tls: Literal["starttls", "implicit"] | None = None
    """starttls or implicit; default: starttls, on port 465 implicit."""
    helo_name: HeloName | None = None
    """The name said in EHLO; default: probing.name."""
    mailbox: Mailbox
    """The mailbox that the message goes out from and comes in to; nothing else may use it."""
    max_latency: Annotated[float, duration(0.1, 870)] = 120.0
    """How long the message may take; later it counts as lost."""
    imap: FetchTable = Field(default_factory=FetchTable)
    """Where it is looked for; user and password are those of the submission unless written here."""
    assert_severity: Literal["notice", "fail"] = "notice"
    """notice: a message that is lost degrades; fail: it fails."""
