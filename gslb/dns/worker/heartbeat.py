"""Signs of life for the supervisor, from the loop that answers; and its own end, noticed at once."""

import asyncio
import os
from collections.abc import Callable

BEAT = b"."


class Heartbeat:
    """The writing end of an inherited pipe or socket; None: started by hand, nobody listens.

    `gone` is called when nobody reads any more: a worker without a supervisor has no reason to stay.
    """

    def __init__(self, descriptor: int | None, gone: Callable[[], None]) -> None:
        self.descriptor = descriptor
        self.gone = gone

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Watch the descriptor: the end of its other side shows as readable."""
        if self.descriptor is not None:
            os.set_blocking(self.descriptor, False)
            loop.add_reader(self.descriptor, self._readable)
            self.beat()

    def beat(self) -> None:
        """Say that the loop turns."""
        if self.descriptor is None:
            return
        try:
            os.write(self.descriptor, BEAT)
        except BlockingIOError:
            pass  # the supervisor is behind with reading; it has seen enough of us
        except OSError:
            self._end()

    def _readable(self) -> None:
        """An error from a pipe's writing end, or the end of a socket: nobody is there. Words are ignored."""
        if self.descriptor is None:
            return
        try:
            if os.read(self.descriptor, 4096):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._end()

    def _end(self) -> None:
        if self.descriptor is not None:
            asyncio.get_running_loop().remove_reader(self.descriptor)
            self.descriptor = None
            self.gone()
