from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from gslb.control.override_views import OverrideRequest
from gslb.dns.codes import CNAME
from gslb.model.names import to_wire
from gslb.model.values import RecordType
from gslb.model.zones import ALL, SrvOwner, StaticRecord
from tests.kit.controlled import RELAY1, RELAY2, SPARE, ZONE, Controlled, placed, two_tiers
from tests.kit.estate import config, member, pool, service, zone


async def test_explaining_by_any_name(made: Controlled) -> None:
    """A service, an alias, a pool, a host and an SOA each have something to say."""
    await made.serving()
    for name, rtype, words in (
        (f"smtp.{ZONE}", "MX", "service smtp"),
        (f"MX.{ZONE}.", "A", "an alias of smtp"),
        ("relays", "A", "service relays"),
        (f"relay1.relays.{ZONE}", "A", "host"),
        (f"relay1.relays.{ZONE}", "MX", "no health decides it"),
        (ZONE, "SOA", "no health decides it"),
        (ZONE, "TXT", "no health decides it"),
        (f"nope.{ZONE}", "A", "NXDOMAIN"),
    ):
        found = made.desk.explain(name, rtype, None)
        assert not isinstance(found, str)
        assert words in "\n".join(found.lines)


@pytest.mark.parametrize("name", ["example.org", "no..dots", "x" * 64, "nope", ""])
def test_strangers_cannot_be_explained(made: Controlled, name: str) -> None:
    """A name that is not ours gets a sentence."""
    made.owner.start(None)

    assert isinstance(made.desk.explain(name, "A", None), str)


async def test_types_that_do_not_exist_cannot_be_explained(made: Controlled) -> None:
    """Nor can a record type that nobody knows."""
    await made.serving()

    assert made.desk.explain("smtp", "BOGUS", None) == "BOGUS: no record type"


def test_before_any_table_the_decision_alone_is_told(made: Controlled) -> None:
    """Explaining needs no table; extended errors are named."""
    made.owner.start(None)

    found = made.desk.explain("smtp", "A", None)

    assert not isinstance(found, str)
    assert found.samples == ()


async def test_srv_names_are_explained(tmp_path: Path) -> None:
    """An SRV owner shows the decision of its service."""
    owner = to_wire(f"_submission._tcp.{ZONE}.")
    msa = replace(service("msa", "relays"), srv=(SrvOwner(owner=owner, port=587),))
    made = Controlled(placed(two_tiers(msa), tmp_path))
    await made.serving()

    found = made.desk.explain(f"_submission._tcp.{ZONE}", "SRV", None)

    assert not isinstance(found, str)
    assert "service msa" in found.lines[0]
    assert len(found.samples[0].records) == 2


def cname(owner: str, target: str) -> StaticRecord:
    """A static alias."""
    return StaticRecord(owner=to_wire(owner), rtype=CNAME, ttl=3600, rdata=to_wire(target))


async def test_aliases_in_static_records_lead_to_the_decision(tmp_path: Path) -> None:
    """A CNAME is followed to what answers, as workers do; circles and names elsewhere end where they begin."""
    estate = two_tiers()
    records = (
        cname(f"www.{ZONE}.", f"web.{ZONE}."),
        cname(f"web.{ZONE}.", f"smtp.{ZONE}."),
        cname(f"ring.{ZONE}.", f"ring.{ZONE}."),
        cname(f"out.{ZONE}.", "www.example.net."),
    )
    made = Controlled(placed(replace(estate, zones=(replace(estate.zones[0], records=records),)), tmp_path))
    await made.serving()
    lines = {}
    for name in ("www", "ring", "out"):
        found = made.desk.explain(f"{name}.{ZONE}", "A", None)
        assert not isinstance(found, str)
        lines[name] = found.lines

    assert lines["www"][0] == f"www.{ZONE}. is an alias (CNAME) on the way to smtp.{ZONE}."
    assert "service smtp" in lines["www"][1]
    assert all("no health decides it" in lines[name][0] for name in ("ring", "out"))


