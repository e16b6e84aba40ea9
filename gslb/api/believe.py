"""POST /api/v1/checks/CHECK/believe: the operator says that a suspected check is right."""

from aiohttp import web

from gslb.api.keys import DESK

CONFLICT = 409


async def take(request: web.Request) -> web.Response:
    """200 once its failures count again; 409 when it was not suspected."""
    check = request.match_info["check"]
    if request.app[DESK].believe(check):
        return web.json_response({"check": check, "suspected": False})
    return web.json_response({"error": f"{check} is not suspected"}, status=CONFLICT)
