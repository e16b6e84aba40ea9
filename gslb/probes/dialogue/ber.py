"""BER as LDAP uses it (X.690, RFC 4511 section 5.1): definite lengths, tags of one octet. Bounded.

Encoding writes short forms. Decoding takes a long form of at most four octets, and looks no deeper than DEPTH.
"""

from dataclasses import dataclass
from typing import Final

MESSAGE_LIMIT: Final = 64 * 1024
DEPTH: Final = 8

INTEGER, OCTETS, ENUMERATED, BOOLEAN, SEQUENCE = 0x02, 0x04, 0x0A, 0x01, 0x30
_CONSTRUCTED: Final = 0x20


class Malformed(Exception):  # noqa: N818 - what the bytes are, and no error of ours
    """These bytes are no BER, or none that LDAP allows. `exceeds`: they ask for more than anybody needs."""

    def __init__(self, text: str, *, exceeds: bool = False) -> None:
        super().__init__(text)
        self.exceeds = exceeds


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its tag, and its content: octets, or elements where the tag says constructed."""

    tag: int
    octets: bytes = b""
    parts: tuple["Element", ...] = ()

    @property
    def number(self) -> int:
        """The content as an integer."""
        return int.from_bytes(self.octets, "big", signed=True)


# encoding


def element(tag: int, content: bytes) -> bytes:
    """One element."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """A number that is not negative."""
    return element(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


# decoding


def length_octets(first: int) -> int:
    """How many octets of length follow the octet `first` of a long form; 0 for a short one. Raises Malformed."""
    if first < 0x80:
        return 0
    count = first & 0x7F
    if not 1 <= count <= 4:
        raise Malformed("an indefinite length" if not count else "a length of more than four octets", exceeds=count > 4)
    return count


def decoded(data: bytes) -> Element:
    """The one element that `data` is. Raises Malformed."""
    found, end = _element(data, 0, len(data), DEPTH)
    if end != len(data):
        raise Malformed("bytes behind the message")
    return found


def _element(data: bytes, at: int, end: int, depth: int) -> tuple[Element, int]:
    if not depth:
        raise Malformed(f"nested more than {DEPTH} deep", exceeds=True)
    if at + 2 > end:
        raise Malformed("an element cut off")
    tag = data[at]
    if tag & 0x1F == 0x1F:
        raise Malformed("a tag of several octets")
    start, size = _length(data, at + 1, end)
    if start + size > end:
        raise Malformed("an element longer than what holds it")
    if not tag & _CONSTRUCTED:
        return Element(tag, data[start : start + size]), start + size
    return Element(tag, b"", _elements(data, start, start + size, depth - 1)), start + size


def _length(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Where the content begins, and its size."""
    count = length_octets(data[at])
    if not count:
        return at + 1, data[at]
    start = at + 1 + count
    if start > end:
        raise Malformed("a length cut off")
    return start, int.from_bytes(data[at + 1 : start], "big")


def _elements(data: bytes, at: int, end: int, depth: int) -> tuple[Element, ...]:
    parts = []
    while at < end:
        part, at = _element(data, at, end, depth)
        parts.append(part)
    return tuple(parts)
