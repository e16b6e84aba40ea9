"""Ports that accept and count: as much of a server as a `tcp` check meets. Each address stops and starts by itself."""

import selectors
import socket
import threading
from collections import Counter
from collections.abc import Iterable


class Ports:
    """Listens on one port of several addresses while entered; `accepted` counts connections by address."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self.addresses = tuple(addresses)
        self.accepted: Counter[str] = Counter()
        self.port = 0
        self._listening: dict[str, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._lock = threading.Lock()
        self._over = False
        self._thread = threading.Thread(target=self._accept, name="ports", daemon=True)

    def __enter__(self) -> "Ports":
        self.start(*self.addresses)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._thread.join()
        self.stop(*self._listening)
        self._selector.close()

    def start(self, *addresses: str) -> None:
        """Listen on these; the first one ever picks the port."""
        for address in addresses:
            if address in self._listening:
                continue
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            listener = socket.create_server((address, self.port), family=family)
            listener.setblocking(False)
            self.port = listener.getsockname()[1]
            with self._lock:
                self._listening[address] = listener
                self._selector.register(listener, selectors.EVENT_READ, address)

    def stop(self, *addresses: str) -> None:
        """Refuse connections on these."""
        for address in addresses:
            with self._lock:
                listener = self._listening.pop(address)
                self._selector.unregister(listener)
                listener.close()

    def _accept(self) -> None:
        while not self._over:
            with self._lock:
                ready = self._selector.select(0)
                for key, _ in ready:
                    self._take(key)
            if not ready:
                threading.Event().wait(0.005)

    def _take(self, key: selectors.SelectorKey) -> None:
        listener = self._listening[key.data]
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        self.accepted[key.data] += 1
        connection.close()
