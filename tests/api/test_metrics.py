from prometheus_client.parser import text_string_to_metric_families

from tests.api.conftest import Client


async def test_metrics_parse(client: Client) -> None:
    """Prometheus' own parser reads what is told, each sample once."""
    answer = await client.get("/metrics")
    families = list(text_string_to_metric_families(await answer.text()))
    samples = [(sample.name, *sorted(sample.labels.items())) for family in families for sample in family.samples]

    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert len(samples) == len(set(samples)) > 50
    assert {family.name for family in families} >= {"gslb_ready", "gslb_member_health", "gslb_probe_results"}
