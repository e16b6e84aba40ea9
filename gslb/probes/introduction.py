"""The name this host says in EHLO where the configuration gives none (RFC 5321 section 4.1.4)."""

import socket


def own_name() -> str | None:
    """The host's name as its resolver knows it; None where that is no full name, for then the address literal is said.

    Asks the resolver and may block for many seconds: never call it on the loop.
    """
    name = socket.getfqdn()
    return name if "." in name and not name.startswith("localhost") else None
