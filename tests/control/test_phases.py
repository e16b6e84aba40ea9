from prometheus_client import CollectorRegistry, generate_latest

from gslb.control.phases import BUCKETS, PhaseTimes
from gslb.model.observations import Phase


def test_buckets_are_cumulative_and_bounds_belong_to_them() -> None:
    """A time on a bound counts in its bucket; every later bucket holds it too; beyond the last is +Inf."""
    times = PhaseTimes()
    times.observe("smtp", ((Phase.HELLO, BUCKETS[1]), (Phase.TOTAL, 99.0)))
    times.observe("smtp", ((Phase.HELLO, 0.3),))
    registry = CollectorRegistry(auto_describe=False)
    registry.register(times)
    lines = generate_latest(registry).decode().splitlines()

    hello = 'gslb_probe_duration_seconds_bucket{le="%s",phase="hello",type="smtp"} %s'
    assert {hello % ("0.005", "0.0"), hello % ("0.01", "1.0"), hello % ("0.5", "2.0")} <= set(lines)
    assert 'gslb_probe_duration_seconds_sum{phase="hello",type="smtp"} 0.31' in lines
    assert 'gslb_probe_duration_seconds_count{phase="hello",type="smtp"} 2.0' in lines
    assert 'gslb_probe_duration_seconds_bucket{le="10.0",phase="total",type="smtp"} 0.0' in lines
    assert 'gslb_probe_duration_seconds_bucket{le="+Inf",phase="total",type="smtp"} 1.0' in lines
