"""LDAP messages, to the byte as slapd was seen to take them (RFC 4511, probes.md 1.13)."""

import pytest

from gslb.probes.dialogue.ber import Malformed, decoded, element, integer
from gslb.probes.dialogue.ldap_message import Message, bind, message_of, root_dse, start_tls, unbind


@pytest.mark.parametrize(
    ("message", "octets"),
    [
        (bind(1), "300c020101600702010304008000"),
        (start_tls(1), "301d02010177188016" + b"1.3.6.1.4.1.1466.20037".hex()),
        (
            root_dse(2),
            "303b020102633604000a01000a0100020101020103010100870b"
            + b"objectClass".hex()
            + "30160414"
            + b"supportedLDAPVersion".hex(),
        ),
        (unbind(3), "30050201034200"),
        (bind(2, b"cn=x", b"y"), "3011020102600c02010304" + "04" + b"cn=x".hex() + "8001" + b"y".hex()),
    ],
)
def test_what_is_sent(message, octets):
    """Byte for byte."""
    assert message.hex() == octets


def envelope(operation, number=1):
    """An LDAPMessage."""
    return decoded(element(0x30, integer(number) + operation))


def test_what_is_read():
    """Number, operation, and of a result its code and text."""
    result = integer(49, 0x0A) + element(4, b"") + element(4, b"no")

    assert message_of(envelope(element(0x61, result), 3)) == Message(number=3, operation=0x61, code=49, text=b"no")
    assert message_of(envelope(element(0x64, b""))) == Message(number=1, operation=0x64)


@pytest.mark.parametrize(
    "data",
    [
        integer(1),
        element(0x30, integer(1)),
        element(0x30, element(4, b"1") + element(0x64, b"")),
        element(0x30, element(2, b"") + element(0x64, b"")),
        element(0x30, integer(1) + element(0x61, b"")),
        element(0x30, integer(1) + element(0x61, integer(0) + element(4, b"") + element(4, b""))),
        element(0x30, integer(1) + element(0x61, element(0x0A, b"") + element(4, b"") + element(4, b""))),
    ],
)
def test_what_is_no_message(data):
    """No envelope, no number, no result."""
    with pytest.raises(Malformed):
        message_of(decoded(data))
