"""Many services: a start that takes time in proportion, and changes that touch their own part of the table alone."""

from pathlib import Path

import pytest

from tests.kit.running import Running, until

pytestmark = pytest.mark.system

SERVICES = 2000
PATIENCE = 90
"""Seconds: ten times what it takes where nothing else runs."""


def zone() -> str:
    """So many services of four members each."""
    lines = ["zone: scale.test", "contact: hostmaster@scale.test", "nameservers: {ns1: [127.0.0.1]}", "services:"]
    for number in range(SERVICES):
        host = f"{number >> 8}.{number & 255}"
        members = ", ".join(f"m{place}: {{address: 127.{place + 1}.{host}}}" for place in range(4))
        lines.append(f"  s{number}: {{records: [A], answers: 1, members: {{{members}}}}}")
    return "\n".join(lines) + "\n"


def parts(server: Running) -> set[str]:
    """The part files that stand."""
    return {path.name for path in server.run_dir.glob("part*.tbl")}


def test_two_thousand_services(tmp_path: Path) -> None:
    """They are ready in good time, in several parts; a drain makes the member's own part anew and no other."""
    server = Running(tmp_path, {"zones/scale.yaml": zone()}, workers=1)
    server.start()
    try:
        server.wait_ready(PATIENCE)
        before = parts(server)
        assert len(before) == 5 * SERVICES // 1000

        done = server.command("drain", "scale.test/s77/m0")
        assert done.returncode == 0, done.stderr
        until(lambda: parts(server) != before, 10, "the drain is published")
        found = {server.answers("s77.scale.test").pop() for _ in range(30)}

        assert len(parts(server) - before) == len(before - parts(server)) == 1
        assert found == {f"127.{place}.0.77" for place in (2, 3, 4)}
    finally:
        server.stop()
