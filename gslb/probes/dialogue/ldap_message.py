"""LDAP messages: the four a probe sends, and what it reads of the replies (RFC 4511)."""

from dataclasses import dataclass
from typing import Final

from gslb.model.observations import Phase
from gslb.probes.dialogue import ber
from gslb.probes.dialogue.ber import Element, Malformed
from gslb.probes.dialogue.commands import ReadBytes, Steps
from gslb.probes.dialogue.endings import exceeded, malformed, received

BIND_RESPONSE, EXTENDED_RESPONSE, ENTRY, SEARCH_DONE, REFERENCE = 0x61, 0x78, 0x64, 0x65, 0x73
STARTTLS_OID: Final = b"1.3.6.1.4.1.1466.20037"

_BIND, _UNBIND, _SEARCH, _EXTENDED = 0x60, 0x42, 0x63, 0x77
_SIMPLE: Final = 0x80
_PRESENT: Final = 0x87
_RESULTS: Final = (BIND_RESPONSE, EXTENDED_RESPONSE, SEARCH_DONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One reply. `code` is its resultCode and `text` its diagnosticMessage, where it has them."""

    number: int
    operation: int
    code: int | None = None
    text: bytes = b""


# what is sent


def bind(number: int, name: bytes = b"", password: bytes = b"") -> bytes:
    """A simple bind (section 4.2), anonymous without name and password."""
    content = ber.integer(3) + ber.element(ber.OCTETS, name) + ber.element(_SIMPLE, password)
    return _message(number, ber.element(_BIND, content))


def start_tls(number: int) -> bytes:
    """StartTLS (section 4.14.1)."""
    return _message(number, ber.element(_EXTENDED, ber.element(0x80, STARTTLS_OID)))


def root_dse(number: int) -> bytes:
    """A search of the root DSE (RFC 4512 section 5.1) for one attribute: supportedLDAPVersion."""
    content = (
        ber.element(ber.OCTETS, b"")
        + ber.integer(0, ber.ENUMERATED)  # scope: the base object
        + ber.integer(0, ber.ENUMERATED)  # aliases are not followed
        + ber.integer(1)  # one entry
        + ber.integer(3)  # three seconds
        + ber.element(ber.BOOLEAN, b"\0")
        + ber.element(_PRESENT, b"objectClass")
        + ber.element(ber.SEQUENCE, ber.element(ber.OCTETS, b"supportedLDAPVersion"))
    )
    return _message(number, ber.element(_SEARCH, content))


def unbind(number: int) -> bytes:
    """The farewell (section 4.3), which is not answered."""
    return _message(number, ber.element(_UNBIND, b""))


def _message(number: int, operation: bytes) -> bytes:
    return ber.element(ber.SEQUENCE, ber.integer(number) + operation)


# what is read


def read_message(phase: Phase) -> Steps[Message]:
    """One whole message; stops where there can be none."""
    header = received((yield ReadBytes(2)), phase)
    try:
        if header[0] != ber.SEQUENCE:
            raise Malformed("no LDAP message")
        count = ber.length_octets(header[1])
        long = received((yield ReadBytes(count)), phase) if count else b""
        size = int.from_bytes(long, "big") if count else header[1]
        if len(header) + count + size > ber.MESSAGE_LIMIT:
            raise Malformed(f"a message of {size} octets", exceeds=True)
        content = received((yield ReadBytes(size)), phase) if size else b""
        return message_of(ber.decoded(header + long + content))
    except Malformed as error:
        raise (exceeded if error.exceeds else malformed)(phase, str(error).encode()) from error


def message_of(envelope: Element) -> Message:
    """The message in an LDAPMessage (section 4.1.1). Raises Malformed."""
    parts = envelope.parts
    if len(parts) < 2 or parts[0].tag != ber.INTEGER or not 1 <= len(parts[0].octets) <= 4:
        raise Malformed("no LDAP message")
    operation = parts[1]
    if operation.tag not in _RESULTS:
        return Message(number=parts[0].number, operation=operation.tag)
    result = operation.parts
    if len(result) < 3 or result[0].tag != ber.ENUMERATED or not 1 <= len(result[0].octets) <= 4:
        raise Malformed("no LDAP result")
    return Message(number=parts[0].number, operation=operation.tag, code=result[0].number, text=result[2].octets)
