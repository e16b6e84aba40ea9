"""What the table that stands would answer: the workers' own responder, asked with evenly spread draws."""

from collections import Counter
from ipaddress import ip_address
from itertools import pairwise

import dns.edns
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from gslb.control.clients import Asked
from gslb.control.views import Sample
from gslb.dns.clients import Asker
from gslb.dns.lookup import Kind, find
from gslb.dns.reply import Facts
from gslb.dns.respond import respond
from gslb.handoff.table import Table
from gslb.model.values import Network

NOBODY = Asked()

DRAWS = 200
"""Shares are told to half a per cent."""

MOST = 10
"""Different answers told, the most frequent first: an order drawn among many members has hundreds."""

ENOUGH = 1000
"""Records told of all answers together; to read more takes too long."""

RECORDS = 50
"""Of one answer, told to people."""


def samples(table: Table, name: str, rtype: str, asked: Asked = NOBODY) -> tuple[Sample, ...]:
    """The answers to a name and type, with the share of draws that give each; none when the name is not ours.

    `asked`: by whom, for the views that hold the client, and what sticks to it.
    """
    asker = _asker(asked)
    options: list[dns.edns.Option] = [] if asked.ecs is None else [_option(asked.ecs)]
    packet = dns.message.make_query(name, rtype, use_edns=0, options=options).to_wire()
    drawn = Counter(_ask(table, packet, asker.address, (2 * n + 1) * 2**31 // DRAWS) for n in range(DRAWS))
    found: list[Sample] = []
    for data, count in drawn.most_common(MOST):
        found.append(_sample(data, count))
        if sum(len(each.records) for each in found) >= ENOUGH:
            break
    return tuple(found)


def thresholds(table: Table, name: bytes, rtype: str, asked: Asked = NOBODY) -> tuple[int, ...]:
    """What draws of 0 to 2**32 - 1 are held against: cumulative, one per variant; none where nothing is drawn."""
    hit = find(table, name, dns.rdatatype.from_text(rtype), _asker(asked))
    if hit is None or hit.kind is not Kind.ANSWER:
        return ()
    found = table.parts[hit.part].thresholds(hit.entry)
    return found if len(found) > 1 else ()


def _asker(asked: Asked) -> Asker:
    address = b"" if asked.client is None else ip_address(asked.client).packed
    return Asker(address, b"" if asked.ecs is None else _option(asked.ecs).to_wire() or b"")


def _option(network: Network) -> dns.edns.ECSOption:
    return dns.edns.ECSOption(str(network.network_address), network.prefixlen)


def told_thresholds(found: tuple[int, ...]) -> tuple[str, ...]:
    """The thresholds for people, each with the part of all draws that it ends."""
    parts = [f"{end} ({(end - before) / 2**32:.2%})" for before, end in pairwise((-1, *found[:MOST]))]
    more = f" and {len(found) - MOST} more" if len(found) > MOST else ""
    return (f"drawn by thresholds of 2^32: {', '.join(parts)}{more}",) if found else ()


def _ask(table: Table, packet: bytes, address: bytes, draw: int) -> bytes:
    response = respond(packet, table, lambda _key: draw, Facts(tcp=True), address)
    if response is None:
        raise AssertionError("a query is always answered")
    return response.data


def _sample(data: bytes, count: int) -> Sample:
    # each record by itself: to look for what stands twice in a set of a thousand takes seconds
    reply = dns.message.from_wire(data, one_rr_per_rrset=True)
    records = tuple(
        f"{rrset.name} {rrset.ttl} {dns.rdatatype.to_text(rrset.rdtype)} {rdata}"
        for rrset in reply.answer
        for rdata in rrset
    )
    return Sample(
        share=count / DRAWS,
        rcode=dns.rcode.to_text(reply.rcode()),
        records=records,
        extended_error="; ".join(map(_error, reply.extended_errors())),
    )


def _error(error: dns.edns.EDEOption) -> str:
    return f"{int(error.code)}: {error.text}" if error.text else str(int(error.code))


def told(found: tuple[Sample, ...]) -> tuple[str, ...]:
    """The samples for people."""
    lines = []
    for sample in found:
        error = f", extended error {sample.extended_error}" if sample.extended_error else ""
        lines.append(f"table: {sample.share:.1%} {sample.rcode}{error}")
        lines += [f"  {record}" for record in sample.records[:RECORDS]]
        if len(sample.records) > RECORDS:
            lines.append(f"  and {len(sample.records) - RECORDS} more")
    return tuple(lines)
