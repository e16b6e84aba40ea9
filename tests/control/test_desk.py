import math
from dataclasses import replace
from pathlib import Path

import pytest

from gslb.control import desk as module
from gslb.control.workers import GRACE
from gslb.handoff.messages import Tally
from gslb.model.observations import TlsFacts
from tests.kit.controlled import NOW, REFUSED, RELAY1, SPARE, ZONE, Controlled, placed, seen, target, two_tiers
from tests.kit.estate import service


@pytest.fixture
def made(tmp_path: Path) -> Controlled:
    """A desk over an estate with one service that no pool answers."""
    return Controlled(placed(two_tiers(service("quiet", "relays", records=())), tmp_path))


async def test_readiness_names_what_is_waited_for(made: Controlled) -> None:
    """First the round, then the table, then the workers; nothing once all is there."""
    made.owner.start(None)
    waiting = [made.desk.readiness().waiting_for]
    made.round()
    waiting.append(made.desk.readiness().waiting_for)
    await made.owner.publisher.publish()
    waiting.append(made.desk.readiness().waiting_for)

    assert waiting == [
        ("the first round of probes",),
        ("a table to be written",),
        ("0 of 1 workers serve a table that carries health",),
    ]
    await made.serving()
    assert made.desk.readiness().ready


async def test_a_node_that_stops_is_not_ready(made: Controlled) -> None:
    """From the first moment of the end."""
    await made.serving()
    made.owner.stopping = True

    assert made.desk.readiness().waiting_for == ("the server is stopping",)


async def test_a_worker_that_stays_away_makes_it_unready(made: Controlled) -> None:
    """A replacement is given a moment."""
    await made.serving()
    made.owner.lost(1)
    assert made.desk.readiness().ready

    made.clock.now += GRACE + 1

    assert not made.desk.readiness().ready


async def test_service_health_is_a_short_word(made: Controlled) -> None:
    """200 material while a tier lives; an alias as its service; None for strangers."""
    await made.serving()

    found = made.desk.service_health(ZONE, "mx")
    assert found is not None
    assert (found.healthy, found.mode, found.tier) == (True, "normal", 1)
    assert made.desk.service_health(ZONE, "nope") is None
    assert made.desk.service_health("nope", "smtp") is None
    assert made.desk.service_health(ZONE, "quiet") is None


def test_a_service_all_down_is_unhealthy(made: Controlled) -> None:
    """Whatever it answers then."""
    made.owner.start(None)
    made.round(lambda _address: REFUSED)

    found = made.desk.service_health(ZONE, "smtp")

    assert found is not None
    assert (found.healthy, found.mode) == (False, "all_down")


async def test_status_holds_everything(made: Controlled) -> None:
    """Real and effective state side by side, counters, last results with phases, next probe and next change."""
    await made.serving()
    made.owner.observe(seen(RELAY1, REFUSED, text="no"))
    status = made.desk.status()
    (zone,) = status.zones
    relay1 = zone.pools[0].members[0]
    (verdict,) = relay1.addresses[0].checks

    assert (relay1.real, relay1.effective, relay1.weight, zone.pools[0].healthy) == ("up", "up", 60, 2)
    assert (verdict.failures, verdict.fall, verdict.interval, verdict.next_probe) == (1, 3, 3.0, NOW + 5)
    assert verdict.next_change == 6.0
    assert verdict.last is not None
    assert (verdict.last.reason, verdict.last.phase, verdict.last.total) == ("connect_refused", "connect", 0.02)
    assert status.readiness.ready
    assert status.workers[0].behind == 0
    assert [each.name for each in zone.services if each.alias_of] == ["mx"]
    smtp = next(each for each in zone.services if each.name == "smtp")
    assert [family.family for family in smtp.families] == ["any", "ipv4", "ipv6"]
    assert {share.member: share.share for share in smtp.families[1].members if share.chosen} == {
        "relay1": 0.6,
        "relay2": 0.4,
    }


def test_checks_show_their_targets(made: Controlled) -> None:
    """Each check with what it probes and the latest results, newest last."""
    made.owner.start(None)
    made.round()
    made.owner.observe(seen(SPARE, REFUSED))
    (check,) = made.desk.status().checks
    spare = next(each for each in check.targets if each.address == SPARE)

    assert (check.name, check.type, check.fall, len(check.targets)) == ("smtp", "smtp", 3, 3)
    assert [result.outcome for result in spare.results] == ["passed", "failed"]
    assert spare.verdict.target == target(SPARE)


