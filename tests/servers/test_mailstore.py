"""Logins, lmtp, sieve, PROXY headers and open relays, on a real Dovecot and a Postfix that asks it about logins."""

import pytest

from gslb.model.capabilities import capability_rules
from gslb.model.checks import (
    ImapSettings,
    LmtpSettings,
    Pop3Settings,
    RelaySettings,
    SieveSettings,
    SmtpSettings,
    SubmissionSettings,
    TlsSettings,
)
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.model.values import ProxyProtocol, TlsMode
from tests.kit.logins import CREDENTIALS, PLAIN, WORD, logins
from tests.kit.running import until
from tests.kit.servers.looking import look, phases, trusting
from tests.kit.servers.mailstore import USER, MailStore, SaslPostfix

pytestmark = pytest.mark.servers

STRANGER = "127.0.0.2"
NONE = TlsSettings(mode=TlsMode.NONE)


@pytest.fixture(scope="module")
def store():
    """A Dovecot that the tests of this module share."""
    with MailStore() as server:
        yield server


@pytest.fixture(scope="module")
def relay(store):
    """A Postfix beside it."""
    with SaslPostfix(store) as server:
        yield server


def imap(server, mode=TlsMode.STARTTLS, port="imap", **keys):
    """An IMAP check of it."""
    return ImapSettings(port=server.ports[port], tls=trusting(server, mode), **keys)


def stored(server, **keys):
    """The checks of the store that can log in, by name; submission goes no deeper than the login."""
    login = {"credentials": CREDENTIALS, **keys}
    return {
        "imap": imap(server, stage="mailbox", send_id=True, **login),
        "imaps": imap(server, TlsMode.IMPLICIT, "imaps", stage="mailbox", **login),
        "pop3": Pop3Settings(
            port=server.ports["pop3"], tls=trusting(server, TlsMode.STARTTLS), stage="mailbox", **login
        ),
        "sieve": SieveSettings(
            port=server.ports["sieve"], tls=trusting(server, TlsMode.STARTTLS), stage="login", **login
        ),
        "submission": submission(server, **keys),
        "submissions": submission(server, TlsMode.IMPLICIT, "submissions", **keys),
    }


def submission(server, mode=TlsMode.STARTTLS, port="submission", **keys):
    """A submission check of it, with a login."""
    return SubmissionSettings(port=server.ports[port], tls=trusting(server, mode), credentials=CREDENTIALS, **keys)


@pytest.mark.parametrize("name", ["imap", "imaps", "pop3", "sieve", "submission", "submissions"])
async def test_a_login_reaches_the_mailbox(name, store, relay):
    """Over a verified session, and nothing of the password is told; submission has its relay behind it."""
    said = []
    seen = await look(stored(store)[name], logins=logins(), transcript=said.append, source=STRANGER)

    assert seen.outcome == Passed()
    assert Phase.AUTH in phases(seen)
    assert seen.tls.verified
    assert not any(secret in f"{said} {seen}" for secret in (WORD, PLAIN.decode()))


@pytest.mark.parametrize("name", ["imap", "imaps", "pop3", "sieve", "submission"])
async def test_a_wrong_password_is_rejected_twice_and_then_held_back(name, store):
    """And the member stays up."""
    ours, check = logins("wrong-word"), stored(store)[name]
    before = store.log().count("auth failed, 1 attempts")
    outcomes = [(await look(check, logins=ours, deadline=9, source=STRANGER)).outcome for _ in range(4)]

    assert outcomes == [Degraded(Phase.AUTH, Reason.AUTH_REJECTED)] * 4
    until(lambda: store.log().count("auth failed, 1 attempts") - before == 2, 5, "two refusals in Dovecot's log")


async def test_a_login_by_submission(relay):
    """Postfix asks Dovecot; a wrong word is a notice."""
    assert (await look(submission(relay), logins=logins())).outcome == Passed()

    wrong = await look(submission(relay), logins=logins("wrong-word"), deadline=9)
    assert (wrong.outcome, wrong.code) == (Degraded(Phase.AUTH, Reason.AUTH_REJECTED), "535")


async def test_the_certificate_is_verified_before_a_password_is_sent(store, relay):
    """Neither server hears of a login where the name is another."""
    other = {name: trusting(server, TlsMode.STARTTLS) for name, server in (("store", store), ("relay", relay))}
    wrong = {
        name: TlsSettings(mode=tls.mode, server_name="other.example.com", ca_file=tls.ca_file)
        for name, tls in other.items()
    }
    before = store.log()

    for settings in (
        ImapSettings(port=store.ports["imap"], tls=wrong["store"], stage="login", credentials=CREDENTIALS),
        SubmissionSettings(port=relay.ports["submission"], tls=wrong["relay"], credentials=CREDENTIALS),
    ):
        assert (await look(settings, logins=logins())).outcome == Failed(Phase.TLS_UPGRADE, Reason.CERT_NAME)
    assert "Login: user" not in store.log().removeprefix(before)


async def test_the_store_guards_its_passwords_from_strangers(store):
    """The mailstore set holds on all its ports, that of submission on the other two."""
    for name, check in stored(store).items():
        if name == "imaps":
            continue
        rules = capability_rules("msa" if name.startswith("sub") else "mailstore", check.type, fails=True)
        settings = type(check)(port=check.port, tls=check.tls, caps=rules)
        assert (await look(settings, source=STRANGER)).outcome == Passed(), name


