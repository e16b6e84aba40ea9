"""drain, force-up, force-down and clear, against a server's control socket."""

import json

import pytest

from gslb.cli.overrides.asking import path, whoami
from tests.cli.conftest import Gslb
from tests.kit.controlled import ZONE


async def test_drain_and_clear(gslb: Gslb) -> None:
    """What is done, what follows, and until when; cleared, probes decide again, and a second time there is nothing."""
    drained = await gslb("drain", f"{ZONE}/relays/relay1", "--for", "2h", "--reason", "kernel", "--by", "anna")

    assert drained.exit_code == 0
    assert drained.output.splitlines()[:3] == [
        "drained by anna until 2027-01-15 10:00 UTC: kernel",
        f"  {ZONE}/relays/relay1",
        "safe: every tier in use keeps what it needs",
    ]
    assert "resolvers' caches let go of the old answers within 30 s" in drained.output
    shown = (await gslb("status")).output
    assert "drained by anna until 2027-01-15 10:00 UTC: kernel" in shown
    assert [(await gslb("clear", f"{ZONE}/*", "--at-once")).exit_code for _ in range(2)] == [0, 1]


async def test_the_last_member_needs_force(gslb: Gslb) -> None:
    """Exit 1 with the service's name; a dry run tells the same; --force does it."""
    asked = await gslb("drain", f"{ZONE}/*", "--dry-run")
    refused = await gslb("force-down", f"{ZONE}/*")

    assert (asked.exit_code, refused.exit_code) == (1, 1)
    assert "not safe: the last healthy member of mail.example.com/smtp (A)" in asked.output
    assert "; --force does it nevertheless" in refused.stderr
    assert (await gslb("force-down", f"{ZONE}/*", "--force")).exit_code == 0


@pytest.mark.parametrize("target", [f"{ZONE}/relays/relay1", f"{ZONE}/relays", f"{ZONE}/smtp", f"{ZONE}/r*/relay?"])
async def test_every_word_for_every_target(gslb: Gslb, target: str) -> None:
    """Of a member, a pool, a service and by globs (machines: tests/wounds); cleared by what it was said of."""
    for word, told in (("drain", "drained"), ("force-up", "forced up"), ("force-down", "forced down")):
        said = await gslb(word, target, "--by", "anna", "--force")

        assert (said.exit_code, said.output.splitlines()[0]) == (0, f"{told} by anna")
    assert (await gslb("clear", target)).exit_code == 0


async def test_json_for_programs(gslb: Gslb) -> None:
    """The answer of the server as it is."""
    told = json.loads((await gslb("force-up", f"{ZONE}/spares/*", "--json")).output)

    assert told["ending"] == "done"
    assert [each["target"] for each in told["overrides"]] == [f"{ZONE}/spares/spare1"]


async def test_wrong_words_are_wrong_usage(gslb: Gslb) -> None:
    """Exit 2 with what is allowed."""
    wrong = await gslb("drain", f"{ZONE}/relays", "--for", "soon")

    assert wrong.exit_code == 2
    assert "'soon' is no duration" in wrong.stderr


def test_who_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever called sudo, else the user, else whoever the process belongs to."""
    monkeypatch.setenv("USER", "root")
    monkeypatch.setenv("SUDO_USER", "anna")
    assert whoami() == "anna"
    monkeypatch.delenv("SUDO_USER")
    assert whoami() == "root"
    monkeypatch.delenv("USER")
    assert whoami()


def test_globs_are_no_part_of_the_url() -> None:
    """A question mark in a TARGET begins no query."""
    assert path("z/*/relay?[1]") == "/api/v1/overrides/z/*/relay%3F%5B1%5D"
