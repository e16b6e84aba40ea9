"""The byte engine on loopback, under both loops."""

import asyncio
import os
import resource
import time
from ipaddress import IPv4Address, IPv6Address

import pytest

from gslb.model.checks import TlsSettings
from gslb.model.observations import Reason
from gslb.model.values import TlsMode
from gslb.probes import streams
from gslb.probes.contexts import PLAIN_TERMS, context_of
from gslb.probes.faults import LocalFault, StreamFault
from gslb.probes.streams import Stream, dial, presented_chain
from tests.kit.certificates import authority, mint
from tests.kit.hostile import closed_port, hangs_up, says, serving, silent

HERE = IPv4Address("127.0.0.1")
NAME = "mail.example.com"
IMPLICIT = TlsSettings(mode=TlsMode.IMPLICIT, server_name=NAME)


async def echoes(peer):
    """Each line back."""
    while line := await peer.hear():
        await peer.say(line)


async def read_all(stream):
    """Everything until the peer ends."""
    while await stream.read():
        pass
    return stream.take()


async def test_what_is_written_comes_back():
    """Read grows the buffer, take empties it, both ends of the connection are known."""
    async with serving(echoes) as port:
        stream = await dial(HERE, port)
        stream.write(b"hello\r\n")
        assert await stream.read()

        assert (stream.take(2), stream.take(), stream.bytes_in) == (b"he", b"llo\r\n", 7)
        assert (stream.peer, stream.source) == (HERE, HERE)
        assert "plain, 7 bytes in" in repr(stream)
        stream.abort()


async def test_the_source_address_can_be_chosen():
    """All of 127/8 is ours."""
    source = IPv4Address("127.0.0.9")
    async with serving(silent) as port:
        stream = await dial(HERE, port, source=source)

        assert stream.source == source
        stream.abort()


async def test_ipv6():
    """The same engine."""
    async with serving(says(b"hi"), host="::1") as port:
        stream = await dial(IPv6Address("::1"), port)
        assert await stream.read()
        assert stream.source == IPv6Address("::1")
        stream.abort()


async def test_a_source_that_is_not_ours_is_our_own_fault():
    """No such address on this host."""
    with pytest.raises(LocalFault) as fault:
        await dial(HERE, closed_port(), source=IPv4Address("192.0.2.77"))
    assert fault.value.reason is Reason.LOCAL_BIND


async def test_a_source_of_the_other_family_is_our_own_fault():
    """Configuration should have refused it."""
    with pytest.raises(LocalFault):
        await dial(HERE, closed_port(), source=IPv6Address("::1"))


async def test_without_descriptors_the_fault_is_ours():
    """EMFILE says nothing of the target."""
    port = closed_port()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        with pytest.raises(LocalFault) as fault:
            await dial(HERE, port)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert fault.value.reason is Reason.LOCAL_FD_LIMIT


async def test_the_end_stays_the_end():
    """Reading on is False again."""
    async with serving(says(b"bye")) as port:
        stream = await dial(HERE, port)
        assert await stream.read()
    assert not await stream.read()
    assert not await stream.read()
    assert "ended" in repr(stream)
    await stream.close()


async def test_the_session_is_bounded():
    """One byte more is a fault, now and whenever asked again."""
    async with serving(says(b"x" * 11)) as port:
        stream = await dial(HERE, port, limit=10)
        for _ in range(2):
            with pytest.raises(StreamFault) as fault:
                await stream.read()
            assert fault.value.reason is Reason.BOUNDS_EXCEEDED


async def test_encryption_shows_the_certificate(tmp_path):
    """Chain, version, cipher, and the verdict on them; then data flows."""
    root = authority()
    middle = authority("middle", root)
    (tmp_path / "ca.pem").write_bytes(root.pem)
    settings = TlsSettings(mode=TlsMode.IMPLICIT, server_name=NAME, ca_file=str(tmp_path / "ca.pem"))
    async with serving(echoes, tls=mint(NAME, issuer=middle).server(tmp_path, middle)) as port:
        stream = await dial(HERE, port)
        facts = await stream.start_tls(settings, now=time.time())
        stream.write(b"hello\r\n")
        assert await stream.read()

        assert (facts.verified, facts.problem, facts.version) == (True, None, "TLSv1.3")
        assert facts.cipher.startswith("TLS_")
        assert stream.take() == b"hello\r\n"
        assert "encrypted" in repr(stream)
        await stream.close()


