import pytest

from tests.kit.running import until
from tests.wounds.conftest import Wounds

pytestmark = pytest.mark.system

TARGET = "w15.example.com/smtp"


def test_draining_takes_one_command_and_ends_by_itself(wounds: Wounds) -> None:
    """Wound 15: with owner, reason and end; the other takes over, and the last one stays by itself."""
    server = wounds.server
    name = "smtp.w15.example.com"
    done = server.command("drain", f"{TARGET}/a", "--for", "2h", "--reason", "kernel", "--by", "anna")

    assert done.returncode == 0, done.stderr
    assert "smtp/a 50.0% → 0.0%, smtp/b 50.0% → 100.0%" in done.stdout
    until(lambda: server.answers(name) == {"127.0.9.152"}, 10, "the other member alone")
    assert wounds.ports.accepted["127.0.9.151"] > 0
    assert server.answers("a.smtp.w15.example.com") == {"127.0.9.151"}
    assert "out: drained by anna until " in server.command("explain", name).stdout
    refused = server.command("drain", "machine:esx2")
    assert refused.returncode == 1
    assert "the last healthy member of w15.example.com/smtp (A)" in refused.stderr
    assert server.command("drain", f"{TARGET}/a", "--for", "1s").returncode == 0
    until(lambda: server.answers(name) == {"127.0.9.151", "127.0.9.152"}, 10, "the end of the drain")
