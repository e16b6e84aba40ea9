"""Static records: master-file text to StaticRecord, every fault with its line.

dnspython parses the data of each record, so that every type it knows works; owner, TTL, class and directives are read
here, so that one bad line hides no other.
"""

from dataclasses import dataclass, field

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.ttl

from gslb.config.hints import did_you_mean
from gslb.config.masterfile import LineFault, LogicalLine, PlacedRecord, logical_lines
from gslb.config.values import shown
from gslb.errors import WireError
from gslb.model import names
from gslb.model.zones import StaticRecord

MAX_TTL = 86_400

_MADE = ("RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY", "CDS", "CDNSKEY", "DLV", "SIG", "KEY", "NXT")
"""What a signed zone makes of its keys, and what RFC 4034 has replaced."""
_META_TYPES = frozenset((0, 41, *range(128, 256)))
_COMMON = ("A", "AAAA", "CAA", "CNAME", "HTTPS", "MX", "NS", "PTR", "SRV", "SSHFP", "SVCB", "TLSA", "TXT")
_CLASSES = ("IN", "CH", "HS", "CS")
_EXAMPLES = {
    "A": "A 192.0.2.1",
    "AAAA": "AAAA 2001:db8::1",
    "CAA": 'CAA 0 issue "ca.example.net"',
    "MX": "MX 10 mail.example.com.",
    "SRV": "SRV 0 1 587 mail.example.com.",
    "TLSA": "TLSA 3 1 1 HASH",
    "TXT": 'TXT "v=spf1 mx -all"',
}


@dataclass(slots=True)
class Parsed:
    """What a text came to; `doubts` are no faults, only likely surprises."""

    records: list[PlacedRecord] = field(default_factory=list)
    faults: list[LineFault] = field(default_factory=list)
    doubts: list[LineFault] = field(default_factory=list)


class _Refused(Exception):  # noqa: N818 - one record's fault on its way to the list
    pass


def parse(text: str, origin: bytes, default_ttl: int) -> Parsed:
    """Read the records of a zone (`origin`, wire form); `default_ttl` in seconds for those without their own."""
    lines, faults = logical_lines(text)
    parser = _Parser(origin, default_ttl)
    parser.parsed.faults.extend(faults)
    for line in lines:
        try:
            parser.take(line)
        except _Refused as refused:
            parser.parsed.faults.append(LineFault(line.line, line.column, str(refused)))
    parser.parsed.faults.sort()
    return parser.parsed


class _Parser:
    """The state a master file carries from line to line: origin, default TTL, last owner."""

    def __init__(self, origin: bytes, default_ttl: int) -> None:
        self.zone = origin
        self.origin = origin
        self.ttl = default_ttl
        self.owner: bytes | None = None
        self.parsed = Parsed()

    def take(self, line: LogicalLine) -> None:
        words = [word.text for word in line.words()]
        if words[0].startswith("$") and not line.continues:
            self._directive(words)
            return
        owner = self._owner(line, words)
        rest = list(line.words())[0 if line.continues else 1 :]
        ttl: int | None = None
        seen_class = False
        while rest:
            word = rest[0].text
            if not seen_class and word.upper() in _CLASSES:
                seen_class = True
                _check_class(word)
            elif ttl is None and word[0].isdigit():
                ttl = _ttl(word)
            else:
                break
            rest = rest[1:]
        if not rest:
            raise _Refused("a record without a type: write `name TYPE data`")
        self._record(line, owner, self.ttl if ttl is None else ttl, rest[0].text, line.text[rest[0].end :])

    def _owner(self, line: LogicalLine, words: list[str]) -> bytes:
        if line.continues:
            if self.owner is None:
                raise _Refused("begins with a blank, but no record stands above it whose owner it could take")
            return self.owner
        self.owner = _name(words[0], self.origin)
        return self.owner

    def _directive(self, words: list[str]) -> None:
        name = words[0].upper()
        if name not in ("$ORIGIN", "$TTL"):
            raise _Refused(f"{words[0]} is not used here; allowed: $ORIGIN, $TTL")
        if len(words) != 2:
            raise _Refused(f"{name} takes one value")
        if name == "$TTL":
            self.ttl = _ttl(words[1])
        else:
            self.origin = _name(words[1], self.origin)

    def _record(self, line: LogicalLine, owner: bytes, ttl: int, type_word: str, data: str) -> None:
        rtype = _rtype(type_word)
        rdata = _rdata(rtype, data, self.origin)
        record = StaticRecord(owner=owner, rtype=int(rtype), ttl=ttl, rdata=rdata)
        self.parsed.records.append(PlacedRecord(record, line.line, line.column))
        doubt = _doubt_of_text(line, data) if rtype == dns.rdatatype.TXT else _doubt_of_names(record, self.zone)
        if doubt:
            self.parsed.doubts.append(LineFault(line.line, line.column, doubt))


