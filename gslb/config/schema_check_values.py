"""How the values of check keys are written: mailboxes, octets, statuses, paths, headers."""

from typing import Annotated, TypeAlias

from gslb.config import values
from gslb.config.values import Parsed, shown


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
UrlPath: TypeAlias = Annotated[str, Parsed(_path, (("type", "string"),))]
HostHeader: TypeAlias = Annotated[str, Parsed(_host, (("type", "string"),))]
