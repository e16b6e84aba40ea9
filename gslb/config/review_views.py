"""Warnings about views: what is allowed and leaves some clients with less than they would expect."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from typing import TypeAlias

from gslb.config.documents import Document
from gslb.config.drafts import ZoneDraft
from gslb.config.positions import Path
from gslb.config.schema_node import NodeFile
from gslb.model.clients import View
from gslb.model.pools import Pool
from gslb.model.values import Family, Network, RecordType
from gslb.model.zones import Service, Zone

Start: TypeAlias = tuple[int, int]
"""Where a network begins: version and address."""

_ADDRESSES = ((RecordType.A, Family.IPV4, "IPv4"), (RecordType.AAAA, Family.IPV6, "IPv6"))


def review_views(document: Document, table: NodeFile, found: Collection[str], zones: list[ZoneDraft]) -> None:
    """Warn of the views of gslb.yaml; `found` are the countries that the file knows."""
    used = {view for zone in zones for service in zone.table.services.values() for view in service.views}
    for name, view in table.views.items():
        path: Path = ("views", name)
        if name not in used:
            document.warn(
                path, "no service answers this view in its own way; name it under the views of one, or take it out"
            )
        for index, code in enumerate(view.countries):
            if code not in found:
                message = f"{table.geoip} knows no network in {code}: nobody is held; update the file, or take it out"
                document.warn((*path, "countries", index), message)
        for index, network in enumerate(view.ecs):
            if not network.prefixlen:
                message = f"{network} trusts everybody: whoever asks may say whose answer to get; name your resolvers"
                document.warn((*path, "ecs", index), message)


def review_chains(draft: ZoneDraft, zone: Zone, views: tuple[View, ...]) -> None:
    """Warn of the chains that the services of a zone have for views."""
    for service in zone.services.values():
        if service.alias_of is None:
            _chains(draft, zone, service, views)


def _chains(draft: ZoneDraft, zone: Zone, service: Service, views: tuple[View, ...]) -> None:
    for name, chain in service.views.items():
        path: Path = ("services", service.name, "views", name)
        pools = [zone.pools[pool] for pool in chain.pools]
        if len(pools) == 1 and pools[0].checks:
            message = (
                f"no fallback: while {pools[0].name} is down its clients get {service.when_all_down}, whatever the "
                f"other pools could do; write a second one, like [{pools[0].name}, {service.pools[0]}]"
            )
            draft.document.warn(path, message)
        for rtype, version in _missing(zone, service, pools):
            message = (
                f"no member has an {version} address: its clients get no data for {rtype}, unlike everybody else; "
                "add a pool that has one"
            )
            draft.document.warn(path, message)
    for name in _never_first(views, service.views):
        message = "never reached: every client of it is in a narrower view that this service has; take it out"
        draft.document.warn(("services", service.name, "views", name), message)


def _missing(zone: Zone, service: Service, pools: list[Pool]) -> Iterator[tuple[str, str]]:
    """Types that everybody gets and the view never could."""
    for rtype, family, version in _ADDRESSES:
        everybody = [zone.pools[pool] for pool in service.pools]
        if rtype in service.records and _has(everybody, family) and not _has(pools, family):
            yield rtype.name, version


def _has(pools: list[Pool], family: Family) -> bool:
    return any(member.of_family(family) for pool in pools for member in pool.members)


def _never_first(views: tuple[View, ...], names: Collection[str]) -> Iterator[str]:
    """Views whose networks are covered whole by narrower ones of the other views.

    Where a view trusts a resolver's word, each may look at another address, and any may come first.
    """
    among = [view for view in views if view.name in names]
    if any(view.ecs for view in among):
        return
    ordered = sorted(
        ((_first(network), view.name, network) for view in among for network in view.networks),
        key=lambda one: (one[0], one[2].prefixlen),
    )
    starts = [start for start, _, _ in ordered]
    for view in among:
        if not view.countries and all(_covered(network, view.name, starts, ordered) for network in view.networks):
            yield view.name


def _covered(network: Network, name: str, starts: list[Start], ordered: list[tuple[Start, str, Network]]) -> bool:
    """Whether the networks of other views inside this one add up to it."""
    first = bisect_left(starts, _first(network))
    after = bisect_right(starts, (network.version, int(network.broadcast_address)))
    left = network.num_addresses
    at = int(network.network_address)
    for _, holder, one in ordered[first:after]:
        if holder != name and one != network and int(one.network_address) >= at:
            left -= one.num_addresses
            at = int(one.broadcast_address) + 1
    return not left


def _first(network: Network) -> Start:
    return network.version, int(network.network_address)
