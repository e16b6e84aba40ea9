"""The paths, who may take them, and errors as JSON."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import structlog
from aiohttp import web

from gslb.api import believe, explain, failback, health, metrics, openapi, overrides, page, reload, status
from gslb.api.auth import Access, Caller, deny
from gslb.api.keys import DESK, PATHS_HERE
from gslb.api.ports import Desk

log = structlog.get_logger("gslb.api")

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

MAX_BODY = 64 * 1024
"""Octets of a request; nothing here needs any."""

PATHS: tuple[tuple[str, str, Access, Handler], ...] = (
    ("GET", "/", Access.READ, page.show),
    ("GET", "/live", Access.OPEN, health.live),
    ("GET", "/ready", Access.OPEN, health.ready),
    ("GET", "/health/{zone}/{service}", Access.OPEN, health.service),
    ("GET", "/api/v1/status", Access.READ, status.everything),
    ("GET", "/api/v1/services", Access.READ, status.services),
    ("GET", "/api/v1/services/{zone}", Access.READ, status.services),
    ("GET", "/api/v1/services/{zone}/{service}", Access.READ, status.services),
    ("GET", "/api/v1/pools", Access.READ, status.pools),
    ("GET", "/api/v1/pools/{zone}", Access.READ, status.pools),
    ("GET", "/api/v1/pools/{zone}/{pool}", Access.READ, status.pools),
    ("GET", "/api/v1/members", Access.READ, status.members),
    ("GET", "/api/v1/members/{zone}", Access.READ, status.members),
    ("GET", "/api/v1/members/{zone}/{pool}", Access.READ, status.members),
    ("GET", "/api/v1/members/{zone}/{pool}/{member}", Access.READ, status.members),
    ("GET", "/api/v1/checks", Access.READ, status.checks),
    ("GET", "/api/v1/checks/{check}", Access.READ, status.checks),
    ("GET", "/api/v1/explain", Access.READ, explain.show),
    ("GET", "/metrics", Access.READ, metrics.show),
    ("GET", "/api/v1/overrides", Access.READ, overrides.show),
    ("PUT", "/api/v1/overrides/{target:.+}", Access.WRITE, overrides.put),
    ("DELETE", "/api/v1/overrides/{target:.+}", Access.WRITE, overrides.delete),
    ("GET", "/openapi.json", Access.READ, openapi.show),
    ("POST", "/api/v1/reload", Access.WRITE, reload.take),
    ("POST", "/api/v1/checks/{check}/believe", Access.WRITE, believe.take),
    ("POST", "/api/v1/services/{zone}/{service}/failback", Access.WRITE, failback.take),
)


def application(desk: Desk, *, trusted: bool) -> web.Application:
    """All paths for one listener. `trusted`: the control socket, where nothing is asked of the caller."""
    app = web.Application(middlewares=[_errors_as_json], client_max_size=MAX_BODY)
    app[DESK] = desk
    app[PATHS_HERE] = PATHS
    for method, path, access, handler in PATHS:
        guarded = _guarded(handler, access, trusted=trusted)
        if method == "GET":
            app.router.add_get(path, guarded)
        else:
            app.router.add_route(method, path, guarded)
    return app


def _guarded(handler: Handler, access: Access, *, trusted: bool) -> Handler:
    async def guarded(request: web.Request) -> web.StreamResponse:
        caller = Caller(trusted=trusted, peer=_peer(request), authorization=request.headers.get("Authorization"))
        denial = deny(access, caller, _token(request.app[DESK].http.token_file))
        if denial is None:
            return await handler(request)
        headers = {"WWW-Authenticate": "Bearer"} if denial.status == 401 else {}
        return web.json_response({"error": denial.why}, status=denial.status, headers=headers)

    return guarded


def _peer(request: web.Request) -> str | None:
    """The address at the other end of the socket; what a header says of it counts for nothing."""
    name = request.transport.get_extra_info("peername") if request.transport else None
    return str(name[0]) if isinstance(name, tuple) else None


def _token(path: Path | None) -> str | None:
    """Read with each request, so that a new token counts at once; a file that cannot be read opens nothing."""
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeError) as error:
        log.warning("the token file cannot be read", path=str(path), error=str(error))
        return None


@web.middleware
async def _errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        headers = {name: error.headers[name] for name in ("Allow",) if name in error.headers}
        return web.json_response({"error": _why(request, error)}, status=error.status, headers=headers)
    except Exception:
        log.exception("a request has failed", path=request.path)
        return web.json_response({"error": "a bug; the log tells more"}, status=500)


def _why(request: web.Request, error: web.HTTPException) -> str:
    """A handler's own words, or those for what the router found."""
    if isinstance(error, web.HTTPMethodNotAllowed):
        return f"{request.path} takes {', '.join(sorted(error.allowed_methods))}, not {error.method}"
    if isinstance(error, web.HTTPNotFound) and request.match_info.http_exception is error:
        return f"no such path: {request.path}"
    return error.text or error.reason
