from collections import Counter
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.answers.build import Builder
from gslb.answers.plan import plan
from gslb.answers.sticky import TIER, among, winners
from gslb.handoff.layout import STICKY_SLOTS
from gslb.handoff.table import Table
from gslb.model.values import Family, RecordType, WhenAllDown
from gslb.model.zones import ALL
from tests.kit.answered import entry_at, message, opened, reply, wire
from tests.kit.clock import Clock
from tests.kit.estate import ZONE, config, member, pool, service, zone

NAMES = [f"relays/r{n}" for n in range(8)]


def given_slots(pulls: list[float], weights: list[int] | None = None, key: str = "z/s") -> list[int]:
    """Who has each slot; equal configured weights unless given."""
    return winners(key, NAMES[: len(pulls)], weights or [10] * len(pulls), pulls)


def test_slots_go_by_weight() -> None:
    """Each member has slots in proportion to its weight, within what 4,096 draws allow."""
    counted = Counter(given_slots([40, 30, 20, 10], [40, 30, 20, 10]))

    assert [counted[n] / STICKY_SLOTS for n in range(4)] == pytest.approx([0.4, 0.3, 0.2, 0.1], abs=0.025)


def test_services_differ() -> None:
    """Another service gives the same slots to others."""
    assert given_slots([10.0] * 4) != given_slots([10.0] * 4, key="z/t")


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from([0.0, 1.0, 5.0, 10.0]), min_size=2, max_size=8), st.data())
def test_a_loss_moves_only_its_own_clients(pulls: list[float], data: st.DataObject) -> None:
    """Whoever is lowered or lost, and whoever is already: slots that were not its own stay where they are."""
    pulls[0] = 10.0
    lost = data.draw(st.integers(1, len(pulls) - 1))
    less = data.draw(st.floats(0, 0.99)) * pulls[lost]

    before = given_slots(pulls)
    after = given_slots([less if n == lost else pull for n, pull in enumerate(pulls)])

    assert all(was == lost for was, now in zip(before, after, strict=True) if was != now)
    assert less > 0 or lost not in after


def test_what_comes_back_gets_its_own_again() -> None:
    """A member that returns has the slots it had, and no others."""
    assert given_slots([10.0] * 5) == given_slots([3.0] * 5)


def test_draws_by_slot_are_steady() -> None:
    """A part that grows takes from its neighbour what it grows by, and moves nobody else."""
    before, after = among((90, 10), TIER), among((80, 20), TIER)

    moved = [(was, now) for was, now in zip(before, after, strict=True) if was != now]
    assert set(moved) == {(0, 1)}
    assert len(moved) == pytest.approx(STICKY_SLOTS / 10, abs=2)


def table(
    *down: str,
    answers: int = 1,
    trickle: float = 0.0,
    all_down: WhenAllDown = WhenAllDown.SERVE_ALL,
    calm: float = 0.0,
) -> Table:
    """The table of a sticky service with these addresses down, after so many seconds of calm."""
    smtp = service(
        "smtp",
        "relays",
        "near",
        records=(RecordType.A, RecordType.MX),
        answers=answers,
        sticky=True,
        trickle=trickle,
        when_all_down=all_down,
        last_resort=tuple(map(ip_address, ("203.0.113.1", "203.0.113.2"))) if all_down is WhenAllDown.LIST else (),
    )
    relays = pool("relays", *(member(f"r{n}", f"192.0.2.{n}", weight=n) for n in range(1, 5)))
    site = zone(relays, pool("near", member("n1", "198.51.100.1")), services=(smtp,))
    builder = Builder(plan(config(site)), {ZONE: 1})
    clocks = {family: Clock(site, family) for family in Family}
    for clock in clocks.values():
        clock.after(0, ready=calm > 0)
    builder.update({(ZONE, "smtp", family): clock.after(calm, down=down) for family, clock in clocks.items()}, {})
    return opened(builder)


