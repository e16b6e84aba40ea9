import time
from pathlib import Path

import dns.edns
import dns.exception
import dns.message
import dns.rcode
import pytest

from gslb.cli.demo.estate import Estate
from tests.kit.running import PAUSE, Running
from tests.kit.zones import QUICK, probed

pytestmark = pytest.mark.system

NAME = "smtp.mail.example.com"
MACHINES = {"r1": "127.0.9.21", "r2": "127.0.9.22"}


def replies(server: Running, answered: int) -> tuple[list[dns.message.Message], list[dns.message.Message]]:
    """Everything this server says from the first moment on: before, and so many answers after it knows."""
    before: list[dns.message.Message] = []
    after: list[dns.message.Message] = []
    end = time.monotonic() + 30
    while len(after) < answered and time.monotonic() < end:
        try:
            reply = server.query(NAME, "A", timeout=1)
        except (dns.exception.Timeout, OSError):
            continue
        (after if reply.rcode() == dns.rcode.NOERROR else before).append(reply)
        if reply.rcode() != dns.rcode.NOERROR:
            PAUSE.wait(0.01)
    return before, after


def test_no_answer_ever_holds_the_dead(tmp_path: Path) -> None:
    """Wound 2: asked from its first moment, a server says SERVFAIL (14) until it knows, then never the dead one;
    killed and started again, it goes on so."""
    with Estate([(name, address, "smtp") for name, address in MACHINES.items()]) as estate:
        estate.fail("r1")
        check = f"smtp: {{type: smtp, tls: none, port: {estate.ports['smtp']}, {QUICK}}}\n"
        server = Running(tmp_path, {"zones/mail.yaml": probed(MACHINES, "smtp"), "checks/smtp.yaml": check})
        before, after = [], []
        for _ in range(2):
            server.start()
            try:
                early, late = replies(server, 1000)
            finally:
                server.kill()
            before, after = before + early, after + late

    assert len(after) == 2000
    assert {str(rdata) for reply in after for rrset in reply.answer for rdata in rrset} == {MACHINES["r2"]}
    assert {reply.rcode() for reply in before} <= {dns.rcode.SERVFAIL}
    assert all(dns.edns.EDEOption(14) in reply.options for reply in before)
