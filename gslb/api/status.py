"""GET /api/v1/status, and its parts: services, pools, members, checks."""

from collections.abc import Iterable

from aiohttp import web

from gslb.api.keys import DESK
from gslb.api.plain import told


async def everything(request: web.Request) -> web.Response:
    """GET /api/v1/status."""
    return await told(await request.app[DESK].surveyed())


async def services(request: web.Request) -> web.Response:
    """GET /api/v1/services[/ZONE[/SERVICE]]."""
    zones = (await request.app[DESK].surveyed()).zones
    return await _part(request, [((zone.name, each.name), each) for zone in zones for each in zone.services])


async def pools(request: web.Request) -> web.Response:
    """GET /api/v1/pools[/ZONE[/POOL]]."""
    zones = (await request.app[DESK].surveyed()).zones
    return await _part(request, [((zone.name, each.name), each) for zone in zones for each in zone.pools])


async def members(request: web.Request) -> web.Response:
    """GET /api/v1/members[/ZONE[/POOL[/MEMBER]]]."""
    pools_ = [pool for zone in (await request.app[DESK].surveyed()).zones for pool in zone.pools]
    return await _part(request, [((pool.zone, pool.name, each.name), each) for pool in pools_ for each in pool.members])


async def checks(request: web.Request) -> web.Response:
    """GET /api/v1/checks[/CHECK]."""
    return await _part(request, [((each.name,), each) for each in (await request.app[DESK].surveyed()).checks])


async def _part(request: web.Request, found: Iterable[tuple[tuple[str, ...], object]]) -> web.Response:
    """A full name gives the one, a shorter one the list of all below it; a name that leads to nothing is a 404."""
    wanted = tuple(word.lower() for word in request.match_info.values())
    parts = [(name, each) for name, each in found if name[: len(wanted)] == wanted]
    if wanted and not parts:
        raise web.HTTPNotFound(text=f"nothing is called {'/'.join(wanted)} here")
    if parts and len(parts[0][0]) == len(wanted):
        return await told(parts[0][1])
    return await told([each for _, each in parts])
