"""How late the loop is, as metrics tell it."""

import asyncio

from prometheus_client import CollectorRegistry, generate_latest

from gslb.control.lag import BUCKETS, EVERY, Lag


def test_buckets_are_cumulative() -> None:
    """A wake-up counts in the bucket that holds its lateness, and in every later one; the worst is kept."""
    lag = Lag()
    for late in (0.0, BUCKETS[1], 0.3, 60.0):
        lag.observe(late)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(lag)
    lines = generate_latest(registry).decode().splitlines()

    bucket = 'gslb_loop_late_seconds_bucket{le="%s"} %s'
    assert {bucket % ("0.001", 1.0), bucket % ("0.0025", 2.0), bucket % ("0.5", 3.0)} <= set(lines)
    assert {bucket % ("10.0", 3.0), bucket % ("+Inf", 4.0), "gslb_loop_late_seconds_count 4.0"} <= set(lines)
    assert lag.most == 60.0
    assert "at most 60.000 s late" in repr(lag)


async def test_what_holds_the_loop_is_seen() -> None:
    """A wake-up that comes later than asked for is observed with what it is late."""
    lag, times = Lag(), iter((0.0, EVERY + 0.7, 2.0, 2.0 + EVERY / 2))
    ended = asyncio.Event()

    def clock() -> float:
        now = next(times, None)
        if now is None:
            ended.set()
        return 0.0 if now is None else now

    watching = asyncio.get_running_loop().create_task(lag.watch(clock))
    async with asyncio.timeout(10):
        await ended.wait()
    watching.cancel()

    assert 0.69 < lag.most < 0.71
    assert lag.counts[0] >= 1
