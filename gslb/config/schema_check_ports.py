"""Checks of a port without a mail dialogue: tcp, tls."""

from typing import Literal

from gslb.config.schema_check_common import Certificate, CheckTable, Interval, Limited, Proxied
from gslb.config.schema_check_steps import Expected, Rejected
from gslb.config.schema_check_values import Alpn, Octets, Pins, TlsVersion
from gslb.config.tables import Port


class TcpCheck(CheckTable, Proxied, Limited):
    """Connect; optionally send octets and look for others."""

    type: Literal["tcp"]
    """The dialogue."""
    port: Port
    """The port to connect to."""
    send: Octets | None = None
    """Octets sent once connected; write escapes in double quotes."""
    expect: Expected = ()
    """What must come, in this order: texts, {hex: "0d0a"}, {regex: "^250 "} of a whole line; between them {send: …}."""
    reject: Rejected = ()
    """What fails the probe as soon as it comes: texts, {hex: …}, {regex: …}."""
    quit: Octets | None = None
    """Octets sent last, whatever came."""
    close: Literal["fin", "rst"] = "fin"
    """How the connection ends: fin, or rst for the sake of load balancers that count open ones."""


class TlsCheck(CheckTable, Certificate, Proxied, Limited):
    """A TLS handshake from the first byte, and the facts of the certificate."""

    type: Literal["tls"]
    """The dialogue."""
    interval: Interval = 60.0
    """From start to start while all is calm."""
    port: Port
    """The port to connect to."""
    alpn: Alpn = ()
    """Protocols offered (RFC 7301), of which the server must choose one; default: none are offered."""
    min_version: TlsVersion = "1.2"
    """The least TLS version spoken: 1.0, 1.1, 1.2 or 1.3. Below 1.2 old ciphers are let in too."""
    pin_sha256: Pins = ()
    """SHA-256 of the certificate or of its public key, of which one must match; default: any."""
