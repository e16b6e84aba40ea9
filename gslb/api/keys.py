"""Where handlers find the desk."""

from aiohttp import web

from gslb.api.ports import Desk

DESK: web.AppKey[Desk] = web.AppKey("desk")
