"""Asking the pure responder through dnspython, so that no one marks their own work."""

from functools import cache
from typing import Any

import dns.message
import dns.name
import dns.rdatatype

from gslb.dns.chain import Draw
from gslb.dns.cookies import Cookies
from gslb.dns.reply import Facts, Response
from gslb.dns.respond import respond
from gslb.handoff.table import Table
from tests.kit.mailzone import mail_table

the_table = cache(mail_table)


def drawn(value: int) -> Draw:
    """A draw that always gives this."""
    return lambda _key: value


def send(
    packet: bytes,
    *,
    table: Table | None = None,
    draw: int = 0,
    tcp: bool = False,
    stale: bool = False,
    nsid: bytes = b"",
    cookies: Cookies | None = None,
    address: bytes = b"",
    now: int = 0,
) -> Response | None:
    """What the mail zone's table, or another one, replies to a packet."""
    facts = Facts(tcp=tcp, stale=stale, nsid=nsid, cookies=cookies, keepalive=100)
    return respond(packet, table or the_table(), drawn(draw), facts, address, now)


def ask(name: str, rtype: str, *, options: dict[str, Any] | None = None, **how: Any) -> dns.message.Message:
    """The reply to one question, parsed; `options` are dnspython's for the query, `how` is for `send`.

    A name without a final dot is relative to mail.example.com.
    """
    origin = dns.name.from_text("mail.example.com.")
    made = dns.message.make_query(dns.name.from_text(name, origin), rtype, **(options or {}))
    response = send(made.to_wire(), **how)
    assert response is not None
    reply = dns.message.from_wire(response.data)
    assert made.is_response(reply)
    return reply


def rdata(reply: dns.message.Message, rtype: str) -> list[str]:
    """The answers of one type, as text, in order."""
    kind = dns.rdatatype.from_text(rtype)
    return [str(one) for rrset in reply.answer if rrset.rdtype == kind for one in rrset]


def shape(reply: dns.message.Message) -> list[str]:
    """The answer section: owner and type of each RRset."""
    return [f"{rrset.name} {dns.rdatatype.to_text(rrset.rdtype)}" for rrset in reply.answer]


def soa_ttl(reply: dns.message.Message) -> int:
    """The TTL of the SOA in the authority section; -1 when there is none."""
    return next((rrset.ttl for rrset in reply.authority if rrset.rdtype == dns.rdatatype.SOA), -1)
