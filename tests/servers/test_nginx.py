"""nginx, asked for pages with and without TLS."""

from functools import partial

import pytest

from gslb.model.checks import HttpSettings
from gslb.model.observations import Failed, Passed, Phase, Reason
from gslb.model.values import TlsMode
from tests.kit.servers.looking import look, look_at_all, phases, trusting

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
