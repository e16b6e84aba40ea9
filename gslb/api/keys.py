"""Where handlers find the desk, and the paths beside them."""

from typing import Any

from aiohttp import web

from gslb.api.ports import Desk

DESK: web.AppKey[Desk] = web.AppKey("desk")
PATHS_HERE: web.AppKey[tuple[Any, ...]] = web.AppKey("paths")
