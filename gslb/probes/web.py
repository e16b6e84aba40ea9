"""One look at a web page: the prober of http and webaccess (RFC 9110, RFC 9112, probes.md 1.10).

An httpx request goes to our own transport directly, without an httpx client around it: there is nothing that could
read a proxy from the environment, keep a cookie, or follow a redirect to somebody else.
"""

import functools
from dataclasses import replace
from importlib import metadata
from typing import cast

import httpx

from gslb.model.checks import HttpSettings, TlsSettings
from gslb.model.observations import Reason
from gslb.model.targets import Target
from gslb.model.values import TlsMode
from gslb.probes.dialogue.commands import Conclusion
from gslb.probes.faults import LocalFault
from gslb.probes.journal import Journal
from gslb.probes.web_transport import MemberTransport
from gslb.probes.web_verdict import Page, follow, judge_body, judge_head


async def probe_web(target: Target, journal: Journal) -> None:
    """Ask for the page, follow redirects within the host, judge, conclude. Raises StreamFault."""
    settings = target.settings
    if not isinstance(settings, HttpSettings):
        raise TypeError(f"not a web page: {settings.type}")
    asked = [_first_url(target, settings)]
    method = settings.method
    while True:
        response = await _ask(target, settings, journal, asked, method)
        onward = follow(settings, response, asked)
        if not isinstance(onward, tuple):
            break
        url, method = onward
        asked.append(url)
        if journal.stream is not None:
            journal.stream.abort()
    conclusion = onward or judge_head(settings, response)
    journal.conclude(conclusion or await _judge_body(settings, response))


async def _ask(
    target: Target, settings: HttpSettings, journal: Journal, asked: list[httpx.URL], method: str
) -> httpx.Response:
    url = asked[-1]
    request = httpx.Request(method, url, headers=_headers(settings, url))
    port, tls = _place(settings, asked[0], url)
    here = replace(target, settings=replace(settings, port=port))
    transport = MemberTransport(here, tls, journal, body_limit=settings.body_limit)
    return await transport.handle_async_request(request)


async def _judge_body(settings: HttpSettings, response: httpx.Response) -> Conclusion:
    body = bytearray()
    cut = False
    async for piece in cast("httpx.AsyncByteStream", response.stream):
        body += piece
        cut = len(body) > settings.body_limit
        if cut:
            break
    page = Page(body=bytes(body[: settings.body_limit]), cut=cut)
    return judge_body(settings, response.status_code, page)


def _first_url(target: Target, settings: HttpSettings) -> httpx.URL:
    """The URL as people know the page: by its public name, and by the port only where the name gives one."""
    scheme = "http" if settings.tls.mode is TlsMode.NONE else "https"
    literal = f"[{target.address}]" if target.address.version == 6 else str(target.address)
    path = settings.path if settings.path.startswith("/") else f"/{settings.path}"
    try:
        return httpx.URL(f"{scheme}://{settings.host or literal}{path}")
    except httpx.InvalidURL as error:
        raise LocalFault(None, Reason.LOCAL_CONFIG, str(error)) from error


def _headers(settings: HttpSettings, url: httpx.URL) -> httpx.Headers:
    headers = httpx.Headers(
        {
            "Host": url.netloc.decode("ascii"),
            "User-Agent": user_agent(),
            "Accept": "*/*",
            "Accept-Encoding": "identity",
        }
    )
    headers.update(dict(settings.headers))
    headers["Connection"] = "close"
    return headers


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
