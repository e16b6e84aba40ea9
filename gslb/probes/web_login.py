"""A login through a page's form, and what came of it (probes.md 1.10.3). Status is no evidence: a page tells.

The password goes to the page's own host, over https that was verified in the handshake, once in a run. What follows is
read until it shows success (a text, a Location, a cookie that was not there before) or failure (a text); failure is
looked for first. The way out is walked afterwards, outside the verdict, since servlets keep sessions for hours.
"""

from typing import Final

import httpx

from gslb.model.checks import FormLogin
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.probes.dialogue.commands import Conclusion
from gslb.probes.dialogue.cookies import Cookie
from gslb.probes.dialogue.login import Login
from gslb.probes.dialogue.patterns import is_found
from gslb.probes.dialogue.text import shown
from gslb.probes.dialogue.web_form import Form, form_of
from gslb.probes.faults import StreamFault
from gslb.probes.journal import Journal
from gslb.probes.web_verdict import Page, is_busy, is_same_place, joined, said
from gslb.probes.web_visit import Fields, Visit

REDIRECTS: Final = 5
_ONWARD: Final = frozenset({301, 302, 303})
"""Redirects after which a browser asks with GET: the others would carry the password along."""


async def log_in(visit: Visit, form: FormLogin, login: Login, page: Page) -> Conclusion:
    """Send the form that stands on `page`, and judge what comes back. Raises StreamFault."""
    markup = form_of(page.text, form.form) if form.form is not None else Form(action="", hidden=())
    if markup is None:
        return _failed(Reason.BODY_MISMATCH, f"no form {form.form}")
    url = _action(visit.here, form.action or markup.action)
    if url is None:
        return _failed(Reason.REDIRECT_BLOCKED, f"the form leads to {form.action or markup.action}")
    before = visit.cookies
    response = await visit.ask(url, "POST", fields_of(form, login, markup.hidden))
    verdict = await _judge(visit, form, response, before)
    for _ in range(REDIRECTS):
        if isinstance(verdict, Conclusion):
            return verdict
        response = await visit.ask(verdict)
        verdict = await _judge(visit, form, response, before)
    return verdict if isinstance(verdict, Conclusion) else _failed(Reason.REDIRECT_LOOP, f"to {verdict}", response)


async def log_out(visit: Visit, path: str, journal: Journal) -> None:
    """Ask for `path` as the user who is logged in; whatever comes of it, nobody is told."""
    journal.enter(Phase.QUIT)
    quiet = Journal(journal.limits.farewell, now=journal.now, transcript=journal.transcript)
    url = joined(visit.here, path)
    try:
        if url is not None and is_same_place(visit.here, url):
            await visit.told_to(quiet).ask(url)
    except StreamFault:
        pass  # the session will expire by itself
    finally:
        if quiet.stream is not None:
            quiet.stream.abort()


def fields_of(form: FormLogin, login: Login, hidden: Fields) -> Fields:
    """What is posted: the hidden fields, the operator's, user and password; of two with one name the later counts."""
    own = ((form.user_field, login.user), (form.password_field, login.password))
    return tuple(dict((*hidden, *form.fields, *own)).items())


async def _judge(
    visit: Visit, form: FormLogin, response: httpx.Response, before: tuple[Cookie, ...]
) -> Conclusion | httpx.URL:
    """The verdict of one answer, or where it leads."""
    location = response.headers.get("location", "") if response.status_code in _ONWARD else ""
    if location and form.success_location and is_found(form.success_location, location):
        return _passed(response)
    if location and not _has_cookie(visit, form, before):
        url = _action(visit.here, location)
        return url if url is not None else _failed(Reason.REDIRECT_BLOCKED, f"to {location}", response)
    page = await visit.body(response)
    text = page.text
    if form.failure_regex and is_found(form.failure_regex, text):
        return Conclusion(
            outcome=Degraded(Phase.AUTH, Reason.AUTH_REJECTED), code=str(response.status_code), text=said(response)
        )
    if _has_cookie(visit, form, before) or (form.success_regex and is_found(form.success_regex, text)):
        return _passed(response)
    return _undecided(response, page)


def _undecided(response: httpx.Response, page: Page) -> Conclusion:
    """Neither success nor failure: a busy server may say so; else the page is another than the operator thinks."""
    if is_busy(response):
        outcome = Degraded(Phase.AUTH, Reason.AUTH_TEMP, load=True)
        return Conclusion(outcome=outcome, code=str(response.status_code), text=said(response))
    if page.cut:
        return _failed(Reason.BOUNDS_EXCEEDED, f"nothing known in the first {len(page.body)} bytes", response)
    return _failed(Reason.BODY_MISMATCH, "neither success nor failure on the page after the login", response)


def _action(here: httpx.URL, reference: str) -> httpx.URL | None:
    """Where a form or a redirect leads with a password or a session in hand: the same host, over https; else None."""
    url = joined(here, reference) if reference else here
    return url if url is not None and url.scheme == "https" and is_same_place(here, url) else None


def _has_cookie(visit: Visit, form: FormLogin, before: tuple[Cookie, ...]) -> bool:
    """Whether the cookie of success is there and was not before; an emptied one is none."""
    return any(each.name == form.success_cookie and each.value and each not in before for each in visit.cookies)


def _passed(response: httpx.Response) -> Conclusion:
    return Conclusion(outcome=Passed(), code=str(response.status_code), text="logged in")


def _failed(reason: Reason, text: str, response: httpx.Response | None = None) -> Conclusion:
    code = "" if response is None else str(response.status_code)
    return Conclusion(outcome=Failed(Phase.AUTH, reason), code=code, text=shown(text.encode()))
