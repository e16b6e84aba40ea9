"""Generated estates for laws of steering: pools, services with every feature, a story of health, and overrides."""

from dataclasses import dataclass, replace
from ipaddress import ip_address
from math import inf
from typing import Any

from hypothesis import strategies as st

from gslb.health.overrides import Overrides
from gslb.model.decisions import Decision, MemberView
from gslb.model.overrides import Forced
from gslb.model.pasts import NEW, Past
from gslb.model.pools import Member, MinHealthy, Pool
from gslb.model.values import Address, Family, MxMode, RecordType, WhenAllDown
from gslb.model.verdicts import AddressHealth, Health
from gslb.model.zones import ALL, EVERYBODY, Zone
from gslb.steering.decide import decide
from tests.kit.controlled import NOW
from tests.kit.estate import ZONE, member, service, zone
from tests.kit.spoken_for import said
from tests.kit.views import seen_by

Weather = dict[Address, AddressHealth]
"""What is believed of each address at one moment."""


@dataclass(frozen=True, kw_only=True)
class Estate:
    """A zone with two services, health before and now, and what operators say now.

    `before` are earlier moments, each with its seconds until the next; `weather` is now.
    """

    site: Zone
    weather: Weather
    book: Overrides
    before: tuple[tuple[Weather, float], ...] = ()

    def decided(self, name: str = "smtp", family: Family = Family.IPV4, view: str = EVERYBODY) -> Decision:
        """As it is now, after all that was."""
        return self.now(name, family, view, self.past(name, family, view))

    def past(self, name: str, family: Family, view: str) -> Past:
        """What the decisions before remember; operators had not spoken yet."""
        past, at = NEW, NOW - sum(seconds for _, seconds in self.before)
        for weather, seconds in self.before:
            past = self._made(name, family, view, past, weather, Overrides(), at).past
            at += seconds
        return past

    def now(self, name: str, family: Family, view: str, past: Past) -> Decision:
        """As it is now, with this past."""
        return self._made(name, family, view, past, self.weather, self.book, NOW)

    def _made(
        self, name: str, family: Family, view: str, past: Past, weather: Weather, book: Overrides, now: float
    ) -> Decision:
        def health_of(_member: Member, address: Address) -> AddressHealth:
            return weather[address]

        return decide(
            self.site,
            self.site.services[name],
            family,
            health_of,
            ready=True,
            override_of=book.of(now),
            view=view,
            past=past,
            now=now,
        )

    def said_of(self, view: MemberView) -> Forced | None:
        """The word that counts for a member of smtp."""
        standing = self.book.of(NOW)(ZONE, "smtp", view.pool, view.member)
        return None if standing is None else standing.override.state

    def healthy(self, view: MemberView, address: Address) -> bool:
        """Whether an address of a member counts as good: by an operator's word, else by its own health."""
        word = self.said_of(view)
        return word is Forced.FORCED_UP or (word is not Forced.FORCED_DOWN and self.weather[address].is_answerable)

    def without(self, spot: tuple[str, str]) -> "Estate":
        """The same, but that one member is down now."""
        pool, name = spot
        gone = next(one for one in self.site.pools[pool].members if one.name == name)
        down = {address: health("smtp", Health.DOWN) for address in gone.addresses}
        return replace(self, weather={**self.weather, **down})


def health(
    check: str, state: Health, *, loaded: bool = False, factor: float = 1.0, damped: bool = False
) -> AddressHealth:
    """What one check makes of an address."""
    return AddressHealth(
        health=state, changes_in=45.0, why=f"{check} {state}", loaded=loaded, factor=factor, damped=damped
    )


UP = health("smtp", Health.UP)
LOWERED = (
    health("smtp", Health.DEGRADED, loaded=True),
    health("smtp", Health.UP, factor=0.5),
    health("smtp", Health.UP, factor=1.8),
)
"""And one that is raised."""
ODD = (
    health("smtp", Health.DEGRADED),
    health("smtp", Health.UNKNOWN),
    health("smtp", Health.UP, factor=0.0),
    health("smtp", Health.UP, damped=True),
)

