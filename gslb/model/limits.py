"""How long each part of a dialogue over TCP may take, and how much may come (probes.md 1.3)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds for each part, within the timeout of the whole, and octets of a session of lines.

    `greeting`: a greeting may take what the timeout leaves, however long that is, but no more than this. `farewell`:
    for the reply to QUIT or LOGOUT, after the verdict.
    """

    connect: float = 4.0
    handshake: float = 5.0
    greeting: float = 60.0
    farewell: float = 1.0
    session: int = 65_536


LIMITS = Limits()
"""What holds unless a check says otherwise."""
