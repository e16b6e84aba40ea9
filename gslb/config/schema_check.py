"""checks/*.yaml: named checks. One table per type; the common keys are in CheckTable."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from gslb.config import values
from gslb.config.schema_node import SourceTable
from gslb.config.tables import Hostname, Port, Table, Text
from gslb.config.values import Parsed, duration, shown, whole_number

Interval: TypeAlias = Annotated[float, duration(0.1, 7 * values.DAY)]
Count: TypeAlias = Annotated[int, whole_number(1, 1000)]


class CheckTable(Table):
    """What all types share: cadence, thresholds, source."""

    interval: Interval = 15.0
    """From start to start while all is calm."""
    fast_interval: Interval | None = None
    """From start to start from the first surprise to the verdict; default: 3s, or the interval where that is less."""
    down_interval: Interval = 30.0
    """From start to start while the target is down."""
    timeout: Annotated[float, duration(0.05, 120)] | None = None
    """For the whole probe, always under the interval; default per type, at most 80 % of the interval."""
    rise: Count = 2
    """Successes in a row that bring a down target up."""
    fall: Count = 3
    """Failures that take an up target down; one success does not forget them."""
    forgive: Count = 6
    """Successes in a row that clear the failure count."""
    min_hold: Annotated[float, duration(0, values.DAY)] = 20.0
    """The least time a target that went down stays down; never delays going down."""
    slow_after: Annotated[float, duration(0.001, 120)] | None = None
    """A run that passed but took longer is degraded; default: never."""
    source: SourceTable = Field(default_factory=SourceTable)
    """The local addresses this check probes from; default: those of probing.source."""


class _Certificate(Table):
    """How the peer's certificate is judged."""

    server_name: Hostname | None = None
    """SNI and the name verified; default: the member's hostname where given, else no SNI and no name check."""
    verify: Literal["report", "full"] = "report"
    """report: a bad certificate is degraded with a notice; full: it fails."""
    ca_file: Text | None = None
    """PEM file of the authorities trusted; relative to the configuration directory; default: the system's."""


TlsWord: TypeAlias = Literal["none", "try", "starttls", "implicit"]


def _helo(value: object) -> str:
    words = values.parse_text(value)
    if not words.isascii() or " " in words or "<" in words or len(words) > 255:
        raise ValueError(f"{shown(value)} is no name for EHLO: write a full name, or an address literal in brackets")
    return words


def _mailbox(value: object) -> str:
    if value in ("", "<>"):
        return ""
    words = values.parse_text(value).removeprefix("<").removesuffix(">")
    if not words.isascii() or any(char in words for char in " <>") or len(words) > 254:
        raise ValueError(f"{shown(value)} is no mailbox: write it like probe@example.com")
    return words


def _octets(value: object) -> bytes:
    if not isinstance(value, str):
        raise ValueError(f'{shown(value)} is no text: write "PING\\r\\n" in double quotes')
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        raise ValueError(f"{shown(value)}: every character is one octet, \\x00 to \\xff") from None


def _octet_list(value: object) -> tuple[bytes, ...]:
    return tuple(_octets(item) for item in (value if isinstance(value, list) else [value]))


