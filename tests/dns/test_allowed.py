"""Who may fetch a zone."""

import pytest

from gslb.dns.allowed import Allowed
from gslb.dns.networks import Networks
from gslb.dns.tsig import Signer, key_of

HERE, ELSEWHERE = b"\xc0\0\2\1", b"\xc6\x33\x64\1"
SIGNED, OTHERWISE = (Signer(key_of(name, "hmac-sha256", bytes(16))) for name in (b"\1k\0", b"\1o\0"))
NEAR, KEYS = Networks(("192.0.2.0/24",)), frozenset((b"\1k\0",))


@pytest.mark.parametrize(
    ("allowed", "admitted"),
    [
        (Allowed(networks=NEAR), {(HERE, None), (HERE, SIGNED), (HERE, OTHERWISE)}),
        (Allowed(keys=KEYS), {(HERE, SIGNED), (ELSEWHERE, SIGNED)}),
        (Allowed(networks=NEAR, keys=KEYS), {(HERE, SIGNED)}),
    ],
)
def test_both_where_both_are_given(allowed: Allowed, admitted: set[tuple[bytes, Signer | None]]) -> None:
    """Networks ask where from, keys how signed; where both are named, both must hold."""
    everybody = [(address, by) for address in (HERE, ELSEWHERE) for by in (None, SIGNED, OTHERWISE)]

    assert {one for one in everybody if allowed.admits(*one)} == admitted