async def test_bytes_before_the_handshake_are_injected(tmp_path):
    """Plain text never becomes what is read as encrypted."""
    async with serving(says(b"250 injected\r\n")) as port:
        stream = await dial(HERE, port)
        assert await stream.read()
        with pytest.raises(StreamFault) as fault:
            await stream.start_tls(IMPLICIT, now=0.0)
        assert fault.value.reason is Reason.STARTTLS_INJECTION
        stream.abort()


async def test_a_peer_that_has_gone_has_no_handshake():
    """The end was there before it began."""
    async with serving(hangs_up) as port:
        stream = await dial(HERE, port)
        assert not await stream.read()
        with pytest.raises(StreamFault) as fault:
            await stream.start_tls(IMPLICIT, now=0.0)
    assert fault.value.reason is Reason.TLS_HANDSHAKE


async def test_a_name_that_cannot_be_sent_is_our_own_fault():
    """A label beyond 63 octets has no SNI; nor has an empty one."""
    for name in ("x" * 64 + ".example", ".example"):
        async with serving(silent) as port:
            stream = await dial(HERE, port)
            with pytest.raises(LocalFault):
                await stream.start_tls(TlsSettings(server_name=name), now=0.0)
            stream.abort()


async def test_sni_is_what_the_server_sees(tmp_path):
    """The name for a name, none for an address or for nothing."""
    seen = []
    context = mint(NAME).server(tmp_path)
    context.sni_callback = lambda _, name, __: seen.append(name)
    async with serving(silent, tls=context) as port:
        for name in (NAME, "192.0.2.1", None):
            stream = await dial(HERE, port)
            await stream.start_tls(TlsSettings(server_name=name), now=0.0)
            stream.abort()

    assert seen == [NAME, None, None]


async def test_closing_sends_what_was_written():
    """FIN comes after the last byte; with a full pipe the connection is dropped instead."""
    heard = asyncio.get_running_loop().create_future()

    async def listens(peer):
        heard.set_result(await peer.reader.read())

    async with serving(listens) as port:
        stream = await dial(HERE, port)
        stream.write(b"last words")
        await stream.close()
        assert await heard == b"last words"


async def test_closing_a_peer_that_does_not_read_drops_it():
    """What the kernel does not take is not waited for."""
    stalled = asyncio.Event()

    async def deaf(peer):
        await stalled.wait()

    async with serving(deaf) as port:
        stream = await dial(HERE, port)
        stream.write(b"x" * 50_000_000)
        await stream.close()
        assert not await stream.read()
        stalled.set()


async def test_closing_tells_an_encrypted_peer(tmp_path):
    """close_notify, and no waiting for its answer."""
    heard = asyncio.get_running_loop().create_future()

    async def listens(peer):
        heard.set_result(await peer.reader.read())

    context = mint(NAME).server(tmp_path)
    async with serving(listens, tls=context) as port:
        stream = await dial(HERE, port)
        await stream.start_tls(IMPLICIT, now=0.0)
        stream.write(b"last words")
        await stream.close()
        assert await heard == b"last words"


async def test_a_stream_that_was_never_dialled_does_nothing():
    """No transport, no harm."""
    stream = Stream()
    stream.write(b"x")
    await stream.close()
    stream.abort()


def test_there_is_one_context():
    """Built once, shared by all."""
    assert context_of(PLAIN_TERMS, None) is context_of(PLAIN_TERMS, None)


class Object:
    """An SSL object of another Python version."""

    def __init__(self, public=None, leaf=b""):
        if public is not None:
            self.get_unverified_chain = lambda: public
        self._leaf = leaf

    def getpeercert(self, *, binary_form):
        """The leaf."""
        return self._leaf


def test_the_chain_is_had_wherever_it_is():
    """Public from Python 3.13; the leaf alone where nothing else is known."""
    assert presented_chain(Object(public=[b"leaf", b"root"])) == (b"leaf", b"root")
    assert presented_chain(Object(leaf=b"leaf")) == (b"leaf",)
    assert presented_chain(Object()) == ()


def test_the_limit_of_a_session_is_that_of_mail():
    """64 KiB (probes.md 1.3)."""
    assert streams.SESSION_LIMIT == 65536