def _doubt_of_text(line: LogicalLine, data: str) -> str:
    """SPF and DMARC without quotes: blanks and what follows a semicolon are lost on whoever reads the TXT."""
    words = data.split()
    if '"' in data or (len(words) == 1 and not line.cut):
        return ""
    if line.cut:
        return "TXT without quotes ends before the semicolon, which begins a comment: put the text in double quotes"
    return f"TXT without quotes is {len(words)} texts, read without blanks between: put the text in double quotes"


def _doubt_of_names(record: StaticRecord, zone: bytes) -> str:
    """A whole name without its final dot."""
    doubled = zone[:-1] + zone
    if doubled in record.owner or doubled in record.rdata:
        return f"{names.to_text(doubled)} stands here: a whole name ends in a dot"
    return ""


def _name(text: str, origin: bytes) -> bytes:
    if not text.isascii():
        raise _Refused(f"{text} holds letters beyond ASCII: write the xn-- form (RFC 5890)")
    try:
        return names.to_wire(text, origin)
    except WireError as error:
        raise _Refused(str(error)) from None


def _ttl(word: str) -> int:
    try:
        seconds = int(dns.ttl.from_text(word))
    except dns.exception.DNSException:
        raise _Refused(f"{word} is no TTL: write seconds, or units like 1h30m") from None
    if seconds > MAX_TTL:
        raise _Refused(f"TTL {word} is above 1 day: write 86400 at most")
    return seconds


def _check_class(word: str) -> None:
    if word.upper() != "IN":
        raise _Refused(f"class {word}: only IN is served")


def _rtype(word: str) -> dns.rdatatype.RdataType:
    try:
        rtype = dns.rdatatype.from_text(word)
    except (dns.exception.DNSException, ValueError):
        raise _Refused(f"{word} is no record type{did_you_mean(word, _COMMON)}") from None
    name = dns.rdatatype.to_text(rtype)
    if name in _MADE:
        raise _Refused(f"{name}: a signed zone makes its own (dnssec), no record says it")
    if int(rtype) in _META_TYPES:
        raise _Refused(f"{name} is no type a zone can hold")
    return rtype


def _rdata(rtype: dns.rdatatype.RdataType, data: str, origin: bytes) -> bytes:
    name, data = dns.rdatatype.to_text(rtype), data.strip()
    if not data:
        raise _Refused(f"{name} without data")
    base = dns.name.from_wire(origin, 0)[0]
    try:
        rdata = dns.rdata.from_text(dns.rdataclass.IN, rtype, data, origin=base, relativize=False)
        return bytes(rdata.to_wire() or b"")
    except Exception as error:  # noqa: BLE001 - dnspython raises many kinds for bad data, ValueError among them
        example = f"; write it like {_EXAMPLES[name]}" if name in _EXAMPLES else ""
        raise _Refused(f"{name} {shown(data)}: {_reason(error)}{example}") from None


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split()).removesuffix(".")
    if text.startswith("expected EOL"):
        return "more words than the type takes"
    return "malformed" if text == "Text input is malformed" else text or type(error).__name__