def by_slot(made: Table, rtype: str = "A") -> list[list[str]]:
    """What each slot of clients is answered."""
    part, entry = entry_at(made, "smtp", rtype)
    number = int(RecordType[rtype])
    texts = [
        [str(rrset[0]) for rrset in message(part, entry, n, wire("smtp"), number).answer]
        for n in range(entry.variant_count)
    ]
    return [texts[part.in_slot(entry, slot)] for slot in range(STICKY_SLOTS)]


@pytest.mark.parametrize(("rtype", "gone"), [("A", "192.0.2.3"), ("MX", "r3.relays.mail.example.com.")])
def test_in_the_table_only_the_clients_of_what_fails_move(rtype: str, gone: str) -> None:
    """A client is told another member first only if the one it had is gone."""
    before, after = by_slot(table(), rtype), by_slot(table("192.0.2.3"), rtype)
    firsts = [(was[0].split()[-1], now[0].split()[-1]) for was, now in zip(before, after, strict=True)]

    assert {was for was, now in firsts if was != now} == {gone}
    assert gone not in {now for _, now in firsts}


@pytest.mark.parametrize("answers", [2, ALL])
def test_several_answers_begin_with_the_clients_own(answers: int) -> None:
    """The member that has the slot stands first, the others follow in the order declared."""
    ones, several = by_slot(table()), by_slot(table(answers=answers))

    assert all(found[0] == one[0] for one, found in zip(ones, several, strict=True))
    assert {len(set(found)) for found in several} == {answers or 4}


def test_a_trickle_has_its_part_of_clients() -> None:
    """A tenth of the slots, and nobody else's member moves for it."""
    calm, shared = by_slot(table()), by_slot(table(trickle=0.1))
    moved = [now for was, now in zip(calm, shared, strict=True) if was != now]

    assert {now[0] for now in moved} == {"198.51.100.1"}
    assert len(moved) == pytest.approx(STICKY_SLOTS / 10, abs=2)


def test_a_sticky_service_names_itself_for_its_list() -> None:
    """With all down, MX names the service, which is no member that a client could be given."""
    made = table("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "198.51.100.1", all_down=WhenAllDown.LIST)

    assert reply(made, "smtp", "MX").rdata == ["10 smtp.mail.example.com."]


@pytest.mark.parametrize("rtype", ["A", "MX"])
def test_a_last_good_set_of_two_tiers_sticks(rtype: str) -> None:
    """Where tiers shared answers a minute ago, all of their members have clients when all are down."""
    everybody = ("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "198.51.100.1")
    made = table(*everybody, trickle=0.5, all_down=WhenAllDown.LAST_GOOD, calm=120.0)

    assert len({found[0].split()[-1] for found in by_slot(made, rtype)}) == len(everybody)


def test_what_the_table_says_of_shares() -> None:
    """Slots count as draws: the parts are those of members, and the whole circle is given away."""
    part, entry = entry_at(table(), "smtp", "A")
    ends = part.thresholds(entry)

    assert ends[-1] == 2**32 - 1
    assert ends[0] / 2**32 == pytest.approx(0.1, abs=0.025)


def test_one_member_needs_no_slots() -> None:
    """With nobody to choose between there is one answer for all."""
    _, entry = entry_at(table("192.0.2.1", "192.0.2.2", "192.0.2.3"), "smtp", "A")

    assert (entry.draw_kind, entry.variant_count) == (0, 1)


def test_a_client_has_one_member_for_addresses_and_mail() -> None:
    """The exchanger that is named first is the member whose address is answered."""
    made = table("192.0.2.3")
    numbers = {"192.0.2.1": "r1", "192.0.2.2": "r2", "192.0.2.4": "r4"}

    for addresses, exchangers in zip(by_slot(made), by_slot(made, "MX"), strict=True):
        assert exchangers[0].split()[1].startswith(numbers[addresses[0]] + ".")
