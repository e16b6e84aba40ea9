"""The prober of files (probes.md 1.14)."""

import os
import time

import pytest

from gslb.model.observations import Degraded, Failed, Inconclusive, Passed, Phase, Reason
from gslb.model.plain import FileSettings, TcpSettings
from gslb.probes.journal import Journal
from gslb.probes.word_file import probe_file
from tests.kit.probing import look, target

UNKNOWN = Inconclusive(Phase.COMMAND, Reason.LOCAL_CONFIG)


@pytest.mark.parametrize(
    ("content", "outcome", "factor", "notices"),
    [
        (b"UP\n", Passed(), None, ()),
        (b"\n up\nDOWN\n", Passed(), None, ()),
        (b"DOWN", Failed(Phase.COMMAND, Reason.NOT_ACCEPTING), None, ()),
        (b"Drain\n", Degraded(Phase.COMMAND, Reason.DRAIN, load=True), 0.0, ()),
        (b"40%\n", Passed(), 0.4, ()),
        (b"0%\n", Degraded(Phase.COMMAND, Reason.DRAIN, load=True), 0.0, ()),
        (b"", Inconclusive(Phase.COMMAND, Reason.PROTOCOL_ERROR), None, ()),
        (b"banana", Inconclusive(Phase.COMMAND, Reason.PROTOCOL_ERROR), None, (Reason.REPLY_IGNORED,)),
    ],
)
async def test_the_first_line_is_the_word(content, outcome, factor, notices, tmp_path):
    """UP, DOWN, DRAIN, a percentage."""
    path = tmp_path / "word"
    path.write_bytes(content)

    seen = await look(FileSettings(path=str(path)))
    assert (seen.outcome, seen.weight_factor, seen.notices) == (outcome, factor, notices)


@pytest.mark.parametrize(
    ("on_stale", "outcome"),
    [
        ("unknown", Inconclusive(Phase.COMMAND, Reason.STALE)),
        ("fail", Failed(Phase.COMMAND, Reason.STALE)),
    ],
)
async def test_an_old_word_is_stale(on_stale, outcome, tmp_path):
    """Older than `ttl`; without one a word never ages."""
    path = tmp_path / "word"
    path.write_text("UP")
    os.utime(path, (0, time.time() - 100))

    assert (await look(FileSettings(path=str(path), ttl=50, on_stale=on_stale))).outcome == outcome
    assert (await look(FileSettings(path=str(path), ttl=200, on_stale=on_stale))).outcome == Passed()
    assert (await look(FileSettings(path=str(path)))).outcome == Passed()


async def test_the_path_may_depend_on_the_member(tmp_path):
    """By address and name."""
    (tmp_path / "127.0.0.1-mx1").write_text("DOWN")

    seen = await look(FileSettings(path=f"{tmp_path}/{{address}}-{{name}}", name="mx1"))
    assert seen.outcome == Failed(Phase.COMMAND, Reason.NOT_ACCEPTING)


async def test_what_cannot_be_read_says_nothing(tmp_path):
    """Missing, a directory, a pipe that nobody writes to, no path at all."""
    os.mkfifo(tmp_path / "pipe")

    for path in ("missing", "", "pipe", "a\0b"):
        assert (await look(FileSettings(path=f"{tmp_path}/{path}"))).outcome == UNKNOWN


async def test_other_settings_are_a_bug():
    """Of whoever registered the prober."""
    with pytest.raises(TypeError):
        await probe_file(target(TcpSettings(port=1)), Journal(1.0))
