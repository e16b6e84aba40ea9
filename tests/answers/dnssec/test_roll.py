"""Rolls, octet by octet: what the table gives on each day of one, with every cache that may hold another day."""

from collections.abc import Iterator
from dataclasses import astuple
from typing import NamedTuple

import dns.dnssec
import dns.name
import dns.rdatatype
import dns.rrset
import pytest

from gslb.control.keyring import usable
from gslb.keys.delegating import ds
from gslb.keys.endings import ds_seen
from gslb.keys.keyfile import StoredKey
from gslb.keys.rolls import Keys, roll
from gslb.model.keys import Algorithm, Role
from tests.kit.rolling import LAGS, fresh, standing
from tests.kit.signed import ORIGIN, Server, signed_zone
from tests.kit.validating import after
from tests.kit.zonekeys import ED25519, NOW, P256

SEEN = 20_000.0
"""Seconds after its date at which the parent has the new DS."""

QUESTIONS = (("@", "SOA"), ("smtp", "A"), ("nothing", "A"), ("@", "CDS"))


class Day(NamedTuple):
    """What the zone answers from a moment on."""

    at: float
    dnskey: tuple[dns.rrset.RRset, dns.rrset.RRset]
    data: tuple[tuple[dns.rrset.RRset, dns.rrset.RRset], ...]


def rolled(roles: tuple[Role, ...], new: tuple[Role, ...], algorithm: Algorithm) -> tuple[Keys, float | None]:
    """The keys of a roll from NOW on, and when the parent swaps its DS; None: it does not."""
    old = standing(*roles)
    begun = after(old, roll(old, tuple(fresh(role, algorithm, 9 - n) for n, role in enumerate(new)), NOW, LAGS))
    asked = [key.times.sync_publish for key in begun if key.times.sync_publish and key.times.sync_publish > NOW]
    if not asked:
        return begun, None
    return after(begun, ds_seen(begun, asked[0] + SEEN, LAGS)), asked[0] + SEEN


def days(keys: Keys) -> Iterator[Day]:
    """One for each date of the roll."""
    zone = [usable(key) for key in keys]
    server = Server(signed_zone(), tuple(zone))
    for at in sorted({NOW - 60, *(date for key in keys for date in astuple(key.times) if date and date >= NOW)}):
        server.builder.sign({"mail.example.com": tuple(zone)}, at)
        server.publish(at)
        answers = [server.ask(*question) for question in QUESTIONS]
        sets = [pair for reply in answers for section in (reply.answer, reply.authority) for pair in pairs(section)]
        yield Day(at, pairs(server.ask("@", "DNSKEY").answer)[0], tuple(sets))


def pairs(section: list[dns.rrset.RRset]) -> list[tuple[dns.rrset.RRset, dns.rrset.RRset]]:
    """RRsets with their signatures."""
    signatures = {(each.name, each.covers): each for each in section if each.rdtype == dns.rdatatype.RRSIG}
    return [(each, signatures[each.name, each.rdtype]) for each in section if each.rdtype != dns.rdatatype.RRSIG]


def anchored(keys: dns.rrset.RRset, held: StoredKey) -> dict[dns.name.Name, dns.rrset.RRset]:
    """The keys of an RRset that the parent's DS names."""
    wanted = ds(usable(held))
    named = [key for key in keys if dns.dnssec.make_ds(ORIGIN, key, "SHA256").to_wire() == wanted]
    assert named
    return {ORIGIN: dns.rrset.from_rdata_list(ORIGIN, keys.ttl, named)}


@pytest.mark.parametrize(
    ("roles", "new", "algorithm"),
    [
        ((Role.CSK,), (Role.CSK,), P256),
        ((Role.KSK, Role.ZSK), (Role.KSK,), P256),
        ((Role.KSK, Role.ZSK), (Role.ZSK,), P256),
        ((Role.KSK, Role.ZSK), (Role.KSK, Role.ZSK), ED25519),
    ],
    ids=["csk", "ksk", "zsk", "algorithm"],
)
def test_every_cache_validates_on_every_day(
    roles: tuple[Role, ...], new: tuple[Role, ...], algorithm: Algorithm
) -> None:
    """DNSKEY by the DS that the parent has or had, and each answer by any DNSKEY RRset that may still be held."""
    keys, swap = rolled(roles, new, algorithm)
    newest = max(keys, key=lambda key: key.times.sync_publish or 0)
    found = list(days(keys))

    for number, day in enumerate(found):
        parents = [keys[0]] if swap is None or day.at - LAGS.ds_gone < swap else []
        if swap is not None and (number + 1 == len(found) or found[number + 1].at > swap):
            parents.append(newest)
        for seen in held(found, day, LAGS.keys_gone):
            for parent in parents:
                dns.dnssec.validate(*seen.dnskey, anchored(seen.dnskey[0], parent), now=day.at)
            for old in held(found, day, LAGS.data_gone):
                for rrset, signatures in old.data:
                    dns.dnssec.validate(rrset, signatures, {ORIGIN: seen.dnskey[0]}, now=day.at)


def held(found: list[Day], day: Day, lag: float) -> list[Day]:
    """The days whose answers a cache may still hold when a day begins."""
    return [
        each
        for number, each in enumerate(found)
        if each.at <= day.at and (number + 1 == len(found) or found[number + 1].at > day.at - lag)
    ]
