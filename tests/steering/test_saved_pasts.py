import json
from ipaddress import ip_address
from typing import Any

import pytest

from gslb.model.pasts import Level, Past, Served, Spot
from gslb.model.values import Family
from gslb.steering.saved_pasts import from_plain, to_plain

NOW = 1000.0
KEY = ("mail.example.com", "smtp", Family.IPV4)
PAST = Past(
    decided=True,
    absent=frozenset({Spot("relays", "r1")}),
    levels={Spot("relays", "r2"): Level(5, 990.0)},
    ramps={Spot("relays", "r2"): 900.0},
    seat="dr",
    holding={"relays": 950.0},
    standing=frozenset({Served(Spot("relays", "r2"), ip_address("192.0.2.2"))}),
    standing_since=940.0,
    good=frozenset({Served(Spot("dr", "d1"), ip_address("2001:db8::1"))}),
)


def plain(**changed: Any) -> list[Any]:
    """What PAST is as JSON, with these entries changed."""
    (entry,) = json.loads(json.dumps(to_plain({KEY: PAST})))
    return [entry | changed]


def test_what_is_written_is_read() -> None:
    """Through JSON and back it is the same, views included."""
    assert from_plain(plain(), NOW) == ({KEY: PAST}, ())
    assert list(from_plain(plain(of=["z", "s", 6, "east"]), NOW)[0]) == [("z", "s", Family.IPV6, "east")]


def test_moments_ahead_are_now() -> None:
    """A clock that was set back leaves no moment in the future."""
    found, _ = from_plain(plain(levels=[["relays", "r2", 5, 5000.0]]), NOW)

    assert found[KEY].levels == {Spot("relays", "r2"): Level(5, NOW)}


def test_nothing_saved_is_nothing() -> None:
    """A file from before has none, and that is no fault."""
    assert from_plain(None, NOW) == ({}, ())


@pytest.mark.parametrize(
    "junk",
    [
        {"of": ["z"]},
        {"of": ["z", "s", 5]},
        {"of": ["z", 1, 4]},
        {"of": 7},
        {"absent": [["relays"]]},
        {"absent": [[1, 2]]},
        {"levels": [["relays", "r2", 27, 1.0]]},
        {"levels": [["relays", "r2", "x", 1.0]]},
        {"levels": [["relays", "r2", 5, True]]},
        {"levels": [["relays", "r2", 5, "then"]]},
        {"levels": [["relays", "r2", 5, float("inf")]]},
        {"levels": 3},
        {"ramps": [["relays", "r2", None]]},
        {"seat": 7},
        {"holding": {"relays": "now"}},
        {"holding": [1]},
        {"standing": [["relays", "r2"]]},
        {"good": [["relays", "r2", "nowhere"]]},
        {"standing_since": None},
    ],
)
def test_junk_is_left_out_and_told(junk: dict[str, Any]) -> None:
    """An entry that is not as written here is ignored by its number; the others are read."""
    found, ignored = from_plain([*plain(**junk), *plain()], NOW)

    assert found == {KEY: PAST}
    assert [sentence.split(" remembered")[0] for sentence in ignored] == ["what decision 1"]


def test_no_list_at_all_is_told() -> None:
    """Something else in its place is ignored."""
    assert from_plain({}, NOW) == ({}, ("what decisions remembered is no list; ignored",))
