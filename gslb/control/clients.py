"""Who a client is: the views that hold it, what a service makes of them, and both in words."""

from collections.abc import Iterator
from ipaddress import ip_address

from gslb.model.clients import BY_COUNTRY, Held, View, rank_of
from gslb.model.settings import Config
from gslb.model.values import Address
from gslb.model.zones import EVERYBODY, Service


def view_of(config: Config, service: Service | None, client: str | None) -> str:
    """The view in which a service answers an address that asks itself: the narrowest of its views that the service has.

    `service` is the one that decides, None for a name that none does; a client of None is nobody in particular.
    """
    if service is None or client is None:
        return EVERYBODY
    held = [config.views[one.view - 1].name for one in config.clients.of(client_address(client)).held]
    return next((name for name in held if name in service.views), EVERYBODY)


def told(config: Config, service: Service | None, client: str | None) -> Iterator[str]:
    """Which view it is, and why, for people."""
    chains = {} if service is None else service.views
    if client is None:
        if chains:
            yield f"asked by nobody in particular; these views have chains of their own: {', '.join(chains)}"
        return
    address = client_address(client)
    known = config.clients.of(address)
    places = [_place(config.views[one.view - 1], one, address) for one in known.held]
    yield f"asked from {client}: in {', then '.join(places) or 'no view'}"
    if chains:
        view = view_of(config, service, client)
        yield f"answered for view {view}, by its own chain" if view else "answered as everybody is"
    trusting = [config.views[number - 1].name for number in known.trusts]
    believing = [name for name in trusting if name in chains]
    if believing:
        yield f"if {client} tells of a client (ECS), that network counts, not its own, for {', '.join(believing)}"


def scope(config: Config, service: Service) -> str:
    """What the reply to a client subnet option says of caching (RFC 7871 section 7.2.1)."""
    using = [view.name for view in config.views if view.ecs and view.name in service.views]
    if using:
        return f"ECS scope: the source prefix, for what views trust a resolver's word here ({', '.join(using)})"
    return "ECS scope 0: no view of this service looks at what resolvers tell of their clients"


def client_address(client: str) -> Address:
    """The address that asks; an IPv4 one may come in IPv6 form. Raises ValueError."""
    address = ip_address(client)
    return address if address.version == 4 else address.ipv4_mapped or address


def _place(view: View, held: Held, address: Address) -> str:
    if held.rank == BY_COUNTRY:
        return f"view {view.name} by its country"
    network = next(one for one in view.networks if rank_of(one.prefixlen) == held.rank and address in one)
    return f"view {view.name} by {network}"
