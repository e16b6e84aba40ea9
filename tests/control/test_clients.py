"""Who a client is, in words; and everything else that control tells of views."""

from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from gslb.config.flatten import flatten
from gslb.control.clients import Asked, scope, told, view_of
from gslb.dns.clients import Asker
from gslb.dns.lookup import find
from gslb.handoff.messages import Counts
from gslb.model.clients import View
from gslb.model.names import to_wire
from gslb.model.settings import Config
from gslb.model.values import RecordType
from gslb.model.zones import Service
from tests.kit.controlled import PASSED, REFUSED, RELAY1, SPARE, ZONE, Controlled, placed, two_tiers
from tests.kit.estate import service
from tests.kit.views import packed, seen_by, view, with_views

VIEWS = (
    view("east", "10.1.0.0/16", ecs=["203.0.113.0/24"]),
    view("site", "10.1.2.0/24"),
    View(name="home", countries=("DE",)),
)
SPLIT = seen_by(service("split", "relays", answers=1), east="spares", home=("spares", "relays"))


def estate(folder: Path) -> Config:
    """Two tiers, and a service that two of three views see otherwise."""
    return with_views(placed(two_tiers(SPLIT), folder), *VIEWS)


@pytest.mark.parametrize(
    ("client", "name", "view", "lines"),
    [
        (None, "smtp", "", []),
        (None, "split", "", ["asked by nobody in particular; these views have chains of their own: east, home"]),
        ("198.51.100.1", "smtp", "", ["asked from 198.51.100.1: in no view"]),
        ("198.51.100.1", "split", "", ["asked from 198.51.100.1: in no view", "answered as everybody is"]),
        (
            "::ffff:10.1.2.3",
            "split",
            "east",
            [
                "asked from ::ffff:10.1.2.3: in view site by 10.1.2.0/24, then view east by 10.1.0.0/16",
                "answered for view east, by its own chain",
            ],
        ),
        (
            "192.0.2.1",
            "split",
            "home",
            ["asked from 192.0.2.1: in view home by its country", "answered for view home, by its own chain"],
        ),
        (
            "203.0.113.9",
            "split",
            "",
            [
                "asked from 203.0.113.9: in no view",
                "answered as everybody is",
                "if 203.0.113.9 tells of a client (ECS), that network counts, not its own, for east",
            ],
        ),
    ],
)
def test_who_a_client_is(tmp_path: Path, client: str | None, name: str, view: str, lines: list[str]) -> None:
    """The views that hold an address, by what, and which of them the service answers in its own way."""
    clients = flatten(VIEWS, packed({"DE": (ip_network("192.0.2.0/24"),)}))
    config = replace(estate(tmp_path), clients=clients)
    found: Service = config.zones[0].services[name]

    assert view_of(config, found, Asked(client)) == view
    assert list(told(config, found, Asked(client))) == lines


@pytest.mark.parametrize(
    ("resolver", "ecs", "view", "lines"),
    [
        (
            "203.0.113.9",
            "10.1.2.0/24",
            "east",
            [
                "asked from 203.0.113.9, which tells of 10.1.2.0/24 (ECS): in view east by 10.1.0.0/16",
                "answered for view east, by its own chain",
                "what 203.0.113.9 tells counts for east",
            ],
        ),
        (
            "10.1.2.3",
            "198.51.100.0/24",
            "east",
            [
                "asked from 10.1.2.3, which tells of 198.51.100.0/24 (ECS): "
                "in view site by 10.1.2.0/24, then view east by 10.1.0.0/16",
                "answered for view east, by its own chain",
                "what 10.1.2.3 tells counts for no view",
            ],
        ),
        (
            "203.0.113.9",
            "10.0.0.0/8",
            "",
            [
                "asked from 203.0.113.9, which tells of 10.0.0.0/8 (ECS): in no view",
                "answered as everybody is",
                "what 203.0.113.9 tells counts for east",
            ],
        ),
    ],
)
async def test_what_a_resolver_tells_is_explained(
    tmp_path: Path, resolver: str, ecs: str, view: str, lines: list[str]
) -> None:
    """As if it told so: the view, the words, and the answers that workers would give, are those of the network told."""
    made = Controlled(estate(tmp_path))
    await made.serving()
    found = made.desk.explain("split", "A", resolver, ip_network(ecs))

    assert not isinstance(found, str)
    assert (found.view, found.ecs) == (view or None, ecs)
    assert set(lines) <= set(found.lines)
    assert len(found.samples) == (1 if view else 2)


