"""Who a client is: the views that hold it, what a service makes of them, and both in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from gslb.model.clients import BY_COUNTRY, Held, View, rank_of
from gslb.model.settings import Config
from gslb.model.values import Address, Network
from gslb.model.zones import EVERYBODY, Service


@dataclass(frozen=True, slots=True)
class Asked:
    """By whom: an address, None for nobody in particular; and the client network that it tells of, if any."""

    client: str | None = None
    ecs: Network | None = None


def view_of(config: Config, service: Service | None, asked: Asked) -> str:
    """The view in which a service answers: the narrowest of those that hold the client and that the service has.

    `service` is the one that decides, None for a name that none does.
    """
    if service is None:
        return EVERYBODY
    held = [config.views[one.view - 1].name for one in _held(config, asked)]
    return next((name for name in held if name in service.views), EVERYBODY)


def _held(config: Config, asked: Asked) -> list[Held]:
    """As workers find it (dns.clients): each view looks at the resolver, or at what one it trusts tells of."""
    if asked.client is None:
        return []
    resolver = config.clients.of(client_address(asked.client))
    if asked.ecs is None or not asked.ecs.prefixlen:
        return list(resolver.held)
    client, length = config.clients.of(asked.ecs.network_address), asked.ecs.prefixlen
    held = [one for one in resolver.held if one.view not in resolver.trusts]
    held += [one for one in client.held if one.view in resolver.trusts and one.cover <= length]
    return sorted(held, key=lambda one: (-one.rank, one.view))


def told(config: Config, service: Service | None, asked: Asked) -> Iterator[str]:
    """Which view it is, and why, for people."""
    chains = {} if service is None else service.views
    client = asked.client
    if client is None:
        if chains:
            yield f"asked by nobody in particular; these views have chains of their own: {', '.join(chains)}"
        return
    address = client_address(client)
    trusting = {number: config.views[number - 1].name for number in config.clients.of(address).trusts}
    narrowest: dict[int, Held] = {}
    for one in _held(config, asked):
        narrowest.setdefault(one.view, one)
    places = [
        _place(config.views[view - 1], one, asked.ecs.network_address if asked.ecs and view in trusting else address)
        for view, one in narrowest.items()
    ]
    tells = f", which tells of {asked.ecs} (ECS)" if asked.ecs else ""
    yield f"asked from {client}{tells}: in {', then '.join(places) or 'no view'}"
    if chains:
        view = view_of(config, service, asked)
        yield f"answered for view {view}, by its own chain" if view else "answered as everybody is"
    believing = [name for name in trusting.values() if name in chains]
    if asked.ecs:
        yield f"what {client} tells counts for {', '.join(trusting.values()) or 'no view'}"
    elif believing:
        yield f"if {client} tells of a client (ECS), that network counts, not its own, for {', '.join(believing)}"


def scope(config: Config, service: Service, asked: Asked) -> str:
    """What the reply to a client subnet option says of caching (RFC 7871 section 7.2.1)."""
    using = [view.name for view in config.views if view.ecs and view.name in service.views]
    if not using:
        return "ECS scope 0: no view of this service looks at what resolvers tell of their clients"
    if asked.client is None:
        return f"ECS scope: the source prefix, for what views trust a resolver's word here ({', '.join(using)})"
    trusting = {config.views[number - 1].name for number in config.clients.of(client_address(asked.client)).trusts}
    believing = [name for name in using if name in trusting]
    if not believing:
        return f"ECS scope 0: {', '.join(using)} would look at what others tell, not at what {asked.client} does"
    length = "" if asked.ecs is None else f" {asked.ecs.prefixlen}"
    return f"ECS scope{length}: the source prefix, for {', '.join(believing)} trusts what {asked.client} tells"


def client_address(client: str) -> Address:
    """The address that asks; an IPv4 one may come in IPv6 form. Raises ValueError."""
    address = ip_address(client)
    return address if address.version == 4 else address.ipv4_mapped or address


def _place(view: View, held: Held, address: Address) -> str:
    if held.rank == BY_COUNTRY:
        return f"view {view.name} by its country"
    network = next(one for one in view.networks if rank_of(one.prefixlen) == held.rank and address in one)
    return f"view {view.name} by {network}"