HEALTHS = st.sampled_from((UP, UP, UP, *LOWERED, *LOWERED, *[health("smtp", Health.DOWN)] * 3, *ODD))
MOSTLY_UP = st.one_of(st.sampled_from((UP, UP, UP, *LOWERED)), HEALTHS)

FEATURES: dict[str, st.SearchStrategy[Any]] = {
    "answers": st.sampled_from([1, 1, 2, 3, ALL]),
    "mx": st.sampled_from(list(MxMode)),
    "when_all_down": st.sampled_from(list(WhenAllDown)),
    "slow_start": st.sampled_from([0.0, 0.0, 300.0]),
    "failback": st.sampled_from([0.0, 0.0, 60.0, inf]),
    "sticky": st.booleans(),
    "together": st.booleans(),
    "spill_over": st.booleans(),
    "trickle": st.sampled_from([0.0, 0.0, 0.1, 0.5, 1.0]),
}
"""Keys of a service, with what they may be."""


@st.composite
def estates(
    draw: st.DrawFn,
    *,
    healths: st.SearchStrategy[AddressHealth] = HEALTHS,
    capacities: tuple[int | None, ...] = (None, None, 1, 2, 60),
    words: int = 2,
    least: int = 1,
    **fixed: Any,
) -> Estate:
    """One to three tiers of `least` to four members, in either family or both; so many words of operators at most.

    `fixed`: features of smtp that are given.
    """
    pools = [draw(_pools(tier, least, capacities)) for tier in range(draw(st.integers(1, 3)))]
    chains = st.lists(st.sampled_from([each.name for each in pools]), min_size=1, unique=True)
    records = (RecordType.A, RecordType.AAAA, RecordType.MX)
    features = {name: fixed[name] if name in fixed else draw(values) for name, values in FEATURES.items()}
    smtp = service(
        "smtp",
        *[each.name for each in pools],
        records=records,
        last_resort=tuple(map(ip_address, ("198.51.100.99", "2001:db8:99::1"))),
        **features,
    )
    smtp = seen_by(smtp, east=tuple(draw(chains)))
    site = zone(*pools, services=(smtp, service("other", *draw(chains), records=records)))
    addresses = [address for each in pools for one in each.members for address in one.addresses]
    weathers = st.fixed_dictionaries(dict.fromkeys(addresses, healths))
    before = draw(st.lists(st.tuples(weathers, st.sampled_from([1.0, 20.0, 61.0, 200.0])), max_size=3))
    return Estate(site=site, weather=draw(weathers), book=draw(_books(pools, words)), before=tuple(before))


@st.composite
def _pools(draw: st.DrawFn, tier: int, least: int, capacities: tuple[int | None, ...]) -> Pool:
    members = []
    for number in range(draw(st.sampled_from([size for size in (1, 2, 3, 3, 4, 4) if size >= least]))):
        four, six = f"192.0.{tier}.{number}", f"2001:db8:{tier}::{number}"
        members.append(
            member(
                f"m{number}",
                *draw(
                    st.sampled_from(
                        [(four,), (four,), (four, six), (four, six), (four, f"192.0.{tier}.1{number}"), (six,)]
                    )
                ),
                weight=draw(st.sampled_from([1, 1, 1, 2, 3, 60, 65_535, 0])),
                standby=draw(st.sampled_from([False, False, True])),
                machine=draw(st.sampled_from([None, "esx1"])),
                capacity=draw(st.sampled_from(capacities)),
            )
        )
    needed = draw(st.sampled_from([MinHealthy(), MinHealthy(members=2), MinHealthy(members=None, percent=50.0)]))
    degraded = draw(st.sampled_from([1.0, 0.3]))
    return Pool(name=f"p{tier}", members=tuple(members), min_healthy=needed, checks=("smtp",), degraded_weight=degraded)


@st.composite
def _books(draw: st.DrawFn, pools: list[Pool], most: int) -> Overrides:
    targets = [f"{each.name}/{one.name}" for each in pools for one in each.members]
    book = Overrides()
    for target in draw(st.lists(st.sampled_from([*targets, "machine:esx1", "smtp"]), max_size=most)):
        lasts = draw(st.sampled_from([None, 12.0]))
        book = said(target, state=draw(st.sampled_from(list(Forced))), over=book, lasts=lasts)
    return book
