"""The plugins of monitoring-plugins as exec probes, against real servers."""

import pytest

from gslb.model.observations import Degraded, Failed, Inconclusive, Passed, Phase, Reason
from gslb.model.plain import ExecSettings
from tests.kit.servers.base import needs
from tests.kit.servers.looking import look

pytestmark = pytest.mark.servers

PLUGINS = "/usr/lib/nagios/plugins"


@pytest.fixture(autouse=True)
def plugins():
    """Skips, by name, where they are not installed."""
    needs("monitoring-plugins-basic", f"{PLUGINS}/check_tcp", root=False)


def plugin(name, *arguments, port=0):
    """A plugin with these arguments."""
    return ExecSettings(argv=(f"{PLUGINS}/{name}", *arguments), port=port)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("0", Passed()),
        ("1", Degraded(Phase.COMMAND, Reason.EXEC_WARNING, load=True)),
        ("2", Failed(Phase.COMMAND, Reason.EXEC_CRITICAL)),
        ("3", Inconclusive(Phase.COMMAND, Reason.EXEC_UNKNOWN)),
    ],
)
async def test_each_exit_code_has_its_outcome(code, outcome):
    """check_dummy answers what it is told to."""
    seen = await look(plugin("check_dummy", code, "as told"))

    assert (seen.outcome, seen.code) == (outcome, code)
    assert seen.text.endswith(": as told")


AT = ("-H", "{address}", "-p", "{port}", "-t", "{timeout}")


async def test_plugins_find_good_servers_good(postfix, dovecot):
    """With their first line as text and their numbers beside it."""
    smtp = await look(plugin("check_smtp", *AT, port=postfix.ports["smtp"]))
    imap = await look(plugin("check_imap", *AT, port=dovecot.ports["imap"]))
    tcp = await look(plugin("check_tcp", *AT, port=dovecot.ports["pop3"]))

    assert [each.outcome for each in (smtp, imap, tcp)] == [Passed()] * 3
    assert smtp.text.startswith("SMTP OK")
    assert [[name for name, _ in each.metrics] for each in (smtp, imap, tcp)] == [["time"]] * 3


async def test_plugins_find_stopped_and_hung_servers_out(postfix):
    """Critical where refused; ended by us where the plugin would have waited longer than it may."""
    check = plugin("check_smtp", *AT, port=postfix.ports["smtp"])
    patient = plugin("check_smtp", "-H", "{address}", "-p", "{port}", "-t", "60", port=postfix.ports["smtp"])

    with postfix.stopped():
        down = await look(check)
    with postfix.hung():
        hung = await look(patient, deadline=1.0)

    assert down.outcome == Failed(Phase.COMMAND, Reason.EXEC_CRITICAL)
    assert hung.outcome == Failed(Phase.COMMAND, Reason.EXEC_TIMEOUT)
