"""The message of a round trip: plain, short, and marked so that no robot answers it and its own sweep finds it.

RFC 5322; Auto-Submitted after RFC 3834, so that vacation notices stay away.
"""

from email.utils import formatdate
from typing import Final

MARK: Final = "gslb-roundtrip"
"""Stands in X-Loop of every message: by it what was left behind is found again."""


def message(mailbox: str, token: str, now: float) -> bytes:
    """The message as DATA carries it, without the final dot. `token`: nobody can guess it; `now`: Unix time."""
    domain = mailbox.partition("@")[2] or "localhost"
    date = formatdate(now)
    lines = (
        f"From: <{mailbox}>",
        f"To: <{mailbox}>",
        f"Subject: gslb round trip {token} sent {date}",
        f"Date: {date}",
        f"Message-ID: <{token}@{domain}>",
        "Auto-Submitted: auto-generated",
        "Precedence: bulk",
        f"X-Loop: {MARK}",
        "",
        "A load balancer for mail measures how long a message takes. It fetches and deletes this one itself.",
    )
    return b"".join(line.encode("ascii") + b"\r\n" for line in lines)
