"""Tiers, minimums, standby and families, as a resolver sees them: some members live, the others never did."""

import shutil
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rrset
import pytest

from tests.kit.ports import Ports
from tests.kit.running import Running

pytestmark = pytest.mark.system

UP, DEAD = "127.0.10.1", "127.0.10.2"

ZONE = f"""\
zone: t.example.com
contact: hostmaster@example.com
nameservers: {{ns1: [192.0.2.53]}}
pools:
  short:
    checks: [tcp]
    min_healthy: 2
    members:
      up: {{address: 192.0.2.1, probe_address: {UP}, weight: 10}}
      dead: {{address: 192.0.2.2, probe_address: {DEAD}, weight: 90}}
  half:
    checks: [tcp]
    min_healthy: 50%
    members:
      up: {{address: 192.0.2.3, probe_address: {UP}, weight: 40}}
      dead: {{address: 192.0.2.4, probe_address: {DEAD}, weight: 60}}
  full:
    checks: [tcp]
    members:
      one: {{address: 192.0.2.5, probe_address: {UP}, weight: 3}}
      two: {{addresses: [192.0.2.6, "2001:db8::6"], probe_address: {{192.0.2.6: {UP}, "2001:db8::6": {DEAD}}}}}
  spare:
    checks: [tcp]
    members:
      dead: {{address: 192.0.2.7, probe_address: {DEAD}}}
      stands-in: {{address: 192.0.2.8, probe_address: {UP}, standby: true}}
  six: {{checks: [tcp], members: {{up: {{address: "2001:db8::9", probe_address: {UP}}}}}}}
  six-dead: {{checks: [tcp], members: {{dead: {{address: "2001:db8::a", probe_address: {DEAD}}}}}}}
  dual-dead: {{checks: [tcp], members: {{dead: {{address: 192.0.2.11, probe_address: {DEAD}}}}}}}
  many: {{members: {{{", ".join(f"m{n}: {{address: 198.51.100.{n}}}" for n in range(1, 41))}}}}}
  dozen: {{members: {{{", ".join(f"x{n}: {{address: 203.0.113.{n}, weight: {n}}}" for n in range(1, 13))}}}}}
  ten: {{members: {{{", ".join(f"t{n}: {{address: 203.0.113.{100 + n}}}" for n in range(10))}}}}}
services:
  next: {{records: [A, MX], pools: [short, full], srv: {{_smtp._tcp: 25}}}}
  percent: {{records: [A, MX], pools: [half, full], mx: equal}}
  below: {{pools: [short, half, dual-dead]}}
  stand-in: {{pools: [spare, full]}}
  six-first: {{records: [A, AAAA, MX], pools: [six, full]}}
  six-gone: {{records: [A, AAAA, MX], pools: [six-dead, full]}}
  all: {{records: [A, MX], pools: [many], answers: all}}
  all-equal: {{records: [MX], pools: [many], mx: equal}}
  twelve: {{records: [MX], pools: [dozen, full]}}
  tenfold: {{records: [MX], pools: [ten]}}
"""
CHECK = "tcp: {{type: tcp, port: {port}, interval: 2s, timeout: 1s}}\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for all of them: no member's health changes."""
    directory = tmp_path_factory.mktemp("tiers")
    with Ports((UP,)) as ports:
        files = {"zones/t.yaml": ZONE, "checks/c.yaml": CHECK.format(port=ports.port)}
        with Running(directory, files, workers=1) as running:
            yield running
    shutil.rmtree(directory)


def ask(server: Running, name: str, rtype: str, **options: object) -> dns.message.Message:
    """One reply about a name of the zone."""
    return server.query(f"{name}.t.example.com", rtype, **options)


def records(section: list[dns.rrset.RRset]) -> list[str]:
    """The data in a section, sorted."""
    return sorted(str(rdata) for rrset in section for rdata in rrset)


