"""The faces as servers: one over TCP (or TLS) for everybody, one on the control socket for who may open the file."""

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from aiohttp import web

from gslb.api.app import application
from gslb.api.certificate import Certificate
from gslb.api.ports import Desk
from gslb.model.settings import HttpListener

log = structlog.get_logger("gslb.api")

STRANGERS = logging.getLogger("gslb.api.strangers")
"""aiohttp tells here, with a trace for each, what was sent that is no HTTP: nothing that a stranger may fill a log
with. Our own bugs are told by `app`."""
STRANGERS.setLevel(logging.CRITICAL)

CONTROL_SOCKET = "control.sock"
SOCKET_MODE = 0o660
GRACE = 1.0
"""Seconds for requests under way when the server ends."""

IDLE = 15.0
"""Seconds a connection may wait for its next request."""


@asynccontextmanager
async def faces(desk: Desk, run_dir: Path) -> AsyncIterator[None]:
    """Serve while entered. Raises OSError (or ssl.SSLError, which is one) when it cannot listen."""
    runners: list[web.AppRunner] = []
    try:
        runners.append(await _runner(desk, trusted=True))
        await _listen_on_socket(runners[-1], run_dir / CONTROL_SOCKET)
        runners.append(await _runner(desk, trusted=False))
        await _listen_on_tcp(runners[-1], desk)
        yield
    finally:
        for runner in runners:
            await runner.cleanup()
        _clear(run_dir / CONTROL_SOCKET)


async def _runner(desk: Desk, *, trusted: bool) -> web.AppRunner:
    runner = web.AppRunner(
        application(desk, trusted=trusted),
        access_log=None,
        logger=STRANGERS,
        shutdown_timeout=GRACE,
        keepalive_timeout=IDLE,
    )
    await runner.setup()
    return runner


async def _listen_on_socket(runner: web.AppRunner, path: Path) -> None:
    try:
        _clear(path)
        await web.UnixSite(runner, path).start()
        os.chmod(path, SOCKET_MODE)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def _clear(path: Path) -> None:
    """Remove the socket: one that a killed control left behind, or our own."""
    path.unlink(missing_ok=True)


async def _listen_on_tcp(runner: web.AppRunner, desk: Desk) -> None:
    listener = desk.http
    context = Certificate(lambda: desk.http).context if listener.certificate is not None else None
    await web.TCPSite(runner, str(listener.listen.address), listener.listen.port, ssl_context=context).start()
    log.info("HTTP listens", url=_url(listener), writes=_writes(listener))


def _url(listener: HttpListener) -> str:
    return f"{'https' if listener.certificate else 'http'}://{listener.listen}/"


def _writes(listener: HttpListener) -> str:
    return "with the token" if listener.token_file else "on the control socket only"
