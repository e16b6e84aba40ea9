"""sd_notify(3) by hand: datagrams to the socket named in NOTIFY_SOCKET. Without systemd all of it does nothing."""

import os
import socket
from collections.abc import MutableMapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifier:
    """`address`: of the manager's socket; None without one. `watchdog`: the period it asks for, seconds; 0 is none."""

    address: str | None = None
    watchdog: float = 0.0

    def tell(self, text: str) -> None:
        """Send one assignment, such as READY=1. A manager that does not listen is no reason to stop."""
        if self.address is None:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
                sock.setblocking(False)
                sock.sendto(text.encode(), self.address)
        except OSError:
            pass


def from_environment(environ: MutableMapping[str, str]) -> Notifier:
    """What systemd asks for. Takes the variables out of `environ`, so that no child speaks in our name."""
    address = environ.pop("NOTIFY_SOCKET", "")
    period, meant_for = environ.pop("WATCHDOG_USEC", "0"), environ.pop("WATCHDOG_PID", "")
    if not address.startswith(("/", "@")):
        return Notifier()
    ours = meant_for in ("", str(os.getpid()))
    watchdog = int(period) / 1e6 if ours and period.isdecimal() else 0.0
    # A leading @ stands for the NUL of the abstract name space, unix(7).
    return Notifier(address=address.replace("@", "\0", 1) if address[0] == "@" else address, watchdog=watchdog)