def _text_list(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(values.text(item, "text", "loginForm, or a list of texts") for item in items)


def _status(value: object) -> tuple[int, int]:
    words = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    first, dash, last = words.partition("-")
    ends = (first, last if dash else first)
    if not all(len(end) == 3 and end.isascii() and end.isdigit() and 100 <= int(end) <= 599 for end in ends):
        raise ValueError(f"{shown(value)} is no HTTP status: write 200, or a range like 200-299")
    if int(ends[0]) > int(ends[1]):
        raise ValueError(f"{shown(value)}: the range runs backwards")
    return int(ends[0]), int(ends[1])


def _statuses(value: object) -> tuple[tuple[int, int], ...]:
    items = value if isinstance(value, list) else [value]
    if not items:
        raise ValueError("an empty list: write 200, or a range like 200-299")
    return tuple(_status(item) for item in items)


def _path(value: object) -> str:
    words = values.parse_text(value)
    if not words.startswith("/") or " " in words or not words.isascii():
        raise ValueError(f"{shown(value)} is no path: it begins with / and holds no blanks")
    return words


def _headers(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise ValueError(f"{shown(value)} is no table of headers: write {{Name: value}}")
    return tuple((_header_name(name), values.parse_text(words)) for name, words in value.items())


def _header_name(value: str) -> str:
    if not value or not all(char.isascii() and (char.isalnum() or char in "!#$%&'*+-.^_`|~") for char in value):
        raise ValueError(f"{shown(value)} is no header name (RFC 9110 section 5.1)")
    return value


def _host(value: object) -> str:
    words = values.parse_text(value)
    if not words.isascii() or any(char in words for char in " /@"):
        raise ValueError(f"{shown(value)} is no Host: write a name, with :port where it needs one")
    return words


_STRINGS = (("type", ["string", "array"]), ("items", {"type": "string"}))
_TABLE = (("type", "object"), ("additionalProperties", {"type": "string"}))
HeloName: TypeAlias = Annotated[str, Parsed(_helo, (("type", "string"),))]
Mailbox: TypeAlias = Annotated[str, Parsed(_mailbox, (("type", "string"),))]
Octets: TypeAlias = Annotated[bytes, Parsed(_octets, (("type", "string"),))]
OctetList: TypeAlias = Annotated[tuple[bytes, ...], Parsed(_octet_list, _STRINGS)]
TextList: TypeAlias = Annotated[tuple[str, ...], Parsed(_text_list, _STRINGS)]
Statuses: TypeAlias = Annotated[
    tuple[tuple[int, int], ...], Parsed(_statuses, (("type", ["integer", "string", "array"]),))
]
Headers: TypeAlias = Annotated[tuple[tuple[str, str], ...], Parsed(_headers, _TABLE)]


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


class TlsCheck(CheckTable, _Certificate):
    """A TLS handshake from the first byte, and the facts of the certificate."""

    type: Literal["tls"]
    """The dialogue."""
    port: Port
    """The port to connect to."""


class SmtpCheck(CheckTable, _Certificate):
    """RFC 5321 as another mail server would speak it."""

    type: Literal["smtp"]
    """The dialogue."""
    port: Port = 25
    """The port to connect to."""
    tls: TlsWord = "try"
    """none, try (if offered), starttls (required) or implicit (from the first byte)."""
    stage: Literal["greeting", "helo", "mail", "rcpt"] = "helo"
    """How deep the dialogue goes; mail and rcpt leave a line in the server's log."""
    helo_name: HeloName | None = None
    """The name said in EHLO; default: probing.name."""
    sender: Mailbox | None = None
    """Stage mail and rcpt: the envelope sender; default: the null sender <>."""
    rcpt: Mailbox | None = None
    """Stage rcpt: the recipient asked about; required there."""
    expect_rcpt: Literal["accept", "reject", "any"] | None = None
    """Stage rcpt: what the server must say of the recipient; default: accept."""
    allow_helo_fallback: bool = True
    """Whether HELO is tried where EHLO is unknown."""


class SubmissionCheck(CheckTable, _Certificate):
    """RFC 6409 as a mail client would speak it before it logs in."""

    type: Literal["submission"]
    """The dialogue."""
    port: Port | None = None
    """The port to connect to; default: 587, with implicit TLS 465."""
    tls: TlsWord | None = None
    """none, try, starttls (required) or implicit; default: starttls, on port 465 implicit."""
    stage: Literal["greeting", "helo"] = "helo"
    """How deep the dialogue goes."""
    helo_name: HeloName | None = None
    """The name said in EHLO; default: probing.name."""


class ImapCheck(CheckTable, _Certificate):
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


class Pop3Check(CheckTable, _Certificate):
    """POP3 (RFC 1939, 2449, 2595) up to the capabilities."""

    type: Literal["pop3"]
    """The dialogue."""
    port: Port | None = None
    """The port to connect to; default: 110, with implicit TLS 995."""
    tls: TlsWord | None = None
    """none, try, starttls (STLS, required) or implicit; default: starttls, on port 995 implicit."""
    stage: Literal["greeting", "capability"] = "capability"
    """How deep the dialogue goes."""


class _WebCheck(CheckTable, _Certificate):
    """One HTTP/1.1 request, judged by status and body."""

    port: Port | None = None
    """The port to connect to; default: 80, with implicit TLS 443."""
    tls: Literal["none", "implicit"] | None = None
    """none or implicit; default: none for http except on port 443, implicit for webaccess."""
    host: Annotated[str, Parsed(_host, (("type", "string"),))] | None = None
    """The Host header; default: the public name of the pool."""
    method: Literal["GET", "HEAD"] = "GET"
    """The method; HEAD has no body to judge."""
    path: Annotated[str, Parsed(_path, (("type", "string"),))] | None = None
    """What is asked for; default: / for http, /gw/webacc for webaccess."""
    headers: Headers = ()
    """Further request headers, by name."""
    expect_status: Statuses | None = None
    """Statuses that pass, single or as ranges; default: 200-299 for http, 200 for webaccess."""
    body_must: TextList = ()
    """Texts the body must hold, every one."""
    body_must_any: TextList | None = None
    """Texts of which the body must hold one; default for webaccess: loginForm, GroupWise."""
    body_must_not: TextList = ()
    """Texts the body must not hold."""
    header_must: Headers = ()
    """Response headers that must hold these texts, by name."""
    redirects: Annotated[int, whole_number(0, 5)] = 0
    """Redirects followed, on the same host only."""
    body_limit: Annotated[int, whole_number(1, 4_194_304)] = 262_144
    """Octets of the body that are read."""


class HttpCheck(_WebCheck):
    """One HTTP/1.1 request, judged by status and body."""

    type: Literal["http"]
    """The dialogue."""


class WebaccessCheck(_WebCheck):
    """GroupWise WebAccess: its login page over HTTPS."""

    type: Literal["webaccess"]
    """The dialogue."""


AnyCheck: TypeAlias = (
    TcpCheck | TlsCheck | SmtpCheck | SubmissionCheck | ImapCheck | Pop3Check | HttpCheck | WebaccessCheck
)

TYPES: dict[str, type[Any]] = {
    "tcp": TcpCheck,
    "tls": TlsCheck,
    "smtp": SmtpCheck,
    "submission": SubmissionCheck,
    "imap": ImapCheck,
    "pop3": Pop3Check,
    "http": HttpCheck,
    "webaccess": WebaccessCheck,
}
"""The types that are built, by the word an operator writes."""
