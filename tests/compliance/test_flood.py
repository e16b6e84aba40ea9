"""A flood of 20,000 queries a second from one network is cut to the limit; another network's answers stay whole."""

import re
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.query
import pytest

from gslb.dns.worker import native
from tests.kit.internet.namespace import Namespace
from tests.kit.running import Running
from tests.kit.servers.base import needs
from tests.kit.zones import FOUR

LIMIT, RATE, SECONDS = 1000, 20_000, 10
FLOODED, QUIET = "127.1.1.1", "127.2.2.2"
RULE = f"{{responses_per_second: {LIMIT}, slip: 0, exempt: []}}"
PACE = threading.Event()


def test_a_flood_is_cut(tmp_path: Path) -> None:
    """Every answer that comes is a whole one (slip 0): the limit, give or take a fifth, and all of them elsewhere."""
    needs("dnsperf", root=False)
    if native.fast is None:
        pytest.skip(
            "NOT TESTED at this rate: no compiler built the fast path (the suite floods plain Python by itself)"
        )
    (tmp_path / "queries").write_text("smtp.mail.example.com A\n")
    with Namespace(), Running(tmp_path / "server", {"zones/mail.yaml": FOUR}, workers=2) as server:
        limit(server)
        line = f"dnsperf -s 127.0.0.1 -p {server.dns_port} -a {FLOODED} -d {tmp_path}/queries -c 16 -q 65000 -t 1"
        with (tmp_path / "said").open("w") as output:  # it tells of every query that is lost
            flood = subprocess.Popen(f"{line} -Q {RATE} -l {SECONDS}".split(), stdout=output)
        asked = answered = 0
        while flood.poll() is None:
            asked += 1
            answered += is_whole(server.dns_port)
        said = (tmp_path / "said").read_text().partition("Statistics:")[2]

    print(said, f"{answered} of {asked} elsewhere")
    sent, passed = figure("Queries sent", said), figure("Queries completed", said)
    assert answered == asked > SECONDS
    assert sent > 5 * LIMIT * SECONDS
    assert 0.8 * LIMIT * SECONDS <= passed <= 1.2 * LIMIT * SECONDS


def limit(server: Running) -> None:
    """Without stubs: every answer that comes is a whole one."""
    server.write({"gslb.yaml": server.node.replace("workers: 2", f"workers: 2, rate_limit: {RULE}")})
    assert server.post("/api/v1/reload").status_code == 200


def is_whole(port: int) -> bool:
    """One question of another network; asked again where the flood has filled the socket's buffer."""
    question = dns.message.make_query("smtp.mail.example.com", "A")
    for patience in (1, 5):
        with suppress(dns.exception.Timeout):
            reply = dns.query.udp(question, "127.0.0.1", port=port, source=QUIET, timeout=patience)
            PACE.wait(0.01)
            return bool(reply.answer) and not reply.flags & dns.flags.TC
    return False


def figure(what: str, said: str) -> int:
    """A number that dnsperf tells."""
    found = re.search(rf"{what}: +(\d+)", said)
    assert found, said
    return int(found[1])
