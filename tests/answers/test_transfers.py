"""Zones frozen at their serials, and the steps between."""

import shutil
import subprocess
import time
from collections.abc import Iterable
from dataclasses import replace
from ipaddress import ip_address
from itertools import product
from pathlib import Path

import dns.name
import dns.zone
import pytest

from gslb.answers import transfers
from gslb.answers.build import Builder
from gslb.answers.plan import plan
from gslb.model.keys import KeyTimes
from gslb.model.settings import Config
from gslb.model.transfers import Transfer
from gslb.model.values import WhenAllDown
from gslb.model.zones import Zone
from tests.kit.answered import decided, wire
from tests.kit.copied import faults
from tests.kit.estate import config, healths
from tests.kit.fetched import fetched, follow, lines, serial_of, written
from tests.kit.signed import ADDRESSES, Server, csk, signed_zone
from tests.kit.views import seen_by, view, with_views
from tests.kit.zonekeys import NOW

DOWN = ("192.0.2.12",)


def open_zone(denial: str | None = None) -> Zone:
    """The kit's zone, which others may fetch, signed or not."""
    made = replace(signed_zone(denial or "nsec", when_all_down=WhenAllDown.SERVE_ALL), transfer=Transfer())
    return made if denial else replace(made, dnssec=None)


def moved(server: Server, down: Iterable[str], now: float) -> None:
    """These are down now, and a table is made at that moment."""
    server.builder.update(*decided(server.config, healths(down=tuple(down))))
    server.publish(now)


def soa(server: Server) -> int:
    """The serial that is answered."""
    return int(server.ask("@", "SOA").answer[0][0].serial)


@pytest.mark.parametrize("denial", [None, "nsec", "nsec3"])
def test_a_secondary_follows(denial: str | None, tmp_path: Path) -> None:
    """Step by step IXFR makes what AXFR says, and what is signed stays whole: every record, bitmap and signature."""
    server = Server(open_zone(denial))
    zone = fetched(server.table)

    for number, down in enumerate((DOWN, (), ADDRESSES[:4], ADDRESSES, ()), 1):
        moved(server, down, NOW + 2 * number)

        assert follow(zone, server.table) < 70
        assert lines(zone) == lines(fetched(server.table))
        assert serial_of(zone) == soa(server) == int(NOW) + 2 * number
        if denial:
            assert faults(zone, NOW) == []
            verify(zone, tmp_path)


def verify(zone: dns.zone.Zone, folder: Path) -> None:
    """Have ldns look at all of it, where it is installed."""
    if shutil.which("ldns-verify-zone") is None:
        pytest.skip("NOT TESTED against ldns: ldns-verify-zone is missing (sh tests/packages.sh installs it)")
    line = ["ldns-verify-zone", "-t", "20270115080100", str(written(zone, folder))]
    told = subprocess.run(line, capture_output=True, text=True, check=False)
    assert "Zone is verified and complete" in told.stdout, told.stdout + told.stderr


@pytest.mark.parametrize("denial", ["nsec", "nsec3"])
def test_bind_finds_the_copy_whole(denial: str, tmp_path: Path) -> None:
    """BIND's dnssec-verify, which knows no time but now, finds nothing amiss in a copy."""
    if shutil.which("dnssec-verify") is None:
        pytest.skip("NOT TESTED against BIND: dnssec-verify is missing (sh tests/packages.sh installs it)")
    now, begin = time.time(), 1_700_000_000
    times = KeyTimes(created=begin, publish=begin, active=begin)
    server = Server(open_zone(denial), tuple(replace(each, times=times) for each in csk()))
    server.builder.look(now)
    moved(server, DOWN, now)

    line = ["dnssec-verify", "-z", "-o", "mail.example.com", str(written(fetched(server.table), tmp_path))]
    told = subprocess.run(line, capture_output=True, text=True, check=False)

    assert told.returncode == 0, told.stdout + told.stderr


TYPES = {"smtp": ("A", "AAAA", "MX", "HTTPS"), "all": ("A", "AAAA", "MX", "HTTPS"), "v6": ("AAAA",), "@": ("MX",)}