async def test_every_name_that_exists_may_be_relative(tmp_path: Path) -> None:
    """Hosts, SRV owners, static names, name servers, the zone itself, and what lies between them."""
    records = (cname(f"a.between.{ZONE}.", f"smtp.{ZONE}."),)
    estate = two_tiers()
    made = Controlled(placed(replace(estate, zones=(replace(estate.zones[0], records=records),)), tmp_path))
    await made.serving()

    for name in ("relay1.relays", "spares", "a.between", "between", "ns1", "@", "mx"):
        found = made.desk.explain(name, "A", None)
        assert not isinstance(found, str), found
    assert isinstance(made.desk.explain("betwee", "A", None), str)


async def test_a_whole_explanation(made: Controlled) -> None:
    """Tiers, members, shares, TTL, what comes next, the view, the scope, and the thresholds, one fact a line."""
    await made.serving()
    said = OverrideRequest(target=f"{ZONE}/spares/spare1", state="drained", owner="anna", seconds=600.0)
    await made.desk.override(said)
    found = made.desk.explain("mx", "A", None)

    assert not isinstance(found, str)
    assert found.lines == (
        f"mx.{ZONE}. A: service mx, an alias of smtp in zone {ZONE}",
        "mode normal: tier 1, relays: 2 of 2 members healthy, 1 needed",
        "answer: 1 of the 2 members in, by share",
        "tier 1 relays holds, in use: 2 of 2 members healthy, 1 needed",
        f"  relay1 [{RELAY1}] in 60.0%: smtp up",
        f"  relay2 [{RELAY2}] in 40.0%: smtp up",
        "tier 2 spares falls short: 0 of 1 members healthy, 1 needed",
        f"  spare1 [{SPARE}] out: drained by anna until 2027-01-15 08:10 UTC; smtp up",
        "ttl 30 s: the zone's ttl: nothing could change sooner",
        f"next change: relays/relay1 {RELAY1} may be down in 45 s (smtp); then tier 1 answers: relay2 100.0%",
        "next change: spares/spare1 is no longer drained in 600 s; then the answer stays as it is",
        "ECS scope 0: no view of this service looks at what resolvers tell of their clients",
        "drawn by thresholds of 2^32: 2576980377 (60.00%), 4294967295 (40.00%)",
        "table: 60.0% NOERROR",
        f"  mx.{ZONE}. 30 A {RELAY1}",
        "table: 40.0% NOERROR",
        f"  mx.{ZONE}. 30 A {RELAY2}",
    )


async def test_a_pool_of_a_thousand(tmp_path: Path) -> None:
    """Every member is told and drawn by its weight; an answer holds what one can: one, ten exchangers, or all."""
    members = [member(f"m{n}", f"10.0.{n // 250}.{n % 250}", weight=1 + n % 7, checks=()) for n in range(1000)]
    records = (RecordType.A, RecordType.MX)
    one, everybody = service("one", "many", records=records), service("all", "many", answers=ALL)
    made = Controlled(placed(config(zone(pool("many", *members), services=(one, everybody))), tmp_path))
    made.owner.start(None)
    await made.owner.publisher.publish()
    told = (made.desk.explain(*asked, None) for asked in (("one", "A"), ("one", "MX"), ("all", "A")))
    first, mail, whole = (each for each in told if not isinstance(each, str))

    ends = first.thresholds
    widths = [(end - before) / 2**32 for before, end in pairwise((-1, *ends))]
    assert widths == pytest.approx([one.weight / sum(each.weight for each in members) for one in members], abs=1e-9)
    assert sum(" in 0." in line for line in first.lines) == 1000
    assert "answer: 10 of 1000 exchangers, those of tier 1 in drawn order" in mail.lines
    assert {len(sample.records) for sample in mail.samples} == {10}
    assert {len(sample.records) for sample in whole.samples} == {1000}
    assert whole.lines[-1] == "  and 950 more"


async def test_what_comes_next_for_a_members_own_name(made: Controlled) -> None:
    """Its soonest verdict, as for a service."""
    await made.serving()
    found = made.desk.explain("relay1.relays", "A", None)

    assert not isinstance(found, str)
    assert (
        f"next change: relays/relay1 {RELAY1} may be down in 45 s (smtp); then the answer stays as it is" in found.lines
    )
