"""The logs of polite probes, read by fail2ban with the filters and modes that Debian enables: nobody is banned."""

import re
import subprocess

import pytest

from gslb.model.checks import HttpSettings, ImapSettings, Pop3Settings, SmtpSettings, SubmissionSettings
from gslb.model.observations import Passed
from gslb.model.values import TlsMode
from tests.kit.running import until
from tests.kit.servers.base import needs
from tests.kit.servers.dovecot import Dovecot
from tests.kit.servers.looking import look, trusting
from tests.kit.servers.nginx import Nginx
from tests.kit.servers.postfix import Postfix

pytestmark = pytest.mark.servers

RUNS = 20
POSTFIX = ("postfix[mode=normal]", "postfix[mode=more]", "postfix[mode=extra]", "postfix[mode=auth]")
DOVECOT = ("dovecot[mode=normal]",)
NGINX = ("nginx-http-auth", "nginx-botsearch", "nginx-bad-request", "apache-badbots")


@pytest.fixture(autouse=True)
def fail2ban():
    """Only its tool is used: no daemon, no jail."""
    needs("fail2ban", "fail2ban-regex", root=False)


def matched(log, *filters):
    """How many lines of a log each filter would count against a client."""
    return {name: _matched(log, name) for name in filters}


def _matched(log, name):
    line = ["fail2ban-regex", "--print-no-missed", str(log), name]
    done = subprocess.run(line, capture_output=True, text=True, timeout=50, check=True)
    found = re.search(r"^Lines: (\d+) lines, \d+ ignored, (\d+) matched", done.stdout, re.M)
    assert found is not None, done.stdout
    assert int(found[1]) >= RUNS, f"{name} read no log: {done.stdout}"
    return int(found[2])


async def probed(*checks):
    """20 runs of each check, every one of which passes."""
    for settings in checks:
        for _ in range(RUNS):
            assert (await look(settings)).outcome == Passed()


async def test_postfix_probes_are_no_attack():
    """Exchanger and submission checks, plain and with TLS, up to MAIL: no line in any mode short of aggressive."""
    with Postfix() as server:
        smtp, starttls = server.ports["smtp"], trusting(server, TlsMode.STARTTLS)
        await probed(
            SmtpSettings(port=smtp, tls=trusting(server, TlsMode.NONE), stage="greeting"),
            SmtpSettings(port=smtp, tls=trusting(server, TlsMode.TRY)),
            SmtpSettings(port=smtp, tls=starttls, stage="mail"),
            SubmissionSettings(port=server.ports["submission"], tls=starttls),
            SubmissionSettings(port=server.ports["smtps"], tls=trusting(server, TlsMode.IMPLICIT)),
        )
        until(lambda: server.log().count("]: disconnect from") >= 5 * RUNS, 5, "the last disconnect")

        assert matched(server.log_file, *POSTFIX) == dict.fromkeys(POSTFIX, 0)


async def test_a_refused_recipient_is_an_attack_to_fail2ban():
    """The filters do read these logs: a relay test is counted, which is why its prober stands in ignoreip."""
    with Postfix() as server:
        settings = SmtpSettings(
            port=server.ports["smtp"],
            tls=trusting(server, TlsMode.NONE),
            stage="rcpt",
            rcpt="probe@example.net",
            expect_rcpt="reject",
        )
        await probed(settings)
        until(lambda: server.log().count("]: disconnect from") >= RUNS, 5, "the last disconnect")

        assert matched(server.log_file, "postfix[mode=more]") == {"postfix[mode=more]": RUNS}


async def test_dovecot_probes_are_no_attack():
    """Sessions that leave before they log in are counted in aggressive mode only, where ignoreip must name us."""
    with Dovecot() as server:
        await probed(
            ImapSettings(port=server.ports["imap"], tls=trusting(server, TlsMode.STARTTLS)),
            ImapSettings(port=server.ports["imaps"], tls=trusting(server, TlsMode.IMPLICIT)),
            Pop3Settings(port=server.ports["pop3"], tls=trusting(server, TlsMode.STARTTLS)),
            Pop3Settings(port=server.ports["pop3s"], tls=trusting(server, TlsMode.IMPLICIT)),
        )
        until(lambda: server.log().count("-login: Info: ") >= 4 * RUNS, 5, "the last session")

        assert matched(server.log_file, *DOVECOT) == dict.fromkeys(DOVECOT, 0)
        assert matched(server.log_file, "dovecot[mode=aggressive]") == {"dovecot[mode=aggressive]": 4 * RUNS}


async def test_web_probes_are_no_attack():
    """A page asked for plainly is no search for holes and no bad request."""
    with Nginx() as server:
        page = {"host": server.certificates.name, "path": "/gw/webacc"}
        await probed(
            HttpSettings(port=server.ports["http"], tls=trusting(server, TlsMode.NONE), **page),
            HttpSettings(port=server.ports["https"], tls=trusting(server, TlsMode.IMPLICIT), **page),
        )
        until(lambda: server.access().count("gslb-probe/") >= 2 * RUNS, 5, "the last request")

        assert matched(server.directory / "access", *NGINX) == dict.fromkeys(NGINX, 0)