@pytest.mark.parametrize(
    ("denial", "mode"),
    [*product((None, "nsec"), (WhenAllDown.SERVE_ALL, WhenAllDown.NODATA)), *product(("nsec3",), WhenAllDown)],
)
def test_a_drained_service_is_not_denied(denial: str | None, mode: WhenAllDown) -> None:
    """Where nobody may be served, a copy denies just what we deny; and dnspython finds all of it whole."""
    server = Server(drained(denial, mode))
    zone = fetched(server.table)

    asked = [(name, rtype) for name, rtypes in TYPES.items() for rtype in rtypes]
    for name, rtype in (*asked, ("_submission._tcp.all", "SRV"), ("smtp", "TXT")):
        reply = server.ask(name, rtype, do=False)
        denies = reply.rcode() == 0 and not reply.answer
        assert denies == (zone.get_rdataset(dns.name.from_text(name, zone.origin), rtype) is None), (name, rtype)
    if denial:
        assert faults(zone, NOW) == []


def drained(denial: str | None, mode: WhenAllDown) -> Zone:
    """The same with weight 0 everywhere."""
    made = open_zone(denial)
    pools = {
        name: replace(pool, members=tuple(replace(one, weight=0) for one in pool.members))
        for name, pool in made.pools.items()
    }
    listed = {"last_resort": (ip_address("192.0.2.99"),)} if mode is WhenAllDown.LIST else {}
    services = {
        name: replace(one, when_all_down=mode, **listed) if name in ("smtp", "all", "v6") else one
        for name, one in made.services.items()
    }
    return replace(made, pools=pools, services=services)


def test_once_a_second() -> None:
    """Within a second answers move and the serial does not; then one step holds all that moved."""
    server = Server(open_zone())
    zone = fetched(server.table)
    moved(server, DOWN, NOW + 0.5)
    assert (soa(server), lines(fetched(server.table))) == (serial_of(zone), lines(zone))
    assert server.builder.transfers.waits

    moved(server, ("192.0.2.13",), NOW + 1.0)

    assert not server.builder.transfers.waits
    follow(zone, server.table)
    assert serial_of(zone) == soa(server) == int(NOW) + 1
    assert server.builder.transfers.serials() == {"mail.example.com": int(NOW) + 1}
    assert lines(zone) == lines(fetched(server.table))


def test_only_what_is_carried_counts() -> None:
    """Other TTLs and shares make another table, and no other serial."""
    server = Server(open_zone())
    before = soa(server)
    decisions, _ = decided(server.config)
    server.builder.update({key: replace(made, ttl=17) for key, made in decisions.items()}, {})
    server.publish(NOW + 5)

    assert soa(server) == before
    assert server.ask("smtp", "A").answer[0].ttl == 17


def test_negative_answers_tell_the_new_serial() -> None:
    """The SOA of NXDOMAIN, NODATA and an emptied type is the one of the zone."""
    server = Server(open_zone("nsec"))
    moved(server, ("2001:db8::12",), NOW + 9)

    for name, rtype in (("nothing", "A"), ("smtp", "TXT"), ("all", "AAAA")):
        reply = server.ask(name, rtype)
        (found,) = [one[0].serial for one in reply.authority if one.rdtype == 6]
        assert found == int(NOW) + 9


def test_instead() -> None:
    """What is carried in place of a decision may change while the decision stands."""
    server = Server(open_zone())
    decisions, _ = decided(server.config, healths(down=ADDRESSES))
    key = ("mail.example.com", "all", 4)
    good = decided(server.config)[0][key]
    assert server.builder.update({}, {}, {key: replace(good, members=good.members[:1])})
    assert not server.builder.update({}, {}, {key: replace(good, members=good.members[:1])})
    server.publish(NOW + 5)

    zone = fetched(server.table)
    assert [str(one) for one in zone.find_rdataset("all.mail.example.com.", "A")] == ["192.0.2.11"]
    assert len(server.ask("all", "A").answer[0]) == 3
    assert server.builder.update({}, {}, {key: None})
    assert decisions


