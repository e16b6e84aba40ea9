"""The allow-lists of checks/README.md, given to the servers they are for."""

from gslb.model.checks import SmtpSettings
from gslb.model.observations import Passed, Reason
from gslb.model.values import TlsMode
from tests.kit.servers.exim import Exim
from tests.kit.servers.looking import look, trusting
from tests.kit.servers.postscreen import Postscreen
from tests.kit.snippets import block_after


async def test_postscreen_lets_the_prober_in_at_once():
    """With the lines shown the greeting is not held, and the tests are not run."""
    lines = block_after("Postfix")
    table = lines.index("# postscreen_access.cidr")

    class Allowing(Postscreen):
        """Its access list is the README's."""

        def configure(self):
            path = self.directory / "postscreen_access.cidr"
            path.write_text("\n".join(lines[table + 1 :]) + "\n")
            shown = "\n".join(lines[1:table]).replace("/etc/postfix/postscreen_access.cidr", str(path))
            self.more = f"{Postscreen.more}{shown}\n"
            super().configure()

    with Allowing() as server:
        seen = await look(SmtpSettings(port=server.ports["screened"], tls=trusting(server, TlsMode.NONE)))

    assert seen.outcome == Passed()
    assert Reason.GREET_DELAY not in seen.notices


async def test_exim_takes_the_lines_shown():
    """They are a configuration that Exim accepts, and the prober is served."""
    shown = block_after("Exim")
    (rule,) = [line for line in shown if line.startswith("accept")]
    lines = [line for line in shown if "=" in line and not line.startswith("#") and line != rule]
    lines += ["acl_smtp_connect = acl_open", "acl_smtp_helo = acl_open"]

    class Allowing(Exim):
        """With the README's lists."""

        def configure(self):
            super().configure()
            conf = self.directory / "exim.conf"
            kept = [line for line in conf.read_text().splitlines() if not line.startswith("smtp_accept_max_per_host")]
            conf.write_text("\n".join([*lines, *kept, "acl_open:", f"  {rule}", "  deny"]) + "\n")

    with Allowing() as server:
        seen = await look(SmtpSettings(port=server.ports["smtp"], tls=trusting(server, TlsMode.NONE)))
        log = server.log()

    assert seen.outcome == Passed()
    assert [line for line in log.splitlines() if "expan" in line or "error" in line or "too many" in line] == []
