"""Checks as an operator writes them, up to what comes of a probe: each type, and each key that changes words."""

from ipaddress import ip_address
from pathlib import Path

import pytest

from gslb.config.files import load_texts
from gslb.model.observations import Degraded, Failed, Observation, Outcome, Passed, Phase, Reason
from gslb.model.targets import Target
from gslb.probes.run import probe
from tests.kit.configs import HEAD
from tests.kit.hostile import Behaviour, Peer, says, serving

ZONE = HEAD + "services: {s: {checks: [x], members: {m: {address: 127.0.0.1}, n: {address: 127.0.0.2}}}}\n"


def target(text: str) -> Target:
    """What one check of one member is to the prober."""
    targets = load_texts({"checks/c.yaml": f"x: {{{text}}}", "zones/z.yaml": ZONE}).targets.values()
    return next(target for target in targets if target.address == ip_address("127.0.0.1"))


async def seen(text: str, behaviour: Behaviour) -> Observation:
    """What a check finds at a peer that behaves like this."""
    async with serving(behaviour) as port:
        return await probe(target(f"{text}, port: {port}, timeout: 2s"), name="probe.example.com")


def keeping(heard: list[bytes], *turns: bytes) -> Behaviour:
    """Says each turn when a line has come, and keeps what came."""

    async def behaviour(peer: Peer) -> None:
        peer.heard = heard
        await peer.answer(*turns)

    return behaviour


EHLO = b"250-mx\r\n250-SIZE 1000\r\n250 AUTH PLAIN\r\n"
FINE, BYE = b"250 fine\r\n", b"221 bye\r\n"
SIEVE = b'"IMPLEMENTATION" "x"\r\n"VERSION" "1.0"\r\n"SASL" "PLAIN"\r\nOK\r\n'
LOCAL_V2 = b"\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00"


@pytest.mark.parametrize(
    ("text", "turns", "outcome"),
    [
        ("type: lmtp", (b"220 x\r\n", FINE, BYE), Passed()),
        ("type: lmtp, stage: rcpt, rcpt: a@b.c", (b"220 x\r\n", FINE, FINE, FINE, FINE, BYE), Passed()),
        ("type: sieve, tls: none", (SIEVE, b'OK (TAG "t1")\r\n', b"OK\r\n"), Passed()),
        (
            "type: relay, tls: none, foreign_domain: a.example.net, sender_domain: b.example.net, interval: 1h",
            (b"220 x\r\n", EHLO, FINE, b"250 sure\r\n", FINE, BYE),
            Degraded(Phase.COMMAND, Reason.OPEN_RELAY_SUSPECTED),
        ),
        ("type: agent", (b"up\n",), Passed()),
        ("type: agent", (b"down\n",), Failed(Phase.COMMAND, Reason.NOT_ACCEPTING)),
        ("type: smtp, tls: none, banner_regex: Post.ix", (b"220 Postfix\r\n", EHLO, BYE), Passed()),
        (
            "type: smtp, tls: none, banner_regex: Exim",
            (b"220 Postfix\r\n", BYE),
            Failed(Phase.GREETING, Reason.BODY_MISMATCH),
        ),
        (
            "type: smtp, tls: none, capabilities: mx",
            (b"220 x\r\n", EHLO, BYE),
            Degraded(Phase.HELLO, Reason.CAP_FORBIDDEN),
        ),
        (
            "type: smtp, tls: none, require_caps: ['SIZE>=1001'], assert_severity: fail",
            (b"220 x\r\n", EHLO, BYE),
            Failed(Phase.HELLO, Reason.CAP_MISSING),
        ),
        ("type: smtp, tls: none, forbid_caps: {pre_tls: ETRN}", (b"220 x\r\n", EHLO, BYE), Passed()),
    ],
)
async def test_a_configured_check_finds_what_it_looks_for(
    text: str, turns: tuple[bytes, ...], outcome: Outcome
) -> None:
    """From a line of YAML to an outcome."""
    assert (await seen(text, says(*turns))).outcome == outcome


async def test_a_configured_directory_is_asked() -> None:
    """An anonymous bind, which slapd would answer with these octets."""

    async def directory(peer: Peer) -> None:
        await peer.reader.readexactly(14)
        await peer.say(bytes.fromhex("300c02010161070a010004000400"))
        await peer.silence()

    assert (await seen("type: ldap, stage: bind", directory)).outcome == Passed()


async def test_a_proxy_header_goes_first() -> None:
    """proxy_protocol is heard before anything else, as LOCAL without addresses."""
    heard: list[bytes] = []
    await seen("type: smtp, tls: none, stage: greeting, proxy_protocol: v2", keeping(heard, b"220 x\r\n"))

    assert b"".join(heard).startswith(LOCAL_V2[:2])


@pytest.mark.parametrize("close", ["fin", "rst"])
async def test_a_bare_connection_ends_as_asked(close: str) -> None:
    """Either way the port is open."""
    assert (await seen(f"type: tcp, close: {close}", says(b""))).outcome == Passed()


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("type: exec, argv: [/bin/true]", Passed()),
        ("type: exec, argv: [/bin/sh, -c, exit 2]", Failed(Phase.COMMAND, Reason.EXEC_CRITICAL)),
    ],
)
async def test_a_configured_plugin_is_run(text: str, outcome: Outcome) -> None:
    """Its exit code is the outcome."""
    assert (await probe(target(text), name=None)).outcome == outcome


async def test_a_configured_file_is_read(tmp_path: Path) -> None:
    """The word in the member's own file."""
    (tmp_path / "127.0.0.1").write_text("UP\n")

    assert (await probe(target(f"type: file, path: '{tmp_path}/{{address}}'"), name=None)).outcome == Passed()
