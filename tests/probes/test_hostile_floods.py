"""Floods below the application (probes.md section 6, number 16): they end in time, and hold nobody else up."""

import asyncio
import time

import pytest

from gslb.model.checks import SmtpSettings, TlsSettings
from gslb.model.observations import Failed, Phase, Reason
from gslb.model.values import TlsMode
from tests.kit.certificates import mint
from tests.kit.probing import look
from tests.kit.tls_flood import TLS12, TLS13, flooding, hello_requests, key_updates, small_records

pytestmark = pytest.mark.usefixtures("harmless")

LONGEST = 0.15
"""Seconds of CPU in one step of the loop, which are 30 ms on the machine this was written on, and were 8 s before."""


TIMEOUT = 3.0
"""Seconds; the flood is to reach its bound sooner, also on a machine that has others to serve."""


async def steps(longest):
    """Measure each step of the loop in CPU time of this thread: what others do to the machine does not count."""
    last = time.thread_time()
    while True:
        await asyncio.sleep(0)
        now = time.thread_time()
        longest.append(max(now - last, longest.pop()))
        last = now


@pytest.mark.parametrize(
    ("version", "flood", "reason"),
    [
        (TLS13, key_updates, Reason.BOUNDS_EXCEEDED),
        (TLS12, hello_requests, Reason.BOUNDS_EXCEEDED),
        (TLS13, small_records, Reason.BOUNDS_EXCEEDED),
    ],
)
async def test_a_flood_of_tls_messages_ends_in_time_and_holds_nobody_up(version, flood, reason, tmp_path):
    """KeyUpdate without end, renegotiation asked for without end, an octet to each record."""
    mint("mail.example.com").server(tmp_path)
    (pem,) = tmp_path.glob("*.pem")
    longest, began = [0.0], time.monotonic()
    with flooding(pem, version, flood) as port:
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(steps(longest))
            seen = await look(SmtpSettings(port=port, tls=TlsSettings(mode=TlsMode.IMPLICIT)), timeout=TIMEOUT)
            watch.cancel()
        ended = time.monotonic()

    assert seen.outcome == Failed(Phase.GREETING, reason)
    assert ended - began < TIMEOUT + 1.2
    assert longest[0] < LONGEST
