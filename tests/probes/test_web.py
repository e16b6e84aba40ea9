"""The web prober against servers that behave, and against many that do not (probes.md 6, number 23)."""

import ssl
import struct
from collections.abc import Iterable
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from itertools import repeat
from socket import SO_LINGER, SOL_SOCKET

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.model.checks import HttpSettings, SmtpSettings, Timing, TlsSettings
from gslb.model.extracts import Extract
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.model.targets import Target
from gslb.model.values import ProxyProtocol, TlsMode
from gslb.probes.journal import Journal
from gslb.probes.web import probe_web
from gslb.probes.web_visit import user_agent
from tests.kit import hostile
from tests.kit.probing import timely
from tests.kit.raw_http import chunked, response, serving

pytestmark = pytest.mark.usefixtures("harmless")

LOOPBACK = IPv4Address("127.0.0.1")


def target(port, *, timeout=5.0, **keys):
    """A page on loopback."""
    return Target(id="t", address=LOOPBACK, settings=HttpSettings(port=port, **keys), timing=Timing(timeout=timeout))


async def look(server, *, transcript=None, deadline=5.0, **keys):
    """One probe of a server."""
    return await timely(target(server.port, timeout=deadline, **keys), name=None, transcript=transcript)


@pytest.fixture
def https(tmp_path):
    """A server context for mail.example.com, and the CA file that trusts it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("mail.example.com").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return context, str(tmp_path / "ca.pem")


# servers that behave


async def test_a_page_that_holds_what_it_must_passes_with_its_phases():
    """The phases of a plain page are connect, request, first_byte and body."""
    async with serving(response(b"<form name=loginForm>")) as server:
        seen = await look(server, body_must=("loginForm",))

    assert seen.outcome == Passed()
    phases = [phase for phase, _ in seen.timings]
    assert phases == [Phase.CONNECT, Phase.REQUEST, Phase.FIRST_BYTE, Phase.BODY, Phase.TOTAL]
    assert seen.code == "200"


async def test_the_request_says_who_asks_and_keeps_nothing_open(monkeypatch):
    """Host by name, our own User-Agent, identity coding, close; and no proxy is taken from the environment."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    async with serving({"/gw/webacc?a=b%20c": response()}) as server:
        await look(server, host="mail.example.com", path="/gw/webacc?a=b%20c", headers=(("X-Site", "east"),))

    assert server.requests == [
        b"GET /gw/webacc?a=b%20c HTTP/1.1\r\nHost: mail.example.com\r\n"
        b"User-Agent: " + user_agent().encode() + b"\r\n"
        b"Accept: */*\r\nAccept-Encoding: identity\r\nX-Site: east\r\nConnection: close\r\n\r\n"
    ]
    assert user_agent().startswith("gslb-probe/")


async def test_without_a_name_the_host_is_the_address():
    """A check without host asks for the address itself."""
    async with serving(response()) as server:
        await look(server)

    assert b"\r\nHost: 127.0.0.1\r\n" in server.requests[0]


@pytest.mark.parametrize("address", ["::1", "::1%1"])
async def test_an_ipv6_member_is_asked_by_its_literal(address):
    """Brackets stand around it in Host (RFC 9110 section 7.2), and no interface, which is ours (RFC 6874)."""
    async with serving(response(), host="::1") as server:
        seen = await timely(replace(target(server.port), address=IPv6Address(address)), name=None)

    assert seen.outcome == Passed()
    assert b"\r\nHost: [::1]\r\n" in server.requests[0]


async def test_chunks_are_put_together():
    """A text may lie across chunks, extensions and trailers."""
    async with serving(chunked(b"login", b"Form", end=b"0;x=y\r\nX-Sum: 1\r\n\r\n")) as server:
        assert (await look(server, body_must=("loginForm",))).outcome == Passed()


async def test_a_body_to_the_end_of_the_connection_is_whole():
    """HTTP/1.0 servers end a body by closing."""
    async with serving(b"HTTP/1.0 200 OK\r\n\r\nloginForm") as server:
        assert (await look(server, body_must=("loginForm",))).outcome == Passed()


async def test_head_asks_for_no_body():
    """HEAD passes on the header alone."""
    async with serving(response(length=5000)) as server:
        assert (await look(server, method="HEAD")).outcome == Passed()
    assert server.requests[0].startswith(b"HEAD / ")


async def test_five_interim_responses_are_skipped():
    """103 Early Hints and their like come before the answer."""
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    async with serving(hints * 5 + response()) as server:
        assert (await look(server)).outcome == Passed()


