"""The endpoint's own TLS: a context whose certificate is read anew when its files have changed, with no restart."""

import ssl
from collections.abc import Callable
from pathlib import Path

import structlog

from gslb.model.settings import HttpListener

log = structlog.get_logger("gslb.api")


class Certificate:
    """Certificate and key as `listener` names them now. Raises OSError or ssl.SSLError when made, never later."""

    def __init__(self, listener: Callable[[], HttpListener]) -> None:
        self._listener = listener
        self._mark = self._stamp()
        self._newest = self._load()
        self.context = self._load()
        self.context.sni_callback = self._at_handshake

    def _at_handshake(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        self._renew()
        connection.context = self._newest

    def _renew(self) -> None:
        try:
            mark = self._stamp()
            if mark != self._mark:
                self._mark = mark
                self._newest = self._load()
        except (OSError, ssl.SSLError) as error:
            log.error("the HTTP certificate cannot be read; the one before it is kept", error=str(error))

    def _files(self) -> tuple[Path, Path]:
        listener = self._listener()
        if listener.certificate is None or listener.key is None:
            raise FileNotFoundError("http.tls names no certificate any more; a restart ends TLS")
        return listener.certificate, listener.key

    def _stamp(self) -> tuple[tuple[Path, int, int], ...]:
        return tuple((path, stat.st_mtime_ns, stat.st_ino) for path in self._files() for stat in (path.stat(),))

    def _load(self) -> ssl.SSLContext:
        certificate, key = self._files()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
        return context
