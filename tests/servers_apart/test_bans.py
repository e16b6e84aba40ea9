"""The logs of what only stands here, read by fail2ban: the round trip, a mail proxy, a form's login, HAProxy."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from gslb.cli.demo.estate import Estate
from gslb.model.checks import (
    CheckSettings,
    Credentials,
    FormLogin,
    HttpSettings,
    ImapSettings,
    Pop3Settings,
    SmtpSettings,
    TlsSettings,
)
from gslb.model.observations import Passed
from gslb.model.roundtrip import RoundtripSettings
from gslb.model.values import ProxyProtocol, TlsMode, Verify
from tests.kit.logins import CREDENTIALS, logins
from tests.kit.running import free_ports, until
from tests.kit.servers.fail2ban import read_by
from tests.kit.servers.haproxy import HAProxy
from tests.kit.servers.looking import look, trusting
from tests.kit.servers.mail_proxy import MailProxy
from tests.kit.servers.mailstore import DeliveringPostfix, MailStore
from tests.kit.servers.nginx import PASSWORD, USER, Nginx

RUNS = 20
POSTFIX = tuple(f"postfix[mode={mode}]" for mode in ("normal", "more", "extra", "auth"))
NGINX = ("nginx-http-auth", "nginx-botsearch", "nginx-bad-request", "nginx-limit-req")


def counted(log: Path, *filters: str, least: int = RUNS) -> dict[str, int]:
    """How many lines of a log, which holds so many at least, each filter counts against a client."""
    found = {}
    for name in filters:
        lines, found[name] = read_by(log, name)
        assert lines >= least
    return found


async def passing(settings: CheckSettings, deadline: float = 8.0) -> None:
    """20 runs, all of which pass."""
    for _ in range(RUNS):
        assert (await look(settings, logins=logins(), deadline=deadline)).outcome == Passed()


@pytest.fixture
def store() -> Iterator[MailStore]:
    """A store that lets one user in more often than Dovecot does by itself."""
    with MailStore() as server:
        yield server


async def test_twenty_round_trips_are_no_attack(store: MailStore) -> None:
    """A message submitted, delivered, found and deleted: neither Postfix nor Dovecot has a line that counts."""
    with DeliveringPostfix(store) as relay:
        settings = RoundtripSettings(
            port=relay.ports["submission"],
            tls=trusting(relay, TlsMode.STARTTLS),
            mailbox="probe@example.com",
            credentials=CREDENTIALS,
            fetch_port=store.ports["imaps"],
            fetch_tls=trusting(store, TlsMode.IMPLICIT),
            fetch_credentials=CREDENTIALS,
            max_latency=20.0,
        )
        for _ in range(RUNS // 5):  # a user has ten sessions at most in Dovecot
            seen = await asyncio.gather(*(look(settings, deadline=30, logins=logins()) for _ in range(5)))
            assert {each.outcome for each in seen} == {Passed()}
        until(lambda: relay.log().count("]: disconnect from") >= RUNS, 5, "the last disconnect")

        assert counted(relay.log_file, *POSTFIX) == dict.fromkeys(POSTFIX, 0)
        assert counted(store.log_file, "dovecot[mode=normal]") == {"dovecot[mode=normal]": 0}


async def test_a_mail_proxy_is_not_attacked() -> None:
    """nginx before a store: greetings and capabilities over TLS, each ended by LOGOUT or QUIT."""
    with MailProxy(free_ports(1)[0]) as proxy:
        tls = trusting(proxy, TlsMode.STARTTLS)
        await passing(ImapSettings(port=proxy.ports["imap"], tls=tls))
        await passing(Pop3Settings(port=proxy.ports["pop3"], tls=tls))
        await passing(SmtpSettings(port=proxy.ports["smtp"], tls=tls))
        until(lambda: proxy.log().count(" connected to ") >= 3 * RUNS, 5, "the last session")

        assert counted(proxy.log_file, *NGINX, least=3 * RUNS) == dict.fromkeys(NGINX, 0)


async def test_a_login_through_a_form_is_no_attack(tmp_path: Path) -> None:
    """The page, the form posted, the logout: nginx's log holds nothing that counts."""
    secret = tmp_path / "secret"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    with Nginx() as server:
        tls = TlsSettings(
            mode=TlsMode.IMPLICIT,
            server_name=server.certificates.name,
            verify=Verify.FULL,
            ca_file=str(server.certificates.ca_file),
        )
        form = FormLogin(
            credentials=Credentials(user=USER, password_file=str(secret)),
            form="loginForm",
            success_regex="userId",
            logout_path="/signed/out",
        )
        page = HttpSettings(port=server.ports["https"], tls=tls, host=tls.server_name, path="/sign/in", login=form)
        await passing(page)
        access = server.directory / "access"
        until(lambda: access.read_text().count("/signed/out") >= RUNS, 5, "the last logout")

        filters = (*NGINX, "apache-badbots")
        assert access.read_text().count('"POST /sign/in') == RUNS
        assert counted(access, *filters) == dict.fromkeys(filters, 0)


async def test_haproxy_is_not_attacked() -> None:
    """With and without the PROXY header: its filter counts refused passwords, and there are none."""
    with Estate([("one", "127.0.0.1", "smtp")]) as estate, HAProxy(estate.ports["smtp"]) as server:
        await passing(SmtpSettings(port=server.ports["plain"], tls=TlsSettings()))
        for version in (ProxyProtocol.V1, ProxyProtocol.V2):
            await passing(SmtpSettings(port=server.ports["wanting"], tls=TlsSettings(), proxy=version))
        log = server.directory / "output"
        until(lambda: server.output().count(" mail/mail ") >= 3 * RUNS, 5, "the last session")

        assert counted(log, "haproxy-http-auth", least=3 * RUNS) == {"haproxy-http-auth": 0}