@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        ("503 Service Unavailable", ["Retry-After: 5"], Degraded(Phase.FIRST_BYTE, Reason.BUSY, load=True)),
        ("503 Service Unavailable", [], Failed(Phase.FIRST_BYTE, Reason.STATUS_UNEXPECTED)),
        ("302 Found", ["Location: /x"], Failed(Phase.FIRST_BYTE, Reason.STATUS_UNEXPECTED)),
    ],
)
async def test_a_status_decides_before_the_body(status, headers, outcome):
    """The body of a refusal is not read."""
    async with serving(response(length=10**9, status=status, headers=headers), close=False) as server:
        assert (await look(server)).outcome == outcome


async def test_a_large_page_is_cut_and_still_judged():
    """A page beyond body_limit passes if its beginning holds the text, and is out of bounds if not."""
    page = response(b"loginForm" + b"x" * 400_000)
    async with serving(page, close=False) as server:
        assert (await look(server, body_must=("loginForm",), body_limit=10_000)).outcome == Passed()
        seen = await look(server, body_must=("logout",), body_limit=10_000)

    assert seen.outcome == Failed(Phase.BODY, Reason.BOUNDS_EXCEEDED)


async def test_gzip_sent_against_identity_is_not_unpacked():
    """A bomb stays as small as it came."""
    async with serving(response(b"\x1f\x8b" + b"\0" * 1000, headers=["Content-Encoding: gzip"])) as server:
        seen = await look(server, body_must=("loginForm",))

    assert seen.outcome == Failed(Phase.BODY, Reason.BODY_MISMATCH)
    assert seen.bytes_in < 1200


async def test_https_sends_the_name_and_reads_the_certificate(https):
    """SNI is the host; the phases hold tls, and the facts say that chain and name are in order."""
    context, ca_file = https
    names = []
    context.sni_callback = lambda sock, name, ctx: names.append(name)
    async with serving(response(b"ok"), tls=context) as server:
        seen = await look(server, host="mail.example.com", tls=TlsSettings(mode=TlsMode.IMPLICIT, ca_file=ca_file))

    assert seen.outcome == Passed()
    assert names == ["mail.example.com"]
    assert Phase.TLS in dict(seen.timings)
    assert (seen.tls.server_name, seen.tls.verified) == ("mail.example.com", True)


async def test_a_header_of_the_proxy_protocol_goes_before_the_request():
    """Once for each connection, and its phase is timed (probes.md 1.16)."""
    async with serving({"/": response(status="302 Found", headers=["Location: /x"]), "/x": response()}) as server:
        server.pages["TCP4"] = server.pages["/"]
        first = await look(server, proxy=ProxyProtocol.V1)
        await look(server, proxy=ProxyProtocol.V2)

    assert server.requests[0].startswith(b"PROXY TCP4 127.0.0.1 127.0.0.1 ")
    assert server.requests[1] == b"\r\n\r\n"
    assert Phase.PROXY in dict(first.timings)


async def test_numbers_on_a_page_are_told():
    """As metrics, by name; what is missing is a notice."""
    extract = (
        Extract(name="out", pattern="Outbound ([0-9]+)", warn=10),
        Extract(name="in", pattern="Inbound ([0-9]+)"),
    )
    async with serving(response(b"Outbound 12")) as server:
        seen = await look(server, extract=extract)

    assert seen.outcome == Degraded(Phase.BODY, Reason.VALUE_WARNING)
    assert (seen.metrics, seen.text, seen.notices) == ((("out", 12),), "out 12", (Reason.VALUE_MISSING,))


async def test_404_asks_for_no_weight():
    """What drains says so in the record."""
    async with serving(response(status="404 Gone")) as server:
        seen = await look(server, drain_on_404=True)

    assert (seen.outcome, seen.weight_factor) == (Degraded(Phase.FIRST_BYTE, Reason.DRAIN, load=True), 0.0)


# redirects


async def test_a_cookie_goes_along_a_redirect_and_no_farther():
    """Within one run it is sent back; the next run begins with none."""
    moved = response(status="302 Found", headers=["Location: /in", "Set-Cookie: a=b; Path=/"])
    async with serving({"/": moved, "/in": response()}) as server:
        for _ in range(2):
            assert (await look(server, redirects=1)).outcome == Passed()

    assert [b"\r\nCookie: a=b\r\n" in each for each in server.requests] == [False, True] * 2


async def test_a_redirect_within_the_host_reaches_the_member_again():
    """The second request goes to the member's own address and port, on a connection of its own."""
    pages = {
        "/": response(status="302 Found", headers=["Location: http://mail.example.com/login"]),
        "/login": response(b"loginForm"),
    }
    async with serving(pages) as server:
        seen = await look(server, host="mail.example.com", redirects=1, body_must=("loginForm",))

    assert seen.outcome == Passed()
    assert server.connections == 2


