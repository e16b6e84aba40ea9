"""HAProxy before a mail server, with and without the PROXY protocol."""

import pytest

from gslb.cli.demo.estate import Estate
from gslb.model.checks import SmtpSettings, TlsSettings
from gslb.model.observations import Failed, Passed, Phase, Reason
from gslb.model.values import ProxyProtocol
from tests.kit.servers.haproxy import HAProxy
from tests.kit.servers.looking import look, phases


@pytest.fixture(scope="module")
def haproxy():
    """An HAProxy before a server that speaks SMTP."""
    with Estate([("one", "127.0.0.1", "smtp")]) as estate, HAProxy(estate.ports["smtp"]) as server:
        yield server


def smtp(port, **keys):
    """A check of one frontend."""
    return SmtpSettings(port=port, tls=TlsSettings(), **keys)


async def test_a_plain_frontend_passes(haproxy):
    """The server behind it answers."""
    assert (await look(smtp(haproxy.ports["plain"]))).outcome == Passed()


@pytest.mark.parametrize("version", [ProxyProtocol.V1, ProxyProtocol.V2])
async def test_a_header_opens_the_frontend_that_wants_one(version, haproxy):
    """Both versions are understood, and the server behind it answers."""
    seen = await look(smtp(haproxy.ports["wanting"], proxy=version))

    assert seen.outcome == Passed()
    assert Phase.PROXY in phases(seen)


async def test_a_frontend_that_wants_a_header_says_nothing_without_one(haproxy):
    """It waits for the header, and the greeting never comes."""
    seen = await look(smtp(haproxy.ports["wanting"]), deadline=1.5)

    assert seen.outcome == Failed(Phase.GREETING, Reason.GREETING_TIMEOUT)