def after_reload(server: Server, estate: Config, serial: int, now: float) -> Server:
    """Another configuration with its own builder, which goes on from the one before."""
    pasts = server.builder.transfers.pasts()
    server.config, server.generation = estate, server.generation + 1
    serials = {each.text: serial for each in estate.zones}
    server.builder = Builder(plan(estate), serials, server.builder.ahead.known, pasts)
    server.builder.sign({each.text: csk() for each in estate.zones if each.dnssec}, now)
    server.names = b""
    moved(server, (), now)
    return server


def test_a_reload_is_a_step() -> None:
    """A secondary crosses a reload by IXFR: what is new comes, what is gone goes, under the serial of the reload."""
    server = Server(open_zone("nsec"))
    zone = fetched(server.table)
    (made,) = server.config.zones
    other = config(replace(made, records=made.records[:-3]))

    after_reload(server, other, int(NOW) + 7, NOW + 7)

    assert follow(zone, server.table) < 40
    assert lines(zone) == lines(fetched(server.table))
    assert serial_of(zone) == soa(server) == int(NOW) + 7


def test_a_reload_of_the_same() -> None:
    """The same configuration with the same health keeps its serial; with another health it takes the next."""
    server = Server(open_zone())
    same = serial_of(fetched(server.table))
    after_reload(server, server.config, same, NOW + 7)
    assert soa(server) == serial_of(fetched(server.table)) == same

    moved(server, DOWN, NOW + 9)
    zone, moved_at = fetched(server.table), soa(server)
    after_reload(server, server.config, moved_at, NOW + 11)
    assert follow(zone, server.table) < 30
    assert serial_of(zone) == soa(server) == int(NOW) + 11


def test_before_health() -> None:
    """A table that carries no health has nothing to be fetched; what is raised and not yet written is no past."""
    builder = Builder(plan(config(open_zone())), {"mail.example.com": 5})

    assert builder.image(1, NOW, ready=False).transfers == {}
    builder.transfers.raised(NOW)
    assert builder.transfers.pasts() == {}
    assert repr(builder.transfers) == f"<Transfers [<Journal {int(NOW)} steps=0 changed=0>]>"


def test_the_journal_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest steps go; who is further behind fetches the whole zone."""
    monkeypatch.setattr(transfers, "MOST_STEPS", 2)
    server = Server(open_zone())
    zone, count = fetched(server.table), len(lines(fetched(server.table)))
    for number in range(1, 5):
        moved(server, DOWN if number % 2 else (), NOW + 2 * number)

    assert server.table.transfers[wire("@")].since(int(NOW) + 4) is not None
    assert server.table.transfers[wire("@")].since(int(NOW) + 2) is None
    assert follow(zone, server.table) > count


@pytest.mark.parametrize("denial", ["nsec", "nsec3"])
def test_zones_inside_are_delegated(denial: str) -> None:
    """A zone below that is ours stands in the transferred one as a delegation, with its glue and its DS."""
    outer = open_zone(denial)
    inner = replace(
        outer,
        name=wire("in"),
        text="in.mail.example.com",
        services={},
        pools={},
        records=(),
        dnssec=None,
        transfer=None,
        nameservers=(replace(outer.nameservers[0], name=wire("ns.in")),),
    )
    server = Server(config(outer, inner))
    zone = fetched(server.table)

    assert [str(one) for one in zone.find_rdataset("in.mail.example.com.", "NS")] == ["ns.in.mail.example.com."]
    assert zone.find_rdataset("ns.in.mail.example.com.", "A")
    assert faults(zone, NOW) == []
    assert set(server.transfers) == {outer.name}


def test_everybodys_answer_is_carried() -> None:
    """What a view is answered is in the table, and in no transfer."""
    zone = open_zone()
    seen = {**zone.services, "v6": seen_by(zone.services["v6"], east="dr")}
    server = Server(with_views(config(replace(zone, services=seen)), view("east", "10.0.0.0/8")))
    moved(server, DOWN, NOW + 5)

    assert not [line for line in lines(fetched(server.table)) if line.startswith("v6.") and " A " in line]


def test_no_state_names() -> None:
    """State names are in no transfer."""
    estate = config(open_zone())
    estate = replace(estate, node=replace(estate.node, state_txt=("127.0.0.0/8",)))

    assert not [line for line in lines(fetched(Server(estate).table)) if "_gslb" in line]
