"""One look at a web page: the prober of http and webaccess (RFC 9110, RFC 9112, probes.md 1.10)."""

import base64
from dataclasses import replace
from urllib.parse import quote, quote_plus

import httpx

from gslb.model.checks import HttpSettings
from gslb.model.observations import Degraded, Passed, Phase, Reason
from gslb.model.targets import Target
from gslb.model.values import TlsMode
from gslb.probes.contexts import GUARDED, PLAIN_TERMS
from gslb.probes.dialogue.commands import Conclusion
from gslb.probes.dialogue.login import Entry, Held, Login
from gslb.probes.faults import LocalFault
from gslb.probes.journal import Journal
from gslb.probes.logins import Logins
from gslb.probes.web_login import log_in, log_out
from gslb.probes.web_verdict import Page, judge_body, judge_head, judge_values, said
from gslb.probes.web_visit import Visit


async def probe_web(target: Target, journal: Journal) -> None:
    """Ask for the page, follow redirects within the host, judge; log in where that is asked. Raises StreamFault."""
    settings = target.settings
    if not isinstance(settings, HttpSettings):
        raise TypeError(f"not a web page: {settings.type}")
    credentials = settings.login.credentials if settings.login is not None else settings.credentials
    with (journal.logins or Logins()).entry(target, credentials, journal) as entry:
        await _Look(target, settings, journal, entry).taken()


class _Look:
    """One run, with the login it may use."""

    def __init__(self, target: Target, settings: HttpSettings, journal: Journal, entry: Entry) -> None:
        basic = _basic(entry) if isinstance(entry, Login) and settings.login is None else None
        terms = GUARDED if isinstance(entry, Login) else PLAIN_TERMS
        if basic is not None:
            journal.hide((basic,))
        self._visit = Visit(target, settings, journal, terms=terms, authorization=basic)
        self._settings = settings
        self._journal = journal
        self._entry = entry

    async def taken(self) -> None:
        """Walk to the page, conclude, and leave."""
        if isinstance(self._entry, Login) and self._settings.tls.mode is TlsMode.NONE:
            raise LocalFault(Phase.AUTH, Reason.LOCAL_CONFIG, "a password goes out over https only")
        response = await self._visit.walk()
        self._journal.conclude(response if isinstance(response, Conclusion) else await self._judged(response))
        form = self._settings.login
        if self._journal.accepted and form is not None and form.logout_path is not None:
            await log_out(self._visit, form.logout_path, self._journal)

    async def _judged(self, response: httpx.Response) -> Conclusion:
        """The verdict of status and header, of the page, of the login, and of the numbers, in this order."""
        early = self._judge_basic(response) or judge_head(self._settings, response)
        if early is not None:
            return early
        page = await self._visit.body(response)
        verdict = judge_body(self._settings, response.status_code, page)
        if isinstance(verdict.outcome, Passed) and self._settings.login is not None:
            verdict = await self._logged_in(page) or verdict
        return self._with_values(verdict, page) if isinstance(verdict.outcome, Passed) else verdict

    def _judge_basic(self, response: httpx.Response) -> Conclusion | None:
        """What Basic authentication came to (RFC 7617); None: the page decides."""
        if self._entry is None or self._settings.login is not None:
            return None
        if response.status_code != 401:
            self._journal.accepted = isinstance(self._entry, Login) and response.is_success
            return None
        return self._held() or _rejected(said(response), code="401")

    async def _logged_in(self, page: Page) -> Conclusion | None:
        form = self._settings.login
        if form is None or not isinstance(self._entry, Login):
            return self._held()
        self._journal.hide((quote(self._entry.password), quote_plus(self._entry.password)))
        verdict = await log_in(self._visit, form, self._entry, page)
        self._journal.accepted = isinstance(verdict.outcome, Passed)
        return verdict

    def _held(self) -> Conclusion | None:
        """What a login that is not tried now means for a page that is fine."""
        if not isinstance(self._entry, Held):
            return None
        self._journal.note(Reason.AUTH_HELD)
        if self._entry is Held.REJECTED:
            return _rejected("the login was rejected before, and is not tried again yet")
        return Conclusion(outcome=Passed(), text="others are trying the login just now")

    def _with_values(self, verdict: Conclusion, page: Page) -> Conclusion:
        """Numbers stand on the page that was asked for, not on the one behind the login."""
        values = judge_values(self._settings, page)
        if values.missing:
            self._journal.note(Reason.VALUE_MISSING)
        text = values.text or verdict.text
        return replace(verdict, outcome=values.outcome, text=text, metrics=values.found)


def _basic(login: Login) -> str:
    return "Basic " + base64.b64encode(f"{login.user}:{login.password}".encode()).decode("ascii")


def _rejected(text: str, code: str = "") -> Conclusion:
    return Conclusion(outcome=Degraded(Phase.AUTH, Reason.AUTH_REJECTED), code=code, text=text)
