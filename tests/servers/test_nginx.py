"""nginx, asked for pages with and without TLS."""

from dataclasses import replace
from functools import partial

import pytest

from gslb.model.checks import Credentials, HttpSettings
from gslb.model.extracts import Extract
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.model.values import ProxyProtocol, TlsMode
from tests.kit.servers.looking import look, look_at_all, phases, trusting
from tests.kit.servers.nginx import PASSWORD, USER

pytestmark = pytest.mark.servers

MODES = {"http": TlsMode.NONE, "https": TlsMode.IMPLICIT}


def page_of(nginx, scheme, path="/gw/webacc", **keys):
    """The check of one page."""
    tls = trusting(nginx, MODES[scheme])
    return HttpSettings(port=nginx.ports[scheme], tls=tls, host=nginx.certificates.name, path=path, **keys)


@pytest.fixture(params=MODES)
def page(request, nginx):
    """Makes the check of a page, once plain and once with TLS."""
    return partial(page_of, nginx, request.param)


@pytest.fixture
def pages(nginx):
    """The login page, plain and with TLS."""
    return {scheme: page_of(nginx, scheme) for scheme in MODES}


async def test_the_login_page_passes_through_all_its_phases(page):
    """The page of WebAccess holds its form, and each phase is timed apart."""
    settings = page(body_must_any=("loginForm", "GroupWise"))

    seen = await look(settings)

    dial = [Phase.CONNECT] if settings.tls.mode is TlsMode.NONE else [Phase.CONNECT, Phase.TLS]
    assert seen.outcome == Passed()
    assert phases(seen) == [*dial, Phase.REQUEST, Phase.FIRST_BYTE, Phase.BODY, Phase.TOTAL]


@pytest.mark.parametrize(
    ("path", "keys", "reason"),
    [
        ("/down", {}, Reason.STATUS_UNEXPECTED),
        ("/missing", {}, Reason.STATUS_UNEXPECTED),
        ("/old", {}, Reason.STATUS_UNEXPECTED),
        ("/elsewhere", {"redirects": 3}, Reason.REDIRECT_BLOCKED),
        ("/gw/webacc", {"body_must": ("another form",)}, Reason.BODY_MISMATCH),
    ],
)
async def test_what_is_no_good_page_has_failed(page, path, keys, reason):
    """503, 404, a redirect where none was allowed, one that leads away, and a page without its text."""
    seen = await look(page(path, **keys))

    assert (type(seen.outcome), seen.reason) == (Failed, reason)


async def test_stopped_is_refused_and_back_it_passes(pages, nginx):
    """An nginx that is down refuses, and is good again once it is back."""
    with nginx.stopped():
        down = await look_at_all(pages)

    assert down == dict.fromkeys(pages, Failed(Phase.CONNECT, Reason.CONNECT_REFUSED))
    assert await look_at_all(pages) == dict.fromkeys(pages, Passed())


async def test_hung_is_silent_until_the_deadline_and_back_it_passes(pages, nginx):
    """An nginx that froze accepts and says nothing: each probe ends at its deadline, not later."""
    with nginx.hung():
        hung = await look_at_all(pages, deadline=1.0)

    assert hung == {
        "http": Failed(Phase.FIRST_BYTE, Reason.REPLY_TIMEOUT),
        "https": Failed(Phase.TLS, Reason.TLS_TIMEOUT),
    }
    assert await look_at_all(pages) == dict.fromkeys(pages, Passed())


async def test_twenty_probes_are_twenty_good_requests(page, nginx):
    """nginx logs each as a request that was answered, and complains of none."""
    before = nginx.access().count("gslb-probe/")
    complaints = nginx.log()
    for _ in range(20):
        await look(page())

    assert nginx.access().count("gslb-probe/") - before == 20
    assert nginx.log() == complaints


async def test_a_redirect_within_the_host_is_followed(nginx):
    """The old address of the page leads to the new one, on the member itself."""
    assert (await look(page_of(nginx, "http", "/old", redirects=1))).outcome == Passed()


@pytest.mark.parametrize(("path", "code"), [("/busy", "503"), ("/limited", "429")])
async def test_what_says_later_is_busy(page, path, code):
    """503 with Retry-After, and 429: alive, under load."""
    seen = await look(page(path))

    assert (seen.outcome, seen.code) == (Degraded(Phase.FIRST_BYTE, Reason.BUSY, load=True), code)


async def test_exchange_s_health_page_as_its_preset_asks(page):
    """The body begins with 200 OK, and no pattern that is not there is found."""
    passed = await look(page("/owa/healthcheck.htm", body_regex=("^200 OK",)))
    failed = await look(page("/owa/healthcheck.htm", body_regex=("^500",)))

    assert (passed.outcome, failed.outcome) == (Passed(), Failed(Phase.BODY, Reason.BODY_MISMATCH))


async def test_queues_are_read_and_judged(page):
    """As the preset of GWIA's console reads them."""
    queue = Extract(name="outbound", pattern="Outbound[^0-9]*([0-9]+)", warn=10, crit=25)

    seen = await look(page("/queues", extract=(queue, replace(queue, name="send", pattern="SMTP Send[^0-9]*([0-9]+)"))))

    assert seen.outcome == Degraded(Phase.BODY, Reason.VALUE_WARNING)
    assert seen.metrics == (("outbound", 12), ("send", 3))


async def test_a_console_with_a_password_is_alive_by_its_realm(page):
    """401 from whom we think is enough, and no secret is needed."""
    expected = {"expect_status": ((200, 200), (401, 401))}
    alive = await look(page("/console", realm_regex="^GroupWise", **expected))
    other = await look(page("/console", realm_regex="^Router", **expected))

    assert (alive.outcome, alive.text) == (Passed(), "realm GroupWise Agent")
    assert other.outcome == Failed(Phase.FIRST_BYTE, Reason.BODY_MISMATCH)


@pytest.mark.parametrize(
    ("password", "outcome"),
    [(PASSWORD, Passed()), ("wrong", Degraded(Phase.AUTH, Reason.AUTH_REJECTED))],
)
async def test_a_console_with_its_password(nginx, tmp_path, password, outcome):
    """Basic authentication over verified https; a wrong password is no fault of the member."""
    (tmp_path / "p").write_text(password)
    (tmp_path / "p").chmod(0o600)
    credentials = Credentials(user=USER, password_file=str(tmp_path / "p"))

    seen = await look(page_of(nginx, "https", "/console", credentials=credentials, body_must=("GroupWise",)))

    assert seen.outcome == outcome


@pytest.mark.parametrize(
    ("proxy", "outcome"),
    [
        (ProxyProtocol.V1, Passed()),
        (ProxyProtocol.NONE, Failed(Phase.FIRST_BYTE, Reason.EOF_MID_SESSION)),
    ],
)
async def test_a_listener_behind_a_proxy_wants_its_header(nginx, proxy, outcome):
    """With version 1 it learns our address; without any header it closes."""
    settings = HttpSettings(port=nginx.ports["proxied"], path="/client", body_must=("from 127.0.0.1:",), proxy=proxy)

    assert (await look(settings)).outcome == outcome


async def test_a_listener_behind_a_proxy_takes_local_too(nginx):
    """Version 2 LOCAL tells no address (probes.md 1.16)."""
    settings = HttpSettings(port=nginx.ports["proxied"], path="/client", proxy=ProxyProtocol.V2)

    assert (await look(settings)).outcome == Passed()
