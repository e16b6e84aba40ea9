import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from gslb.control import keeper as module
from gslb.control.keeper import Keeper
from gslb.control.memory import Memory
from gslb.control.metrics import Metrics
from gslb.model.verdicts import MemberKey

MEMBER = MemberKey("z", "p", "m")


class Notes:
    """What is to be saved, and how often somebody looked."""

    def __init__(self) -> None:
        self.looked = asyncio.Queue[int]()

    def __call__(self) -> tuple[object, Mapping[MemberKey, int]]:
        self.looked.put_nowait(self.looked.qsize())
        return {"a": 1}, {MEMBER: 2}


def keeper(folder: Path) -> tuple[Keeper, Notes]:
    """A keeper of a folder."""
    notes = Notes()
    return Keeper(Memory(folder), snapshot=notes, metrics=Metrics()), notes


async def test_saving_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change is saved at once, and the next one after a rest."""
    monkeypatch.setattr(module, "REST", 0)
    made, notes = keeper(tmp_path)
    running = asyncio.get_running_loop().create_task(made.run())
    for _ in range(2):
        made.ask()
        await notes.looked.get()
    running.cancel()
    await asyncio.wait([running])
    await made.save()

    assert Memory(tmp_path).recall().answered == {MEMBER: 2}
    assert made.saved_at is not None


async def test_saving_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When nothing changes it is saved all the same, now and then."""
    monkeypatch.setattr(module, "REST", 0)
    monkeypatch.setattr(module, "EVERY", 0)
    made, notes = keeper(tmp_path)
    running = asyncio.get_running_loop().create_task(made.run())
    for _ in range(3):
        await notes.looked.get()
    running.cancel()
    await asyncio.wait([running])


async def test_a_refusal_is_counted_and_forgotten_when_it_ends(tmp_path: Path) -> None:
    """A state_dir that is gone costs saves; one that returns ends the error."""
    folder = tmp_path / "state"
    made, _ = keeper(folder)
    await made.save()
    await made.save()
    assert (made.errors, made.saved_at) == (2, None)
    assert "No such file" in made.error

    folder.mkdir()
    await made.save()

    assert (made.error, made.errors) == ("", 2)
    assert "saved_at=" in repr(made)
