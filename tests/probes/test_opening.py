"""How connections begin and end (probes.md 1.11, 1.16): PROXY headers, terms of a handshake, FIN or RST."""

import asyncio
import hashlib
import ssl
from dataclasses import replace
from ipaddress import ip_address

import pytest

from gslb.model.checks import HttpSettings, ImapSettings, LmtpSettings, SmtpSettings, TlsCheckSettings, TlsSettings
from gslb.model.observations import Degraded, Failed, Inconclusive, Passed, Phase, Reason
from gslb.model.plain import TcpSettings
from gslb.model.values import ProxyProtocol, TlsMode, Verify
from gslb.probes.contexts import GUARDED, PLAIN_TERMS, Terms, context_of, forget_contexts
from gslb.probes.opening import PROXY_LOCAL, proxy_header
from gslb.probes.run import prepare
from gslb.probes.streams import Stream
from tests.kit.certificates import authority, mint
from tests.kit.hostile import serving, silent
from tests.kit.logins import CREDENTIALS
from tests.kit.probing import look, target

NONE = TlsSettings(mode=TlsMode.NONE)
LOCAL = bytes.fromhex("0d0a0d0a000d0a515549540a 20 00 0000")


@pytest.fixture
def leaf():
    """A certificate, its own authority."""
    return mint("mail.example.com")


def implicit(leaf, tmp_path, **keys):
    """TLS from the first byte, trusting it."""
    ca_file = str(leaf.ca_file(tmp_path))
    return TlsSettings(mode=TlsMode.IMPLICIT, server_name="mail.example.com", ca_file=ca_file, **keys)


def connected(source, peer):
    """A stream that says it is connected so."""
    stream = Stream(ip_address(peer))
    stream.source = ip_address(source)
    stream.ports = (40000, 25)
    return stream


@pytest.mark.parametrize(
    ("source", "peer", "header"),
    [
        ("192.0.2.1", "192.0.2.25", b"PROXY TCP4 192.0.2.1 192.0.2.25 40000 25\r\n"),
        ("2001:db8::1", "2001:db8::25", b"PROXY TCP6 2001:db8::1 2001:db8::25 40000 25\r\n"),
        ("fe80::1%eth0", "fe80::25%eth0", b"PROXY TCP6 fe80::1 fe80::25 40000 25\r\n"),
    ],
)
def test_version_one_tells_the_real_addresses(source, peer, header):
    """Without the name of an interface."""
    assert proxy_header(ProxyProtocol.V1, connected(source, peer)) == header


def test_version_two_says_local_in_sixteen_octets():
    """And nothing more."""
    assert proxy_header(ProxyProtocol.V2, Stream()) == PROXY_LOCAL == LOCAL


async def test_the_header_comes_before_everything_in_its_own_phase():
    """With the port that the connection really has."""
    heard = []

    async def behaviour(peer):
        heard.append(await peer.hear())
        heard.append(b"%d" % peer.writer.get_extra_info("peername")[1])
        await peer.answer(b"220 mx\r\n", b"250 mx\r\n", b"221 bye\r\n")

    async with serving(behaviour) as port:
        seen = await look(SmtpSettings(port=port, tls=NONE, proxy=ProxyProtocol.V1))

    assert seen.outcome == Passed()
    assert [phase for phase, _ in seen.timings][:3] == [Phase.CONNECT, Phase.PROXY, Phase.GREETING]
    assert heard[0] == b"PROXY TCP4 127.0.0.1 127.0.0.1 %b %d\r\n" % (heard[1], port)


@pytest.mark.parametrize("kind", ["tls", "http", "tcp"])
async def test_every_type_over_tcp_sends_it(kind):
    """Before ClientHello and before a request."""
    heard = bytearray()

    async def behaviour(peer):
        heard.extend(await peer.reader.readexactly(16))
        await peer.silence()

    async with serving(behaviour) as port:
        settings = {
            "tls": TlsCheckSettings(port=port, proxy=ProxyProtocol.V2),
            "http": HttpSettings(port=port, proxy=ProxyProtocol.V2),
            "tcp": TcpSettings(port=port, expect=(b"x",), proxy=ProxyProtocol.V2),
        }[kind]
        await look(settings, timeout=0.2)

    assert heard == LOCAL


