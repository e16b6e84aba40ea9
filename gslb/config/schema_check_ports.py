"""Checks of a port without a mail dialogue: tcp, tls."""

from typing import Literal

from gslb.config.schema_check_common import Certificate, CheckTable, Interval
from gslb.config.schema_check_values import OctetList, Octets
from gslb.config.tables import Port


class TcpCheck(CheckTable):
    """Connect; optionally send octets and look for others."""

    type: Literal["tcp"]
    """The dialogue."""
    port: Port
    """The port to connect to."""
    send: Octets | None = None
    """Octets sent once connected; write escapes in double quotes."""
    expect: OctetList = ()
    """Texts that must come, in this order."""
    reject: OctetList = ()
    """Texts that fail the probe as soon as one comes."""
    quit: Octets | None = None
    """Octets sent last, whatever came."""


class TlsCheck(CheckTable, Certificate):
    """A TLS handshake from the first byte, and the facts of the certificate."""

    type: Literal["tls"]
    """The dialogue."""
    interval: Interval = 60.0
    """From start to start while all is calm."""
    port: Port
    """The port to connect to."""
