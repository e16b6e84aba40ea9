import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from gslb.control.gauges import gauges
from gslb.control.override_views import OverrideRequest
from gslb.handoff.messages import Tally
from gslb.model.checks import Check
from gslb.model.observations import Failed, Phase, Reason, TlsFacts
from gslb.model.overrides import Forced
from tests.kit.controlled import NOW, PASSED, RELAY1, RELAY2, SMTP, ZONE, Controlled, placed, seen
from tests.kit.estate import config, member, pool, service, zone


class Read(Collector):
    """What a scrape was read as."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = tuple(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


async def test_metrics_hold_state_and_counts(made: Controlled) -> None:
    """One scrape tells health, tiers, workers, tables, certificates and answers."""
    await made.serving()
    made.owner.observe(
        seen(
            RELAY1,
            tls=TlsFacts(chain_earliest_not_after=NOW + 1000, leaf_not_after=NOW + 2000),
            metrics=(("queue", 3.0),),
        )
    )
    made.owner.hear(
        1, Tally(worker=1, totals={"queries_udp": 3, "rcode_NOERROR": 2, "truncated": 1}, gauges={"tcp_open": 1.0})
    )
    made.owner.answered.services[ZONE, "smtp", "A"] += 4
    lines = (await made.desk.metrics_text()).decode().splitlines()

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
    for name in ("gslb_certificate_expiry_time_seconds", "gslb_certificate_leaf_expiry_time_seconds"):
        assert any(line.startswith(f"{name}{{") for line in lines)
    assert any(line.startswith("gslb_probe_value{") and line.endswith(" 3.0") for line in lines)
    assert len({line.split(" ")[0] for line in lines if not line.startswith("#")}) == len(
        [line for line in lines if not line.startswith("#")]
    )


async def test_a_scrape_is_what_the_library_would_write(made: Controlled) -> None:
    """Read by prometheus-client and written by it again, every octet is the same; labels are in its order."""
    await made.serving()
    made.owner.observe(seen(RELAY1, tls=TlsFacts(leaf_not_after=NOW + 2000), metrics=(("queue", 3.0), ('a"b', 0.25))))
    made.owner.observe(seen(RELAY2, Failed(Phase.GREETING, Reason.GREETING_TIMEOUT)))
    made.owner.hear(1, Tally(worker=1, totals={"queries_udp": 3, "rcode_NOERROR": 2}, gauges={"tcp_open": 1.0}))
    text = await made.desk.metrics_text()
    registry = CollectorRegistry()
    registry.register(Read(text_string_to_metric_families(text.decode())))

    assert generate_latest(registry) == text


@pytest.mark.parametrize("state", Forced)
async def test_an_override_is_told_beside_what_probes_found(made: Controlled, state: Forced) -> None:
    """Of members under one alone."""
    await made.serving()
    said = 'member="relay1",pool="relays",state='
    await made.desk.override(OverrideRequest(target=f"{ZONE}/relays/relay1", state=state.value, owner="anna"))
    lines = (await made.desk.metrics_text()).decode().splitlines()

    effective = {Forced.DRAINED: "drained", Forced.FORCED_UP: "up", Forced.FORCED_DOWN: "down"}[state]
    assert f'gslb_member_override{{{said}"{state.value}",zone="{ZONE}"}} 1.0' in lines
    assert f'gslb_member_health{{{said}"{effective}",zone="{ZONE}"}} 1.0' in lines
    assert f'gslb_member_real_health{{{said}"up",zone="{ZONE}"}} 1.0' in lines
    assert sum("real_health{" in line for line in lines) == 4


def calls_of_a_scrape(members: int, folder: Path) -> int:
    """How many Python functions one scrape calls, with so many members."""
    checks: tuple[Check, ...] = (SMTP, replace(SMTP, name="again"))
    pools = [pool(f"p{i}", member("m", f"10.0.0.{i}", checks=checks)) for i in range(members)]
    estate = config(zone(*pools, services=tuple(service(f"s{i}", f"p{i}") for i in range(members))), checks=checks)
    made = Controlled(placed(estate, folder))
    made.owner.start(None)
    for i in range(members):
        made.owner.observe(seen(f"10.0.0.{i}", PASSED, tls=TlsFacts(leaf_not_after=NOW)))
    read = (made.desk._outline(made.desk._facts()), made.desk._facts(), made.owner.answered, 0.0)
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        gauges(*read)
    finally:
        sys.setprofile(None)
    return calls


def test_a_scrape_costs_little_for_each_member(tmp_path: Path) -> None:
    """With 10,000 members it must not hold up probes: not 200 calls a member, its service and two checks included."""
    few, many = (calls_of_a_scrape(members, tmp_path) for members in (10, 40))

    assert (many - few) / 30 < 200
