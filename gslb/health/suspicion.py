"""When a check itself is suspected, not the services it looks at (contract, "A check suspected itself").

A page was redesigned, a password has run out, a plugin was updated: suddenly the check fails everywhere, for what was
said and not for silence, while the same machines do well by other checks. Pure: recent sights in, a yes or no out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gslb.model.observations import Reason
from gslb.model.values import Address

CONTENT = frozenset(
    {
        Reason.BODY_MISMATCH,
        Reason.STATUS_UNEXPECTED,
        Reason.REDIRECT_BLOCKED,
        Reason.REDIRECT_LOOP,
        Reason.CERT_EXPIRED,
        Reason.CERT_NOT_YET,
        Reason.CERT_NAME,
        Reason.CERT_UNTRUSTED,
        Reason.CAP_MISSING,
        Reason.CAP_FORBIDDEN,
        Reason.AUTH_REJECTED,
        Reason.AUTH_UNAVAILABLE,
        Reason.RCODE,
        Reason.ANSWER_MISMATCH,
        Reason.NOT_AUTHORITATIVE,
        Reason.EXEC_CRITICAL,
    }
)
"""Reasons that are about what a service said; never connect, reset, end of stream or timeout."""

ADDRESSES, POOLS, INTERVALS = 3, 2, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A target of the check that fails for content, in a row since `since` (Unix seconds)."""

    address: Address
    pools: frozenset[tuple[str, str]]
    since: float


def is_suspect(
    sights: Sequence[Sight], targets: int, *, good_elsewhere: Callable[[Address], bool], interval: float, now: float
) -> bool:
    """Whether a check with so many `targets`, of which those in `sights` fail for content, is suspected itself.

    `good_elsewhere`: whether another check does well at an address. `interval`: of the check, in seconds.
    """
    addresses = {sight.address for sight in sights}
    pools = frozenset[tuple[str, str]]().union(*(sight.pools for sight in sights))
    if len(sights) < targets or len(addresses) < ADDRESSES or len(pools) < POOLS:
        return False
    if any(now - sight.since > INTERVALS * interval for sight in sights):
        return False
    return 2 * sum(map(good_elsewhere, addresses)) >= len(addresses)