async def test_a_redirect_to_https_asks_the_member_there(https):
    """A step up leads to the member's address and the port that the URL names, with TLS."""
    context, ca_file = https
    async with serving(response(b"safe"), tls=context) as secure:
        up = f"Location: https://mail.example.com:{secure.port}/"
        async with serving(response(status="301 Moved Permanently", headers=[up])) as plain:
            seen = await look(
                plain, host="mail.example.com", redirects=1, body_must=("safe",), tls=TlsSettings(ca_file=ca_file)
            )

    assert seen.outcome == Passed()
    assert seen.tls.server_name == "mail.example.com"


@pytest.mark.parametrize("location", ["http://127.0.0.2:{port}/", "http://169.254.169.254/", "https://evil.example/"])
async def test_a_redirect_elsewhere_connects_nowhere(location):
    """Another host is told, never asked."""
    async with serving() as elsewhere:
        to = location.format(port=elsewhere.port)
        async with serving(response(status="302 Found", headers=[f"Location: {to}"])) as server:
            seen = await look(server, redirects=5)

    assert seen.outcome == Failed(Phase.FIRST_BYTE, Reason.REDIRECT_BLOCKED)
    assert (elsewhere.connections, server.connections) == (0, 1)


async def test_a_redirect_to_another_port_of_the_host_is_asked_there():
    """Another port named in the URL is asked at the member's address."""
    async with serving(response(b"there")) as other:
        to = f"Location: http://127.0.0.1:{other.port}/"
        async with serving(response(status="302 Found", headers=[to])) as server:
            assert (await look(server, redirects=1, body_must=("there",))).outcome == Passed()


async def test_a_redirect_loop_ends():
    """Five hops that only lead back are a loop, and the sixth is never made."""
    pages = {f"/{n}": response(status="302 Found", headers=[f"Location: /{n + 1}"]) for n in range(20)}
    async with serving(pages) as server:
        seen = await look(server, path="/0", redirects=5)

    assert seen.outcome == Failed(Phase.FIRST_BYTE, Reason.REDIRECT_LOOP)
    assert server.connections == 6


# servers that do not behave

ENDLESS = 100_000

HOSTILE: dict[str, tuple[bytes | Iterable[bytes], Reason]] = {
    "a flood of header fields": (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 101 + b"\r\n", Reason.BOUNDS_EXCEEDED),
    "a header without end": ([b"HTTP/1.1 200 OK\r\n", *repeat(b"A: b\r\n" * 100, 2000)], Reason.BOUNDS_EXCEEDED),
    "a header line of a megabyte": (b"HTTP/1.1 200 OK\r\nA: " + b"x" * 1_000_000 + b"\r\n\r\n", Reason.BOUNDS_EXCEEDED),
    "a header of 33 KiB": (b"HTTP/1.1 200 OK\r\nA: " + b"x" * 33_000 + b"\r\n\r\n", Reason.BOUNDS_EXCEEDED),
    "a flood of cookies": (b"HTTP/1.1 200 OK\r\n" + b"Set-Cookie: a=b\r\n" * 5000 + b"\r\n", Reason.BOUNDS_EXCEEDED),
    "more cookies than a browser keeps": (
        response(headers=[f"Set-Cookie: c{number}=x" for number in range(51)]),
        Reason.BOUNDS_EXCEEDED,
    ),
    "cookies larger than a browser keeps": (
        response(headers=[f"Set-Cookie: c{number}={'x' * 6000}" for number in range(3)]),
        Reason.BOUNDS_EXCEEDED,
    ),
    "a status line without end": (b"H" * 100_000, Reason.BOUNDS_EXCEEDED),
    "endless interim responses": (b"HTTP/1.1 100 Continue\r\n\r\n" * 50, Reason.BOUNDS_EXCEEDED),
    "a flood of chunk extensions": (chunked(end=b"5;" + b"x" * 100_000 + b"\r\n"), Reason.BOUNDS_EXCEEDED),
    "a flood of tiny chunks": (chunked(*[b"x"] * 50_000), Reason.BOUNDS_EXCEEDED),
    "a flood of trailers": (chunked(b"x", end=b"0\r\n" + b"A: b\r\n" * 50_000 + b"\r\n"), Reason.BOUNDS_EXCEEDED),
    "a chunk of 2^63 octets": (chunked(end=b"8000000000000000\r\nabc"), Reason.PROTOCOL_ERROR),
    "a chunk size that is none": (chunked(end=b"-5\r\nabc\r\n"), Reason.PROTOCOL_ERROR),
    "a chunk longer than it says": (chunked(end=b"1\r\nabc\r\n0\r\n\r\n"), Reason.PROTOCOL_ERROR),
    "both codings of length": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        Reason.PROTOCOL_ERROR,
    ),
    "a negative length": (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", Reason.PROTOCOL_ERROR),
    "two lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", Reason.PROTOCOL_ERROR),
    "an unknown coding": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", Reason.PROTOCOL_ERROR),
    "less than it says": (response(b"abc", length=10), Reason.PROTOCOL_ERROR),
    "more than it says": (response(b"abcdef", length=3), Reason.PROTOCOL_ERROR),
    "half a header": (b"HTTP/1.1 200 OK\r\nServer: x\r\n", Reason.PROTOCOL_ERROR),
    "another protocol": (b"220 mail.example.com ESMTP\r\n", Reason.PROTOCOL_ERROR),
    "an upgrade nobody asked for": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", Reason.PROTOCOL_ERROR),
    "a NUL in the header": (b"HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", Reason.PROTOCOL_ERROR),
    "nothing at all": (b"", Reason.EOF_MID_SESSION),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_no_server_should_send(name):
    """Every breach ends at once with its reason, within its bounds."""
    page, reason = HOSTILE[name]
    async with serving(page) as server:
        seen = await look(server)

    assert seen.reason is reason
    assert isinstance(seen.outcome, Failed)
    assert seen.phase in (Phase.FIRST_BYTE, Phase.BODY)
    assert seen.bytes_in <= 2_000_000


