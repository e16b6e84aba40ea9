"""What a response is worth: pure judgement of status, header and body (probes.md 1.10.2), and where redirects lead.

A status the operator expects is good, whatever it is. Of the others, those that say "later" (408, 425, 429, and 503
with Retry-After) are degraded under load, the rest has failed. Texts are matched as substrings of the raw body, in
UTF-8.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import httpx

from gslb.model.checks import HttpSettings
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.probes.dialogue.commands import Conclusion
from gslb.probes.dialogue.text import shown

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_LATER: Final = frozenset({408, 425, 429})

Hop: TypeAlias = tuple[httpx.URL, str]
"""Where to ask next, and the method."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A body as far as it was read; `cut`: there was more."""

    body: bytes
    cut: bool


def judge_head(settings: HttpSettings, response: httpx.Response) -> Conclusion | None:
    """The verdict of status and header; None: so far good."""
    status = response.status_code
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
    missing = _missing(settings, page.body)
    if missing is None:
        return Conclusion(outcome=Passed(), code=str(status))
    if page.cut:
        return _failed(
            Phase.BODY, Reason.BOUNDS_EXCEEDED, status, f"not in the first {len(page.body)} bytes: {missing}"
        )
    return _failed(Phase.BODY, Reason.BODY_MISMATCH, status, f"not found: {missing}")


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
    target = _joined(here, location)
    if target is None or not _is_same_place(here, target):
        return _failed(Phase.FIRST_BYTE, Reason.REDIRECT_BLOCKED, status, f"to {location}")
    if target in asked or len(asked) > settings.redirects:
        return _failed(Phase.FIRST_BYTE, Reason.REDIRECT_LOOP, status, f"to {location}")
    method = "GET" if status == 303 and settings.method != "HEAD" else settings.method
    return target, method


def _unexpected(status: int, response: httpx.Response) -> Conclusion:
    text = shown(f"{status} {response.reason_phrase}".strip().encode())
    if status in _LATER or (status == 503 and "retry-after" in response.headers):
        outcome = Degraded(Phase.FIRST_BYTE, Reason.BUSY, load=True)
        return Conclusion(outcome=outcome, code=str(status), text=text)
    return _failed(Phase.FIRST_BYTE, Reason.STATUS_UNEXPECTED, status, text)


def _missing(settings: HttpSettings, body: bytes) -> str | None:
    for text in settings.body_must:
        if text.encode() not in body:
            return text
    wanted = settings.body_must_any
    if wanted and not any(text.encode() in body for text in wanted):
        return " or ".join(wanted)
    return None


def _joined(here: httpx.URL, location: str) -> httpx.URL | None:
    try:
        return here.join(location).copy_with(fragment=None) if location else None
    except httpx.InvalidURL:
        return None


def _is_same_place(here: httpx.URL, target: httpx.URL) -> bool:
    steps = {("http", "http"), ("https", "https"), ("http", "https")}
    return (here.scheme, target.scheme) in steps and here.host == target.host and not target.userinfo


def _failed(phase: Phase, reason: Reason, status: int, text: str) -> Conclusion:
    return Conclusion(outcome=Failed(phase, reason), code=str(status), text=shown(text.encode()))
