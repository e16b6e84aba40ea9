"""The cookies of one run (RFC 6265, the user agent's part), as far as a visit to one host needs them.

Nothing is kept between runs. A server that sends more than a browser would hold has said more than anybody needs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

COOKIES: Final = 50
COOKIE_BYTES: Final = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A name and a value to send back for paths at or below `path`; `secure`: over https only."""

    name: str
    value: str
    path: str = "/"
    secure: bool = False


def taken(cookies: tuple[Cookie, ...], lines: Iterable[str], *, host: str, path: str, now: float) -> tuple[Cookie, ...]:
    """The jar after these Set-Cookie lines of an answer to `path` at `host`. `now`: Unix time (section 5.2, 5.3)."""
    jar = {(cookie.name, cookie.path): cookie for cookie in cookies}
    for line in lines:
        pair, *rest = line.split(";")
        name, equals, value = (part.strip() for part in pair.partition("="))
        attributes = dict(_attribute(part) for part in rest)
        if not name or not equals or not line.isascii() or not _covers(attributes.get("domain", ""), host):
            continue
        where = attributes.get("path", "")
        cookie = Cookie(
            name=name,
            value=value,
            path=where if where.startswith("/") else _default_path(path),
            secure="secure" in attributes,
        )
        jar.pop((cookie.name, cookie.path), None)
        if not _is_over(attributes, now):
            jar[cookie.name, cookie.path] = cookie
    return tuple(jar.values())


def are_too_many(cookies: tuple[Cookie, ...]) -> bool:
    """Whether the jar is fuller than anybody needs."""
    return len(cookies) > COOKIES or sum(len(each.name) + len(each.value) for each in cookies) > COOKIE_BYTES


def cookie_header(cookies: tuple[Cookie, ...], path: str, *, secure: bool) -> str:
    """The value of Cookie for one request, longer paths first; empty where nothing is to be sent (section 5.4)."""
    mine = (each for each in cookies if _is_below(path, each.path) and (secure or not each.secure))
    return "; ".join(f"{each.name}={each.value}" for each in sorted(mine, key=lambda each: -len(each.path)))


def _attribute(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip().lower(), value.strip()


def _covers(domain: str, host: str) -> bool:
    """No cookie for somebody else; one for the host or a domain above it is the host's."""
    plain = domain.removeprefix(".").lower()
    return not plain or host == plain or host.endswith(f".{plain}")


def _default_path(path: str) -> str:
    return path[: path.rfind("/")] or "/"


def _is_below(path: str, above: str) -> bool:
    return path == above or path.startswith(above if above.endswith("/") else f"{above}/")


def _is_over(attributes: dict[str, str], now: float) -> bool:
    age = attributes.get("max-age")
    if age is not None and age.removeprefix("-").isdigit():
        return age.startswith("-") or not age.strip("0")
    try:
        return parsedate_to_datetime(attributes.get("expires", "")).timestamp() <= now
    except (ValueError, OverflowError):
        return False
