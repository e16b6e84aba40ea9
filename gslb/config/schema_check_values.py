"""How the values of check keys are written: mailboxes, octets, statuses, paths, headers, capabilities."""

import re
from typing import Annotated, TypeAlias

from gslb.config import values
from gslb.config.values import Parsed, shown
from gslb.model.values import CapWhen


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


def octets_of(value: object) -> bytes:
    """A text whose characters are octets."""
    if not isinstance(value, str):
        raise ValueError(f'{shown(value)} is no text: write "PING\\r\\n" in double quotes')
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        raise ValueError(f"{shown(value)}: every character is one octet, \\x00 to \\xff") from None


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


def _form_name(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return str(value)
    return values.text(value, "form", "loginForm, or an index from 0")


def _form_fields(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict) or not all(isinstance(word, str) for word in value.values()):
        raise ValueError(f"{shown(value)} is no table of fields: write {{name: value}}, values in quotes")
    return tuple(value.items())


def _header_name(value: str) -> str:
    if not value or not all(char.isascii() and (char.isalnum() or char in "!#$%&'*+-.^_`|~") for char in value):
        raise ValueError(f"{shown(value)} is no header name (RFC 9110 section 5.1)")
    return value


def _host(value: object) -> str:
    words = values.parse_text(value)
    if not words.isascii() or any(char in words for char in " /@"):
        raise ValueError(f"{shown(value)} is no Host: write a name, with :port where it needs one")
    return words


def _caps(value: object) -> tuple[tuple[str, CapWhen], ...]:
    if not isinstance(value, dict):
        return tuple((name, CapWhen.ANY) for name in _cap_names(value))
    allowed = [str(when) for when in CapWhen]
    for word in value:
        if word not in allowed:
            raise ValueError(f"{shown(word)} is not one of {', '.join(allowed)}")
    return tuple((name, CapWhen(when)) for when, names in value.items() for name in _cap_names(names))


def _cap_names(value: object) -> tuple[str, ...]:
    return tuple(_cap_name(item) for item in (value if isinstance(value, list) else [value]))


def _cap_name(value: object) -> str:
    name = value.upper() if isinstance(value, str) and len(value) <= 200 else ""
    if not _CAP.fullmatch(name):
        raise ValueError(f"{shown(value)} is no capability: write STARTTLS, AUTH, AUTH=PLAIN or SIZE>=26214400")
    return name


def _tls_version(value: object) -> str:
    word = str(value)
    if word not in _TLS_VERSIONS or isinstance(value, bool):
        raise ValueError(f"{shown(value)} is not one of {', '.join(_TLS_VERSIONS)}")
    return word


def _alpn(value: object) -> tuple[str, ...]:
    words = tuple(value) if isinstance(value, list) else (value,)
    for word in words:
        if not isinstance(word, str) or not word.isascii() or not 1 <= len(word) <= 255:
            raise ValueError(f"{shown(word)} is no protocol name: write h2, http/1.1 or imap (RFC 7301)")
    return tuple(str(word) for word in words)


def _pins(value: object) -> tuple[str, ...]:
    return tuple(_pin(item) for item in (value if isinstance(value, list) else [value]))


def _pin(value: object) -> str:
    digits = value.replace(":", "").lower() if isinstance(value, str) else ""
    if not _SHA256.fullmatch(digits):
        raise ValueError(f"{shown(value)} is no SHA-256: write 64 hexadecimal digits, with or without colons")
    return digits


def _environment_name(value: object) -> str:
    if not isinstance(value, str) or not _ENVIRONMENT.fullmatch(value):
        raise ValueError(f"{shown(value)} is no name of an environment variable: write GSLB_PASSWORD")
    return value


def _secret(value: object) -> str:
    """A password; what is wrong with it is told without it."""
    if not isinstance(value, str) or not value or any(ord(char) < 32 for char in value):
        raise ValueError("no password: it must be text on one line, in quotes where it looks like a number")
    return value


def _query_name(value: object) -> str:
    return "." if value == "." else values.parse_domain(value)


def _query_type(value: object) -> str:
    word = value.upper() if isinstance(value, str) else ""
    if word not in _QTYPES:
        raise ValueError(f"{shown(value)} is not one of {', '.join(_QTYPES)}")
    return word


def _rcodes(value: object) -> tuple[str, ...]:
    words = value if isinstance(value, list) else [value]
    return tuple(_rcode(word) for word in words) or _refuse_empty("NOERROR")


def _rcode(value: object) -> str:
    word = value.upper() if isinstance(value, str) else ""
    if word not in _RCODES:
        raise ValueError(f"{shown(value)} is not one of {', '.join(_RCODES)}")
    return word


def _refuse_empty(example: str) -> tuple[str, ...]:
    raise ValueError(f"an empty list: write {example}")


def _argv(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"{shown(value)} is no command: write [/usr/lib/nagios/plugins/check_smtp, -H, '{{address}}']")
    words = tuple(_argument(item) for item in value)
    if not words[0].startswith("/"):
        raise ValueError(f"{shown(words[0])} is no absolute path: no shell looks for the program")
    return words


def _argument(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(f"{shown(value)} is no argument: put it in quotes")
    macro = _MACRO.search(value)
    if macro and (macro[0] != value or macro[1] not in _MACROS):
        raise ValueError(f"{shown(value)}: whole arguments only may be one of {', '.join(f'{{{m}}}' for m in _MACROS)}")
    return value


def _variants(value: object) -> tuple[str, ...]:
    words = tuple(value) if isinstance(value, list) else (value,)
    for word in words:
        if word not in _VARIANTS:
            raise ValueError(f"{shown(word)} is not one of {', '.join(_VARIANTS)}")
    return tuple(str(word) for word in words)


_QTYPES = ("SOA", "NS", "A", "AAAA", "MX", "TXT", "CNAME", "PTR", "SRV", "CAA", "DS", "DNSKEY", "TLSA", "HTTPS", "SVCB")
_RCODES = ("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED")
_MACROS = ("address", "port", "family", "name", "timeout")
_VARIANTS = ("percent", "quoted", "bang", "at", "null_sender")
_MACRO = re.compile(r"\{([a-z_]+)\}")
_CAP = re.compile(
    r"{one}(?:\|{one})*".format(one=r"[A-Z0-9][A-Z0-9._+-]{0,62}(?:=[A-Z0-9][A-Z0-9._+-]{0,62}|>=[0-9]{1,12})?")
)
_TLS_VERSIONS = ("1.0", "1.1", "1.2", "1.3")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ENVIRONMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,100}")
_STRINGS = (("type", ["string", "array"]), ("items", {"type": "string"}))
_TABLE = (("type", "object"), ("additionalProperties", {"type": "string"}))
TlsVersion: TypeAlias = Annotated[str, Parsed(_tls_version, (("type", ["number", "string"]),))]
Alpn: TypeAlias = Annotated[tuple[str, ...], Parsed(_alpn, _STRINGS)]
Pins: TypeAlias = Annotated[tuple[str, ...], Parsed(_pins, _STRINGS)]
HeloName: TypeAlias = Annotated[str, Parsed(_helo, (("type", "string"),))]
Mailbox: TypeAlias = Annotated[str, Parsed(_mailbox, (("type", "string"),))]
Octets: TypeAlias = Annotated[bytes, Parsed(octets_of, (("type", "string"),))]
TextList: TypeAlias = Annotated[tuple[str, ...], Parsed(_text_list, _STRINGS)]
Statuses: TypeAlias = Annotated[
    tuple[tuple[int, int], ...], Parsed(_statuses, (("type", ["integer", "string", "array"]),))
]
Headers: TypeAlias = Annotated[tuple[tuple[str, str], ...], Parsed(_headers, _TABLE)]
UrlPath: TypeAlias = Annotated[str, Parsed(_path, (("type", "string"),))]
FormName: TypeAlias = Annotated[str, Parsed(_form_name, (("type", ["string", "integer"]),))]
FormFields: TypeAlias = Annotated[tuple[tuple[str, str], ...], Parsed(_form_fields, _TABLE)]
HostHeader: TypeAlias = Annotated[str, Parsed(_host, (("type", "string"),))]
Caps: TypeAlias = Annotated[
    tuple[tuple[str, CapWhen], ...], Parsed(_caps, (("type", ["string", "array", "object"]), ("x-format", "STARTTLS")))
]
EnvironmentName: TypeAlias = Annotated[str, Parsed(_environment_name, (("type", "string"),))]
Secret: TypeAlias = Annotated[str, Parsed(_secret, (("type", "string"),))]
QueryName: TypeAlias = Annotated[str, Parsed(_query_name, (("type", "string"),))]
QueryType: TypeAlias = Annotated[str, Parsed(_query_type, (("enum", list(_QTYPES)),))]
Rcodes: TypeAlias = Annotated[tuple[str, ...], Parsed(_rcodes, (("type", ["string", "array"]),))]
Argv: TypeAlias = Annotated[tuple[str, ...], Parsed(_argv, (("type", "array"), ("items", {"type": "string"})))]
RelayVariants: TypeAlias = Annotated[tuple[str, ...], Parsed(_variants, _STRINGS)]
