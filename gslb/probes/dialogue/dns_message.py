r"""DNS messages, as far as a probe needs them: one question out, one reply in (RFC 1035 section 4, RFC 6891, RFC 3597).

What comes is a stranger's: every length is checked, a compression pointer leads backwards only, and a message that ends
too early is Malformed. Records are shown as people write them; types without a notation here as `\# LENGTH HEX`.
"""

import ipaddress
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from gslb.model.names import MAX_NAME, to_text, to_wire

HEADER: Final = struct.Struct("!HHHHHH")
QR, OPCODE, AA, TC, RD = 0x8000, 0x7800, 0x0400, 0x0200, 0x0100

TYPES: Final[Mapping[str, int]] = {
    "A": 1,
    "NS": 2,
    "CNAME": 5,
    "SOA": 6,
    "PTR": 12,
    "MX": 15,
    "TXT": 16,
    "AAAA": 28,
    "SRV": 33,
    "NAPTR": 35,
    "DS": 43,
    "DNSKEY": 48,
    "TLSA": 52,
    "SVCB": 64,
    "HTTPS": 65,
    "CAA": 257,
}
RCODES: Final[Mapping[int, str]] = {
    0: "NOERROR",
    1: "FORMERR",
    2: "SERVFAIL",
    3: "NXDOMAIN",
    4: "NOTIMP",
    5: "REFUSED",
    6: "YXDOMAIN",
    7: "YXRRSET",
    8: "NXRRSET",
    9: "NOTAUTH",
    10: "NOTZONE",
    16: "BADVERS",
    23: "BADCOOKIE",
}
_OPT: Final = 41
_IN: Final = 1


