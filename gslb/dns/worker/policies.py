"""What the policy says of transfers, as the responder wants it."""

from gslb.dns.allowed import Allowed
from gslb.dns.networks import Networks
from gslb.dns.tsig import Key, key_of
from gslb.handoff.policy import Policy


def keys_in(policy: Policy) -> dict[bytes, Key]:
    """The TSIG keys, by name."""
    return {key.name: key_of(key.name, key.algorithm, key.secret) for key in policy.keys}


def transfers_in(policy: Policy) -> dict[bytes, Allowed]:
    """Who may fetch which zone, by its apex; nobody, where a policy names neither networks nor keys."""
    return {
        one.apex: Allowed(
            networks=Networks(one.networks) if one.networks else None,
            keys=frozenset(one.keys) if one.keys else None,
        )
        for one in policy.transfers
        if one.networks or one.keys
    }
