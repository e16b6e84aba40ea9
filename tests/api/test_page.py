import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gslb.api.page import _duration, render
from tests.api.conftest import Client
from tests.kit.controlled import NOW, REFUSED, RELAY1, Controlled, placed, seen, two_tiers
from tests.kit.estate import service
from tests.kit.views import seen_by, view, with_views

VOID = {"meta", "link", "br", "hr", "input", "img"}


class Tree(HTMLParser):
    """Checks that every element is closed in order; collects tags, attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "action")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


async def test_the_page_is_whole(client: Client) -> None:
    """Well-formed, without script, and nothing is fetched from anywhere."""
    answer = await client.get("/")
    tree = Tree(await answer.text())

    assert (answer.status, answer.content_type) == (200, "text/html")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert (tree.open, tree.links, "script" in tree.tags) == ([], [], False)


async def test_the_page_shows_tiers_and_members(made: Controlled) -> None:
    """Zones, services, tiers and members with state, share and reason."""
    for _ in range(3):
        made.owner.observe(seen(RELAY1, REFUSED))
    text = re.sub(r"\s+", " ", Tree(render(made.desk.status())).text)

    for words in (
        "mail.example.com", "smtp.mail.example.com.", "Tier 1: relays, in use", "Tier 2: spares",
        "✕ down", "● up", "100.0%", "smtp down: connect_refused", "Answers as smtp does", "ready",
    ):  # fmt: skip
        assert words in text


async def test_what_servers_say_is_escaped(made: Controlled) -> None:
    """No text from a probe or a file becomes markup."""
    evil = '<script>alert("1")</script>'
    status = made.desk.status()
    (zone,) = status.zones
    smtp = zone.services[0]
    family = replace(smtp.families[0], reason=evil, tiers=(replace(smtp.families[0].tiers[0], why=evil),))
    smtp = replace(smtp, families=(family,), name=evil, fqdn=evil, records=(evil,), mode=evil)
    status = replace(
        status,
        node=evil,
        zones=(replace(zone, name=evil, services=(smtp,)),),
        config=replace(status.config, warnings=(evil,), digest=evil),
    )

    assert "<script" not in render(status)
    assert Tree(render(status)).open == []


async def test_troubles_are_shown(made: Controlled) -> None:
    """A disk that refuses, a refused reload, and what is not ready yet stand at the top."""
    status = made.desk.status()
    status = replace(
        status,
        table=replace(status.table, error="No space left"),
        config=replace(status.config, last_reload_good=False),
        readiness=replace(status.readiness, ready=False, waiting_for=("the first round of probes",)),
    )
    text = Tree(render(status)).text

    for words in ("No space left", "last reload was refused", "not ready: the first round of probes"):
        assert words in text


async def test_an_empty_server_has_a_page(made: Controlled) -> None:
    """No zones, no services, and services that answer nothing are all told."""
    status = made.desk.status()
    (zone,) = status.zones
    quiet = replace(zone.services[0], families=())

    assert "No zones" in render(replace(status, zones=()))
    assert "No services" in render(replace(status, zones=(replace(zone, services=()),)))
    assert "Answers nothing" in render(replace(status, zones=(replace(zone, services=(quiet,)),)))


async def test_standby_and_drained_members_are_marked(made: Controlled) -> None:
    """What keeps a healthy member out stands beside its name."""
    status = made.desk.status()
    (zone,) = status.zones
    pool = zone.pools[0]
    members = (replace(pool.members[0], standby=True), replace(pool.members[1], weight=0))
    zone = replace(zone, pools=(replace(pool, members=members), *zone.pools[1:]))
    text = Tree(render(replace(status, zones=(zone,)))).text

    assert "standby" in text
    assert "weight 0" in text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (-3, "0 s"), (59, "59 s"), (310, "5 min 10 s"), (90_061, "1 d 1 h"), (3600, "1 h")],
)
def test_durations_are_short(seconds: float, words: str) -> None:
    """At most two units."""
    assert _duration(seconds) == words
    assert NOW > 0


async def test_the_page_shows_views(tmp_path: Path) -> None:
    """Each view of a service stands below it, with the state and the tiers of its own chain."""
    split = seen_by(service("split", "relays"), east="spares")
    made = Controlled(with_views(placed(two_tiers(split), tmp_path), view("east", "10.0.0.0/8")))
    await made.serving()

    tree = Tree(render(made.desk.status()))

    assert (tree.open, tree.tags.count("h4")) == ([], 1)
    assert re.search(r"east view.*Tier 1: spares, in use", tree.text, re.S)
