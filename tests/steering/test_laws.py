"""Laws of steering, over generated pools, services, health and overrides."""

from dataclasses import dataclass
from ipaddress import ip_address

from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.answers.build import Builder, decision_key
from gslb.answers.plan import plan
from gslb.dns.lookup import find
from gslb.handoff.table import Table, in_memory
from gslb.health.overrides import Overrides
from gslb.model.decisions import Decision, MemberView, Mode
from gslb.model.overrides import Forced
from gslb.model.pools import Member, MinHealthy, Pool
from gslb.model.values import Address, Family, RecordType, WhenAllDown
from gslb.model.verdicts import AddressHealth, Health
from gslb.model.zones import Service, Zone
from gslb.steering.decide import decide
from gslb.steering.explain import explain
from tests.kit.controlled import NOW
from tests.kit.estate import ZONE, config, member, service, zone
from tests.kit.spoken_for import said

LIVE = (Mode.NORMAL, Mode.BELOW_MINIMUM)
OUT = (Forced.DRAINED, Forced.FORCED_DOWN)


@dataclass(frozen=True, kw_only=True)
class Estate:
    """A zone with two services, what is believed of each address, and what operators have said."""

    site: Zone
    states: dict[Address, Health]
    book: Overrides

    def health_of(self, _member: Member, address: Address) -> AddressHealth:
        """As steering asks."""
        return AddressHealth(health=self.states[address], changes_in=45.0, why=f"smtp {self.states[address]}")

    def decided(self, name: str = "smtp", family: Family = Family.IPV4) -> Decision:
        """As it is."""
        override_of = self.book.of(NOW)
        return decide(self.site, self.site.services[name], family, self.health_of, ready=True, override_of=override_of)

    def said_of(self, view: MemberView) -> Forced | None:
        """The word that counts for a member of smtp."""
        standing = self.book.of(NOW)(ZONE, "smtp", view.pool, view.member)
        return None if standing is None else standing.override.state


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    """One to three tiers of one to four members, in either family or both."""
    pools = []
    for tier in range(draw(st.integers(1, 3))):
        members = []
        for number in range(draw(st.integers(1, 4))):
            four, six = f"192.0.{tier}.{number}", f"2001:db8:{tier}::{number}"
            members.append(
                member(
                    f"m{number}",
                    *draw(st.sampled_from([(four,), (six,), (four, six)])),
                    weight=draw(st.sampled_from([0, 1, 2, 3, 60, 65_535])),
                    standby=draw(st.sampled_from([False, False, True])),
                    machine=draw(st.sampled_from([None, "esx1"])),
                )
            )
        least = draw(st.sampled_from([MinHealthy(), MinHealthy(members=2), MinHealthy(members=None, percent=50.0)]))
        pools.append(Pool(name=f"p{tier}", members=tuple(members), min_healthy=least, checks=("smtp",)))
    names = [each.name for each in pools]
    records = (RecordType.A, RecordType.AAAA, RecordType.MX)
    all_down = draw(st.sampled_from(list(WhenAllDown)))
    services = (
        service("smtp", *names, records=records, answers=1, when_all_down=all_down),
        service("other", *names, records=records),
    )
    site = zone(*pools, services=services)
    addresses = [address for each in pools for one in each.members for address in one.addresses]
    states = {address: draw(st.sampled_from(list(Health))) for address in addresses}
    targets = [f"{each.name}/{one.name}" for each in pools for one in each.members]
    book = Overrides()
    for target in draw(st.lists(st.sampled_from([*targets, "machine:esx1", "smtp"]), max_size=3)):
        book = said(target, state=draw(st.sampled_from(list(Forced))), over=book)
    return Estate(site=site, states=states, book=book)


def test_the_words_of_all_down_are_all_drawn() -> None:
    """A mode that needs more than its word would have to be added above."""
    assert {str(mode) for mode in WhenAllDown} >= {"serve_all", "nodata", "servfail", "refused"}


@given(estates(), st.sampled_from(list(Family)))
def test_shares_are_parts_of_the_whole_by_weight(estate: Estate, family: Family) -> None:
    """They sum to one, and each is its weight over the weights of those that answer."""
    chosen = estate.decided(family=family).chosen
    whole = sum(view.member.weight for view in chosen)

    assert not chosen or abs(sum(view.share for view in chosen) - 1) < 1e-9
    assert all(abs(view.share - view.member.weight / whole) < 1e-9 for view in chosen)


