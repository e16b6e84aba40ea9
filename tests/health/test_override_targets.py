import pytest

from gslb.health.override_targets import FORMS, Reach, covers, members, named, reach, tidy, words_on
from gslb.model.settings import Config
from gslb.model.verdicts import MemberKey
from tests.kit.controlled import NOW
from tests.kit.estate import ZONE, config, member, pool, service, zone
from tests.kit.spoken_for import said


@pytest.fixture
def estate() -> Config:
    """Two pools, a service over both with an alias, a short form, machines, and a second zone."""
    relays = pool("relays", member("r1", "192.0.2.1", machine="esx1"), member("r2", "192.0.2.2", machine="esx2"))
    spares = pool("spares", member("s1", "192.0.2.9", machine="esx1"))
    web = pool("web", member("w1", "192.0.2.21"), short_form=True)
    services = (service("smtp", "relays", "spares"), service("@", alias_of="smtp"), service("web", "web"))
    other = zone(pool("relays", member("r1", "198.51.100.1")), name="other.example")
    return config(zone(relays, spares, web, services=services), other)


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        (f"{ZONE}/relays/r1", [f"{ZONE}/relays/r1"]),
        ("MAIL.example.com./relays/R1 ", [f"{ZONE}/relays/r1"]),
        (f"{ZONE}/relays", [f"{ZONE}/relays/r1", f"{ZONE}/relays/r2"]),
        (f"{ZONE}/*/?1", [f"{ZONE}/relays/r1", f"{ZONE}/spares/s1", f"{ZONE}/web/w1"]),
        ("*/relays/r1", [f"{ZONE}/relays/r1", "other.example/relays/r1"]),
        (f"{ZONE}/smtp", [f"{ZONE}/smtp"]),
        (f"{ZONE}/@", [f"{ZONE}/smtp"]),
        (f"{ZONE}/web", [f"{ZONE}/web/w1"]),
        ("machine:esx1", ["machine:esx1"]),
        ("machine:ESX*", ["machine:esx1", "machine:esx2"]),
    ],
)
def test_what_a_target_names(estate: Config, text: str, targets: list[str]) -> None:
    """Members, the members of a pool, a service (the one an alias shows), machines; globs over each part."""
    assert list(named(estate, text).targets) == targets


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("relays", f"relays: write {FORMS}"),
        ("a//b", f"a//b: write {FORMS}"),
        (f"{ZONE}/relay/r1", f"nothing is called {ZONE}/relay/r1 here; did you mean {ZONE}/relays/r1?"),
        ("machine:esx9", "nothing is called machine:esx9 here; did you mean machine:esx2?"),
        ("q/q", f"nothing is called q/q here: {FORMS}"),
    ],
)
def test_a_target_that_names_nothing(estate: Config, text: str, why: str) -> None:
    """Told in a sentence with what was meant, or with what may be written."""
    assert named(estate, text).targets == ()
    assert named(estate, text).why == why


@pytest.mark.parametrize(
    ("pattern", "target", "covered"),
    [
        ("z/p", "z/p/m", True),
        ("z/p/*", "z/p/m", True),
        ("z/p/m", "z/p", False),
        ("z/s", "z/s", True),
        ("z/q", "z/p/m", False),
        ("machine:*", "machine:a", True),
        ("*/*", "machine:a", False),
        ("machine:*", "z/p/m", False),
    ],
)
def test_what_a_pattern_covers(pattern: str, target: str, covered: bool) -> None:
    """A pool covers its members, even those that are gone; machines are named as machines only."""
    assert covers(tidy(pattern), target) is covered


def test_whom_targets_reach(estate: Config) -> None:
    """A machine reaches all its members, a service itself, what is gone nobody."""
    found = reach(estate, ("machine:esx1", f"{ZONE}/smtp", "gone/pool/member"))

    assert found.members == {MemberKey(ZONE, "relays", "r1"), MemberKey(ZONE, "spares", "s1")}
    assert found.services == {(ZONE, "smtp")}
    assert reach(estate, ("machine:gone",)) == Reach()


def test_words_that_stand_on_members(estate: Config) -> None:
    """Whatever they were said of; of others there is nothing to tell."""
    book = said("machine:esx1")
    keys = [key for key, _ in members(estate)]
    on_it = [key for key, one in members(estate) if one.machine == "esx1"]

    assert on_it
    assert words_on(estate, book.of(NOW), keys) == tuple(f"{key} drained by anna" for key in on_it)
