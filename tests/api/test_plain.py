import json
from dataclasses import dataclass
from ipaddress import ip_address

from hypothesis import given
from hypothesis import strategies as st

from gslb.api.plain import plain
from gslb.model.verdicts import Health, VerdictKey


@dataclass(frozen=True)
class Record:
    """A record that holds everything."""

    health: Health
    address: object
    seconds: float
    inner: tuple[object, ...]


def test_records_become_objects() -> None:
    """Words, addresses, tuples and infinity all find a JSON value."""
    record = Record(Health.UP, ip_address("192.0.2.1"), float("inf"), ({"a": 1}, [None], VerdictKey("c", "t")))

    assert plain(record) == {
        "health": "up", "address": "192.0.2.1", "seconds": None, "inner": [{"a": 1}, [None], ["c", "t"]],
    }  # fmt: skip


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(Health),
    lambda inner: st.lists(inner) | st.dictionaries(st.integers() | st.text(), inner),
)


@given(VALUES)
def test_every_value_is_strict_json(value: object) -> None:
    """No value makes JSON that a strict reader refuses."""
    json.loads(json.dumps(plain(value), allow_nan=False))