@given(estates(), st.sampled_from(list(Family)))
def test_nobody_is_answered_who_should_not_be(estate: Estate, family: Family) -> None:
    """No weight 0, nobody drained or forced down, whatever the mode; nobody down while any is up."""
    decision = estate.decided(family=family)
    listed = {address for one in decision.exchangers for address in one.addresses}

    for view in decision.members:
        word = estate.said_of(view)
        taken_out = word in OUT or view.member.weight == 0
        assert not (view.chosen and taken_out)
        assert not (taken_out and listed.intersection(view.member.addresses))
        if view.chosen and decision.mode in LIVE and word is None:
            assert all(estate.states[address] is not Health.DOWN for address in view.addresses)


@given(estates(), st.sampled_from(list(Family)))
def test_a_mode_says_what_it_is(estate: Estate, family: Family) -> None:
    """All down only where nobody eligible is healthy in any family; otherwise nobody's word on it is asked."""
    decision = estate.decided(family=family)
    eligible = [
        address
        for view in decision.members
        for address in view.member.addresses
        if view.member.weight and estate.said_of(view) not in OUT
        if estate.states[address].is_good or estate.said_of(view) is Forced.FORCED_UP
    ]

    assert not (decision.mode is Mode.ALL_DOWN and eligible)
    assert (decision.action is not None) == (decision.mode is Mode.ALL_DOWN)


@given(estates(), st.sampled_from(list(Family)), st.sampled_from(list(Forced)))
def test_a_word_on_one_service_changes_no_other(estate: Estate, family: Family, state: Forced) -> None:
    """However its tiers fail."""
    before = estate.decided("other", family)
    spoken = Estate(site=estate.site, states=estate.states, book=said("smtp", state=state, over=estate.book))

    assert spoken.decided("other", family) == before


@given(estates(), st.sampled_from(list(Family)))
def test_a_failing_tier_changes_no_service_without_it(estate: Estate, family: Family) -> None:
    """All of the first pool going down is nothing to a service that begins behind it."""
    pools = tuple(estate.site.pools.values())
    rest = [each.name for each in pools[1:]] or [pools[0].name]
    site = zone(*pools, services=(service("smtp", pools[0].name), service("rest", *rest)))
    gone = {address: Health.DOWN for one in pools[0].members for address in one.addresses if pools[1:]}
    before = Estate(site=site, states=estate.states, book=estate.book)
    after = Estate(site=site, states={**estate.states, **gone}, book=estate.book)

    assert after.decided("rest", family) == before.decided("rest", family)


@given(estates())
def test_two_nodes_with_one_input_decide_alike(estate: Estate) -> None:
    """Nothing but the input decides: not the order in which health came in, nor who asks."""
    turned = dict(reversed(estate.states.items()))
    words = dict(reversed(estate.book.by_target.items()))
    other = Estate(site=estate.site, states=turned, book=Overrides(words))

    for family in Family:
        assert other.decided(family=family) == estate.decided(family=family)
    assert built(other, Family.IPV4).parts[0].data == built(estate, Family.IPV4).parts[0].data


def built(estate: Estate, *families: Family) -> Table:
    """The table of smtp's decisions."""
    builder = Builder(plan(config(estate.site)), {ZONE: 1})
    builder.update({decision_key(ZONE, "smtp", family): estate.decided(family=family) for family in families}, {})
    image = builder.image(1)
    assert image.names is not None
    return in_memory(image.names, image.parts)


@settings(max_examples=60)
@given(estates())
def test_explained_shares_are_the_thresholds_of_the_table(estate: Estate) -> None:
    """What is told is what is drawn by, to a place of the circle for each member."""
    decision = estate.decided()
    smtp = estate.site.services["smtp"]
    told = explain(estate.site, smtp, RecordType.A, decision)
    shares = {line.addresses: line.share for tier in told.tiers for line in tier.members if line.chosen}
    hit = find(built(estate, Family.IPV4), smtp.owner, RecordType.A)
    assert hit is not None

    drawn = widths(built(estate, Family.IPV4), hit.part, hit.slot, smtp)
    assert {(address,) for address in drawn} == set(shares) if shares else True
    for addresses, share in shares.items():
        assert share is not None
        assert abs(drawn[addresses[0]] - share) < 1e-8


def widths(table: Table, part: int, slot: int, _service: Service) -> dict[str, float]:
    """Each address answered, with its part of all draws: variants hold one A record each."""
    where = table.parts[part]
    entry = where.entry(slot)
    assert entry is not None
    found: dict[str, float] = {}
    before = -1
    for number, threshold in enumerate(where.thresholds(entry)):
        variant = where.variant(entry, number)
        record = where.octets(variant.at, 0, 16)
        found[str(ip_address(record[12:16]))] = (threshold - before) / 2**32
        before = threshold
    return found