async def test_an_endless_body_is_cut():
    """A body that never ends is read to its limit, and judged."""
    async with serving(repeat(b"x" * 10_000, ENDLESS)) as server:
        server.pages["/"] = [b"HTTP/1.1 200 OK\r\n\r\n", *repeat(b"x" * 10_000, ENDLESS)]
        seen = await look(server, body_must=("loginForm",))

    assert seen.outcome == Failed(Phase.BODY, Reason.BOUNDS_EXCEEDED)
    assert seen.bytes_in <= 2_000_000


async def test_a_body_that_drips_ends_at_the_deadline():
    """A byte now and then is no progress."""

    async def drip(peer):
        await peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        await hostile.drips(b"x", 0.02)(peer)

    async with hostile.serving(drip) as port:
        seen = await timely(target(port, timeout=0.3), name=None)

    assert seen.outcome == Failed(Phase.BODY, Reason.DEADLINE)
    assert dict(seen.timings)[Phase.TOTAL] < 0.5


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (b"", Reason.REPLY_TIMEOUT),
        (b"HTTP/1.1 200 OK\r\n", Reason.REPLY_TIMEOUT),
        (response(b"abc", length=9), Reason.DEADLINE),
    ],
)
async def test_silence_ends_at_the_deadline(page, reason):
    """A server that stops talking, wherever it does, holds the prober until its deadline."""
    async with serving(page, close=False) as server:
        seen = await look(server, deadline=0.1)

    assert seen.reason is reason


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 302 x\r\nLocation: "]))
async def test_no_bytes_are_a_bug_of_ours(rest, start):
    """Whatever comes, the outcome is one of the server's, or passed."""
    async with serving(start + rest) as server:
        seen = await look(server, redirects=1)

    assert not seen.reason.startswith("local")


async def test_a_reset_is_a_reset():
    """RST in the session is told as such."""

    async def reset(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async with serving(handler=reset) as server:
        assert (await look(server)).outcome == Failed(Phase.FIRST_BYTE, Reason.RESET)


async def test_a_closed_port_is_refused():
    """Nobody there."""
    async with serving() as server:
        pass

    assert (await look(server)).outcome == Failed(Phase.CONNECT, Reason.CONNECT_REFUSED)


@pytest.mark.parametrize("keys", [{"headers": (("Bad Name", "x"),)}, {"headers": (("A", "x\r\ny"),)}, {"host": "a:b"}])
async def test_what_cannot_be_asked_is_our_own_fault(keys):
    """A request that no HTTP permits is never sent, and says nothing of the server."""
    async with serving(response()) as server:
        seen = await look(server, **keys)

    assert seen.reason is Reason.LOCAL_CONFIG
    assert server.requests == []


async def test_the_transcript_tells_both_sides():
    """What was said can be read, control bytes shown."""
    lines = []
    async with serving(response(headers=["X-A: b\x1b"])) as server:
        await look(server, transcript=lines.append)

    said = [line[8:] for line in lines]
    assert "C: GET / HTTP/1.1" in said
    assert "S: HTTP/1.1 200 OK" in said
    assert "S: X-A: b\\x1b" in said


async def test_only_web_pages_are_probed():
    """A target of another type is a bug, told as one."""
    wrong = Target(id="t", address=LOOPBACK, settings=SmtpSettings(), timing=Timing())

    with pytest.raises(TypeError, match="smtp"):
        await probe_web(wrong, Journal(1.0))
