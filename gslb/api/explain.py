"""GET /api/v1/explain?name=&type=&from=&ecs=: the decision behind one answer."""

from ipaddress import ip_address, ip_network

from aiohttp import web

from gslb.api.keys import DESK
from gslb.api.plain import plain
from gslb.model.values import Network


async def show(request: web.Request) -> web.Response:
    """`lines` for people, the rest for programs; 404 for a name that is not ours."""
    name = request.query.get("name", "")
    if not name:
        raise web.HTTPBadRequest(text="name is missing: /api/v1/explain?name=smtp.example.com&type=MX")
    client, ecs = _client(request.query.get("from")), _network(request.query.get("ecs"))
    if ecs is not None and client is None:
        raise web.HTTPBadRequest(text="ecs: say by `from` which resolver tells of that network")
    found = request.app[DESK].explain(name, request.query.get("type", "A").upper(), client, ecs)
    if isinstance(found, str):
        raise web.HTTPNotFound(text=found)
    return web.json_response(plain(found))


def _client(text: str | None) -> str | None:
    if not text:
        return None
    try:
        return str(ip_address(text))
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"from: {error}") from error


def _network(text: str | None) -> Network | None:
    if not text:
        return None
    try:
        return ip_network(text, strict=False)
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"ecs: {error}") from error
