"""Keys roll, members flap, clients ask: nobody meets an answer that does not validate."""

import subprocess
import time
from pathlib import Path

from tests.kit.internet.child import SERVER
from tests.kit.internet.rolls import CSK, PAIR, Roller, asked, estate
from tests.kit.servers.base import needs

SECONDS = 60
LOAD = 2000
"""Queries a second, on top of those that validate."""


def test_rolls_under_load(tmp_path: Path) -> None:
    """For a minute, CSK, ZSK and KSK roll one after the other while members flap every second: all is validated."""
    needs("dnsperf", root=False)
    with estate(tmp_path, delay=5) as here:
        load = loaded(tmp_path)
        rolled = rolls(here.roller)
        said = load.communicate(timeout=60)[0]

    print(here.figures(), *here.faults()[:20], said, sep="\n")
    assert here.faults() == []
    assert here.repeated() < 1 / 1000
    assert all(each.count > SECONDS for each in here.watchers)
    assert {one.rpartition(" ")[2] for one in rolled} == {"CSK", "KSK", "ZSK"}
    assert here.flapping.count > SECONDS / 2
    assert "Queries lost:         0 " in said


def rolls(roller: Roller) -> list[str]:
    """Roll until the time is up, every kind at least once."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        roller.ksk(CSK.name)
        roller.zsk(PAIR.name)
        roller.ksk(PAIR.name, "--ksk")
    return roller.rolled


def loaded(folder: Path) -> subprocess.Popen[str]:
    """dnsperf with DO, at LOAD queries a second, for SECONDS."""
    lines = [" ".join(one) for kind in (CSK, PAIR) for one in asked(kind)]
    (folder / "queries").write_text("\n".join(lines) + "\n")
    line = ["dnsperf", "-s", SERVER, "-d", str(folder / "queries"), "-D", "-Q", str(LOAD), "-l", str(SECONDS)]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
