"""A TLS server that floods its client with messages below the application, by libssl: Python's own ssl cannot.

with flooding(certificate_file, TLS13, key_updates) as port: …
"""

import contextlib
import ctypes
import ctypes.util
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

TLS12, TLS13 = 0x0303, 0x0304
_PEM, _SET_MIN, _SET_MAX = 1, 123, 124

Flood = Callable[[ctypes.CDLL, ctypes.c_void_p], int]
"""Sends one message; 0 or less once the client is gone."""


def key_updates(ssl: ctypes.CDLL, session: ctypes.c_void_p) -> int:
    """KeyUpdate, with one asked for in return (RFC 8446 section 4.6.3)."""
    ssl.SSL_key_update(session, 1)
    sent: int = ssl.SSL_do_handshake(session)
    return sent


def hello_requests(ssl: ctypes.CDLL, session: ctypes.c_void_p) -> int:
    """HelloRequest, which asks to renegotiate (RFC 5246 section 7.4.1.1)."""
    ssl.SSL_renegotiate_abbreviated(session)
    ssl.SSL_do_handshake(session)
    return 1 if ssl.SSL_write(session, b"2", 1) > 0 else 0


def small_records(ssl: ctypes.CDLL, session: ctypes.c_void_p) -> int:
    """A record for each octet of a line that never ends."""
    sent: int = ssl.SSL_write(session, b"2", 1)
    return sent


def _library() -> ctypes.CDLL:
    name = ctypes.util.find_library("ssl")
    if name is None:
        pytest.skip("no libssl here")
    ssl = ctypes.CDLL(name)
    for function in ("TLS_server_method", "SSL_CTX_new", "SSL_new"):
        getattr(ssl, function).restype = ctypes.c_void_p
    return ssl


@contextlib.contextmanager
def flooding(pem: Path, version: int, flood: Flood) -> Iterator[int]:
    """One client is served, in a thread of its own; the port."""
    ssl = _library()
    context = ctypes.c_void_p(ssl.SSL_CTX_new(ctypes.c_void_p(ssl.TLS_server_method())))
    for command in (_SET_MIN, _SET_MAX):
        ssl.SSL_CTX_ctrl(context, command, version, None)
    assert ssl.SSL_CTX_use_certificate_file(context, bytes(pem), _PEM) == 1
    assert ssl.SSL_CTX_use_PrivateKey_file(context, bytes(pem), _PEM) == 1

    clients: list[socket.socket] = []

    def serve(listener: socket.socket) -> None:
        client, _ = listener.accept()
        clients.append(client)
        with client:
            session = ctypes.c_void_p(ssl.SSL_new(context))
            ssl.SSL_set_fd(session, client.fileno())
            if ssl.SSL_accept(session) == 1:
                while flood(ssl, session) > 0:
                    pass
            ssl.SSL_free(session)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            for client in clients:  # the loop that would close the other end is waiting for us
                with contextlib.suppress(OSError):
                    client.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            ssl.SSL_CTX_free(context)
    assert not thread.is_alive()
