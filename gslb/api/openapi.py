"""GET /openapi.json: the description of all paths, made from the paths and the records themselves."""

import inspect
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias

from aiohttp import web
from pydantic import TypeAdapter

from gslb.api.auth import Access
from gslb.api.keys import PATHS_HERE
from gslb.control.override_views import OverrideOutcome, OverrideStatus
from gslb.control.views import (
    CheckStatus,
    Explanation,
    MemberStatus,
    PoolStatus,
    Readiness,
    ServiceHealth,
    ServiceStatus,
    Status,
)
from gslb.model.overrides import Forced

Paths: TypeAlias = Iterable[tuple[str, str, Access, Callable[[web.Request], Awaitable[web.StreamResponse]]]]

REFERENCE = "#/components/schemas/{model}"

RECORDS: Mapping[str, Any] = {
    "/ready": Readiness,
    "/health/{zone}/{service}": ServiceHealth,
    "/api/v1/status": Status,
    "/api/v1/services": tuple[ServiceStatus, ...],
    "/api/v1/services/{zone}": tuple[ServiceStatus, ...],
    "/api/v1/services/{zone}/{service}": ServiceStatus,
    "/api/v1/pools": tuple[PoolStatus, ...],
    "/api/v1/pools/{zone}": tuple[PoolStatus, ...],
    "/api/v1/pools/{zone}/{pool}": PoolStatus,
    "/api/v1/members": tuple[MemberStatus, ...],
    "/api/v1/members/{zone}": tuple[MemberStatus, ...],
    "/api/v1/members/{zone}/{pool}": tuple[MemberStatus, ...],
    "/api/v1/members/{zone}/{pool}/{member}": MemberStatus,
    "/api/v1/checks": tuple[CheckStatus, ...],
    "/api/v1/checks/{check}": CheckStatus,
    "/api/v1/explain": Explanation,
    "/api/v1/overrides": tuple[OverrideStatus, ...],
    "/api/v1/overrides/{target}": OverrideOutcome,
}
"""What a path answers with; the others answer with an object of their own, or with text."""

TEXTS = {"/": "text/html", "/metrics": "text/plain"}

_TEXT: dict[str, Any] = {"type": "string"}
_FLAG: dict[str, Any] = {"type": "boolean", "default": False}
_SAID: dict[str, dict[str, Any]] = {"by": _TEXT, "force": _FLAG, "dry_run": _FLAG}
_SET = {"state": {"enum": [state.value for state in Forced]}, "for": _TEXT, "reason": _TEXT, **_SAID}

QUERIES: Mapping[tuple[str, str], Mapping[str, dict[str, Any]]] = {
    ("GET", "/api/v1/explain"): {"name": _TEXT, "type": {**_TEXT, "default": "A"}, "from": _TEXT, "ecs": _TEXT},
    ("GET", "/health/{zone}/{service}"): {"view": _TEXT},
    ("PUT", "/api/v1/overrides/{target}"): _SET,
    ("DELETE", "/api/v1/overrides/{target}"): {**_SAID, "at_once": _FLAG},
}
REQUIRED = frozenset({"name", "state"})

FAILURES: Mapping[tuple[str, str], tuple[int, ...]] = {
    ("GET", "/ready"): (503,),
    ("GET", "/health/{zone}/{service}"): (404, 503),
    ("GET", "/api/v1/explain"): (400, 404),
    ("PUT", "/api/v1/overrides/{target}"): (400, 404, 409),
    ("DELETE", "/api/v1/overrides/{target}"): (400, 404, 409),
    ("POST", "/api/v1/reload"): (422,),
    ("POST", "/api/v1/checks/{check}/believe"): (409,),
    ("POST", "/api/v1/services/{zone}/{service}/failback"): (404, 409),
}

MEANINGS = {
    400: "the request is wrong; `error` says how",
    401: "the token is missing or wrong",
    403: "closed here: no token is configured",
    404: "nothing is called so here",
    409: "refused as things stand; `error` says why",
    422: "the files have errors; the old configuration runs on",
    503: "not now",
}


async def show(request: web.Request) -> web.Response:
    """GET /openapi.json: this description."""
    return web.json_response(document(request.app[PATHS_HERE]))


@cache
def document(paths: Paths) -> dict[str, Any]:
    """The description in OpenAPI 3.1 of these paths."""
    schemas: dict[str, Any] = {"Error": {"type": "object", "properties": {"error": _TEXT}}}
    described: dict[str, dict[str, Any]] = {}
    for method, written, access, handler in paths:
        path = re.sub(r"\{(\w+):[^}]*\}", r"{\1}", written)
        described.setdefault(path, {})[method.lower()] = _operation(method, path, access, handler, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "gslb",
            "version": "1",
            "description": "Times are Unix seconds, durations seconds; a number that is not finite is null.",
        },
        "paths": described,
        "components": {"schemas": schemas, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _operation(method: str, path: str, access: Access, handler: object, schemas: dict[str, Any]) -> dict[str, Any]:
    told = inspect.getdoc(handler) or ""
    failures = FAILURES.get((method, path), ()) + (() if access is Access.OPEN else (401, 403))
    if RECORDS.get(path) and "{" in path and 404 not in failures:
        failures += (404,)
    error = {"application/json": {"schema": {"$ref": REFERENCE.format(model="Error")}}}
    return {
        "summary": told.splitlines()[0] if told else "",
        "description": _who(access),
        "security": [] if access is Access.OPEN else [{"token": []}, {}] if access is Access.READ else [{"token": []}],
        "parameters": _parameters(method, path),
        "responses": {
            "200": {"description": "good", "content": _content(path, schemas)},
            **{str(code): {"description": MEANINGS[code], "content": error} for code in sorted(set(failures))},
        },
    }


def _who(access: Access) -> str:
    return {
        Access.OPEN: "Open everywhere.",
        Access.READ: "Open on loopback and on the control socket; elsewhere with the token.",
        Access.WRITE: "With the token, or on the control socket.",
    }[access]


def _parameters(method: str, path: str) -> list[dict[str, Any]]:
    places = [
        {"name": name, "in": "path", "required": True, "schema": _TEXT} for name in re.findall(r"\{(\w+)\}", path)
    ]
    queries = QUERIES.get((method, path), {})
    return places + [
        {"name": name, "in": "query", "required": name in REQUIRED, "schema": schema}
        for name, schema in queries.items()
    ]


def _content(path: str, schemas: dict[str, Any]) -> dict[str, Any]:
    if path in TEXTS:
        return {TEXTS[path]: {"schema": _TEXT}}
    record = RECORDS.get(path)
    if record is None:
        return {"application/json": {"schema": {"type": "object"}}}
    schema = TypeAdapter(record).json_schema(ref_template=REFERENCE, mode="serialization")
    schemas.update(schema.pop("$defs", {}))
    return {"application/json": {"schema": schema}}
