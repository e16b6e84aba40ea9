"""Whether this process may open as many descriptors as its probes need (probes.md 2.5)."""

import resource
from typing import Final

APART: Final = 256
"""Descriptors that are not for probes: listeners, HTTP, files, children and their pipes."""


def make_room(concurrency: int) -> int:
    """Raise the soft limit to what so many probes at once need, where the hard one lets us; how many are missing."""
    needed = concurrency + APART
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return 0
    raised = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if raised > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
    return needed - max(raised, soft)
