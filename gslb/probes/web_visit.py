"""The requests of one run to one web server: where they go, what they carry, and the cookies in between.

An httpx request goes to our own transport directly, without an httpx client around it: there is nothing that could
read a proxy from the environment, keep a cookie for the next run, or follow a redirect to somebody else.
"""

import copy
import functools
from dataclasses import replace
from importlib import metadata
from typing import cast
from urllib.parse import urlencode

import httpx

from gslb.model.checks import HttpSettings, TlsSettings
from gslb.model.observations import Reason
from gslb.model.targets import Target
from gslb.model.values import TlsMode
from gslb.probes.contexts import PLAIN_TERMS, Terms
from gslb.probes.dialogue.commands import Conclusion
from gslb.probes.dialogue.cookies import Cookie, are_too_many, cookie_header, taken
from gslb.probes.faults import LocalFault, StreamFault
from gslb.probes.journal import Journal
from gslb.probes.web_transport import MemberTransport
from gslb.probes.web_verdict import Page, follow

Fields = tuple[tuple[str, str], ...]


class Visit:
    """One connection for each request, always to the member's own address. Every method may raise StreamFault.

    `terms`: of each handshake; `authorization` goes out with each request. `asked`: the URLs of the walk so far.
    """

    def __init__(
        self,
        target: Target,
        settings: HttpSettings,
        journal: Journal,
        *,
        terms: Terms = PLAIN_TERMS,
        authorization: str | None = None,
    ) -> None:
        self.asked = [_first_url(target, settings)]
        self._target = target
        self._settings = settings
        self._journal = journal
        self._terms = terms
        self._authorization = authorization
        self._cookies: tuple[Cookie, ...] = ()

    @property
    def here(self) -> httpx.URL:
        """What was asked last."""
        return self.asked[-1]

    @property
    def cookies(self) -> tuple[Cookie, ...]:
        """What the server has given us to keep."""
        return self._cookies

    def told_to(self, journal: Journal) -> "Visit":
        """The same visit, its next requests written down elsewhere."""
        other = copy.copy(self)
        other._journal = journal
        return other

    async def walk(self) -> httpx.Response | Conclusion:
        """The first page, or the one that its redirects lead to; the verdict where they may not be followed."""
        method = self._settings.method
        while True:
            response = await self.ask(self.here, method)
            onward = follow(self._settings, response, self.asked)
            if not isinstance(onward, tuple):
                return onward or response
            url, method = onward
            self.asked.append(url)

    async def ask(self, url: httpx.URL, method: str = "GET", fields: Fields | None = None) -> httpx.Response:
        """One request, with a form's fields where they are given. The connection before it is dropped."""
        if self._journal.stream is not None:
            self._journal.stream.abort()
        content = None if fields is None else urlencode(fields).encode()
        request = httpx.Request(method, url, headers=self._headers(url, content is not None), content=content)
        port, tls = _place(self._settings, self.asked[0], url)
        here = replace(self._target, settings=replace(self._settings, port=port))
        limit = self._settings.body_limit
        transport = MemberTransport(here, tls, self._journal, body_limit=limit, terms=self._terms)
        response = await transport.handle_async_request(request)
        self._keep(response, url)
        return response

    async def body(self, response: httpx.Response) -> Page:
        """The body as far as body_limit lets us read."""
        limit = self._settings.body_limit
        body = bytearray()
        async for piece in cast("httpx.AsyncByteStream", response.stream):
            body += piece
            if len(body) > limit:
                break
        return Page(body=bytes(body[:limit]), cut=len(body) > limit)

    def _keep(self, response: httpx.Response, url: httpx.URL) -> None:
        lines = response.headers.get_list("set-cookie")
        if not lines:
            return
        self._cookies = taken(self._cookies, lines, host=url.host, path=url.path, now=self._journal.now())
        if are_too_many(self._cookies):
            raise StreamFault(None, Reason.BOUNDS_EXCEEDED, f"{len(self._cookies)} cookies")

    def _headers(self, url: httpx.URL, is_form: bool) -> httpx.Headers:
        headers = httpx.Headers(
            {
                "Host": url.netloc.decode("ascii"),
                "User-Agent": user_agent(),
                "Accept": "*/*",
                "Accept-Encoding": "identity",
            }
        )
        if is_form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        cookies = cookie_header(self._cookies, url.path, secure=url.scheme == "https")
        if cookies:
            headers["Cookie"] = cookies
        if self._authorization is not None:
            headers["Authorization"] = self._authorization
        headers.update(dict(self._settings.headers))
        headers["Connection"] = "close"
        return headers


def _first_url(target: Target, settings: HttpSettings) -> httpx.URL:
    """The URL as people know the page: by its public name, and by the port only where the name gives one."""
    scheme = "http" if settings.tls.mode is TlsMode.NONE else "https"
    plain = str(target.address).partition("%")[0]  # the interface says nothing to the server (RFC 6874)
    literal = f"[{plain}]" if target.address.version == 6 else plain
    path = settings.path if settings.path.startswith("/") else f"/{settings.path}"
    try:
        return httpx.URL(f"{scheme}://{settings.host or literal}{path}")
    except httpx.InvalidURL as error:
        raise LocalFault(None, Reason.LOCAL_CONFIG, str(error)) from error


def _place(settings: HttpSettings, first: httpx.URL, url: httpx.URL) -> tuple[int, TlsSettings]:
    """The port and TLS for one URL: the target's own, unless a redirect named another port or stepped up to https."""
    if url.scheme == "http":
        return (settings.port if url.port == first.port else url.port or 80), settings.tls
    name = settings.tls.server_name or (url.host if settings.host else None)
    tls = replace(settings.tls, mode=TlsMode.IMPLICIT, server_name=name)
    own = (url.scheme, url.port) == (first.scheme, first.port)
    return (settings.port if own else url.port or 443), tls


@functools.cache
def user_agent() -> str:
    """How probes call themselves: `gslb-probe/` and the version."""
    return f"gslb-probe/{metadata.version('gslb-dns')}"
