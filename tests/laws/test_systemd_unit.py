"""The unit, its user and its runbook keep what they promise."""

import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from gslb.cli.main import COMMANDS
from gslb.supervisor.plan import LAST_WAIT, Settings

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNIT = SYSTEMD / "gslb.service"
README = SYSTEMD / "README.md"
DEFAULTS = Settings(listen=(), workers=1, run_dir="", nsid="", control=(), worker=())

PROMISED = {
    "Type": ["notify"],
    "NotifyAccess": ["main"],
    "User": ["gslb"],
    "AmbientCapabilities": ["CAP_NET_BIND_SERVICE"],
    "CapabilityBoundingSet": ["CAP_NET_BIND_SERVICE"],
    "RuntimeDirectory": ["gslb"],
    "RuntimeDirectoryPreserve": ["restart"],
    "StateDirectory": ["gslb"],
    "ConfigurationDirectory": ["gslb"],
    "Restart": ["on-failure"],
    "KillMode": ["mixed"],
    "OOMPolicy": ["continue"],
    "NoNewPrivileges": ["yes"],
    "ProtectSystem": ["strict"],
    "ProtectHome": ["yes"],
    "PrivateTmp": ["yes"],
    "PrivateDevices": ["yes"],
    "ProtectKernelLogs": ["yes"],
    "ProtectKernelModules": ["yes"],
    "ProtectKernelTunables": ["yes"],
    "MemoryDenyWriteExecute": ["yes"],
    "RestrictAddressFamilies": ["AF_INET AF_INET6 AF_UNIX"],
    "SystemCallFilter": ["@system-service", "~@privileged @resources"],
}


def unit() -> dict[str, list[str]]:
    """The assignments of the unit; a key may stand several times."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in UNIT.read_text().splitlines():
        if line and line[0] not in "#[":
            key, _, value = line.partition("=")
            found[key].append(value)
    return found


def seconds(text: str) -> float:
    """A time span as this unit writes them."""
    number, word = re.fullmatch(r"(\d+)(s|min)", text).groups()  # type: ignore[union-attr]  # None fails the test
    return int(number) * {"s": 1, "min": 60}[word]


@pytest.mark.parametrize("key", PROMISED)
def test_the_unit_says_what_was_promised(key: str) -> None:
    """Each of these assignments, word for word."""
    assert unit()[key] == PROMISED[key]


def test_commands_of_the_unit_exist() -> None:
    """It starts and reloads by commands that `gslb` has, on the same configuration."""
    start, reload = unit()["ExecStart"][0].split(), unit()["ExecReload"][0].split()

    assert start == ["/opt/gslb/bin/gslb", "run", "-c", "/etc/gslb"]
    assert reload == ["/opt/gslb/bin/gslb", "reload", "-c", "/etc/gslb"]
    assert {"run", "reload"} <= set(COMMANDS)


def test_systemd_waits_longer_than_the_supervisor() -> None:
    """An orderly stop fits into TimeoutStopSec, and a hung worker is replaced before the watchdog bites."""
    stop = DEFAULTS.lame_duck + DEFAULTS.kill_after + LAST_WAIT

    assert seconds(unit()["TimeoutStopSec"][0]) > stop
    assert seconds(unit()["WatchdogSec"][0]) / 3 > DEFAULTS.worker_rules.silence


def test_the_user_is_made_by_sysusers() -> None:
    """The file names the user of the unit."""
    lines = (SYSTEMD / "sysusers.d" / "gslb.conf").read_text().splitlines()

    assert [line.split()[:2] for line in lines if not line.startswith("#")] == [["u", "gslb"]]


def test_the_runbook_names_real_commands() -> None:
    """Whatever follows `gslb` in its code is a command."""
    code = "\n".join(re.findall(r"```.*?```|`[^`]+`", README.read_text(), flags=re.DOTALL))
    named = set(re.findall(r"(?:^|`|bin/|watch )gslb ([a-z]+)", code, flags=re.MULTILINE))

    assert {"validate", "probe", "status", "explain", "delegation"} <= named <= set(COMMANDS)


def test_the_runbook_installs_the_files_that_are_here() -> None:
    """Paths below systemd/ in its commands exist."""
    named = set(re.findall(r"install -m 0644 (systemd/\S+)", README.read_text()))

    assert named == {"systemd/gslb.service", "systemd/sysusers.d/gslb.conf"}
    assert all((SYSTEMD.parent / path).is_file() for path in named)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    """`systemd-analyze verify` finds nothing, given a program where the unit expects one."""
    copy = tmp_path / "gslb.service"
    copy.write_text(UNIT.read_text().replace("/opt/gslb/bin/gslb", "/bin/true"))
    run = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False)

    assert (run.returncode, run.stderr) == (0, "")
