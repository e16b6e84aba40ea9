"""The short way gives what entries and blocks give."""

from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.answers import entries, short
from gslb.answers.slots import HostSlot, ServiceSlot
from gslb.handoff.blocks import block
from gslb.model.decisions import Decision, HostDecision
from gslb.model.values import Family, MxMode, RecordType
from gslb.model.verdicts import MemberKey
from gslb.model.zones import Zone
from tests.kit.answered import chosen, decision, wire
from tests.kit.estate import ZONE, member, pool, service, zone
from tests.kit.estates import Estate, estates

A, AAAA, MX = RecordType.A, RecordType.AAAA, RecordType.MX
PLAIN = zone(pool("relays", member("r1", "192.0.2.1")), services=(service("smtp", "relays"),))
FAMILIES = {Family.IPV4: A, Family.IPV6: AAAA}
RELAYS = chosen(member("r1", "192.0.2.1", weight=3), member("r2", "192.0.2.2"))


def both(made: Decision, rtype: RecordType, site: Zone = PLAIN) -> tuple[short.Short | None, short.Short]:
    """The short way's entry of smtp, and the other's."""
    slot = ServiceSlot(zone=ZONE, service="smtp", decided_by="smtp", owner=wire("smtp"), rtype=rtype, mx=MxMode.RANKED)
    long = entries.of_service(slot, (made,), entries.scene(site, 1, frozenset()))
    return short.of_service(slot, made), (block(long.spec), long.counted)


@settings(deadline=None, max_examples=150)
@given(estates(), st.sampled_from(list(FAMILIES)))
def test_law_a_service_is_as_its_entry_says(estate: Estate, family: Family) -> None:
    """Whatever is decided: where there is a short way, its block and its consumers are those of the entry."""
    found, long = both(estate.decided(family=family), FAMILIES[family], estate.site)

    assert found in (None, long)


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=20), st.integers(0, 2**31 - 1), st.sampled_from(list(FAMILIES))
)
def test_law_members_of_one_address_go_the_short_way(weights: list[int], ttl: int, family: Family) -> None:
    """So many, of any weights: the same octets, counted for the same."""
    form = "192.0.2.{}" if family is Family.IPV4 else "2001:db8::{}"
    members = chosen(*[member(f"r{n}", form.format(n), weight=weight) for n, weight in enumerate(weights)])

    found, long = both(decision(members, family=family, ttl=ttl), FAMILIES[family])

    assert found == long


@pytest.mark.parametrize(
    ("made", "rtype"),
    [
        (decision(RELAYS, family=Family.ANY), MX),
        (decision(RELAYS, answers=2), A),
        (decision(RELAYS, nodata=True), A),
        (decision(RELAYS[:0]), A),
        (decision(chosen(member("r1", "192.0.2.1", "192.0.2.2"))), A),
        (decision(chosen(member("r1", "192.0.2.1"), member("r2", "192.0.2.1"))), A),
        (decision(chosen(*[view.member for view in RELAYS], shares=(1.0, 0.0))), A),
    ],
)
def test_all_else_has_no_short_way(made: Decision, rtype: RecordType) -> None:
    """Names, several members in one answer, several addresses, one that two share, one that is never drawn."""
    assert both(made, rtype)[0] is None


def test_who_is_out_is_passed_over() -> None:
    """Only those chosen are answered, and counted."""
    found, long = both(decision((RELAYS[0]._replace(chosen=False, share=0.0), RELAYS[1]._replace(share=1.0))), A)

    assert found == long
    assert found is not None
    assert found[1] == ((MemberKey(ZONE, "relays", "r2"),),)


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6), st.integers(0, 2**31 - 1), st.sampled_from([A, AAAA]))
def test_law_a_host_is_as_its_entry_says(address: object, ttl: int, rtype: RecordType) -> None:
    """One address of the type's family goes the short way, and comes to the same octets."""
    one = ip_address(str(address))
    made = HostDecision(hostname=wire("r1"), addresses=(one,), all_down=False, ttl=ttl, why="")
    slot = HostSlot(zone=ZONE, hostname=made.hostname, rtype=rtype)
    long = entries.of_host(slot, made, entries.scene(PLAIN, 1, frozenset()))

    found = short.of_host(slot, made)

    assert found == ((block(long.spec), long.counted) if one.version == (4 if rtype is A else 6) else None)
