"""What the policy says of transfers."""

from gslb.dns.tsig import key_of
from gslb.dns.worker.policies import keys_in, transfers_in
from gslb.handoff.policy import Policy, SharedKey, TransferRule

APEX = b"\1a\0"
HERE = b"\xc0\0\2\1"


def test_keys() -> None:
    """Keys by name, ready to sign with."""
    policy = Policy(keys=(SharedKey(name=b"\1k\0", algorithm="hmac-sha512", secret=b"s" * 16),))

    assert keys_in(policy) == {b"\1k\0": key_of(b"\1k\0", "hmac-sha512", b"s" * 16)}


def test_rules() -> None:
    """Networks and keys as they are named; a rule of neither lets nobody in."""
    policy = Policy(
        transfers=(TransferRule(apex=APEX, networks=("192.0.2.0/24",), keys=(b"\1k\0",)), TransferRule(apex=b"\1b\0"))
    )

    (allowed,) = transfers_in(policy).values()
    assert allowed.networks is not None
    assert (HERE in allowed.networks, allowed.keys) == (True, {b"\1k\0"})
    rule = TransferRule(apex=APEX, keys=(b"\1k\0",))
    assert transfers_in(Policy(transfers=(rule,)))[APEX].networks is None