async def test_a_client_with_the_servers_own_address_counts_as_secured(store):
    """Dovecot then offers cleartext logins: the notice tells why."""
    port, tls = store.ports["submission"], trusting(store, TlsMode.STARTTLS)
    box = imap(store, caps=capability_rules("mailstore", "imap"))
    msa = SubmissionSettings(port=port, tls=tls, caps=capability_rules("msa", "submission"))

    for settings, broken in ((box, Reason.CAP_MISSING), (msa, Reason.CAP_FORBIDDEN)):
        trapped = await look(settings)
        assert trapped.outcome == Degraded(Phase.HELLO2, broken)
        assert Reason.ASSUME_SECURED_LOOPBACK in trapped.notices
        assert (await look(settings, source=STRANGER)).outcome == Passed()


async def test_a_submission_proxy_takes_a_login_though_its_relay_is_down(store, relay):
    """Dovecot's own: what an envelope alone shows. Nothing is sent, and the relay sees a session in good order."""
    login, deep = submission(store), submission(store, stage="mail", sender="probe@example.com")
    seen = await look(deep, logins=logins(), source=STRANGER)
    assert (seen.outcome, seen.notices) == (Passed(), ())
    until(lambda: "mail=1 rset=1 quit=1" in relay.log(), 5, "the relay's last line of it")

    with relay.stopped():
        taken, found = [await look(check, logins=logins(), source=STRANGER) for check in (login, deep)]

    # Its 421 comes unasked, soon behind the 235, and answers what is said next.
    assert taken.outcome == Passed()
    assert found.reason in (Reason.BUSY, Reason.RESET)


async def test_msa_and_mx_sets_on_postfix(relay):
    """Submission offers logins after TLS only, the exchanger never."""
    msa = SubmissionSettings(
        port=relay.ports["submission"],
        tls=trusting(relay, TlsMode.STARTTLS),
        caps=capability_rules("msa", "submission", fails=True),
    )
    mx = SmtpSettings(
        port=relay.ports["smtp"], tls=trusting(relay, TlsMode.TRY), caps=capability_rules("mx", "smtp", fails=True)
    )

    assert (await look(msa)).outcome == (await look(mx)).outcome == Passed()


@pytest.mark.parametrize(
    ("stage", "rcpt", "expected", "outcome"),
    [
        ("lhlo", None, "accept", Passed()),
        ("rcpt", USER, "accept", Passed()),
        ("rcpt", "nobody", "accept", Failed(Phase.COMMAND, Reason.PERM_REPLY)),
        ("rcpt", "nobody", "reject", Passed()),
    ],
)
async def test_lmtp_looks_mailboxes_up(stage, rcpt, expected, outcome, store):
    """550 for somebody unknown."""
    settings = LmtpSettings(port=store.ports["lmtp"], stage=stage, rcpt=rcpt, expect_rcpt=expected)

    assert (await look(settings)).outcome == outcome


async def test_sieve_without_a_login(store):
    """Two lists, NOOP, LOGOUT."""
    settings = SieveSettings(port=store.ports["sieve"], tls=trusting(store, TlsMode.STARTTLS))
    seen = await look(settings, source=STRANGER)

    assert (seen.outcome, seen.notices) == (Passed(), ())
    assert "STARTTLS" in seen.caps_plain
    assert "SASL PLAIN LOGIN" in seen.caps_tls


@pytest.mark.parametrize("version", [ProxyProtocol.V1, ProxyProtocol.V2])
async def test_proxy_headers_are_taken(version, store, relay):
    """By Postfix and by Dovecot, both versions."""
    mx = SmtpSettings(port=relay.ports["smtp_proxy"], tls=trusting(relay, TlsMode.TRY), proxy=version)
    box = imap(store, port="imap_proxy", proxy=version)

    for settings in (mx, box):
        seen = await look(settings)
        assert seen.outcome == Passed()
        assert Phase.PROXY in phases(seen)


async def test_a_proxy_header_is_missed(store):
    """Dovecot hangs up where none comes, and the notice tells why that may be."""
    seen = await look(imap(store, port="imap_proxy"), deadline=6)

    assert seen.outcome == Failed(Phase.GREETING, Reason.EOF_BEFORE_GREETING)
    assert seen.notices == (Reason.PROXY_HEADER_MISSED,)


async def test_relaying_is_found_out(relay):
    """Every form is refused by a good server; an open one is suspected; DATA is never said."""
    keys = {
        "tls": NONE,
        "foreign_domain": "foreign.example",
        "sender_domain": "ours.example",
        "local_domain": "mail.example.com",
        "variants": ("percent", "quoted", "bang", "at", "null_sender"),
    }
    good, bad = (RelaySettings(port=relay.ports[name], **keys) for name in ("smtp", "open"))

    refusals = [await look(good, turn=turn) for turn in range(6)]
    assert {seen.outcome for seen in refusals} == {Passed()}
    assert refusals[0].notices == ()
    assert (await look(bad)).outcome == Degraded(Phase.COMMAND, Reason.OPEN_RELAY_SUSPECTED)
    until(lambda: relay.log().count("disconnect from") >= 7, 5, "seven disconnects")
    assert "data=" not in relay.log()


async def test_twenty_logins_of_each_kind_leave_a_clean_log():
    """A login and a logout each, and not one complaint."""
    with MailStore() as server:
        for check in (stored(server)[name] for name in ("imap", "pop3", "sieve")):
            for _ in range(20):
                assert (await look(check, logins=logins(), source=STRANGER)).outcome == Passed()
        until(lambda: server.log().count("Login: user") >= 60, 5, "sixty logins")
        log = server.log()

    assert log.count("Login: user=<probe>") == 60
    assert not any(f": {word}: " in log for word in ("Warning", "Error", "Fatal", "Panic"))