@pytest.mark.parametrize(
    ("name", "rtype", "answers"),
    [
        ("next", "A", {"192.0.2.5", "192.0.2.6"}),
        ("percent", "A", {"192.0.2.5", "192.0.2.6"}),
        ("below", "A", {"192.0.2.3"}),
        ("stand-in", "A", {"192.0.2.8"}),
        ("six-first", "A", set()),
        ("six-first", "AAAA", {"2001:db8::9"}),
        ("six-gone", "A", {"192.0.2.5", "192.0.2.6"}),
        ("six-gone", "AAAA", set()),
        ("short", "A", {"192.0.2.1"}),
    ],
)
def test_the_tier_that_answers(server: Running, name: str, rtype: str, answers: set[str]) -> None:
    """The first tier with its minimum answers; else most healthy weight; a pool of one family is not passed over."""
    replies = [ask(server, name, rtype) for _ in range(20)]

    assert {data for reply in replies for data in records(reply.answer)} == answers
    assert all(bool(reply.answer) is bool(answers) for reply in replies)
    assert {reply.rcode() for reply in replies} == {0}


@pytest.mark.parametrize(
    ("name", "rtype", "answer"),
    [
        ("next", "MX", ["20 one.full", "21 two.full"]),
        ("percent", "MX", ["20 one.full", "20 two.full"]),
        ("six-first", "MX", ["10 up.six", "20 one.full", "21 two.full"]),
        ("six-gone", "MX", ["20 one.full", "21 two.full"]),
        ("_smtp._tcp", "SRV", ["2 1 25 two.full", "2 3 25 one.full"]),
    ],
)
def test_exchangers_tell_their_tier(server: Running, name: str, rtype: str, answer: list[str]) -> None:
    """Tiers count from 1 whether they hold or not; the additional section has healthy addresses only."""
    seen = {tuple(records(ask(server, name, rtype).answer)) for _ in range(40)}
    additional = set(records(ask(server, name, rtype).additional))

    assert tuple(f"{one}.t.example.com." for one in answer) in seen
    assert additional == {"192.0.2.5", "192.0.2.6"} | ({"2001:db8::9"} if name == "six-first" else set())


@pytest.mark.parametrize(
    ("name", "mode", "tier"),
    [("next", "normal", 2), ("below", "below_minimum", 2), ("stand-in", "normal", 1), ("six-first", "normal", 1)],
)
def test_health_tells_the_stand(server: Running, name: str, mode: str, tier: int) -> None:
    """GET /health is 200 while some tier has not failed, with mode and tier."""
    answer = server.get(f"/health/t.example.com/{name}")

    assert answer.status_code == 200
    assert (answer.json()["mode"], answer.json()["tier"]) == (mode, tier)


@pytest.mark.parametrize(
    ("name", "rtype", "options", "truncated", "count"),
    [
        ("all", "A", {"payload": 1232}, False, 40),
        ("all", "A", {"payload": 4096}, False, 40),
        ("all", "A", {"payload": 512}, True, 0),
        ("all", "A", {"use_edns": False}, True, 0),
        ("all", "A", {"tcp": True}, False, 40),
        ("all-equal", "MX", {"payload": 4096}, True, 0),
        ("all-equal", "MX", {"tcp": True}, False, 40),
        ("all", "MX", {"use_edns": False}, False, 10),
        ("twelve", "MX", {"use_edns": False}, False, 12),
    ],
)
def test_long_answers_come_whole_or_not_at_all(
    server: Running, name: str, rtype: str, options: dict[str, object], truncated: bool, count: int
) -> None:
    """What does not fit into 512, or the client's and our own 1232, asks for TCP; ranked MX holds ten of a tier."""
    reply = ask(server, name, rtype, **options)

    assert bool(reply.flags & dns.flags.TC) is truncated
    assert sum(map(len, reply.answer)) == count
    assert len(reply.to_wire()) <= (65_535 if options.get("tcp") else 1232)


@pytest.mark.parametrize(("options", "additional"), [({"use_edns": False}, 0), ({"payload": 1232}, 10)])
def test_additional_records_give_way_first(server: Running, options: dict[str, object], additional: int) -> None:
    """A reply that fits without them goes out without them, not truncated (RFC 2181 section 9)."""
    reply = ask(server, "tenfold", "MX", **options)

    assert not reply.flags & dns.flags.TC
    assert (len(records(reply.answer)), len(records(reply.additional))) == (10, additional)
