"""Signs of life for the supervisor, one octet each on an inherited descriptor.

.   alive, each second
R   ready: may be sent queries
N   no longer ready
"""

import os

ALIVE = b"."
READY = b"R"
NOT_READY = b"N"


class Heartbeat:
    """The writing end. `descriptor` None: started by hand, nobody listens.

    `gone`: nobody reads any more. The supervisor has died, and control has no reason to stay.
    """

    def __init__(self, descriptor: int | None) -> None:
        self.descriptor = descriptor
        self.told_ready = False
        self.gone = False
        if descriptor is not None:
            os.set_blocking(descriptor, False)

    def __repr__(self) -> str:
        return f"<Heartbeat fd={self.descriptor} ready={self.told_ready} gone={self.gone}>"

    def beat(self) -> None:
        """Say that the loop turns."""
        self._write(ALIVE)

    def tell(self, *, ready: bool) -> None:
        """Say whether queries may come, when that has changed."""
        if ready is not self.told_ready and self._write(READY if ready else NOT_READY):
            self.told_ready = ready

    def _write(self, sign: bytes) -> bool:
        if self.descriptor is None:
            return True
        try:
            return os.write(self.descriptor, sign) == len(sign)
        except BlockingIOError:
            return False  # the reader is slow, not gone; the next second says it again
        except OSError:
            self.gone = True
            return False
