"""slapd, probed plain, by StartTLS and by ldaps."""

import pytest

from gslb.model.checks import Credentials, LdapSettings, TlsSettings
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.model.values import TlsMode
from tests.kit.servers.looking import look, look_at_all, phases, trusting
from tests.kit.servers.slapd import PASSWORD, USER, Slapd

pytestmark = pytest.mark.servers

PLAIN = TlsSettings()


@pytest.fixture(scope="module")
def slapd():
    """A slapd that the tests of a module share."""
    with Slapd() as server:
        yield server


def checks_of(server):
    """One of each way."""
    ldap, ldaps = server.ports["ldap"], server.ports["ldaps"]
    return {
        "plain": LdapSettings(port=ldap),
        "starttls": LdapSettings(port=ldap, tls=trusting(server, TlsMode.STARTTLS)),
        "try": LdapSettings(port=ldap, tls=trusting(server, TlsMode.TRY)),
        "implicit": LdapSettings(port=ldaps, tls=trusting(server, TlsMode.IMPLICIT)),
        "bind": LdapSettings(port=ldap, stage="bind"),
    }


def with_login(server, directory, password):
    """A check that logs in."""
    path = directory / "secret"
    path.write_text(password)
    path.chmod(0o600)
    credentials = Credentials(user=USER, password_file=str(path))
    tls = trusting(server, TlsMode.STARTTLS)
    return LdapSettings(port=server.ports["ldap"], tls=tls, credentials=credentials)


async def test_each_way_passes(slapd):
    """Bind, root DSE, unbind; with TLS over a verified session."""
    checks = checks_of(slapd)

    assert await look_at_all(checks) == dict.fromkeys(checks, Passed())
    assert (await look(checks["starttls"])).tls.verified


async def test_each_phase_is_timed(slapd):
    """The upgrade in three parts."""
    seen = await look(checks_of(slapd)["starttls"])

    assert phases(seen) == [
        Phase.CONNECT,
        Phase.STARTTLS,
        Phase.TLS_UPGRADE,
        Phase.HELLO,
        Phase.COMMAND,
        Phase.QUIT,
        Phase.TOTAL,
    ]


async def test_a_login_is_taken_and_a_wrong_one_is_no_fault(slapd, tmp_path):
    """Code 49 is something to mend."""
    good = await look(with_login(slapd, tmp_path, PASSWORD))
    wrong = await look(with_login(slapd, tmp_path, "wrong"))

    assert good.outcome == Passed()
    assert (wrong.outcome, wrong.code) == (Degraded(Phase.AUTH, Reason.AUTH_REJECTED), "49")


async def test_a_server_without_tls_says_so():
    """Result 2 to StartTLS: fails where required, is a notice under try."""
    with Slapd(tls=False) as server:
        port = server.ports["ldap"]
        required = await look(LdapSettings(port=port, tls=trusting(server, TlsMode.STARTTLS)))
        tried = await look(LdapSettings(port=port, tls=trusting(server, TlsMode.TRY)))

    assert required.outcome == Failed(Phase.STARTTLS, Reason.TLS_NOT_OFFERED)
    assert (tried.outcome, tried.notices) == (Passed(), (Reason.TLS_NOT_OFFERED,))


async def test_a_server_without_anonymous_binds_has_answered():
    """Result 48 passes, with a notice."""
    with Slapd(tls=False, extra="disallow bind_anon") as server:
        seen = await look(LdapSettings(port=server.ports["ldap"]))

    assert (seen.outcome, seen.notices, seen.code) == (Passed(), (Reason.ANONYMOUS_REFUSED,), "48")


async def test_stopped_and_hung_and_back(slapd):
    """Refused at once; silent until the deadline; good again."""
    checks = checks_of(slapd)
    with slapd.stopped():
        down = await look_at_all(checks)
    with slapd.hung():
        hung = await look_at_all(checks, deadline=1.0)

    silent = {name: Failed(Phase.HELLO, Reason.REPLY_TIMEOUT) for name in checks}
    silent |= dict.fromkeys(("starttls", "try"), Failed(Phase.STARTTLS, Reason.REPLY_TIMEOUT))
    silent["implicit"] = Failed(Phase.TLS, Reason.TLS_TIMEOUT)
    assert down == dict.fromkeys(checks, Failed(Phase.CONNECT, Reason.CONNECT_REFUSED))
    assert hung == silent
    assert await look_at_all(checks) == dict.fromkeys(checks, Passed())


async def test_twenty_probes_leave_a_clean_log():
    """Each binds, searches, unbinds and is closed in order."""
    with Slapd() as server:
        for _ in range(20):
            assert (await look(checks_of(server)["plain"])).outcome == Passed()
        log = server.output()

    assert (log.count(" BIND dn="), log.count(" UNBIND"), log.count("connection lost")) == (20, 20, 0)
