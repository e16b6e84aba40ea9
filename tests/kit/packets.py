"""Queries of every kind, and what becomes of them when octets flip."""

import random
import struct

import dns.edns
import dns.flags
import dns.message
import dns.opcode

NAMES = (
    "mail.example.com",
    "smtp.mail.example.com",
    "SmTp.MaIl.eXaMpLe.CoM",
    "relays.mail.example.com",
    "r1.relays.mail.example.com",
    "ns1.mail.example.com",
    "wild.mail.example.com",
    "a.b.wild.mail.example.com",
    "www.mail.example.com",
    "nothing.mail.example.com",
    "example.org",
    ".",
)
TYPES = ("A", "AAAA", "MX", "NS", "SOA", "TXT", "CNAME", "SRV", "ANY", "AXFR", "DS", "TYPE65280")


def queries() -> list[bytes]:
    """Well-formed packets: each name with each type, plain, with EDNS, with options, over odd opcodes."""
    made = []
    ecs = dns.edns.ECSOption("192.0.2.0", 24)
    for name in NAMES:
        for rtype in TYPES:
            made.append(dns.message.make_query(name, rtype).to_wire())
            made.append(dns.message.make_query(name, rtype, use_edns=0, payload=4096, want_dnssec=True).to_wire())
            made.append(
                dns.message.make_query(name, rtype, use_edns=0, options=[ecs, dns.edns.GenericOption(3, b"")]).to_wire()
            )
    for opcode in (dns.opcode.NOTIFY, dns.opcode.UPDATE, dns.opcode.STATUS):
        odd = dns.message.make_query("mail.example.com", "SOA")
        odd.set_opcode(opcode)
        made.append(odd.to_wire())
    return made


def mutated(chance: random.Random, seeds: list[bytes]) -> bytes:
    """One packet: noise, or a query with octets flipped, cut, doubled or swapped for another's."""
    kind = chance.random()
    if kind < 0.1:
        return chance.randbytes(chance.randrange(0, 600))
    packet = bytearray(chance.choice(seeds))
    struct.pack_into(">H", packet, 0, chance.randrange(65536))
    for _ in range(chance.randrange(0, 5)):
        packet[chance.randrange(len(packet))] = chance.randrange(256)
    if kind < 0.3:
        del packet[chance.randrange(len(packet)) :]
    elif kind < 0.4:
        packet += chance.randbytes(chance.randrange(1, 80))
    elif kind < 0.5:
        other = chance.choice(seeds)
        at = chance.randrange(12, len(packet))
        packet[at:] = other[chance.randrange(12, len(other)) :]
    return bytes(packet)
