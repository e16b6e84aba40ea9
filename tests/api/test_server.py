import asyncio
import os
import socket
import ssl
import stat
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from gslb.api.server import CONTROL_SOCKET, faces
from gslb.model.settings import Endpoint
from tests.api.test_certificate import CA, write
from tests.kit.controlled import Controlled
from tests.kit.estate import LOOPBACK


def on_free_port(made: Controlled, folder: Path, *, tls: bool = False) -> str:
    """Have HTTP listen where nobody does; the URL."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    config = made.owner.config
    http = write(folder, "127.0.0.1") if tls else config.node.http
    node = replace(config.node, http=replace(http, listen=Endpoint(address=LOOPBACK, port=port)))
    made.owner.accept(replace(config, node=node, digest="port"))
    return f"{'https' if tls else 'http'}://127.0.0.1:{port}/live"


async def test_both_doors_are_open(made: Controlled, tmp_path: Path) -> None:
    """TCP for everybody, the control socket for its group; the socket goes with the server."""
    url = on_free_port(made, tmp_path)
    path = tmp_path / CONTROL_SOCKET
    path.touch()
    async with faces(made.desk, tmp_path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        async with httpx.AsyncClient() as tcp:
            assert (await tcp.get(url)).json() == {"live": True}
        async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=str(path))) as local:
            assert (await local.post("http://gslb/api/v1/reload")).status_code == 422

    assert not path.exists()


async def test_tls_is_served(made: Controlled, tmp_path: Path) -> None:
    """With a certificate TCP speaks HTTPS."""
    url = on_free_port(made, tmp_path, tls=True)
    context = ssl.create_default_context()
    CA.configure_trust(context)
    async with faces(made.desk, tmp_path), httpx.AsyncClient(verify=context) as client:
        assert (await client.get(url)).json() == {"live": True}


async def test_a_port_in_use_is_an_oserror(made: Controlled, tmp_path: Path) -> None:
    """Who cannot listen says so, and leaves no socket behind."""
    on_free_port(made, tmp_path)
    port = made.desk.http.listen.port
    taken = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", port)
    async with taken:
        with pytest.raises(OSError):
            async with faces(made.desk, tmp_path):
                raise AssertionError("not reached")

    assert CONTROL_SOCKET not in os.listdir(tmp_path)


async def test_a_run_dir_that_refuses_is_named(made: Controlled, tmp_path: Path) -> None:
    """Whoever cannot make the control socket says where."""
    with pytest.raises(OSError, match=CONTROL_SOCKET):
        async with faces(made.desk, tmp_path / "gone"):
            raise AssertionError("not reached")


async def test_nonsense_is_refused_and_fills_no_log(
    made: Controlled, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever reaches the port may send what is no HTTP: 400, and not a line."""
    on_free_port(made, tmp_path)
    async with faces(made.desk, tmp_path):
        for nonsense in (b"\x16\x03\x01\x02\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"y" * 20_000 + b"\r\n\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", made.desk.http.listen.port)
            writer.write(nonsense)
            assert b" 400 " in await reader.readline()
            writer.close()

    assert caplog.records == []
