"""What if: overrides and weights as an operator writes them, laid over a configuration that runs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from gslb.config.resolve import default_answers
from gslb.health.override_targets import members, named
from gslb.health.overrides import Overrides
from gslb.model.overrides import Forced, Override
from gslb.model.pools import Pool
from gslb.model.settings import Config
from gslb.model.verdicts import MemberKey
from gslb.model.zones import Service, Zone

MOST_WEIGHT = 65_535


class Unknown(ValueError):  # noqa: N818 - reads as what it is
    """A TARGET names nothing, or a weight is none; the text says which, and what was meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One thing that is supposed: a TARGET in a state."""

    target: str
    state: Forced


def supposed(config: Config, book: Overrides, words: Iterable[Word]) -> Overrides:
    """The book with these words over whatever stands there. Raises Unknown."""
    for word in words:
        found = named(config, word.target)
        if not found.targets:
            raise Unknown(found.why)
        book = book.said(found.targets, Override(target=word.target, state=word.state, owner="simulate", since=0.0))
    return book


def reweighted(config: Config, weights: Iterable[tuple[str, int]]) -> Config:
    """The configuration with these weights, each of a TARGET that names members. Raises Unknown.

    A service that answers as many members as is the default answers as many as is the default then.
    """
    wanted: dict[MemberKey, int] = {}
    for target, weight in weights:
        if not 0 <= weight <= MOST_WEIGHT:
            raise Unknown(f"{target}={weight}: a weight is a number from 0 to {MOST_WEIGHT}")
        wanted.update(dict.fromkeys(_members(config, target), weight))
    return replace(config, zones=tuple(_zone(zone, wanted) for zone in config.zones))


def _members(config: Config, target: str) -> list[MemberKey]:
    found = named(config, target)
    keys = [key for key, _ in members(config) if str(key) in set(found.targets)]
    if not keys:
        raise Unknown(found.why or f"{target}: weights are of members, ZONE/POOL/MEMBER or ZONE/POOL")
    return keys


def _zone(zone: Zone, wanted: Mapping[MemberKey, int]) -> Zone:
    if not any(key.zone == zone.text for key in wanted):
        return zone
    pools = {name: _pool(zone.text, pool, wanted) for name, pool in zone.pools.items()}
    services = {name: _service(service, zone.pools, pools) for name, service in zone.services.items()}
    return replace(zone, pools=pools, services=services)


def _pool(zone: str, pool: Pool, wanted: Mapping[MemberKey, int]) -> Pool:
    return replace(
        pool,
        members=tuple(
            replace(member, weight=wanted.get(MemberKey(zone, pool.name, member.name), member.weight))
            for member in pool.members
        ),
    )


def _service(service: Service, before: Mapping[str, Pool], after: Mapping[str, Pool]) -> Service:
    def answers(chain: tuple[str, ...], now: int) -> int:
        default = default_answers([before[pool] for pool in chain])
        return default_answers([after[pool] for pool in chain]) if now == default else now

    return replace(
        service,
        answers=answers(service.pools, service.answers),
        views={
            name: replace(chain, answers=answers(chain.pools, chain.answers)) for name, chain in service.views.items()
        },
    )
