import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gslb.answers.image import Image
from gslb.control import publisher as module
from gslb.control.metrics import Metrics
from gslb.control.pipeline import Pipeline
from gslb.control.publisher import TOUCH_EVERY, Publisher, standing
from gslb.handoff import table as table_module
from gslb.handoff.layout import MANIFEST
from gslb.handoff.table import Manifest, open_table, read_manifest
from gslb.health.ledger import Ledger
from tests.kit.controlled import NOW, ZONE, two_tiers

DIGEST = "0123456789abcdef"


class Press:
    """A publisher over a small estate; `announced` holds the images it told of."""

    def __init__(self, run_dir: Path, *, ready: bool = True) -> None:
        self.pipeline = Pipeline(two_tiers(), Ledger(two_tiers()), serials={ZONE: 1}, now=NOW, ready=ready)
        self.pipeline.on_start(NOW)
        self.announced: list[Image] = []
        self.on_announce: Callable[[], object] = lambda: None
        self.publisher = Publisher(
            run_dir,
            press=self.pipeline.pressing,
            facts=lambda: (self.pipeline.ready, DIGEST),
            announce=self._announce,
            metrics=Metrics(),
            clock=lambda: NOW,
        )

    def _announce(self, image: Image) -> None:
        self.announced.append(image)
        self.on_announce()


def refuse(*_: object) -> None:
    """A disk that is full."""
    raise OSError(28, "No space left on device")


async def test_a_table_stands_before_it_is_announced(tmp_path: Path) -> None:
    """What workers are told of can be opened, and tells its configuration."""
    press = Press(tmp_path)
    press.on_announce = lambda: opened.append(open_table(tmp_path).manifest)
    opened: list[Manifest] = []

    await press.publisher.publish()

    assert [(each.generation, each.carries_health, each.config, each.written) for each in opened] == [
        (1, True, DIGEST, NOW)
    ]
    assert press.publisher.first_health == press.publisher.generation == 1


async def test_the_names_file_is_written_once(tmp_path: Path) -> None:
    """Later tables of the same configuration name the names file that stands, and parts that are as they were."""
    press = Press(tmp_path)
    await press.publisher.publish()
    names = read_manifest(tmp_path).names
    await press.publisher.publish()

    assert read_manifest(tmp_path).names == names
    assert {name for name in os.listdir(tmp_path) if name.endswith(".tbl")} == {names, "part0-1.tbl"}
    assert open_table(tmp_path).generation == 2


async def test_generations_rise_across_restarts(tmp_path: Path) -> None:
    """Another control goes on where the last one stopped."""
    for expected in (1, 2, 3):
        press = Press(tmp_path)
        await press.publisher.publish()
        assert read_manifest(tmp_path).generation == expected


async def test_an_unreadable_manifest_is_outdone(tmp_path: Path) -> None:
    """Where nobody can tell the last generation, Unix time is above it."""
    (tmp_path / MANIFEST).write_bytes(b"junk")
    press = Press(tmp_path)

    await press.publisher.publish()

    assert read_manifest(tmp_path).generation == int(NOW)


async def test_a_starting_table_makes_nobody_ready(tmp_path: Path) -> None:
    """A table without health is published, but does not count as one that carries it."""
    press = Press(tmp_path, ready=False)

    await press.publisher.publish()

    assert (press.publisher.generation, press.publisher.first_health) == (1, None)


async def test_a_full_disk_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old table stands meanwhile; the first good write makes up for all, names file included."""
    press = Press(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(table_module.os, "replace", refuse)
        for _ in range(2):
            await press.publisher.publish()
    assert press.announced == []
    assert (press.publisher.errors, press.publisher.generation) == (2, 0)
    assert "No space" in press.publisher.error

    press.publisher.tick()
    assert press.publisher._wanted.is_set()
    await press.publisher.publish()

    assert press.publisher.error == ""
    assert open_table(tmp_path).generation == 3


async def test_a_big_table_is_written_off_the_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a size the loop goes on while the disk works."""
    monkeypatch.setattr(module, "BIG", 0)
    press = Press(tmp_path)

    await press.publisher.publish()

    assert open_table(tmp_path).generation == 1


async def test_requests_together_are_one_table(tmp_path: Path) -> None:
    """Two requests before the publisher runs make one table; a batch waits for the tick."""
    press = Press(tmp_path)
    done = asyncio.Event()
    press.on_announce = done.set
    running = asyncio.get_running_loop().create_task(press.publisher.run())
    press.publisher.ask_now(), press.publisher.ask_now()
    await done.wait()
    done.clear()

    press.publisher.ask_soon()
    assert not press.publisher._wanted.is_set()
    press.publisher.tick()
    await done.wait()
    running.cancel()

    assert len(press.announced) == 2


async def test_a_table_is_marked_as_looked_after(tmp_path: Path) -> None:
    """Each minute the manifest's time tells that control lives; without a manifest nothing happens."""
    press = Press(tmp_path)
    for _ in range(TOUCH_EVERY):
        press.publisher.tick()
    await press.publisher.publish()
    os.utime(tmp_path / MANIFEST, (0, 0))
    for _ in range(TOUCH_EVERY):
        press.publisher.tick()

    assert (tmp_path / MANIFEST).stat().st_mtime > 0


async def test_a_table_with_health_may_stand(tmp_path: Path) -> None:
    """One of the same files whose control lived lately stands; any other does not."""
    assert standing(tmp_path, DIGEST, NOW) is None
    press = Press(tmp_path)
    await press.publisher.publish()
    os.utime(tmp_path / MANIFEST, (NOW, NOW))

    found = standing(tmp_path, DIGEST, NOW + 100)
    assert found is not None
    assert standing(tmp_path, "other", NOW) is None
    assert standing(tmp_path, DIGEST, NOW + 301) is None
    press.publisher.adopt(replace(found, generation=9))
    assert (press.publisher.generation, press.publisher.first_health) == (9, 9)
    assert "generation=9" in repr(press.publisher)


async def test_a_table_that_knew_nothing_does_not_stand(tmp_path: Path) -> None:
    """A starting table is no better than another."""
    await Press(tmp_path, ready=False).publisher.publish()
    os.utime(tmp_path / MANIFEST, (NOW, NOW))

    assert standing(tmp_path, DIGEST, NOW) is None
