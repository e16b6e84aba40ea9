"""Presets as an operator writes them, probed: the page of the product passes, and a stranger's does not."""

from dataclasses import replace

import pytest

from gslb.config.presets import PRESETS
from gslb.model.checks import HttpSettings, TlsSettings
from gslb.model.observations import Degraded, Failed, Outcome, Passed, Reason
from tests.kit.hostile import Peer, serving
from tests.kit.probing import timely
from tests.kit.raw_http import response
from tests.probes.test_from_configuration import target

WEBACCESS = b'<title>GroupWise WebAccess</title><form id="loginForm"></form>'
ASKS = response(b"", status="401 No", headers=['WWW-Authenticate: Basic realm="GroupWise Agent"'])
OWN_HEADER = response(
    b"", status="401 No", headers=['WWW-Authenticate: Basic realm="console"', "Server: GroupWise MTA"]
)
QUEUES = "".join(f"<td>{name}</td><td>%d</td>" for name in ("Outbound", "Inbound", "SMTP Send", "SMTP Receive"))
GWIA = "<title>GroupWise GWIA</title>" + QUEUES + "<td>Delayed</td><td>%d</td>"
LINKS = b"<title>GroupWise MTA</title>Domains 4 %d Post Offices 9 0 Gateways 3 0"

GOOD: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "groupwise-webaccess": ("/gw/webacc", (response(WEBACCESS),)),
    "gw-poa": ("/", (ASKS, OWN_HEADER, response(b"<title>GroupWise POA</title>"))),
    "gw-mta": ("/", (ASKS, OWN_HEADER)),
    "gw-gwia": ("/", (ASKS, OWN_HEADER)),
    "gw-dva": ("/", (ASKS,)),
    "gw-monitor": ("/", (ASKS,)),
    "gw-gwia-queues": ("/", (ASKS, response((GWIA % (1, 2, 3, 4, 5)).encode()))),
    "gw-mta-links": ("/home", (ASKS, response(LINKS % 0))),
    **{
        f"exchange{name and f'-{name}'}": (f"/{path}/healthcheck.htm", (response(b"200 OK<br/>mx1"),))
        for name, path in {
            "": "owa",
            **{name: name for name in ("owa", "ecp", "ews", "mapi", "oab", "rpc", "autodiscover")},
            "activesync": "Microsoft-Server-ActiveSync",
        }.items()
    },
    "zimbra": ("/", (response(b"<title>Zimbra</title>"), response(b"", status="302 Found"))),
    "roundcube": ("/?_task=login", (response(b'<input id="rcmloginuser">'),)),
    "sogo": ("/SOGo/", (response(b"<title>SOGo</title>"),)),
}
"""By preset: where it asks, and pages that are good."""

STRANGER = response(b"<title>Welcome to nginx</title>", status="404 Not Found", headers=["Server: nginx"])


def test_every_preset_has_its_pages() -> None:
    """But that of the login, which tests/probes/test_web_login.py shows from end to end."""
    assert GOOD.keys() == PRESETS.keys() - {"groupwise-webaccess-login"}


async def seen(name: str, page: bytes) -> tuple[Outcome, tuple[Reason, ...], str]:
    """The outcome and notices of a preset at a page, and what was asked for; without TLS, which is not the preset's."""
    asked: list[str] = []

    async def behaviour(peer: Peer) -> None:
        asked.append((await peer.hear()).decode().split(" ")[1])
        while (await peer.hear()).strip():
            pass
        await peer.say(page)

    async with serving(behaviour) as port:
        found = target(f"type: {PRESETS[name]['type']}, preset: {name}")
        assert isinstance(found.settings, HttpSettings)
        plain = replace(found.settings, port=port, tls=TlsSettings())
        observation = await timely(replace(found, settings=plain), name=None)
    return observation.outcome, observation.notices, asked[0]


@pytest.mark.parametrize("name", GOOD)
async def test_its_own_page_passes_and_a_strangers_fails(name: str) -> None:
    """At the path the product has."""
    path, pages = GOOD[name]

    assert [await seen(name, page) for page in pages] == [(Passed(), (), path)] * len(pages)
    assert isinstance((await seen(name, STRANGER))[0], Failed)


@pytest.mark.parametrize(
    ("name", "page", "reason", "load"),
    [
        ("gw-gwia-queues", (GWIA % (11, 2, 3, 4, 5)).encode(), Reason.VALUE_WARNING, False),
        ("gw-gwia-queues", (GWIA % (1, 25, 3, 4, 5)).encode(), Reason.VALUE_CRITICAL, True),
        ("gw-gwia-queues", (GWIA % (1, 2, 3, 4, 5)).encode() + b"GroupWise: CLOSED", None, True),
        ("gw-mta-links", LINKS % 1, Reason.VALUE_WARNING, False),
    ],
)
async def test_a_console_tells_of_trouble_and_never_fails_for_it(
    name: str, page: bytes, reason: Reason | None, load: bool
) -> None:
    """Pages for people: long queues and closed links are notices or load."""
    outcome, _, _ = await seen(name, response(page))

    assert isinstance(outcome, Degraded)
    assert outcome.load is load
    assert reason in (None, outcome.reason)
