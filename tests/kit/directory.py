"""What an LDAP server says (RFC 4511), in few words."""

from gslb.probes.dialogue.ber import element, integer

BIND, EXTENDED, ENTRY, DONE, REFERENCE = 0x61, 0x78, 0x64, 0x65, 0x73


def result(number: int, code: int = 0, text: bytes = b"", *, op: int = BIND) -> bytes:
    """A result of an operation."""
    content = integer(code, 0x0A) + element(4, b"") + element(4, text)
    return element(0x30, integer(number) + element(op, content))


def entry(number: int, op: int = ENTRY) -> bytes:
    """The root DSE."""
    return element(0x30, integer(number) + element(op, element(4, b"") + element(0x30, b"")))
