"""POST /api/v1/services/ZONE/SERVICE/failback: the operator has a service come back to an earlier tier now."""

from aiohttp import web

from gslb.api.keys import DESK

MISSING, CONFLICT = 404, 409


async def take(request: web.Request) -> web.Response:
    """200 with the tiers now in use, by family; 404 for no such service; 409 where no earlier tier waits."""
    zone, service = request.match_info["zone"], request.match_info["service"]
    tiers = request.app[DESK].failback(zone, service)
    if tiers is None:
        return web.json_response({"error": f"no service {service} in zone {zone}"}, status=MISSING)
    if not tiers:
        return web.json_response({"error": f"{zone}/{service}: no earlier tier waits to answer again"}, status=CONFLICT)
    return web.json_response({"zone": zone, "service": service, "tiers": tiers})
