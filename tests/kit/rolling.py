"""Zones whose keys have stood for long, and new keys without dates."""

from hypothesis import settings
from hypothesis import strategies as st

from gslb.keys.keyfile import StoredKey
from gslb.keys.rolls import Keys, Lags, first
from gslb.model.keys import Algorithm, KeyTimes, Role
from tests.kit.zonekeys import NOW, P256, stored

NEVER = KeyTimes(created=NOW)
LAGS = Lags(keys=3600, data=7200, ds=86_400, delay=600)
KNOWN = NOW - 1e6
"""When the parent took the DS of keys that have stood for long."""
seconds = st.integers(1, 100_000)
any_lags = st.builds(Lags, keys=seconds, data=seconds, ds=seconds, delay=st.integers(0, 5000))


def fresh(role: Role, algorithm: Algorithm = P256, number: int = 9) -> StoredKey:
    """A key without dates."""
    return stored(role, algorithm, NEVER, number=number)


def standing(*roles: Role, lags: Lags = LAGS) -> Keys:
    """Keys that have stood for long, known to the parent."""
    keys = tuple(fresh(role, number=number) for number, role in enumerate(roles))
    return first((), keys, NOW - 2e6, lags)


watched = settings(max_examples=25, deadline=None)
"""Each example looks at every moment of a roll with every cache there may be."""
