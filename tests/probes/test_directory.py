"""The prober of directories (probes.md 1.13; section 6, number 25)."""

import pytest

from gslb.model.checks import Credentials, LdapSettings, TlsSettings
from gslb.model.observations import Degraded, Failed, Inconclusive, Passed, Phase, Reason
from gslb.model.plain import TcpSettings
from gslb.model.values import TlsMode
from gslb.probes.directory import probe_ldap
from gslb.probes.journal import Journal
from tests.kit.certificates import mint
from tests.kit.directory import BIND, DONE, EXTENDED, entry, result
from tests.kit.hostile import closed_port, drips, hangs_up, serving, silent
from tests.kit.probing import look, target

pytestmark = pytest.mark.usefixtures("harmless")


def server(context=None, *, code=0, injected=b"", heard=None):
    """A small directory: StartTLS (where there is a context), bind, search, until unbind."""

    async def behaviour(peer):
        while len(header := await peer.reader.readexactly(2)) == 2:
            message = await peer.reader.readexactly(header[1])
            number, operation = message[2], message[3]
            if heard is not None:
                heard.append(message)
            if operation == 0x77:
                await peer.say(result(number, 0 if context else 2, op=EXTENDED) + injected)
                if context:
                    await peer.upgrade(context)
            elif operation == 0x60:
                await peer.say(result(number, code, op=BIND))
            elif operation == 0x63:
                await peer.say(entry(number) + result(number, op=DONE))
            else:
                return

    return behaviour


def tls_of(certificate, tmp_path, mode=TlsMode.STARTTLS):
    """TLS that trusts this certificate."""
    (tmp_path / "ca.pem").write_bytes(certificate.pem)
    return TlsSettings(mode=mode, server_name="ldap.example.com", ca_file=str(tmp_path / "ca.pem"))


async def test_an_anonymous_look_passes():
    """Bind, root DSE, unbind, each timed."""
    async with serving(server()) as port:
        seen = await look(LdapSettings(port=port))

    assert (seen.outcome, seen.code) == (Passed(), "0")
    assert [phase for phase, _ in seen.timings] == [
        Phase.CONNECT,
        Phase.HELLO,
        Phase.COMMAND,
        Phase.QUIT,
        Phase.TOTAL,
    ]


async def test_a_password_goes_out_over_verified_tls(tmp_path):
    """And never into a text."""
    certificate = mint("ldap.example.com")
    secret = tmp_path / "secret"
    secret.write_text("hush")
    secret.chmod(0o600)
    credentials = Credentials(user="cn=probe", password_file=str(secret))
    heard = []
    async with serving(server(certificate.server(tmp_path), heard=heard)) as port:
        settings = LdapSettings(port=port, tls=tls_of(certificate, tmp_path), credentials=credentials)
        seen = await look(settings, timeout=3)

    assert seen.outcome == Passed()
    assert Phase.AUTH in dict(seen.timings)
    assert sum(b"hush" in message for message in heard) == 1


async def test_a_password_stays_at_home_where_the_name_is_wrong(tmp_path):
    """The handshake fails before anything is said."""
    certificate = mint("other.example.com")
    credentials = Credentials(user="cn=probe", password_env="PATH")
    heard = []
    async with serving(server(certificate.server(tmp_path), heard=heard)) as port:
        settings = LdapSettings(port=port, tls=tls_of(certificate, tmp_path), credentials=credentials)
        seen = await look(settings, timeout=3)

    assert isinstance(seen.outcome, Failed)
    assert len(heard) == 1


def replies(data):
    """Says it to the first request, and is silent."""

    async def behaviour(peer):
        await peer.reader.readexactly(14)
        await peer.say(data)
        await peer.silence()

    return behaviour


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (silent, Failed(Phase.HELLO, Reason.REPLY_TIMEOUT)),
        (hangs_up, Failed(Phase.HELLO, Reason.EOF_MID_SESSION)),
        (drips(b"\x30\x05", 0.02), Failed(Phase.HELLO, Reason.PROTOCOL_ERROR)),
        (replies(bytes.fromhex("3084ffffffff") * 10_000), Failed(Phase.HELLO, Reason.BOUNDS_EXCEEDED)),
        (replies(b"\x30\x80" + b"\0" * 100), Failed(Phase.HELLO, Reason.PROTOCOL_ERROR)),
        (replies(result(0, 52, op=EXTENDED)), Degraded(Phase.HELLO, Reason.BUSY, load=True)),
        (replies(result(1) + b"x"), Failed(Phase.COMMAND, Reason.PROTOCOL_ERROR)),
    ],
)
async def test_directories_gone_wrong(behaviour, outcome):
    """Silence, the end, drip, bombs, rubbish, a notice of disconnection, unasked bytes."""
    async with serving(behaviour) as port:
        seen = await look(LdapSettings(port=port), timeout=0.5)

    if isinstance(outcome, Failed) and outcome.reason is Reason.EOF_MID_SESSION:
        assert seen.outcome in (outcome, Failed(Phase.HELLO, Reason.RESET))
    else:
        assert seen.outcome == outcome


async def test_plain_text_behind_the_go_ahead_is_an_injection(tmp_path):
    """Whoever put it there."""
    certificate = mint("ldap.example.com")
    async with serving(server(certificate.server(tmp_path), injected=result(2))) as port:
        seen = await look(LdapSettings(port=port, tls=tls_of(certificate, tmp_path)))

    assert seen.outcome == Failed(Phase.STARTTLS, Reason.STARTTLS_INJECTION)


async def test_a_password_that_cannot_be_read_is_our_own_fault():
    """Inconclusive, before anything is dialled."""
    settings = LdapSettings(port=closed_port(), credentials=Credentials(user="cn=probe", password_file="/nowhere"))

    assert (await look(settings)).outcome == Inconclusive(Phase.AUTH, Reason.LOCAL_CONFIG)


async def test_other_settings_are_a_bug():
    """Of whoever registered the prober."""
    with pytest.raises(TypeError):
        await probe_ldap(target(TcpSettings(port=1)), Journal(1.0))
