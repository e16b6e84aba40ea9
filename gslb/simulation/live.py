"""What the running server believes, as its status tells it: health by member address, and the overrides that stand."""

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any, TypeAlias

from gslb.health.overrides import Overrides, from_plain
from gslb.model.pools import Member
from gslb.model.settings import Config
from gslb.model.values import Address
from gslb.model.verdicts import AddressHealth, Health, MemberKey
from gslb.simulation.pictures import HEALTHY
from gslb.steering.draft import HealthOf

Believed: TypeAlias = Mapping[tuple[MemberKey, str], AddressHealth]


def believed(status: Mapping[str, Any]) -> Believed:
    """By member and address: the real health, under any override. `status`: the JSON of GET /api/v1/status."""
    return dict(_believed(status))


def _believed(status: Mapping[str, Any]) -> Iterator[tuple[tuple[MemberKey, str], AddressHealth]]:
    for zone in status["zones"]:
        for pool in zone["pools"]:
            for member in pool["members"]:
                key = MemberKey(member["zone"], member["pool"], member["name"])
                for address in member["addresses"]:
                    soonest = address["next_change"]
                    yield (
                        (key, address["address"]),
                        AddressHealth(
                            health=Health(address["real"]),
                            changes_in=inf if soonest is None else soonest,
                            why=address["why"],
                        ),
                    )


def overrides(status: Mapping[str, Any]) -> Overrides:
    """The book of overrides as the status lists them, the latest last; forever, as of now."""
    return from_plain([{**each, "number": number} for number, each in enumerate(status["overrides"], 1)])[0]


def health_from(found: Believed, config: Config) -> HealthOf:
    """What steering asks. A member or address that the server does not know is taken as healthy."""
    by_identity = {
        (id(member), address): found.get((MemberKey(zone.text, pool.name, member.name), str(address)), HEALTHY)
        for zone in config.zones
        for pool in zone.pools.values()
        for member in pool.members
        for address in member.addresses
    }

    def look(member: Member, address: Address) -> AddressHealth:
        return by_identity[id(member), address]

    return look
