"""Descriptors for the probes of a node."""

import resource

import pytest

from gslb.probes import descriptors
from gslb.probes.descriptors import APART, make_room


@pytest.mark.parametrize(
    ("limits", "short", "raised"),
    [
        ((1024, 4096), 0, None),
        ((1024, 4096), 0, 2000 + APART),
        ((1024, 1500), 2000 + APART - 1500, 1500),
        ((1024, 1024), 2000 + APART - 1024, None),
        ((1024, resource.RLIM_INFINITY), 0, 2000 + APART),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), 0, None),
    ],
)
def test_the_soft_limit_is_raised_as_far_as_needed(limits, short, raised, monkeypatch):
    """And what is missing is told."""
    concurrency = 2000 if short or raised else 500
    written = []
    monkeypatch.setattr(descriptors.resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(descriptors.resource, "setrlimit", lambda _, values: written.append(values))

    assert make_room(concurrency) == short
    assert written == ([] if raised is None else [(raised, limits[1])])
