"""Overrides over HTTP: who may, in which words, and with which status."""

import pytest

from tests.api.conftest import Client
from tests.kit.controlled import ZONE, Controlled

RELAY1 = f"/api/v1/overrides/{ZONE}/relays/relay1"


async def test_put_get_and_delete(trusted: Client) -> None:
    """Set by query or by JSON, listed, and cleared."""
    put = await trusted.put(RELAY1, params={"state": "drained", "for": "2h", "reason": "kernel\nnew", "by": "anna"})
    told = await put.json()

    assert put.status == 200
    assert (told["ending"], told["consequences"]["safe"]) == ("done", True)
    assert told["overrides"][0]["text"] == "drained by anna until 2027-01-15 10:00 UTC: kernel new"
    changed = await trusted.put(RELAY1, json={"state": "forced_down", "for": 90})
    assert (await changed.json())["overrides"][0]["owner"] == "somebody"
    listed = await (await trusted.get("/api/v1/overrides")).json()
    assert [(each["target"], each["state"]) for each in listed] == [(f"{ZONE}/relays/relay1", "forced_down")]
    assert (await trusted.delete(RELAY1, params={"by": "anna"})).status == 200
    assert (await trusted.delete(RELAY1)).status == 404


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, "state: one of drained, forced_up, forced_down"),
        ({"state": "off"}, "state: one of drained, forced_up, forced_down"),
        ({"state": "drained", "for": "soon"}, "for: 'soon' is no duration"),
        ({"state": "drained", "for": 0}, "for: more than nothing"),
        ({"state": "drained", "reason": "x" * 201}, "reason: text of at most 200 characters"),
        ({"state": "drained", "by": 7}, "by: text of at most 200 characters"),
        ({"state": "drained", "force": "perhaps"}, "force: true or false"),
        ({"state": "drained", "until": "2h"}, "until: unknown; known are by, "),
        ([], "the body is no JSON object"),
    ],
)
async def test_words_that_are_wrong(trusted: Client, said: object, why: str) -> None:
    """400, with what is allowed."""
    answer = await trusted.put(RELAY1, json=said)

    assert answer.status == 400
    assert (await answer.json())["error"].startswith(why)


async def test_a_body_that_is_no_json(trusted: Client) -> None:
    """400."""
    assert (await trusted.put(RELAY1, data=b"state=drained")).status == 400


async def test_the_last_member_is_a_conflict(trusted: Client) -> None:
    """409 with the verdict; `force` does it, and `dry_run` only asks."""
    everything = f"/api/v1/overrides/{ZONE}/*"
    refused = await trusted.put(everything, params={"state": "drained"})
    asked = await trusted.put(everything, json={"state": "drained", "dry_run": True})

    assert (refused.status, asked.status) == (409, 200)
    assert "the last healthy member" in (await refused.json())["error"]
    assert not (await asked.json())["consequences"]["safe"]
    assert (await trusted.put(everything, params={"state": "drained", "force": "true"})).status == 200


async def test_unknown_targets(trusted: Client) -> None:
    """404, with what was meant."""
    answer = await trusted.put(f"/api/v1/overrides/{ZONE}/relays/relay9", params={"state": "drained"})

    assert answer.status == 404
    assert "did you mean" in (await answer.json())["error"]


async def test_writes_need_the_token_over_tcp(client: Client, made: Controlled) -> None:
    """Reading does not, on loopback."""
    assert (await client.put(RELAY1, params={"state": "drained"})).status == 403
    assert (await client.delete(RELAY1)).status == 403
    assert (await client.get("/api/v1/overrides")).status == 200
    assert made.owner.pipeline.overrides.all() == ()


async def test_the_page_shows_both_states(trusted: Client, client: Client) -> None:
    """And the words that stand."""
    await trusted.put(RELAY1, params={"state": "drained", "by": "<anna>"})
    page = await (await client.get("/")).text()

    assert "◌ drained" in page
    assert "drained by &lt;anna&gt;" in page
    assert "<anna>" not in page