async def test_lmtp_over_a_unix_socket(tmp_path):
    """A path that is not there, or where nobody listens, is refused; one that is closed to us is our own fault."""
    path, over = tmp_path / "lmtp", asyncio.Event()

    async def serve(reader, writer):
        for turn in (b"220 lmtp\r\n", b"250 lmtp\r\n", b"221 bye\r\n"):
            writer.write(turn)
            await reader.readline()
        writer.close()
        await writer.wait_closed()
        over.set()

    def at(name):
        return LmtpSettings(socket=str(tmp_path / name))

    async with await asyncio.start_unix_server(serve, path):
        seen = await look(at("lmtp"))
        await over.wait()
    assert (seen.outcome, seen.source) == (Passed(), None)
    refused = Failed(Phase.CONNECT, Reason.CONNECT_REFUSED)
    assert (await look(at("lmtp"))).outcome == (await look(at("none"))).outcome == refused


@pytest.mark.parametrize(("close", "error"), [("fin", None), ("rst", ConnectionResetError)])
async def test_a_tcp_check_ends_as_it_was_told(close, error):
    """With FIN, or with RST."""
    ends = asyncio.Queue()

    async def behaviour(peer):
        try:
            await peer.reader.read()
            ends.put_nowait(None)
        except ConnectionError as raised:
            ends.put_nowait(type(raised))

    async with serving(behaviour) as port:
        assert (await look(TcpSettings(port=port, close=close))).outcome == Passed()
        assert await asyncio.wait_for(ends.get(), 2) is error


async def handshake(context, settings):
    """What a tls check says of a server with this context."""
    async with serving(silent, tls=context) as port:
        return await look(TlsCheckSettings(port=port, **settings))


async def test_protocols_and_pins(leaf, tmp_path):
    """What was agreed on and which key was shown stand in the facts."""
    context, tls = leaf.server(tmp_path), implicit(leaf, tmp_path)
    context.set_alpn_protocols(["imap"])
    seen = await handshake(context, {"tls": tls, "alpn": ("pop3", "imap")})
    pin = hashlib.sha256(leaf.der).hexdigest()

    assert (seen.outcome, seen.tls.alpn, seen.tls.leaf_sha256) == (Passed(), "imap", pin)
    for pins in ((pin,), (seen.tls.key_sha256,)):
        assert (await handshake(context, {"tls": tls, "pin_sha256": pins})).outcome == Passed()
    other = await handshake(context, {"tls": tls, "pin_sha256": ("00" * 32,)})
    assert other.outcome == Failed(Phase.TLS, Reason.CERT_UNTRUSTED)
    none = await handshake(context, {"tls": tls, "alpn": ("h2",)})
    assert none.outcome == Failed(Phase.TLS, Reason.TLS_HANDSHAKE)


async def test_versions(leaf, tmp_path):
    """TLS 1.2 is the least unless a check says otherwise; what is older is noted."""
    context, tls = leaf.server(tmp_path), implicit(leaf, tmp_path)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    too_old = await handshake(context, {"tls": tls, "min_version": "1.3"})
    assert too_old.outcome == Failed(Phase.TLS, Reason.TLS_HANDSHAKE)

    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    assert (await handshake(context, {"tls": tls})).outcome == Failed(Phase.TLS, Reason.TLS_HANDSHAKE)
    legacy = await handshake(context, {"tls": tls, "min_version": "1.0"})
    assert (legacy.outcome, legacy.notices, legacy.tls.version) == (Passed(), (Reason.LEGACY_TLS,), "TLSv1.1")


async def test_legacy_lets_old_versions_in_whatever_the_check(leaf, tmp_path):
    """Noted each time."""
    context = leaf.server(tmp_path)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1

    seen = await handshake(context, {"tls": replace(implicit(leaf, tmp_path), legacy=True)})
    assert (seen.outcome, seen.notices) == (Passed(), (Reason.LEGACY_TLS,))


