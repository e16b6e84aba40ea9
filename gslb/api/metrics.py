"""GET /metrics, for Prometheus."""

from aiohttp import web

from gslb.api.keys import DESK

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"


async def show(request: web.Request) -> web.Response:
    """The text exposition format."""
    return web.Response(body=await request.app[DESK].metrics_text(), headers={"Content-Type": TEXT_FORMAT})
