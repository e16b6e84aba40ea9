"""What people write, and what they meant by it: the last clause of many an error. Each hint is "" where none fits."""

import re
from collections.abc import Collection, Mapping, Set
from difflib import get_close_matches
from ipaddress import ip_address
from itertools import pairwise

from gslb.config.positions import Path

_MOST_LISTED = 12

_TABLES = {
    "nameservers": "ns1: [192.0.2.53]",
    "pools": "relays: {members: {relay1: {address: 192.0.2.11}}}",
    "members": "relay1: {address: 192.0.2.11}",
    "services": "smtp: {pools: [relays]}",
    "srv": "_submission._tcp: 587",
    "soa": "refresh: 1h",
    "dns": "listen: [127.0.0.1:5300]",
    "http": "listen: 127.0.0.1:8053",
    "tls": "certificate: cert.pem",
    "probing": "name: probe.example.com",
    "source": "ipv4: 192.0.2.53",
    "log": "level: info",
}
"""Tables by the key they stand behind, with one line of what belongs there."""

_NAMED = ("pools", "members", "services")
"""Tables whose keys are names the operator gives."""

_WORDS_OF_POOLS = (
    "pools",
    "members",
    "checks",
    "min_healthy",
    "degraded_weight",
    "address",
    "addresses",
    "weight",
    "standby",
    "hostname",
)
_WORDS_OF_ZONES = ("nameservers", "services", "records", "alias", "answers", "mx", "srv", "when_all_down", "ttl")
_WORDS = frozenset((*_WORDS_OF_POOLS, *_WORDS_OF_ZONES))

_MEANT: dict[str, dict[str, str]] = {
    "type": {
        "https": "type http with port: 443",
        "imaps": "type imap with port: 993",
        "pop": "type pop3",
        "pops": "type pop3 with port: 995",
        "pop3s": "type pop3 with port: 995",
        "smtps": "type submission with port: 465",
        "submissions": "type submission with port: 465",
        "ssl": "type tls",
        "icmp": "type tcp: an echo says nothing of a service",
        "ping": "type tcp: an echo says nothing of a service",
    },
    "tls": {
        **dict.fromkeys(("true", "yes", "on", "required"), "starttls, or implicit for TLS from the first byte"),
        **dict.fromkeys(("false", "no", "off"), "none"),
        **dict.fromkeys(("ssl", "tls", "smtps", "https"), "implicit"),
        **dict.fromkeys(("opportunistic", "may", "optional"), "try"),
    },
    "verify": {
        **dict.fromkeys(("true", "yes", "on", "strict", "required"), "full"),
        **dict.fromkeys(("false", "no", "off", "none"), "report"),
    },
    "records": {
        "srv": "srv: {_submission._tcp: 587} beside records",
        **dict.fromkeys(("cname", "txt", "ns", "caa", "tlsa", "ptr"), "a static record, under records of the zone"),
    },
    "when_all_down": {
        "all": "serve_all",
        "fail": "servfail",
        "none": "nodata",
        "nxdomain": "nodata",
        "drop": "refused",
    },
}

_YAML_11 = {"yes": "true", "on": "true", "no": "false", "off": "false"}

_DURATION = re.compile(
    r"(?:([0-9]+) ?w(?:eeks?)?)? ?(?:([0-9]+) ?d(?:ays?)?)? ?(?:([0-9]+) ?h(?:ours?|rs?)?)? ?"
    r"(?:([0-9]+) ?m(?:in(?:ute)?s?)?)? ?(?:([0-9]+) ?s(?:ec(?:ond)?s?)?)?",
    re.IGNORECASE,
)
_SIZES = (604_800, 86_400, 3_600, 60, 1)
_WITH_PORT = re.compile(r"\[?([0-9a-fA-F.:]+?)\]?:([0-9]{1,5})")


def did_you_mean(word: object, known: Collection[object]) -> str:
    """A clause with the nearest of the known words, or nothing."""
    spelled = {str(one).lower(): one for one in known}
    near = get_close_matches(str(word).lower(), spelled, n=1, cutoff=0.65)
    return f"; did you mean {spelled[near[0]]}?" if near else ""


