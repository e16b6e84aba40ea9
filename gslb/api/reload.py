"""POST /api/v1/reload: take the files as they are now, all or nothing."""

from aiohttp import web

from gslb.api.keys import DESK
from gslb.api.plain import Plain, plain
from gslb.errors import Fault

REFUSED = 422


async def take(request: web.Request) -> web.Response:
    """200 once the new configuration runs; 422 with every error while the old one runs on."""
    outcome = await request.app[DESK].reload()
    told: dict[str, Plain] = {
        "accepted": outcome.accepted,
        "digest": outcome.digest,
        "seconds": outcome.seconds,
        "errors": [_fault(fault) for fault in outcome.faults],
        "warnings": [_fault(warning) for warning in outcome.warnings],
    }
    return web.json_response(told, status=200 if outcome.accepted else REFUSED)


def _fault(fault: Fault) -> Plain:
    """Its fields, and `text`: the line that `gslb validate` prints."""
    fields = plain(fault)
    return {**fields, "text": str(fault)} if isinstance(fields, dict) else fields
