"""The logs of polite probes, read by fail2ban with the filters and modes that Debian enables: nobody is banned."""

import pytest

from gslb.model.checks import (
    Credentials,
    HttpSettings,
    ImapSettings,
    LdapSettings,
    LmtpSettings,
    Pop3Settings,
    SieveSettings,
    SmtpSettings,
    SubmissionSettings,
    TlsCheckSettings,
)
from gslb.model.observations import Passed
from gslb.model.plain import DnsSettings, Matching, Say, TcpSettings
from gslb.model.values import TlsMode
from tests.kit.logins import CREDENTIALS, logins
from tests.kit.running import until
from tests.kit.servers import nsd
from tests.kit.servers.dovecot import Dovecot
from tests.kit.servers.fail2ban import read_by
from tests.kit.servers.looking import look, trusting
from tests.kit.servers.mailstore import MailStore, SaslPostfix
from tests.kit.servers.nginx import Nginx
from tests.kit.servers.postfix import Postfix
from tests.kit.servers.slapd import PASSWORD, USER, Slapd

pytestmark = pytest.mark.servers

RUNS = 20
POSTFIX = ("postfix[mode=normal]", "postfix[mode=more]", "postfix[mode=extra]", "postfix[mode=auth]")
DOVECOT = ("dovecot[mode=normal]",)
NGINX = ("nginx-http-auth", "nginx-botsearch", "nginx-bad-request", "apache-badbots")


def matched(log, *filters):
    """How many lines of a log each filter would count against a client; the log was written by RUNS probes at least."""
    found = {}
    for name in filters:
        lines, found[name] = read_by(log, name)
        assert lines >= RUNS
    return found


async def probed(*checks):
    """20 runs of each check, every one of which passes."""
    ours = logins()
    for settings in checks:
        for _ in range(RUNS):
            assert (await look(settings, logins=ours)).outcome == Passed()


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


async def test_logins_lmtp_and_sieve_are_no_attack():
    """A mailbox opened, a list of filters' capabilities, an LHLO, and logins by submission: nothing is counted."""
    with MailStore() as store, SaslPostfix(store) as relay:
        starttls = trusting(store, TlsMode.STARTTLS)
        await probed(
            ImapSettings(port=store.ports["imap"], tls=starttls, stage="mailbox", credentials=CREDENTIALS),
            Pop3Settings(port=store.ports["pop3"], tls=starttls, stage="login", credentials=CREDENTIALS),
            SieveSettings(port=store.ports["sieve"], tls=starttls),
            SieveSettings(port=store.ports["sieve"], tls=starttls, stage="login", credentials=CREDENTIALS),
            LmtpSettings(port=store.ports["lmtp"]),
            SubmissionSettings(port=store.ports["submission"], tls=starttls),
            SubmissionSettings(port=store.ports["submission"], tls=starttls, credentials=CREDENTIALS),
        )
        submission = {"port": relay.ports["submission"], "tls": trusting(relay, TlsMode.STARTTLS)}
        await probed(SubmissionSettings(**submission, credentials=CREDENTIALS))
        until(lambda: store.log().count("-login: Info: ") >= 6 * RUNS, 5, "the last session")
        assert "Error: " not in store.log()
        until(lambda: relay.log().count("]: disconnect from") >= 2 * RUNS, 5, "the last disconnect")

        assert matched(store.log_file, *DOVECOT, "sieve") == dict.fromkeys((*DOVECOT, "sieve"), 0)
        assert matched(relay.log_file, *POSTFIX) == dict.fromkeys(POSTFIX, 0)


async def test_looks_at_ports_are_no_attack():
    """Greetings heard by tcp and handshakes by tls, which leave in good order too."""
    with Postfix() as relay, Dovecot() as store:
        heard = {"expect": (b"220 ", Say(b"EHLO probe.example.com\r\n"), Matching("^250 ")), "quit": b"QUIT\r\n"}
        await probed(
            TcpSettings(port=relay.ports["smtp"], **heard),
            TcpSettings(port=store.ports["pop3"], expect=(b"+OK",), quit=b"QUIT\r\n"),
            TlsCheckSettings(port=relay.ports["smtps"], tls=trusting(relay, TlsMode.IMPLICIT)),
            TlsCheckSettings(port=store.ports["imaps"], tls=trusting(store, TlsMode.IMPLICIT)),
        )
        until(lambda: relay.log().count("]: disconnect from") >= 2 * RUNS, 5, "the last disconnect")
        until(lambda: store.log().count("-login: Info: ") >= 2 * RUNS, 5, "the last session")

        assert matched(relay.log_file, *POSTFIX) == dict.fromkeys(POSTFIX, 0)
        assert matched(store.log_file, *DOVECOT) == dict.fromkeys(DOVECOT, 0)


async def test_directory_probes_are_no_attack(tmp_path):
    """Binds without a name, with TLS, and with one that is right."""
    secret = tmp_path / "secret"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    with Slapd() as server:
        port, login = server.ports["ldap"], Credentials(user=USER, password_file=str(secret))
        await probed(
            LdapSettings(port=port),
            LdapSettings(port=port, tls=trusting(server, TlsMode.STARTTLS)),
            LdapSettings(port=port, tls=trusting(server, TlsMode.STARTTLS), credentials=login),
        )
        until(lambda: server.output().count("closed") >= 3 * RUNS, 5, "the last session")

        assert matched(server.directory / "output", "slapd") == {"slapd": 0}


async def test_questions_to_a_name_server_are_no_attack():
    """For names it serves, over UDP and TCP; NSD has nothing to say of them."""
    with nsd.small() as server:
        await probed(DnsSettings(port=server.ports["dns"], qname="example.com", transport="both"))

        assert read_by(server.log_file, "nsd")[1] == 0


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
