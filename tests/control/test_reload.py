import asyncio
from pathlib import Path

from gslb.config.files import load
from gslb.control.keyring import write_keys
from gslb.control.reload import Reloader
from gslb.errors import Fault
from gslb.model.settings import Config
from tests.kit.controlled import two_tiers
from tests.kit.zonekeys import stored

ZONE_FILE = """
zone: mail.example.com
contact: hostmaster@example.com
nameservers: {{ns1: [192.0.2.53]}}
services:
  smtp: {{checks: [t], members: {{relay1: {{address: {address}}}}}}}
"""


def write(folder: Path, address: str = "127.0.0.1", node: str = "ns1", more: str = "") -> None:
    """A whole small configuration."""
    for name in ("zones", "checks"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "gslb.yaml").write_text(f"node: {node}\ndns: {{workers: 1}}\nstate_dir: state\nrun_dir: run\n")
    (folder / "zones" / "mail.yaml").write_text(ZONE_FILE.format(address=address) + more)
    (folder / "checks" / "t.yaml").write_text("t: {type: tcp, port: 9}\n")


class Place:
    """Holds the configuration that runs."""

    def __init__(self, folder: Path) -> None:
        write(folder)
        self.config = load(folder)
        self.accepted: list[Config] = []
        self.reloader = Reloader(folder, current=lambda: self.config, accept=self.accept)

    def accept(self, config: Config) -> None:
        self.config = config
        self.accepted.append(config)


async def test_good_files_take_over(tmp_path: Path) -> None:
    """A changed file is accepted, with its digest."""
    place = Place(tmp_path)
    before = place.config.digest
    write(tmp_path, address="127.0.0.2")

    outcome = await place.reloader.reload()

    assert outcome.accepted
    assert outcome.digest == place.config.digest != before
    assert place.reloader.outcome is outcome
    assert place.reloader.ended_at is not None
    assert outcome.warnings == place.config.warnings != ()


async def test_a_start_may_be_a_refused_reload(tmp_path: Path) -> None:
    """A control that goes on with what ran before it says so, until a reload is accepted."""
    place = Place(tmp_path)
    place.reloader.refused_at_start((Fault(path="zones/mail.yaml", message="broken"),))

    assert place.reloader.outcome is not None
    assert not place.reloader.outcome.accepted
    assert (await place.reloader.reload()).accepted


async def test_bad_files_change_nothing(tmp_path: Path) -> None:
    """Every fault is told, and the configuration that runs goes on."""
    place = Place(tmp_path)
    before = place.config
    (tmp_path / "zones" / "mail.yaml").write_text("zone: mail.example.com\nnonsense: 1\ncontact: [x]\n")

    outcome = await place.reloader.reload()

    assert not outcome.accepted
    assert len(outcome.faults) > 1
    assert (place.config, place.accepted, outcome.digest) == (before, [], before.digest)


async def test_what_needs_a_restart_is_refused(tmp_path: Path) -> None:
    """A changed node name is told as "restart needed"."""
    place = Place(tmp_path)
    write(tmp_path, node="ns2")

    outcome = await place.reloader.reload()

    assert ["restart needed" in str(fault) for fault in outcome.faults] == [True]
    assert place.accepted == []


async def test_a_bug_is_told_and_changes_nothing(tmp_path: Path) -> None:
    """Whatever goes wrong in us, the caller gets an outcome and the old configuration runs on."""
    write(tmp_path)

    def broken() -> Config:
        raise RuntimeError("ours")

    place = Place(tmp_path)
    place.reloader._accept = lambda _config: broken()  # type: ignore[method-assign]

    outcome = await place.reloader.reload()

    assert "ours" in str(outcome.faults[0])
    assert "last=" in repr(place.reloader)


async def test_reloads_take_turns(tmp_path: Path) -> None:
    """Two at once are two, one after the other."""
    place = Place(tmp_path)

    outcomes = await asyncio.gather(place.reloader.reload(), place.reloader.reload())

    assert [outcome.accepted for outcome in outcomes] == [True, True]
    assert len(place.accepted) == 2


async def test_a_folder_that_is_gone_is_a_fault(tmp_path: Path) -> None:
    """No directory is one fault, not an exception."""
    made = Reloader(tmp_path / "gone", current=two_tiers, accept=lambda _config: None)

    outcome = await made.reload()

    assert "no such directory" in str(outcome.faults[0])


async def test_keys_that_cannot_be_used_are_a_fault(tmp_path: Path) -> None:
    """A reload that would leave a zone without its keys is refused, and says which file and what to do."""
    place = Place(tmp_path)
    before = place.config
    write(tmp_path, more="dnssec: {}\n")
    keys = tmp_path / "state" / "keys"
    keys.mkdir(parents=True)
    write_keys(keys, [stored()], 3600)
    (private,) = keys.glob("*.private")
    private.chmod(0o644)

    outcome = await place.reloader.reload()

    assert not outcome.accepted
    assert "chmod 600" in outcome.faults[0].message
    assert place.config is before
    private.chmod(0o600)
    assert (await place.reloader.reload()).accepted
