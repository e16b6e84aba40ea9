"""The loop that starts probes, driven by hand: no test here waits for real time."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager, suppress
from ipaddress import IPv4Address
from itertools import pairwise

import pytest

from gslb.model.checks import Timing
from gslb.model.observations import Failed, Inconclusive, Observation, Passed, Phase, Reason
from gslb.model.plain import TcpSettings
from gslb.model.targets import Target
from gslb.probes import spread
from gslb.probes.schedule import Scheduler
from tests.kit.virtual_time import VirtualTime

TIMEOUT = Failed(Phase.CONNECT, Reason.CONNECT_TIMEOUT)
REFUSED = Failed(Phase.CONNECT, Reason.CONNECT_REFUSED)


def target(number, *, interval=10.0, timeout=5.0, host=None, port=25):
    """A target on an address of its own, unless `host` says otherwise."""
    address = IPv4Address(0x0A000000 + (number if host is None else host))
    timing = Timing(interval=interval, timeout=timeout)
    return Target(id=f"{number:016x}", address=address, settings=TcpSettings(port=port), timing=timing)


def keyed(*targets):
    """Targets as `replace` takes them."""
    return {each.id: each for each in targets}


def gaps(times):
    """The distances of successive times."""
    return [later - before for before, later in pairwise(times)]


class Bench:
    """A scheduler on virtual time with probes that take `takes` seconds and end as `outcomes` says."""

    def __init__(self, *, takes=0.01, concurrency=500, per_host=4, unit=0.5):
        self.time = VirtualTime()
        self.takes = takes
        self.outcomes = {}
        self.hanging = set()
        self.interval = None
        self.suspended = 0.0
        self.starts = []
        self.reports = []
        self.running = set()
        self.most = Counter()
        self.scheduler = Scheduler(
            self.probe,
            self.report,
            concurrency=concurrency,
            per_host=per_host,
            clock=self.time.clock,
            boottime=lambda: self.time.now + self.suspended,
            draw=lambda: unit,
            timer=self.time,
        )

    async def probe(self, target):
        self.starts.append((self.time.now, target.id))
        self.running.add(target)
        self.note()
        try:
            await self.time.sleep(target.timing.timeout if target.id in self.hanging else self.takes)
        finally:
            self.running.discard(target)
        outcome = TIMEOUT if target.id in self.hanging else self.outcomes.get(target.id, Passed())
        if isinstance(outcome, Exception):
            raise outcome
        return Observation(target=target.id, outcome=outcome, started=0.0)

    def note(self):
        for gate, held in Counter(
            gate for one in self.running for gate in ((one.address, one.port), one.address)
        ).items():
            self.most[gate] = max(self.most[gate], held)
        self.most["all"] = max(self.most["all"], len(self.running))

    def report(self, observation):
        self.reports.append((self.time.now, observation))
        return float(self.interval or 10.0)

    def starts_of(self, one):
        return [when for when, started in self.starts if started == one.id]

    @asynccontextmanager
    async def running_now(self):
        task = asyncio.get_running_loop().create_task(self.scheduler.run())
        await self.time.settle()
        yield self
        await self.scheduler.stop(grace=0)
        await task


async def test_first_start_lies_at_the_position_and_all_others_follow_start_to_start():
    """Without jitter a target starts at its position, then a window later at it again, then each interval."""
    bench, one = Bench(takes=1.0), target(1)
    place = spread.position(one.id)
    bench.scheduler.replace(keyed(one))

    async with bench.running_now():
        await bench.time.advance(40)

    assert bench.starts_of(one) == pytest.approx([1000 + 10 * place + 10 * n for n in range(4)], abs=0.01)


async def test_control_sets_the_pace():
    """The interval that a report answers holds for the very next start."""
    bench, one = Bench(), target(1)
    bench.scheduler.replace(keyed(one))
    bench.interval = 3.0

    async with bench.running_now():
        await bench.time.advance(30)

    apart = gaps(bench.starts_of(one))
    assert apart == pytest.approx([3.0] * len(apart), abs=0.01)
    assert len(apart) >= 6


@pytest.mark.parametrize(("unit", "gap"), [(0.0, 9.0), (0.999999, 11.0)])
async def test_jitter_moves_each_start_by_a_tenth(unit, gap):
    """The lowest and the highest draw make the interval a tenth shorter and longer."""
    bench, one = Bench(unit=unit), target(1)
    bench.scheduler.replace(keyed(one))

    async with bench.running_now():
        await bench.time.advance(50)

    assert gaps(bench.starts_of(one)[1:4]) == pytest.approx([gap, gap], abs=1e-3)


async def test_a_probe_is_never_overlapped_and_rests_afterwards():
    """A probe longer than its interval is followed by the next half a second after its end, and counted.

    The second start waits for its place in the interval, so that a first round that is late spreads all the same.
    """
    bench, one = Bench(takes=14.0), target(1)
    bench.scheduler.replace(keyed(one))

    async with bench.running_now():
        await bench.time.advance(60)

    assert gaps(bench.starts_of(one)[:4]) == pytest.approx([20.0, 14.5, 14.5], abs=0.01)
    assert bench.scheduler.stats().overruns >= 2
    assert sum(bench.scheduler.delays(each)[0] for each in bench.scheduler._turns) == bench.scheduler.stats().overruns
    assert bench.scheduler.delays("nobody") == (0, 0.0)
    assert bench.most["all"] == 1


@pytest.mark.parametrize("squeezed", [False, True])
async def test_no_second_holds_a_herd(squeezed):
    """Wound 13: of 2,000 targets no second starts more than 1.5 times the mean, even after the startup round."""
    bench = Bench(concurrency=5_000)
    bench.scheduler.replace(keyed(*(target(number) for number in range(2_000))))

    async with bench.running_now():
        if squeezed:
            round_task = asyncio.get_running_loop().create_task(bench.scheduler.first_round(30))
            await bench.time.advance(2.1)
            assert await round_task
            bench.starts.clear()
        await bench.time.advance(20)

    seconds = Counter(int(when - 1000) for when, _ in bench.starts)
    assert max(seconds.values()) <= 1.5 * 200


async def test_two_processes_keep_the_same_spacing():
    """The first starts depend on the ids alone, not on the order or the process."""
    targets = [target(number) for number in range(50)]
    offsets = []
    for order in (targets, targets[::-1]):
        bench = Bench()
        bench.scheduler.replace(keyed(*order))
        offsets.append({one.id: bench.scheduler.next_due(one.id) for one in targets})

    assert offsets[0] == offsets[1]


async def test_caps_hold_per_port_per_address_and_over_all():
    """Fifty hanging targets on five addresses: one per port, two per address, six in all."""
    bench = Bench(takes=5.0, concurrency=6, per_host=2)
    bench.scheduler.replace(keyed(*(target(n, host=n % 5, port=1 + n // 20) for n in range(50))))

    async with bench.running_now():
        await bench.time.advance(60)

    assert bench.most.pop("all") == 6
    assert all(held <= (1 if isinstance(gate, tuple) else 2) for gate, held in bench.most.items())


async def test_a_wait_for_a_slot_is_told_and_counted():
    """The time in the queue stands before the phases, and a wait over half an interval is an alarm."""
    bench = Bench(takes=8.0, concurrency=1)
    bench.scheduler.replace(keyed(*(target(number, interval=2.0) for number in range(3))))

    async with bench.running_now():
        await bench.time.advance(26)

    waits = [dict(seen.timings).get(Phase.QUEUE) for _, seen in bench.reports]
    assert waits[0] is None
    assert waits[1] > 6
    assert bench.scheduler.stats().saturated == 2
    assert bench.scheduler.stats().queue_seconds == pytest.approx(waits[1] + waits[2])
    assert sum(bench.scheduler.delays(each)[1] for each in bench.scheduler._turns) == pytest.approx(sum(waits[1:]))


async def test_targets_that_time_out_leave_half_of_the_slots():
    """While forty targets hang, a healthy one is still probed at its times."""
    bench = Bench(takes=5.0, concurrency=10)
    hanging = [target(number, interval=6.0) for number in range(40)]
    bench.outcomes = {one.id: TIMEOUT for one in hanging}
    bench.interval = 6.0
    healthy = target(99, interval=6.0)
    bench.scheduler.replace(keyed(*hanging))

    async with bench.running_now():
        await bench.time.advance(60)
        bench.scheduler.replace(keyed(*hanging, healthy))
        await bench.time.advance(60)

    apart = gaps(bench.starts_of(healthy))
    assert len(apart) >= 8
    assert max(apart) <= 6.02


async def test_five_hundred_that_hang_starve_nobody():
    """Once they are known to, they hold half of the 64 slots at most, and 500 others are probed at their times."""
    bench = Bench(concurrency=64)
    hanging, healthy = ([target(number + first) for number in range(500)] for first in (0, 500))
    bench.hanging = {one.id for one in hanging}
    bench.scheduler.replace(keyed(*hanging))
    shares = []

    async with bench.running_now():
        await bench.time.advance(60)  # each of them has had its first timeout
        bench.scheduler.replace(keyed(*hanging, *healthy))
        for _ in range(40):
            await bench.time.advance(1)
            shares.append(sum(one.id in bench.hanging for one in bench.running))
        begun = sum(when > 60 for when, one in bench.starts if one in bench.hanging)

    apart = [gap for one in healthy for gap in gaps(bench.starts_of(one))]
    assert max(shares) == 32
    assert begun > 40 * 32 / 5 * 0.9  # the half that is theirs, they have
    assert len(apart) >= 500 * 2
    assert max(apart) <= 10.02


async def test_starts_at_one_address_are_spaced():
    """Four services of a machine, due at once, are asked 200 ms apart."""
    bench = Bench(takes=0.05)
    targets = [target(n, host=1, port=n, interval=0.1) for n in range(1, 5)]
    bench.scheduler.replace(keyed(*targets))

    async with bench.running_now():
        await bench.time.advance(2)

    times = sorted(when for when, _ in bench.starts)[:4]
    assert min(gaps(times)) >= 0.199


async def test_reload_keeps_the_next_start_of_who_stays():
    """An equal configuration is invisible, whatever the health of the target is."""
    bench, one = Bench(), target(1)
    bench.interval = 30.0
    bench.scheduler.replace(keyed(one))
    async with bench.running_now():
        await bench.time.advance(10)
        due = bench.scheduler.next_due(one.id)

        bench.scheduler.replace(keyed(one, target(2)))

        assert bench.scheduler.next_due(one.id) == due
        assert bench.scheduler.next_due(target(2).id) <= bench.time.now + 10


async def test_reload_with_shorter_intervals_brings_a_far_start_nearer():
    """A target that was due in five minutes and now has ten seconds is due within ten seconds."""
    bench = Bench()
    bench.interval = 300.0
    bench.scheduler.replace(keyed(target(1, interval=300.0)))
    async with bench.running_now():
        await bench.time.advance(60)
        assert bench.scheduler.next_due(target(1).id) > bench.time.now + 30

        bench.scheduler.replace(keyed(target(1, interval=10.0)))

        assert bench.scheduler.next_due(target(1).id) <= bench.time.now + 10


async def test_removed_targets_are_cancelled_and_never_reported():
    """A target that is gone is cut off while running, dropped while queued, and forgotten while waiting."""
    bench = Bench(takes=60.0, concurrency=1)
    targets = [target(number) for number in range(3)]
    bench.scheduler.replace(keyed(*targets))
    async with bench.running_now():
        await bench.time.advance(11)
        assert (bench.scheduler.stats().running, bench.scheduler.stats().queued) == (1, 2)

        bench.scheduler.replace({})
        await bench.time.advance(100)

        assert (bench.scheduler.stats().running, bench.scheduler.stats().queued) == (0, 0)
    assert bench.reports == []
    assert bench.scheduler.next_due(targets[0].id) is None


async def test_a_probe_cancelled_before_its_first_step_gives_its_slot_back():
    """A removal in the very moment of the start leaks no slot."""
    bench = Bench(concurrency=1)
    bench.scheduler.replace(keyed(target(1)))
    async with bench.running_now():
        bench.time.jump(10 * spread.position(target(1).id))
        bench.scheduler._wake()
        assert bench.scheduler.stats().running == 1

        bench.scheduler.replace({})
        await bench.time.settle()

        assert bench.starts == []
        assert bench.scheduler.stats().running == 0


async def test_a_cancelled_run_leaves_nothing_behind():
    """Cancelling the run from outside ends every probe and every timer."""
    bench = Bench(takes=1e9, concurrency=1)
    bench.scheduler.replace(keyed(target(1), target(2)))
    task = asyncio.get_running_loop().create_task(bench.scheduler.run())
    await bench.time.advance(20)

    task.cancel()
    await asyncio.wait([task])

    assert (task.cancelled(), bench.running, bench.time.pending) == (True, set(), 0)


async def test_a_probe_that_outlives_its_target_is_not_reported():
    """A prober that ends well in spite of its cancellation tells nobody of a target that is gone."""
    bench = Bench()
    stubborn = asyncio.Event()

    async def prober(target):
        stubborn.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return Observation(target=target.id, outcome=Passed(), started=0.0)

    bench.scheduler._prober = prober
    bench.scheduler.replace(keyed(target(1)))
    async with bench.running_now():
        await bench.time.advance(11)
        assert stubborn.is_set()
        bench.scheduler.replace({})
        await bench.time.settle()

        assert (bench.reports, bench.scheduler.stats().running) == ([], 0)


async def test_a_target_that_comes_back_while_its_old_probe_runs_waits_for_it():
    """Removed and added again, a target is still never probed twice at once."""
    bench, one = Bench(takes=20.0), target(1)
    bench.scheduler.replace(keyed(one))
    async with bench.running_now():
        await bench.time.advance(11)
        bench.scheduler.replace({})
        bench.scheduler.replace(keyed(one))
        await bench.time.advance(35)

    assert bench.most["all"] == 1
    assert len(bench.reports) == 1


async def test_the_startup_round_ends_when_each_target_had_a_result():
    """All targets are asked within two seconds, and the round ends with the last result."""
    bench = Bench(takes=0.5)
    bench.scheduler.replace(keyed(*(target(number, interval=60.0) for number in range(100))))
    async with bench.running_now():
        first_round = asyncio.get_running_loop().create_task(bench.scheduler.first_round(30))
        await bench.time.advance(2.6)

        assert first_round.done()
        assert await first_round
    assert len({one for _, one in bench.starts}) == 100


@pytest.mark.parametrize(("wait", "bound"), [(30.0, 7.0), (4.0, 4.0)])
async def test_the_startup_round_is_bounded(wait, bound):
    """A probe that never ends holds the start up for its timeout and 2 s, or for startup_wait."""
    bench = Bench(takes=1e9)
    bench.scheduler.replace(keyed(target(1, timeout=5.0)))
    async with bench.running_now():
        first_round = asyncio.get_running_loop().create_task(bench.scheduler.first_round(wait))
        await bench.time.advance(bound - 0.01)
        assert not first_round.done()

        await bench.time.advance(0.02)

        assert await first_round is False


async def test_the_startup_round_waits_for_nobody_who_is_not_there():
    """Without targets, or with targets removed meanwhile, the round is over."""
    bench = Bench(takes=1e9)
    async with bench.running_now():
        assert await bench.scheduler.first_round(30)

        bench.scheduler.replace(keyed(target(1)))
        first_round = asyncio.get_running_loop().create_task(bench.scheduler.first_round(30))
        await bench.time.advance(2)
        bench.scheduler.replace({})
        assert await first_round


async def test_nothing_is_caught_up_after_a_stall():
    """A process that stood still for five minutes spreads what it missed, once each, from then on."""
    bench = Bench()
    bench.scheduler.replace(keyed(*(target(number) for number in range(200))))
    async with bench.running_now():
        await bench.time.advance(30)
        bench.starts.clear()

        bench.time.jump(300)
        resumed = bench.time.now
        await bench.time.advance(9.99)

    assert len(bench.starts) <= 220
    assert max(Counter(int(when - resumed) for when, _ in bench.starts).values()) <= 40
    assert bench.scheduler.stats().stalls == 1


@pytest.mark.parametrize(
    ("outcome", "told"), [(REFUSED, Inconclusive(Phase.CONNECT, Reason.LOCAL_STALL)), (Passed(), Passed())]
)
async def test_a_failure_seen_across_a_stall_says_nothing(outcome, told):
    """What failed while this process stood still is inconclusive; what passed did pass."""
    bench, one = Bench(takes=4.0), target(1)
    bench.outcomes[one.id] = outcome
    bench.scheduler.replace(keyed(one))
    async with bench.running_now():
        await bench.time.advance(10 * spread.position(one.id) + 1)
        bench.time.jump(60)
        await bench.time.advance(1)

    assert [seen.outcome for _, seen in bench.reports] == [told]


async def test_a_machine_that_slept_judges_nobody():
    """Suspended time shows in the boot clock, and the probe under way is inconclusive."""
    bench, one = Bench(takes=4.0), target(1)
    bench.outcomes[one.id] = REFUSED
    bench.scheduler.replace(keyed(one))
    async with bench.running_now():
        await bench.time.advance(10 * spread.position(one.id) + 1)
        bench.suspended = 3600.0
        await bench.time.advance(4)

    assert [seen.reason for _, seen in bench.reports] == [Reason.LOCAL_STALL]


async def test_a_bug_in_a_prober_is_our_own_fault():
    """An exception out of a probe is an inconclusive observation, and the target stays in the schedule."""
    bench, one = Bench(), target(1)
    bench.outcomes[one.id] = ValueError("oops")
    bench.scheduler.replace(keyed(one))
    async with bench.running_now():
        await bench.time.advance(25)

    assert len(bench.reports) >= 2
    assert bench.reports[0][1].outcome == Inconclusive(Phase.TOTAL, Reason.LOCAL_BUG)
    assert "oops" in bench.reports[0][1].text


class Broken:
    def __float__(self):
        raise ZeroDivisionError


async def test_what_report_raises_ends_the_run():
    """A bug in control is not swallowed: run raises it, and nothing is left running."""
    bench = Bench()
    bench.scheduler.replace(keyed(target(1), target(2)))
    bench.interval = Broken()
    task = asyncio.get_running_loop().create_task(bench.scheduler.run())
    await bench.time.advance(20)

    with pytest.raises(ExceptionGroup) as raised:
        await task

    assert raised.group_contains(ZeroDivisionError)
    assert not bench.running


async def test_stop_cuts_off_what_does_not_end():
    """After the grace nothing runs, nothing was reported for it, and no timer is left."""
    bench = Bench(takes=1e9)
    bench.scheduler.replace(keyed(target(1)))
    async with bench.running_now():
        first_round = asyncio.get_running_loop().create_task(bench.scheduler.first_round(1e9))
        await bench.time.advance(11)
        assert bench.scheduler.next_due(target(1).id) is None
    await bench.time.settle()

    assert await first_round is False
    assert (bench.running, bench.reports, bench.time.pending) == (set(), [], 0)


async def test_stop_lets_running_probes_end():
    """A probe that ends within the grace is reported."""
    bench = Bench(takes=5.0)
    bench.scheduler.replace(keyed(target(1)))
    task = asyncio.get_running_loop().create_task(bench.scheduler.run())
    await bench.time.advance(10)

    stop = asyncio.get_running_loop().create_task(bench.scheduler.stop(grace=10))
    await bench.time.advance(6)
    await asyncio.gather(stop, task)

    assert [seen.target for _, seen in bench.reports] == [target(1).id]
    assert bench.scheduler.stats().started == 1


async def test_stop_before_run_is_no_error():
    """A schedule that never ran has nothing to wait for."""
    await Bench().scheduler.stop()


async def test_resize_starts_more_at_once():
    """Raised caps let waiting probes start."""
    bench = Bench(takes=1e9, concurrency=1)
    bench.scheduler.replace(keyed(*(target(number) for number in range(3))))
    async with bench.running_now():
        await bench.time.advance(11)

        bench.scheduler.resize(concurrency=3, per_host=4)
        await bench.time.settle()

        assert repr(bench.scheduler) == "<Scheduler 3 targets, 3 running, 0 queued>"


async def test_ten_thousand_targets_cost_one_timer():
    """10,000 targets at 10 s need one timer and no waiting task."""
    bench = Bench(takes=0.0, concurrency=500)
    bench.scheduler.replace(keyed(*(target(number) for number in range(10_000))))
    async with bench.running_now():
        await bench.time.advance(1.0)

        assert bench.time.pending <= 1
        assert len(asyncio.all_tasks()) <= 3
    assert 900 <= len(bench.starts) <= 1_100


async def test_the_running_loop_is_the_default_timer():
    """Without a timer of its own the schedule lives on the event loop and the monotonic clock."""
    reported = asyncio.Event()

    async def prober(target):
        return Observation(target=target.id, outcome=Passed(), started=0.0)

    def report(observation):
        reported.set()
        return 10.0

    scheduler = Scheduler(prober, report, concurrency=1, per_host=1)
    scheduler.replace(keyed(target(1, interval=0.1)))
    async with asyncio.TaskGroup() as group:
        group.create_task(scheduler.run())
        await reported.wait()
        await scheduler.stop()


async def test_many_targets_are_started_in_batches_without_a_queue():
    """A thousand starts a second are made up to fifty at a time, and none of them has waited for a slot."""
    bench = Bench(takes=0.01, concurrency=500)
    bench.interval = 2
    bench.scheduler.replace(keyed(*(target(number, interval=2.0) for number in range(2000))))

    async with bench.running_now():
        await bench.time.advance(3)

    moments = Counter(when for when, _ in bench.starts)
    assert 20 < sum(moments.values()) / len(moments) < 80
    assert bench.scheduler.stats().queue_seconds == 0
