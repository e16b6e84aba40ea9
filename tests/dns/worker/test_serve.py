"""A worker as a whole, on the loop of the test."""

import asyncio
import os
import signal
import struct
from pathlib import Path

import dns.asyncquery
import dns.edns
import dns.message
import dns.rcode

from gslb.dns.worker.answerer import STALE_AFTER
from gslb.handoff.messages import Ack, Counts, Hello, LogLine, Stamp, TableReady, Tally
from gslb.handoff.policy import Policy, write_policy
from tests.kit.workers import PATIENCE, Control, ask_udp, one_name, started, turn_until, write_table


async def test_answers_without_control(tmp_path: Path) -> None:
    """The last table is served by UDP and TCP, though nobody made it lately."""
    write_table(tmp_path)
    async with started(tmp_path) as server:
        over_udp = await ask_udp(server.udp, "smtp.mail.example.com")
        made = dns.message.make_query("big.mail.example.com", "TXT")
        over_tcp = await dns.asyncquery.tcp(made, "127.0.0.1", port=server.tcp, timeout=PATIENCE)

    assert len(over_udp.answer[0]) == 1
    assert len(over_tcp.answer[0]) == 12


async def test_first_table_comes_later(tmp_path: Path) -> None:
    """Without any table: SERVFAIL with extended error 14, until one is announced."""
    async with Control(tmp_path) as control, started(tmp_path) as server:
        before = await ask_udp(server.udp, "example.")
        assert (before.rcode(), before.options[0].code) == (dns.rcode.SERVFAIL, 14)

        write_table(tmp_path, one_name("192.0.2.1"), generation=1)
        await control.say(TableReady(generation=1))
        await control.hear(Ack)
        assert str((await ask_udp(server.udp, "example.")).answer[0][0]) == "192.0.2.1"


async def test_tables_change_under_queries(tmp_path: Path) -> None:
    """Every query during many swaps is answered from one table or the next."""
    write_table(tmp_path, one_name("192.0.2.1"), generation=1)
    async with Control(tmp_path) as control, started(tmp_path) as server:
        seen = set()
        for generation in range(2, 12):
            write_table(tmp_path, one_name(f"192.0.2.{generation}"), generation=generation)
            await control.say(TableReady(generation=generation))
            for _ in range(5):
                seen.add(str((await ask_udp(server.udp, "example.")).answer[0][0]))
            while (await control.hear(Ack)).generation < generation:
                pass
        assert str((await ask_udp(server.udp, "example.")).answer[0][0]) == "192.0.2.11"
    assert seen <= {f"192.0.2.{n}" for n in range(1, 12)}


async def test_reports(tmp_path: Path) -> None:
    """Counts and totals reach control, the last ones at the end."""
    write_table(tmp_path, one_name("192.0.2.1"), generation=4)
    async with Control(tmp_path) as control:
        async with started(tmp_path) as server:
            assert (await control.hear(Hello)).worker == 1
            await ask_udp(server.udp, "example.")
            first = await control.hear(Counts)
            await ask_udp(server.udp, "example.")
        tally = await control.hear(Tally)
        last = await control.hear(Counts)

    assert [count.pairs[0][1] for count in (first, last)] == [1, 1]
    assert (first.generation, tally.totals["queries_udp"], tally.gauges["table_generation"]) == (4, 2, 4)


async def test_a_cpu_that_went_away(tmp_path: Path) -> None:
    """A worker that cannot keep to its CPU says so, and answers wherever the system lets it."""
    write_table(tmp_path, one_name("192.0.2.1"))
    async with Control(tmp_path) as control, started(tmp_path, cpu=1 << 16) as server:
        assert (await control.hear(LogLine)).event == "cannot keep to its CPU"
        assert (await ask_udp(server.udp, "example.")).answer


async def test_stale(tmp_path: Path) -> None:
    """Without stamps for a minute answers are marked stale; a stamp takes that back."""
    write_table(tmp_path, one_name("192.0.2.1"))
    async with Control(tmp_path) as control, started(tmp_path) as server:
        await control.hear(Hello)
        server.worker.stamped_at -= STALE_AFTER + 1
        server.worker._look_around()
        reply = await ask_udp(server.udp, "example.")
        assert [option.code for option in reply.options if isinstance(option, dns.edns.EDEOption)] == [3]

        await control.say(Stamp(at=0.0))
        await turn_until(lambda: server.worker._silence() < STALE_AFTER)
        assert (await ask_udp(server.udp, "example.")).options == ()


async def test_ends_on_sigterm(tmp_path: Path) -> None:
    """SIGTERM ends it with status 0; queries that had come are answered."""
    write_table(tmp_path, one_name("192.0.2.1"))
    async with started(tmp_path) as server:
        await ask_udp(server.udp, "example.")
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            assert await server.running == 0


async def test_ends_without_its_supervisor(tmp_path: Path) -> None:
    """A worker whose heartbeat nobody reads is an orphan, and ends."""
    read_end, write_end = os.pipe()
    async with started(tmp_path, heartbeat=write_end) as server:
        await turn_until(lambda: server.worker.heartbeat.descriptor == write_end)
        os.close(read_end)
        async with asyncio.timeout(PATIENCE):
            assert await server.running == 0
    os.close(write_end)


async def test_clients_that_do_not_read_do_not_hold_the_end_up(tmp_path: Path) -> None:
    """Answers that nobody takes are given up shortly after the end began."""
    write_table(tmp_path)
    async with started(tmp_path) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.tcp, limit=1024)
        packet = dns.message.make_query("big.mail.example.com", "TXT").to_wire()
        writer.write((struct.pack("!H", len(packet)) + packet) * 10_000)
        await turn_until(lambda: any(not each._writable for each in server.worker.tcp._open))
        server.worker.ending.set()
        async with asyncio.timeout(PATIENCE):
            assert await server.running == 0
        writer.close()
        reader.feed_eof()


async def test_policy_of_the_last_control(tmp_path: Path) -> None:
    """A worker that starts without control makes cookies with the secrets that stand."""
    write_table(tmp_path)
    write_policy(tmp_path, Policy(secrets=(b"s" * 16,), own=b"o" * 16))
    made = dns.message.make_query(
        "smtp.mail.example.com", "A", use_edns=0, options=[dns.edns.GenericOption(10, b"clientck")]
    )
    async with started(tmp_path) as server:
        reply = await dns.asyncquery.udp(made, "127.0.0.1", port=server.udp, timeout=PATIENCE)

    assert [len(one.to_wire() or b"") for one in reply.options] == [24]