class Malformed(Exception):  # noqa: N818 - what a message is, and no error of ours
    """These bytes are no DNS message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked: `name` in wire form, lower-cased; class IN."""

    name: bytes
    type: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply, as far as it matters. `answers` holds (type, text) of the answer section, `serial` of its SOA."""

    rcode: str
    opcode: int
    is_reply: bool
    authoritative: bool
    truncated: bool
    answers: tuple[tuple[int, str], ...] = ()
    serial: int | None = None


def question_of(qname: str, qtype: str) -> Question:
    """The question of a check. Raises WireError (a name that is none) and ValueError (an unknown type)."""
    number = type_number(qtype)
    return Question(name=to_wire(qname), type=number)


def type_number(text: str) -> int:
    """SOA, AAAA, TYPE65280… Raises ValueError, for ANY and transfers too: a probe never asks for those."""
    upper = text.upper()
    digits = upper.removeprefix("TYPE")
    number = TYPES.get(upper) or (int(digits) if digits.isascii() and digits.isdigit() and digits != upper else 0)
    if not 0 < number < 0x10000 or 128 <= number <= 255 or number == _OPT:
        raise ValueError(f"{text}: no type to ask for")
    return number


def query(question: Question, number: int, *, recursion: bool = False, edns: int | None = None) -> bytes:
    """The message that asks; `number` is its id, `edns` the payload size offered (RFC 6891), None for no OPT."""
    header = HEADER.pack(number, RD if recursion else 0, 1, 0, 0, 0 if edns is None else 1)
    asked = question.name + struct.pack("!HH", question.type, _IN)
    opt = b"" if edns is None else b"\0" + struct.pack("!HHIH", _OPT, edns, 0, 0)
    return header + asked + opt


def is_meant(data: bytes, question: Question, number: int) -> bool:
    """Whether these bytes answer this very question: the id, and the question echoed.

    A server that cannot read a question may refuse it without an echo (RFC 1035 section 4.1.1, FORMERR).
    """
    if len(data) < HEADER.size:
        return False
    found, flags, questions, *_ = HEADER.unpack_from(data)
    if found != number:
        return False
    if not questions:
        return bool(flags & 0xF)
    try:
        name, at = _name(data, HEADER.size)
    except Malformed:
        return False
    return (
        questions == 1 and name.lower() == question.name and data[at : at + 4] == struct.pack("!HH", question.type, 1)
    )


def reply_of(data: bytes) -> Reply:
    """The reply in a message that `is_meant`. Raises Malformed. A truncated one is read no further than its header."""
    _, flags, questions, answers, authority, additional = HEADER.unpack_from(data)
    rcode = flags & 0xF
    found: list[tuple[int, str]] = []
    serial = None
    if not flags & TC:
        at = HEADER.size
        for _ in range(questions):
            at = _name(data, at)[1] + 4
        for number in range(answers + authority + additional):
            kind, at, start, ttl = _record(data, at)
            if number < answers:
                found.append((kind, _shown(kind, data, start, at)))
                serial = _serial(data, at) if kind == TYPES["SOA"] else serial
            elif kind == _OPT and number >= answers + authority:
                rcode |= ttl >> 24 << 4
    return Reply(
        rcode=RCODES.get(rcode, f"RCODE{rcode}"),
        opcode=(flags & OPCODE) >> 11,
        is_reply=bool(flags & QR),
        authoritative=bool(flags & AA),
        truncated=bool(flags & TC),
        answers=tuple(found),
        serial=serial,
    )


# records

_FIXED: Final = struct.Struct("!HHIH")


def _record(data: bytes, at: int) -> tuple[int, int, int, int]:
    """One record: its type, where it ends, where its rdata begins, its TTL."""
    at = _name(data, at)[1]
    if at + _FIXED.size > len(data):
        raise Malformed("a record cut off")
    kind, _, ttl, length = _FIXED.unpack_from(data, at)
    start = at + _FIXED.size
    if start + length > len(data):
        raise Malformed("rdata longer than the message")
    return kind, start + length, start, ttl


def _name(data: bytes, at: int) -> tuple[bytes, int]:
    """The name at `at` in wire form, and where what follows it stands. Pointers lead to what came before only."""
    labels = bytearray()
    after = 0
    limit = at
    while True:
        if at >= len(data):
            raise Malformed("a name cut off")
        length = data[at]
        if length >= 0xC0:
            if at + 1 >= len(data):
                raise Malformed("a pointer cut off")
            after = after or at + 2
            at = (length & 0x3F) << 8 | data[at + 1]
            if not HEADER.size <= at < limit:
                raise Malformed("a pointer that leads nowhere")
            limit = at
            continue
        if length > 63:
            raise Malformed("a label of an unknown kind")
        if at + 1 + length > len(data):
            raise Malformed("a label cut off")
        labels += data[at : at + 1 + length]
        if len(labels) > MAX_NAME:
            raise Malformed("a name of more than 255 octets")
        at += 1 + length
        if not length:
            return bytes(labels), after or at


def _shown(kind: int, data: bytes, start: int, end: int) -> str:
    notation = _NOTATIONS.get(kind)
    if notation is None:
        return f"\\# {end - start} {data[start:end].hex()}".rstrip()
    try:
        text, at = notation(data, start, end)
    except (struct.error, ValueError) as error:
        raise Malformed("rdata of another type") from error
    if at != end:
        raise Malformed("rdata of another length")
    return text


def _address(data: bytes, start: int, end: int) -> tuple[str, int]:
    packed = data[start:end]
    maker = ipaddress.IPv4Address if len(packed) == 4 else ipaddress.IPv6Address
    return str(maker(packed)), end


def _host(data: bytes, start: int, _end: int) -> tuple[str, int]:
    name, at = _name(data, start)
    return to_text(name), at


def _numbered(layout: str) -> Callable[[bytes, int, int], tuple[str, int]]:
    """Numbers and then a name: MX, SRV."""

    def shown(data: bytes, start: int, end: int) -> tuple[str, int]:
        numbers = struct.unpack_from(layout, data, start)
        host, at = _host(data, start + struct.calcsize(layout), end)
        return " ".join((*map(str, numbers), host)), at

    return shown


def _soa(data: bytes, start: int, end: int) -> tuple[str, int]:
    primary, at = _host(data, start, end)
    contact, at = _host(data, at, end)
    numbers = struct.unpack_from("!IIIII", data, at)
    return " ".join((primary, contact, *map(str, numbers))), at + 20


def _text(data: bytes, start: int, end: int) -> tuple[str, int]:
    """The strings of a TXT record, joined, as one reads SPF (RFC 7208 section 3.3)."""
    joined = bytearray()
    while start < end:
        joined += data[start + 1 : min(start + 1 + data[start], end)]
        start += 1 + data[start]
    return joined.decode("latin-1"), start


def _serial(data: bytes, end: int) -> int:
    """The serial of an SOA record that was shown already: five numbers stand at its end."""
    return int.from_bytes(data[end - 20 : end - 16], "big")


_NOTATIONS: Final[Mapping[int, Callable[[bytes, int, int], tuple[str, int]]]] = {
    TYPES["A"]: _address,
    TYPES["AAAA"]: _address,
    TYPES["NS"]: _host,
    TYPES["CNAME"]: _host,
    TYPES["PTR"]: _host,
    TYPES["SOA"]: _soa,
    TYPES["MX"]: _numbered("!H"),
    TYPES["SRV"]: _numbered("!HHH"),
    TYPES["TXT"]: _text,
}
