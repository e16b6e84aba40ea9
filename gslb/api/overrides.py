"""GET /api/v1/overrides, and PUT and DELETE of /api/v1/overrides/TARGET: what operators say of members."""

import json
from collections.abc import Mapping

from aiohttp import web

from gslb.api.keys import DESK
from gslb.api.plain import plain
from gslb.config.values import parse_duration
from gslb.control.override_views import Ending, OverrideOutcome, OverrideRequest
from gslb.model.overrides import Forced

STATUS = {Ending.DONE: 200, Ending.DRY_RUN: 200, Ending.REFUSED: 409, Ending.UNKNOWN: 404}

LONGEST = 10 * 365 * 86_400.0
"""Seconds; beyond it, leave the end out."""

MAX_TEXT = 200
"""Characters of an owner and of a reason."""

KEYS = frozenset({"state", "for", "reason", "by", "force", "dry_run"})
TO_CLEAR = KEYS | {"at_once"}


async def show(request: web.Request) -> web.Response:
    """GET: every override that stands, the latest last, orphans among them."""
    return web.json_response(plain(request.app[DESK].overrides()))


async def put(request: web.Request) -> web.Response:
    """PUT: drain or force a TARGET. 404 where nothing is called so, 409 where a service would lose its last member.

    `state`, `for`, `reason`, `by`, `force` and `dry_run` come as query parameters or in a JSON object.
    """
    said = await _said(request, KEYS)
    if said.get("state") not in {state.value for state in Forced}:
        raise web.HTTPBadRequest(text=f"state: one of {', '.join(state.value for state in Forced)}")
    seconds = _seconds(said.get("for"))
    return _answer(await request.app[DESK].override(_request(request, said, str(said["state"]), seconds)))


async def delete(request: web.Request) -> web.Response:
    """DELETE: clear. 404 where no override stands on TARGET, 409 where a service would lose its last member.

    `by`, `force`, `dry_run` and `at_once` (no slow start for who comes back) come as those of PUT do.
    """
    said = await _said(request, TO_CLEAR)
    return _answer(await request.app[DESK].override(_request(request, said, None, None)))


def _request(
    request: web.Request, said: Mapping[str, object], state: str | None, seconds: float | None
) -> OverrideRequest:
    return OverrideRequest(
        target=request.match_info["target"],
        state=state,
        owner=_text(said, "by") or "somebody",
        reason=_text(said, "reason"),
        seconds=seconds,
        force=_flag(said, "force"),
        dry_run=_flag(said, "dry_run"),
        at_once=_flag(said, "at_once"),
    )


async def _said(request: web.Request, known: frozenset[str]) -> dict[str, object]:
    said: dict[str, object] = dict(request.query)
    body = await request.read()
    if body:
        try:
            found = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise web.HTTPBadRequest(text="the body is not JSON") from error
        if not isinstance(found, dict):
            raise web.HTTPBadRequest(text="the body is no JSON object")
        said |= found
    unknown = sorted(said.keys() - known)
    if unknown:
        raise web.HTTPBadRequest(text=f"{unknown[0]}: unknown; known are {', '.join(sorted(known))}")
    return said


def _seconds(value: object) -> float | None:
    if value is None or value == "":
        return None
    try:
        seconds = parse_duration(float(value) if isinstance(value, str) and value.isdecimal() else value)
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"for: {error}") from error
    if not 0 < seconds <= LONGEST:
        raise web.HTTPBadRequest(text="for: more than nothing, and at most ten years; without it, until cleared")
    return seconds


def _text(said: Mapping[str, object], key: str) -> str:
    value = said.get(key) or ""
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise web.HTTPBadRequest(text=f"{key}: text of at most {MAX_TEXT} characters")
    return "".join(char if char.isprintable() else " " for char in value).strip()


def _flag(said: Mapping[str, object], key: str) -> bool:
    value = said.get(key, False)
    words = {"true": True, "1": True, "": True, "false": False, "0": False}
    found = words.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(found, bool):
        raise web.HTTPBadRequest(text=f"{key}: true or false")
    return found


def _answer(outcome: OverrideOutcome) -> web.Response:
    told = plain(outcome)
    if isinstance(told, dict) and not outcome.error:
        told = {key: value for key, value in told.items() if key != "error"}
    return web.json_response(told, status=STATUS[outcome.ending])
