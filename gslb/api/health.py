"""Three short words: alive, ready, and whether one service can be served. Open to everybody, so they name no member."""

from aiohttp import web

from gslb.api.keys import DESK
from gslb.api.plain import plain

UNAVAILABLE = 503


async def live(_request: web.Request) -> web.Response:
    """GET /live: the process turns."""
    return web.json_response({"live": True})


async def ready(request: web.Request) -> web.Response:
    """GET /ready: whether this node may be sent queries, and what it waits for."""
    readiness = request.app[DESK].readiness()
    return web.json_response(plain(readiness), status=200 if readiness.ready else UNAVAILABLE)


async def service(request: web.Request) -> web.Response:
    """GET /health/ZONE/SERVICE: 200 while some tier has not failed, that is, has a healthy member.

    With ?view=NAME that is said of the view's own chain; without, of everybody's.
    """
    zone, view = request.match_info["zone"].lower().removesuffix("."), request.query.get("view", "").lower()
    found = request.app[DESK].service_health(zone, request.match_info["service"].lower(), view)
    if found is None:
        seen = f" that has a view {view}" if view else ""
        raise web.HTTPNotFound(text=f"no service {request.match_info['service']}{seen} in a zone {zone} here")
    return web.json_response(plain(found), status=200 if found.healthy else UNAVAILABLE)
