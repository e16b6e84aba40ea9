from gslb.handoff.messages import Tally
from gslb.model.observations import TlsFacts
from tests.kit.controlled import NOW, RELAY1, ZONE, Controlled, seen


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