def test_an_address_without_checks_never_changes(made: Controlled) -> None:
    """Nothing probes it, so its next change is never."""
    zone = made.config.zones[0]
    spares = zone.pools["spares"]
    bare = replace(spares, members=(replace(spares.members[0], verdicts={}),))
    estate = replace(made.config, zones=(replace(zone, pools={**zone.pools, "spares": bare}),))
    status = Controlled(estate).desk.status()

    assert math.isinf(status.zones[0].pools[1].members[0].addresses[0].next_change)


async def test_metrics_hold_state_and_counts(made: Controlled) -> None:
    """One scrape tells health, tiers, workers, tables, certificates and answers."""
    await made.serving()
    made.owner.observe(seen(RELAY1, tls=TlsFacts(chain_earliest_not_after=NOW + 1000)))
    made.owner.hear(
        1, Tally(worker=1, totals={"queries_udp": 3, "rcode_NOERROR": 2, "truncated": 1}, gauges={"tcp_open": 1.0})
    )
    made.owner.answered.services[ZONE, "smtp", "A"] += 4
    lines = made.desk.metrics_text().decode().splitlines()

    for line in (
        "gslb_ready 1.0",
        "gslb_table_generation 1.0",
        f'gslb_member_health{{member="relay1",pool="relays",state="up",zone="{ZONE}"}} 1.0',
        f'gslb_service_tier{{family="ipv4",service="smtp",zone="{ZONE}"}} 1.0',
        'gslb_dns_queries_total{transport="udp",worker="1"} 3.0',
        'gslb_dns_responses_total{rcode="NOERROR",worker="1"} 2.0',
        'gslb_dns_events_total{event="truncated",worker="1"} 1.0',
        f'gslb_service_answers_total{{service="smtp",type="A",zone="{ZONE}"}} 4.0',
        'gslb_check_targets{check="smtp",state="up"} 3.0',
        "gslb_answers_strayed_total 0.0",
    ):
        assert line in lines
    assert any(line.startswith("gslb_certificate_expiry_time_seconds{") for line in lines)
    assert len({line.split(" ")[0] for line in lines if not line.startswith("#")}) == len(
        [line for line in lines if not line.startswith("#")]
    )


async def test_reload_is_counted(made: Controlled) -> None:
    """A refused reload stands in status and metrics."""
    outcome = await made.desk.reload()

    assert not outcome.accepted
    assert made.desk.status().config.last_reload_good is False
    assert "gslb_reload_successful 0.0" in made.desk.metrics_text().decode()


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


async def test_explaining_shows_what_the_table_answers(made: Controlled) -> None:
    """Shares of the workers' own answers, with the records."""
    await made.serving()

    found = made.desk.explain(f"smtp.{ZONE}", "A", "198.51.100.1")

    assert not isinstance(found, str)
    assert [(sample.share, sample.records) for sample in found.samples] == [
        (0.6, (f"smtp.{ZONE}. 30 A {RELAY1}",)),
        (0.4, (f"smtp.{ZONE}. 30 A 192.0.2.12",)),
    ]
    assert found.decision is not None
    assert any("198.51.100.1" in line for line in found.lines)


def test_before_any_table_the_decision_alone_is_told(made: Controlled) -> None:
    """Explaining needs no table; extended errors are named."""
    made.owner.start(None)

    found = made.desk.explain("smtp", "A", None)

    assert not isinstance(found, str)
    assert found.samples == ()


@pytest.mark.parametrize("name", ["example.org", "no..dots", "x" * 64, "nope", ""])
def test_strangers_cannot_be_explained(made: Controlled, name: str) -> None:
    """A name that is not ours gets a sentence."""
    made.owner.start(None)

    assert isinstance(made.desk.explain(name, "A", None), str)


async def test_types_that_do_not_exist_cannot_be_explained(made: Controlled) -> None:
    """Nor can a record type that nobody knows."""
    await made.serving()

    assert made.desk.explain("smtp", "BOGUS", None) == "BOGUS: no record type"


def test_a_tree_without_a_distribution_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run from a bare checkout, the version is unknown."""

    def missing(_name: str) -> str:
        raise module.PackageNotFoundError

    monkeypatch.setattr(module, "version", missing)

    assert module._version() == "unknown"
