from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from gslb.cli.status import all_serve, keys, services, show


def service(name: str, healthy: bool, **more: Any) -> dict[str, Any]:
    """One service as the server tells it."""
    family = {
        "family": "ipv4",
        "tiers": [{"number": 1, "pool": "a"}],
        "tier": 1,
        "mode": "normal",
        "ttl": 30,
        "reason": "why",
    }
    told = {"name": name, "healthy": healthy, "pool_name": False, "alias_of": None, "records": ["A"]}
    return {**told, "families": [family], **more}


@pytest.mark.parametrize(
    ("told", "good"),
    [
        ([service("smtp", True), service("a", False, pool_name=True)], True),
        ([service("smtp", True), service("imap", False)], False),
        ([service("smtp", True, views=[{"name": "east", "healthy": True}])], True),
        ([service("smtp", True, views=[{"name": "east", "healthy": False}])], False),
        ([], True),
    ],
)
def test_a_dead_pool_behind_a_service_that_serves_is_no_bad_news(told: list[dict[str, Any]], good: bool) -> None:
    """The exit code follows the declared services: the next tier answers for a pool that is down."""
    assert all_serve({"zones": [{"services": told}]}) is good


def test_what_the_prober_doubts_is_told_first() -> None:
    """A check that fails everywhere at once, and a login that is refused everywhere."""
    out = StringIO()
    told = {
        "node": "ns1",
        "readiness": {"ready": True, "waiting_for": []},
        "config": {"digest": "d", "loaded_at": 0.0},
        "table": {"generation": 1, "age": 1.0},
        "workers": [],
        "zones": [],
        "checks": [{"name": "imap", "suspected_since": 5.0}, {"name": "smtp", "suspected_since": None}],
        "probing": {"bad_logins": ["probe ($WORD)"]},
    }
    show(told, Console(file=out, width=200))

    assert "check imap is suspected itself; `gslb believe imap` says it is right" in out.getvalue()
    assert "login probe ($WORD) is refused everywhere" in out.getvalue()
    assert "smtp" not in out.getvalue()


def test_services_are_told_from_aliases_and_pools() -> None:
    """One table holds all names, and says what each is."""
    told = [service("smtp", True), service("@", True, alias_of="smtp"), service("a", True, pool_name=True)]
    out = StringIO()
    Console(file=out, width=200).print(services({"name": "mail.example.com", "serial": 7, "services": told}))

    assert all(words in out.getvalue() for words in ("│ smtp ", "│ @ = smtp ", "│ a (pool) ", "1 a", "serial 7"))


def test_a_service_is_told_once_for_each_view() -> None:
    """A view with a chain of its own has a line of its own."""
    smtp = service("smtp", True)
    smtp["views"] = [{"name": "east", "healthy": True, "families": smtp["families"]}]
    out = StringIO()

    Console(file=out, width=200).print(services({"name": "z", "serial": 1, "services": [smtp]}))

    assert "smtp in view east" in out.getvalue()
    assert out.getvalue().count("why") == 3  # the column's head, and one line for everybody and one for the view


def test_keys_are_told_with_their_next_date() -> None:
    """One line to a key; nothing stands where nothing is planned."""
    told = [
        {"key": 7, "role": "csk", "algorithm": "ed25519", "state": "active", "next_at": None, "next": None},
        {"key": 8, "role": "csk", "algorithm": "ed25519", "state": "planned", "next_at": 0.0, "next": "begins to sign"},
    ]
    out = StringIO()
    Console(file=out, width=200).print(keys("mail.example.com", {"denial": "nsec", "keys": told}))

    assert "1970-01-01 00:00:00 UTC begins to sign" in out.getvalue()
    assert "None" not in out.getvalue()
