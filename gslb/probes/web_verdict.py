"""What a response is worth: pure judgement of status, header and body (probes.md 1.10.2), and where redirects lead.

A status the operator expects is good, whatever it is. Of the others, those that say "later" (408, 425, 429, and 503
with Retry-After) are degraded under load, 404 drains where the check says so, and the rest has failed. Texts are
matched as substrings of the raw body, in UTF-8.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import httpx

from gslb.model.checks import HttpSettings
from gslb.model.extracts import Extract
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.probes.dialogue.commands import Conclusion
from gslb.probes.dialogue.patterns import is_found, number_of
from gslb.probes.dialogue.text import shown

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_LATER: Final = frozenset({408, 425, 429})
_REALM: Final = re.compile(r'\brealm\s*=\s*(?:"([^"]*)"|([^\s,]*))', re.IGNORECASE)

Hop: TypeAlias = tuple[httpx.URL, str]
"""Where to ask next, and the method."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A body as far as it was read; `cut`: there was more."""

    body: bytes
    cut: bool

    @property
    def text(self) -> str:
        """As UTF-8; what is none is replaced."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """The numbers found on a page, by name; what they mean; and the names of those that were not there."""

    outcome: Passed | Degraded
    text: str
    found: tuple[tuple[str, float], ...]
    missing: tuple[str, ...]


def judge_head(settings: HttpSettings, response: httpx.Response) -> Conclusion | None:
    """The verdict of status and header; None: so far good, and the body decides."""
    status = response.status_code
    if status == 401 and (settings.realm_regex is not None or settings.server_regex is not None):
        return _judge_challenge(settings, response)
    if status == 404 and settings.drain_on_404:
        outcome = Degraded(Phase.FIRST_BYTE, Reason.DRAIN, load=True)
        return Conclusion(outcome=outcome, code=str(status), text=said(response), weight_factor=0.0)
    if not any(low <= status <= high for low, high in settings.expect_status):
        return _unexpected(status, response)
    for name, part in settings.header_must:
        if not any(part in value for value in response.headers.get_list(name)):
            return _failed(Phase.FIRST_BYTE, Reason.BODY_MISMATCH, status, f"no header {name}: {part}")
    return None


def judge_body(settings: HttpSettings, status: int, page: Page) -> Conclusion:
    """The verdict of a body whose status and header are good."""
    for text in settings.body_must_not:
        if text.encode() in page.body:
            return _failed(Phase.BODY, Reason.BODY_MISMATCH, status, f"found: {text}")
    text = page.text if settings.body_regex or settings.body_not_regex else ""
    for pattern in settings.body_not_regex:
        if is_found(pattern, text):
            return _failed(Phase.BODY, Reason.BODY_MISMATCH, status, f"found: {pattern}")
    missing = _missing(settings, page.body, text)
    if missing is None:
        return Conclusion(outcome=Passed(), code=str(status))
    if page.cut:
        return _failed(
            Phase.BODY, Reason.BOUNDS_EXCEEDED, status, f"not in the first {len(page.body)} bytes: {missing}"
        )
    return _failed(Phase.BODY, Reason.BODY_MISMATCH, status, f"not found: {missing}")


def judge_values(settings: HttpSettings, page: Page) -> Values:
    """What a good page says of itself: a number at or above its `crit` is load, or a word; at its `warn` a notice."""
    text = page.text if settings.extract or settings.body_degraded_regex else ""
    ill = next((pattern for pattern in settings.body_degraded_regex if is_found(pattern, text)), None)
    seen = [(extract, number_of(extract, text)) for extract in settings.extract]
    found = [(extract, value) for extract, value in seen if value is not None]
    high = [(extract.name, value, verdict) for extract, value in found if (verdict := _judge_value(extract, value))]
    worst = max(high, key=lambda each: each[2].load, default=None)
    outcome: Passed | Degraded = Passed() if worst is None else worst[2]
    told = "" if worst is None else f"{worst[0]} {worst[1]:g}"
    if ill is not None and not (isinstance(outcome, Degraded) and outcome.load):
        outcome, told = Degraded(Phase.BODY, Reason.VALUE_CRITICAL, load=True), f"found: {ill}"
    return Values(
        outcome=outcome,
        text=shown(told.encode()),
        found=tuple((extract.name, value) for extract, value in found),
        missing=tuple(extract.name for extract, value in seen if value is None),
    )


def _judge_value(extract: Extract, value: float) -> Degraded | None:
    if extract.crit is not None and value >= extract.crit:
        return Degraded(Phase.BODY, Reason.VALUE_CRITICAL, load=True)
    if extract.warn is not None and value >= extract.warn:
        return Degraded(Phase.BODY, Reason.VALUE_WARNING)
    return None


def follow(settings: HttpSettings, response: httpx.Response, asked: Sequence[httpx.URL]) -> Hop | Conclusion | None:
    """Where a redirect leads, or why it is not followed; None: this is no redirect to follow.

    `asked` holds the URLs so far, this response's last. Only the same host may be named, and never a step down from
    https: a member is judged on its own address.
    """
    status = response.status_code
    expected = any(low <= status <= high for low, high in settings.expect_status)
    if status not in REDIRECTS or expected or not settings.redirects:
        return None
    location = response.headers.get("location", "")
    here = asked[-1]
    target = joined(here, location)
    if target is None or not is_same_place(here, target):
        return _failed(Phase.FIRST_BYTE, Reason.REDIRECT_BLOCKED, status, f"to {location}")
    if target in asked or len(asked) > settings.redirects:
        return _failed(Phase.FIRST_BYTE, Reason.REDIRECT_LOOP, status, f"to {location}")
    method = "GET" if status == 303 and settings.method != "HEAD" else settings.method
    return target, method


def joined(here: httpx.URL, location: str) -> httpx.URL | None:
    """Where a reference leads from here (RFC 3986 section 5), without its fragment; None: nowhere."""
    try:
        return here.join(location).copy_with(fragment=None) if location else None
    except httpx.InvalidURL:
        return None


def is_same_place(here: httpx.URL, target: httpx.URL) -> bool:
    """Whether it is the same host, with no step down from https and no user in it."""
    steps = {("http", "http"), ("https", "https"), ("http", "https")}
    return (here.scheme, target.scheme) in steps and here.host == target.host and not target.userinfo


def is_busy(response: httpx.Response) -> bool:
    """Whether the answer says "later"."""
    return response.status_code in _LATER or (response.status_code == 503 and "retry-after" in response.headers)


def said(response: httpx.Response) -> str:
    """Status and reason phrase, as shown."""
    return shown(f"{response.status_code} {response.reason_phrase}".strip().encode())


def _unexpected(status: int, response: httpx.Response) -> Conclusion:
    if is_busy(response):
        outcome = Degraded(Phase.FIRST_BYTE, Reason.BUSY, load=True)
        return Conclusion(outcome=outcome, code=str(status), text=said(response))
    return _failed(Phase.FIRST_BYTE, Reason.STATUS_UNEXPECTED, status, said(response))


def _judge_challenge(settings: HttpSettings, response: httpx.Response) -> Conclusion:
    """Who asks for a password is alive, if it is who we think (RFC 9110 section 11.5)."""
    challenges = response.headers.get_list("www-authenticate")
    realms = [match[1] or match[2] or "" for each in challenges for match in _REALM.finditer(each)]
    server = response.headers.get("server", "")
    if settings.realm_regex is not None and any(is_found(settings.realm_regex, realm) for realm in realms):
        return Conclusion(outcome=Passed(), code="401", text=shown(f"realm {realms[0]}".encode()))
    if settings.server_regex is not None and is_found(settings.server_regex, server):
        return Conclusion(outcome=Passed(), code="401", text=shown(f"server {server}".encode()))
    told = f"realm {', '.join(realms)}" if realms else "no realm"
    return _failed(Phase.FIRST_BYTE, Reason.BODY_MISMATCH, 401, told)


def _missing(settings: HttpSettings, body: bytes, decoded: str) -> str | None:
    for text in settings.body_must:
        if text.encode() not in body:
            return text
    wanted = settings.body_must_any
    if wanted and not any(text.encode() in body for text in wanted):
        return " or ".join(wanted)
    return next((pattern for pattern in settings.body_regex if not is_found(pattern, decoded)), None)


def _failed(phase: Phase, reason: Reason, status: int, text: str) -> Conclusion:
    return Conclusion(outcome=Failed(phase, reason), code=str(status), text=shown(text.encode()))
