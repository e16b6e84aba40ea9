from dataclasses import replace
from pathlib import Path

import pytest

from gslb.api import app
from gslb.api.app import PATHS
from tests.api.conftest import Client
from tests.kit.controlled import Controlled


def with_token(made: Controlled, path: Path | None) -> None:
    """Have the configuration name a token file."""
    config = made.owner.config
    http = replace(config.node.http, token_file=path)
    made.owner.accept(replace(config, node=replace(config.node, http=http), digest="token"))


async def test_an_unknown_path_is_json(client: Client) -> None:
    """404 tells which path there is not."""
    answer = await client.get("/api/v2")

    assert answer.status == 404
    assert await answer.json() == {"error": "no such path: /api/v2"}


async def test_a_wrong_method_is_json(client: Client) -> None:
    """405 tells what the path takes."""
    answer = await client.put("/live")

    assert (answer.status, answer.headers["Allow"]) == (405, "GET,HEAD")
    assert await answer.json() == {"error": "/live takes GET, HEAD, not PUT"}


async def test_writes_over_tcp_are_closed_without_a_token_file(client: Client, trusted: Client) -> None:
    """Even from loopback, and the answer holds the remedy; the control socket may."""
    answer = await client.post("/api/v1/reload")

    assert answer.status == 403
    assert "http.token_file" in (await answer.json())["error"]
    assert (await trusted.post("/api/v1/reload")).status == 422


async def test_writes_over_tcp_want_the_token(made: Controlled, client: Client, tmp_path: Path) -> None:
    """The file is read with each request, so a new token counts at once."""
    path = tmp_path / "token"
    path.write_text("first\n")
    with_token(made, path)
    assert (await client.post("/api/v1/reload")).status == 401
    assert (await client.post("/api/v1/reload", headers={"Authorization": "Bearer first"})).status == 422

    path.write_text("second\n")
    answer = await client.post("/api/v1/reload", headers={"Authorization": "Bearer first"})

    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("content", [b"", b"  \n", b"\xff\xfe"])
async def test_an_unusable_token_file_opens_nothing(
    made: Controlled, client: Client, tmp_path: Path, content: bytes
) -> None:
    """An empty or broken file is no token."""
    path = tmp_path / "token"
    path.write_bytes(content)
    with_token(made, path)

    assert (await client.post("/api/v1/reload", headers={"Authorization": "Bearer "})).status == 403


async def test_a_missing_token_file_opens_nothing(made: Controlled, client: Client, tmp_path: Path) -> None:
    """A file that is gone is no token."""
    with_token(made, tmp_path / "none")

    assert (await client.post("/api/v1/reload", headers={"Authorization": "Bearer x"})).status == 403


async def test_reads_from_elsewhere_want_the_token(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every path but the open ones is closed to strangers; what a header says of the caller counts for nothing."""
    monkeypatch.setattr(app, "_peer", lambda _request: "192.0.2.1")
    headers = {"X-Forwarded-For": "127.0.0.1"}
    for method, path, access, _ in PATHS:
        answer = await client.request(method, path.replace("{", "").replace("}", ""), headers=headers)
        assert (answer.status == 403) is (access is not app.Access.OPEN)


async def test_a_bug_is_json(made: Controlled, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that fails by our fault says so and tells no more."""

    def broken() -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr(made.desk, "surveyed", broken)
    answer = await client.get("/api/v1/status")

    assert answer.status == 500
    assert await answer.json() == {"error": "a bug; the log tells more"}


async def test_a_closed_connection_has_no_peer() -> None:
    """A caller that has gone already is nobody."""

    class Gone:
        transport = None

    assert app._peer(Gone()) is None  # type: ignore[arg-type] # all it reads