async def test_explaining_follows_the_client(tmp_path: Path) -> None:
    """The decision, the table's own answer and the view are those of the address that asks."""
    made = Controlled(estate(tmp_path))
    await made.serving()

    east, everybody = (made.desk.explain("split", "A", client) for client in ("10.1.1.1", None))

    assert not isinstance(east, str)
    assert not isinstance(everybody, str)
    assert (east.view, everybody.view) == ("east", None)
    assert [each.records for each in east.samples] == [(f"split.{ZONE}. 30 A {SPARE}",)]
    assert {each.records for each in everybody.samples} == {
        (f"split.{ZONE}. 30 A {RELAY1}",),
        (f"split.{ZONE}. 30 A 192.0.2.12",),
    }
    assert f"split.{ZONE}. A: service split, seen from view east in zone {ZONE}" in east.lines


async def test_a_view_that_is_all_down_is_told_apart(tmp_path: Path) -> None:
    """Status, metrics and the page show each view of a service with its own chain; the others stand as they did."""
    made = Controlled(estate(tmp_path))
    made.owner.start(None)
    made.round(lambda address: REFUSED if address == SPARE else PASSED)

    (found,) = [each for each in made.desk.status().zones[0].services if each.name == "split"]
    text = (await made.desk.metrics_text()).decode()

    health = {name: made.desk.service_health(ZONE, "split", name) for name in ("", "east", "home", "site")}

    assert {name: each and (each.healthy, each.view) for name, each in health.items()} == {
        "": (True, None),
        "east": (False, "east"),
        "home": (True, "home"),
        "site": None,
    }
    assert health[""] is not None
    assert health[""].views == {"east": "all_down", "home": "normal"}
    assert (found.mode, found.healthy) == ("normal", True)
    assert [(each.name, each.mode, each.healthy, each.pools) for each in found.views] == [
        ("east", "all_down", False, ("spares",)),
        ("home", "normal", True, ("spares", "relays")),
    ]
    assert f'gslb_view_all_down{{service="split",view="east",zone="{ZONE}"}} 1.0' in text
    assert f'gslb_view_tier{{family="ipv4",service="split",view="home",zone="{ZONE}"}} 2.0' in text
    assert f'gslb_view_all_down_entered_total{{service="split",view="east",zone="{ZONE}"}} 1.0' in text
    assert f'gslb_all_down_entered_total{{service="split",zone="{ZONE}"}}' not in text
    assert made.owner.all_down_entered[ZONE, "split"] == 0


@pytest.mark.parametrize(
    ("name", "client", "ecs", "line"),
    [
        ("smtp", None, None, "ECS scope 0: no view of this service looks at what resolvers tell of their clients"),
        ("split", None, None, "ECS scope: the source prefix, for what views trust a resolver's word here (east)"),
        ("split", "203.0.113.9", None, "ECS scope: the source prefix, for east trusts what 203.0.113.9 tells"),
        (
            "split",
            "203.0.113.9",
            "198.51.100.0/22",
            "ECS scope 22: the source prefix, for east trusts what 203.0.113.9 tells",
        ),
        (
            "split",
            "10.1.2.3",
            "198.51.100.0/22",
            "ECS scope 0: east would look at what others tell, not at what 10.1.2.3 does",
        ),
    ],
)
def test_the_scope_is_that_of_the_views_that_believe(
    tmp_path: Path, name: str, client: str | None, ecs: str | None, line: str
) -> None:
    """0 unless a view of the service looks at what this resolver tells, so that caches are not split for nothing."""
    config = replace(estate(tmp_path), clients=flatten(VIEWS, packed({})))
    asked = Asked(client, None if ecs is None else ip_network(ecs))

    assert scope(config, config.zones[0].services[name], asked) == line


async def test_a_reload_moves_clients_to_other_views(tmp_path: Path) -> None:
    """Views are configuration: with the table after a reload, a client is where the new networks put it."""
    made = Controlled(estate(tmp_path))
    await made.serving()
    moved = (view("east", "192.0.2.0/24"), *VIEWS[1:])

    made.owner.accept(replace(with_views(made.owner.config, *moved), digest="other"))
    await made.owner.publisher.publish()
    found = [made.desk.explain("split", "A", client) for client in ("10.1.1.1", "192.0.2.1")]

    assert [each.view for each in found if not isinstance(each, str)] == [None, "east"]
    assert [len(each.samples) for each in found if not isinstance(each, str)] == [2, 1]


async def test_answers_of_a_view_are_counted(tmp_path: Path) -> None:
    """What workers count for a view's own slots is told by view, and for the service as a whole."""
    made = Controlled(estate(tmp_path))
    await made.serving()
    table = made.owner.publisher.table
    assert table is not None
    name = to_wire(f"split.{ZONE}.")
    hit = find(table, name, RecordType.A, Asker(ip_address("10.1.1.1").packed))
    assert hit is not None

    counts = Counts(generation=table.generation, part=0, pairs=((hit.entry.first_counter, 7),))
    made.owner.hear(1, counts)

    text = (await made.desk.metrics_text()).decode()
    assert f'gslb_view_answers_total{{service="split",type="A",view="east",zone="{ZONE}"}} 7.0' in text
    assert f'gslb_service_answers_total{{service="split",type="A",zone="{ZONE}"}} 7.0' in text
