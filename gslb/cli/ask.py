"""Asking the running server over its control socket."""

import socket
from pathlib import Path
from typing import Any

import httpx

from gslb.errors import Unreachable

SOCKET = "control.sock"
PATIENCE = 60.0
"""Seconds: a reload of a large configuration answers only when it is done."""


def ask(run_dir: Path, method: str, path: str, **params: str) -> tuple[int, Any]:
    """The HTTP status and the JSON that the server answered. Raises Unreachable when nobody answers."""
    path_of_socket = str(run_dir / SOCKET)
    transport = httpx.HTTPTransport(uds=path_of_socket)
    try:
        with socket.socket(socket.AF_UNIX) as knock:  # httpx leaves its socket open when nobody is there
            knock.connect(path_of_socket)
        with httpx.Client(transport=transport, base_url="http://gslb", timeout=PATIENCE) as client:
            answer = client.request(method, path, params=params)
            return answer.status_code, answer.json()
    except (OSError, httpx.TransportError, ValueError) as error:
        raise Unreachable(why(error, path_of_socket)) from error


def why(error: Exception, path: str) -> str:
    """What to do about a server that could not be asked."""
    if isinstance(error, PermissionError):
        return f"{path}: permission denied; the control socket is for the server's own user and group"
    if isinstance(error, httpx.TimeoutException):
        return f"the server at {path} did not answer within {PATIENCE:.0f} s"
    return f"no server answers at {path} ({error}); is `gslb run` running, with this -c?"
