"""Stage 8: the exchangers, which MX and SRV name.

An exchanger is listed while one of its addresses is healthy. Members with one hostname are one exchanger: weights in
the tier are summed, addresses joined. A hostname stands in the first tier it is healthy in.

How many of them one answer holds, and with which preference, is for the room of answers.
"""

from dataclasses import dataclass

from gslb.model.decisions import ALL_DOWN, Exchanger
from gslb.model.pasts import WHOLE
from gslb.model.values import ANY, Address
from gslb.steering.draft import Draft, Seen


def exchange(draft: Draft) -> None:
    """Those of the tier in use in the order declared, then those of each later tier by falling weight.

    When all are down, only those that are served nevertheless.
    """
    if draft.family is ANY and draft.last_resort:
        # the service itself is named, and its own name answers the list
        draft.exchangers = (Exchanger(hostname=draft.service.owner, tier=1, weight=1, addresses=draft.last_resort),)
    if draft.family is not ANY or draft.tier is None:
        return
    listed: dict[bytes, _Listed] = {}
    shared = sum([tier.part > 0 for tier in draft.tiers]) > 1
    _list(listed, draft.tier.number, draft.tier.active if shared else draft.answering)
    exchangers = list(listed.values())
    if draft.mode is not ALL_DOWN:
        for tier in draft.tiers[draft.tier.number :]:
            before = len(listed)
            _list(listed, tier.number, tier.active)
            exchangers += sorted(list(listed.values())[before:], key=_heaviest_first)
    lowered = {one.tier for one in exchangers if one.load != one.weight * WHOLE}
    draft.exchangers = tuple([_exchanger(one, lowered) for one in exchangers])


def _exchanger(one: "_Listed", lowered: set[int]) -> Exchanger:
    return Exchanger(
        hostname=one.hostname,
        tier=one.tier,
        weight=one.weight,
        addresses=tuple(one.addresses),
        load=one.load if one.tier in lowered else 0,
    )


@dataclass(slots=True)
class _Listed:
    hostname: bytes
    tier: int
    weight: int
    load: int
    addresses: dict[Address, None]


def _list(listed: dict[bytes, _Listed], tier: int, members: list[Seen]) -> None:
    for seen in members:
        hostname = seen.member.hostname
        one = listed.get(hostname)
        if one is None:
            one = listed[hostname] = _Listed(hostname, tier, 0, 0, {})
        if one.tier == tier:
            one.weight += seen.weight
            one.load += seen.pull or seen.weight * seen.tenths
        one.addresses.update(dict.fromkeys(seen.accepted[ANY]))


def _heaviest_first(one: _Listed) -> int:
    return -one.weight