def among(word: object, known: Collection[object]) -> str:
    """The nearest of the known words, else all of them where they are few."""
    if not known:
        return "; none is defined"
    near = did_you_mean(word, known)
    return near or (f"; there are {listed(known)}" if len(known) <= _MOST_LISTED else "")


def listed(words: Collection[object]) -> str:
    """Words as a list in a sentence: in their order, or by the alphabet where they have none."""
    told = [str(word) for word in words]
    return ", ".join(sorted(told) if isinstance(words, Set) else told)


def meant(path: Path, value: object) -> str:
    """What a foreign word at this key stands for here."""
    keys = [part for part in path if isinstance(part, str)]
    words: Mapping[str, str] = _MEANT.get(keys[-1], {}) if keys else {}
    found = words.get(str(value).lower())
    return f"; write {found}" if found else ""


def as_list(value: object) -> str:
    """How to write one value where a list is wanted."""
    if isinstance(value, str):
        return f'write ["{value}"]' if any(char in value for char in ":,#&*[]{}") else f"write [{value}]"
    return f"write [{value}]" if isinstance(value, int | float) and not isinstance(value, bool) else "write [one, two]"


def truth(value: object) -> str:
    """The word for true or false in YAML 1.2, for those of YAML 1.1 and those in quotes."""
    words = str(value).lower()
    if words in ("true", "false"):
        return f"; write {words} without quotes"
    found = _YAML_11.get(words)
    return f"; in YAML 1.2 write {found}" if found else ""


def as_table(path: Path, value: object) -> str:
    """How to write a table where something else stands."""
    key, above = (path[-1] if path else None), (path[-2] if len(path) > 1 else None)
    dashes = ", with names instead of dashes" if isinstance(value, list) else ""
    if above in _NAMED:
        return f": write it like {key}: {_TABLES[str(above)].partition(': ')[2]}"
    example = _TABLES.get(str(key))
    return f": write it like {key}: {{{example}}}{dashes}" if example else ""


def out_of_place(path: Path) -> str:
    """A key of the schema that stands where a name should: a line with too few blanks or too many."""
    for above, name in pairwise(path):
        if above in _NAMED and name in _WORDS:
            kind = str(above).removesuffix("s")
            return f"; {name} stands here as the name of a {kind}: check the indentation"
    return ""


def duration(value: object) -> str:
    """Seconds that were meant by words such as 30 seconds, 1h30m or '30'."""
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) and len(value) < 40 else None
    if match and any(match.groups()):
        seconds = sum(int(count or 0) * size for count, size in zip(match.groups(), _SIZES, strict=True))
        return f"; did you mean {shortest(seconds)}?"
    return number(value)


def shortest(seconds: int) -> str:
    """Whole seconds in the largest unit that holds them."""
    unit, size = next(
        (unit, size) for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)) if not seconds % size
    )
    return f"{seconds // size}{unit}"


def number(value: object) -> str:
    """A number in quotes is text."""
    return f"; write {value} without quotes" if isinstance(value, str) and value.isascii() and value.isdigit() else ""


def address(value: str) -> str:
    """What a text that is no address has too much or in another form."""
    if _is_address(value.strip("[]")):
        return f"; write it without brackets, {value.strip('[]')}"
    if "/" in value:
        return "; a network is no host: leave the prefix length out"
    with_port = _WITH_PORT.fullmatch(value)
    if with_port and _is_address(with_port[1]):
        return f"; write {with_port[1]}: ports belong to checks (port) and members (probe_port)"
    plain = ".".join(part.lstrip("0") or "0" for part in value.split("."))
    if _is_address(plain):
        return f"; write {plain}, without leading zeros"
    if any(char.isalpha() and char.lower() not in "abcdef" for char in value):
        return "; names are not looked up: write the address itself"
    return ""


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def name(value: str, is_name: re.Pattern[str]) -> str:
    """A name that would be one with other letters, or without the zone behind it."""
    if "." in value:
        first = value.partition(".")[0].lower()
        return f"; one label only, the zone is added: {first}" if is_name.fullmatch(first) else ""
    tried = re.sub(r"[_ ]+", "-", value.strip()).lower()
    return f"; did you mean {tried}?" if is_name.fullmatch(tried) else ""
