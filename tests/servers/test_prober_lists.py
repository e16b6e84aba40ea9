"""The allow-lists of checks/README.md, taken by the servers of this machine as they stand there."""

import shutil
import subprocess
from pathlib import Path

import pytest

from gslb.model.checks import ImapSettings
from gslb.model.observations import Degraded, Passed, Phase, Reason
from gslb.model.values import TlsMode
from tests.kit.logins import CREDENTIALS, WORD, logins
from tests.kit.servers.base import needs
from tests.kit.servers.looking import look, trusting
from tests.kit.servers.mailstore import USER, MailStore
from tests.kit.snippets import block_after

pytestmark = pytest.mark.servers


def said(*line):
    """What a program says, which must end well."""
    done = subprocess.run(line, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_postfix_knows_every_parameter_shown(tmp_path):
    """postconf warns of what it would not use."""
    needs("postfix", "postconf", root=False)
    lines = block_after("Postfix")
    table = lines.index("# postscreen_access.cidr")
    (tmp_path / "main.cf").write_text("\n".join(["compatibility_level = 3.6", *lines[:table]]) + "\n")
    (tmp_path / "master.cf").write_text("")

    shown, warnings = said("postconf", "-c", str(tmp_path), "-n")
    assert "unused" not in warnings
    assert "postscreen_access_list" in shown


async def test_dovecot_lets_the_mailbox_in_from_the_prober_alone():
    """With the lines shown: the same password from elsewhere is refused."""
    lines = block_after("Dovecot")
    users = lines.index("# the passwd-file of the probes' mailbox")

    class Listing(MailStore):
        """With the README's lines."""

        def configure(self):
            super().configure()
            with (self.directory / "dovecot.conf").open("a") as conf:
                conf.write("\n".join(lines[:users]) + "\n")
            (login,) = lines[users + 1 :]
            fields = login.split(":")
            (self.directory / "users").write_text(":".join([USER, f"{{PLAIN}}{WORD}", *fields[2:]]) + "\n")

    with Listing() as server:
        tls = trusting(server, TlsMode.STARTTLS)
        check = ImapSettings(port=server.ports["imap"], tls=tls, stage="login", credentials=CREDENTIALS)
        here, elsewhere = [
            (await look(check, logins=logins(), deadline=8, source=source)).outcome
            for source in ("127.0.0.1", "127.0.0.2")
        ]

    assert here == Passed()
    assert elsewhere == Degraded(Phase.AUTH, Reason.AUTH_REJECTED)


def test_fail2ban_leaves_the_prober_out_of_every_jail(tmp_path):
    """jail.local as shown passes its own test, and each jail ignores the address."""
    needs("fail2ban", "fail2ban-client", root=False)
    folder = tmp_path / "fail2ban"
    shutil.copytree("/etc/fail2ban", folder)
    log = tmp_path / "log"
    log.touch()
    jails = [f"[{name}]\nenabled = true\nbackend = polling\nlogpath = {log}" for name in ("postfix", "dovecot")]
    (folder / "jail.local").write_text("\n".join([*block_after("fail2ban", "192.0.2.77"), *jails, ""]))
    for old in Path(folder / "jail.d").iterdir():
        old.unlink()

    assert "successful" in "".join(said("fail2ban-client", "-c", str(folder), "-t"))
    shown, _ = said("fail2ban-client", "-c", str(folder), "-d")
    ignoring = [line for line in shown.splitlines() if "addignoreip" in line]
    assert [line for line in ignoring if "192.0.2.77" not in line] == []
    assert len(ignoring) >= len(jails)
