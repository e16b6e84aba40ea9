import asyncio
from pathlib import Path

import pytest

from gslb.config.files import load
from gslb.control import desk as module
from gslb.control.workers import GRACE
from gslb.handoff.messages import Ack, Hello
from tests.control.test_reload import write
from tests.kit.controlled import REFUSED, RELAY1, ZONE, Controlled, seen


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


async def test_reload_is_counted(made: Controlled) -> None:
    """A refused reload stands in status and metrics."""
    outcome = await made.desk.reload()

    assert not outcome.accepted
    assert made.desk.status().config.last_reload_good is False
    assert "gslb_reload_successful 0.0" in (await made.desk.metrics_text()).decode()


@pytest.fixture
def filed(tmp_path: Path) -> Controlled:
    """An owner of files that have changed since, with one worker that says hello and no more."""
    for name in ("run", "state"):
        (tmp_path / name).mkdir()
    write(tmp_path)
    made = Controlled(load(tmp_path))
    made.owner.start(None)
    made.owner.hear(1, Hello(worker=1, pid=100))
    write(tmp_path, address="127.0.0.2")
    return made


async def test_a_reload_is_done_when_it_is_served(filed: Controlled) -> None:
    """Who has reloaded and asks then gets the new answer: every worker has taken the table."""
    await filed.owner.publisher.publish()
    async with asyncio.TaskGroup() as group:
        reloading = group.create_task(filed.desk.reload())
        await filed.owner.publisher._wanted.wait()
        await filed.owner.publisher.publish()
        assert not reloading.done()
        filed.owner.hear(1, Ack(worker=1, generation=filed.owner.publisher.generation))

        assert (await reloading).accepted


async def test_a_reload_does_not_wait_for_ever(filed: Controlled, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is stuck, or a disk that refuses, costs a reload no more than a moment."""
    monkeypatch.setattr(module, "SERVED", 0.01)

    assert (await filed.desk.reload()).accepted


def test_a_tree_without_a_distribution_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run from a bare checkout, the version is unknown."""

    def missing(_name: str) -> str:
        raise module.PackageNotFoundError

    monkeypatch.setattr(module, "version", missing)

    assert module._version() == "unknown"


async def test_a_survey_beside_the_probes_is_the_status(made: Controlled) -> None:
    """The same at the same moment."""
    await made.serving()

    assert await made.desk.surveyed() == made.desk.status()
    assert await made.desk.surveyed(results=False) == made.desk.status(results=False)


async def test_a_survey_stands_still_while_probes_go_on(made: Controlled) -> None:
    """What is believed is of one moment, whatever happens until it is told."""
    await made.serving()

    survey = asyncio.get_running_loop().create_task(made.desk.surveyed())
    await asyncio.sleep(0)
    for _ in range(3):
        made.owner.observe(seen(RELAY1, REFUSED))

    then, now = (status.zones[0].pools[0].members[0].real for status in (await survey, made.desk.status()))
    assert (then, now) == ("up", "down")
