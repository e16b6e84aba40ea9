"""Descriptors for the probes of a node."""

import resource
from dataclasses import replace

import pytest

from gslb.model.checks import (
    Credentials,
    HttpSettings,
    ImapSettings,
    LdapSettings,
    LmtpSettings,
    Pop3Settings,
    RelaySettings,
    SieveSettings,
    SmtpSettings,
    SubmissionSettings,
    TlsCheckSettings,
)
from gslb.model.observations import Failed, Inconclusive, Phase, Reason
from gslb.model.plain import AgentSettings, DnsSettings, FileSettings, TcpSettings
from gslb.probes import descriptors
from gslb.probes.descriptors import APART, make_room
from tests.kit.descriptors import few_descriptors
from tests.kit.hostile import closed_port
from tests.kit.probing import look


@pytest.mark.parametrize(
    ("limits", "short", "raised"),
    [
        ((1024, 4096), 0, None),
        ((1024, 4096), 0, 2000 + APART),
        ((1024, 1500), 2000 + APART - 1500, 1500),
        ((1024, 1024), 2000 + APART - 1024, None),
        ((1024, resource.RLIM_INFINITY), 0, 2000 + APART),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), 0, None),
    ],
)
def test_the_soft_limit_is_raised_as_far_as_needed(limits, short, raised, monkeypatch):
    """And what is missing is told."""
    concurrency = 2000 if short or raised else 500
    written = []
    monkeypatch.setattr(descriptors.resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(descriptors.resource, "setrlimit", lambda _, values: written.append(values))

    assert make_room(concurrency) == short
    assert written == ([] if raised is None else [(raised, limits[1])])


pytestmark = pytest.mark.usefixtures("harmless")

LOGIN = Credentials(user="probe", password_file=__file__)
EVERY = {
    "tcp": TcpSettings(port=1),
    "tls": TlsCheckSettings(port=1),
    "smtp": SmtpSettings(),
    "submission": SubmissionSettings(),
    "lmtp": LmtpSettings(),
    "lmtp over a socket": LmtpSettings(socket="/nowhere/lmtp"),
    "imap": ImapSettings(),
    "pop3": Pop3Settings(),
    "pop3 with a password": Pop3Settings(stage="login", credentials=LOGIN),
    "sieve": SieveSettings(),
    "http": HttpSettings(host="www.example.com"),
    "dns": DnsSettings(qname="example.com"),
    "dns over tcp": DnsSettings(qname="example.com", transport="tcp"),
    "ldap": LdapSettings(),
    "file": FileSettings(path=__file__),
    "agent": AgentSettings(port=1),
    "relay": RelaySettings(foreign_domain="a.test", sender_domain="b.test"),
}


@pytest.mark.parametrize("kind", EVERY)
async def test_without_descriptors_no_probe_of_any_kind_blames_its_target(kind):
    """EMFILE is our own fault, and passes with its cause."""
    port = closed_port()
    warm = replace(EVERY[kind], port=port)
    await look(warm)  # a loop, and a library at its first use, open files of their own
    with few_descriptors(0):
        starved = await look(warm)
    after = await look(TcpSettings(port=port))

    assert isinstance(starved.outcome, Inconclusive)
    assert starved.outcome.reason is Reason.LOCAL_FD_LIMIT
    assert after.outcome == Failed(Phase.CONNECT, Reason.CONNECT_REFUSED)