async def test_a_certificate_of_our_own_is_shown_to_who_asks(leaf, tmp_path):
    """Certificate and key may stand in one file; one that cannot be read is our own fault."""
    context, ours = leaf.server(tmp_path), mint("probe.example.com")
    context.load_verify_locations(ours.ca_file(tmp_path))
    context.verify_mode, context.maximum_version = ssl.CERT_REQUIRED, ssl.TLSVersion.TLSv1_2
    ours.server(tmp_path)
    pem = str(tmp_path / f"{ours.certificate.serial_number:x}.pem")
    known = replace(implicit(leaf, tmp_path), client_certificate=pem)

    assert (await handshake(context, {"tls": implicit(leaf, tmp_path)})).outcome.reason is Reason.TLS_HANDSHAKE
    assert (await handshake(context, {"tls": known})).outcome == Passed()
    assert (await handshake(context, {"tls": replace(known, client_key=pem)})).outcome == Passed()
    lost = await handshake(context, {"tls": replace(known, client_certificate=str(tmp_path / "none.pem"))})
    assert lost.outcome == Inconclusive(Phase.TLS, Reason.LOCAL_CONFIG)


async def test_how_much_of_a_certificate_counts(leaf, tmp_path):
    """chain asks for no name, none for nothing at all."""
    context, trusted = leaf.server(tmp_path), implicit(leaf, tmp_path)
    misnamed = replace(trusted, server_name="other.example.com", verify=Verify.CHAIN)
    strange = replace(implicit(mint("mail.example.com"), tmp_path), verify=Verify.CHAIN)

    named = await handshake(context, {"tls": misnamed})
    assert (named.outcome, named.tls.server_name) == (Passed(), "other.example.com")
    assert (await handshake(context, {"tls": strange})).outcome == Failed(Phase.TLS, Reason.CERT_UNTRUSTED)
    assert (await handshake(context, {"tls": replace(strange, verify=Verify.NONE)})).outcome == Passed()


async def test_without_a_secret_a_bad_certificate_ends_politely_and_is_told(leaf, tmp_path):
    """The handshake is completed, and judged afterwards."""
    other = implicit(mint("mail.example.com"), tmp_path)
    assert (await handshake(leaf.server(tmp_path), {"tls": other})).outcome == Degraded(
        Phase.TLS, Reason.CERT_UNTRUSTED
    )
    strict = implicit(mint("mail.example.com"), tmp_path, verify=Verify.FULL)
    assert (await handshake(leaf.server(tmp_path), {"tls": strict})).outcome == Failed(Phase.TLS, Reason.CERT_UNTRUSTED)


def test_contexts_are_built_once(leaf, tmp_path):
    """Per distinct setting, until a reload."""
    ca_file = str(leaf.ca_file(tmp_path))
    first = context_of(GUARDED, ca_file)

    assert context_of(GUARDED, ca_file) is first
    assert context_of(Terms(alpn=("h2",)), None) is not context_of(PLAIN_TERMS, None)
    assert context_of(GUARDED, None).verify_mode is ssl.CERT_REQUIRED
    forget_contexts()
    assert context_of(GUARDED, ca_file) is not first


async def test_a_ca_file_that_is_none_is_found_at_load_and_is_our_own_fault(tmp_path):
    """Told once for each file; no member suffers."""
    (tmp_path / "empty.pem").write_text("nothing")
    tls = TlsSettings(mode=TlsMode.IMPLICIT, ca_file=str(tmp_path / "empty.pem"))
    settings = TlsCheckSettings(port=1, tls=tls)

    assert len(prepare([target(settings), target(settings)])) == 1
    async with serving(silent, tls=authority().server(tmp_path)) as port:
        seen = await look(TlsCheckSettings(port=port, tls=tls))
    assert seen.outcome == Inconclusive(Phase.TLS, Reason.LOCAL_CONFIG)


def test_what_guards_a_login_is_built_at_load(tmp_path):
    """For checks that log in."""
    leaf = mint("mail.example.com")
    settings = ImapSettings(tls=implicit(leaf, tmp_path), stage="login", credentials=CREDENTIALS)
    context_of.cache_clear()

    assert prepare([target(settings)]) == ()
    assert context_of.cache_info().currsize == 2
