"""What the compliance testers ask, of a worker over its sockets (every combination: tests/dns/test_compliance.py)."""

from pathlib import Path

import dns.asyncquery
import dns.edns
import dns.flags
import dns.message
import dns.rcode

from tests.kit.workers import PATIENCE, started, write_table


async def test_over_sockets(tmp_path: Path) -> None:
    """Plain, EDNS 0 and 1, an option, a flag, DO and an opcode: each is answered, by UDP and by TCP."""
    write_table(tmp_path)
    unknown = dns.edns.GenericOption(100, b"what")
    asked = [
        (dns.rcode.NOERROR, {}),
        (dns.rcode.NOERROR, {"use_edns": 0}),
        (dns.rcode.NOERROR, {"use_edns": 0, "options": [unknown], "ednsflags": 0x8040}),
        (dns.rcode.BADVERS, {"use_edns": 1, "options": [unknown]}),
        (dns.rcode.NOTIMP, {"flags": 15 << 11}),
    ]
    async with started(tmp_path) as server:
        for rcode, how in asked:
            made = dns.message.make_query("mail.example.com", "SOA", **how)
            over_udp = await dns.asyncquery.udp(made, "127.0.0.1", port=server.udp, timeout=PATIENCE)
            over_tcp = await dns.asyncquery.tcp(made, "127.0.0.1", port=server.tcp, timeout=PATIENCE)
            assert (over_udp.rcode(), over_tcp.rcode()) == (rcode, rcode)
            assert bool(over_udp.answer) == bool(over_tcp.answer) == (rcode == dns.rcode.NOERROR)
