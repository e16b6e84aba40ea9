"""A process that has nearly run out of descriptors."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def few_descriptors(spare: int) -> Iterator[None]:
    """Only so many more can be opened."""
    held = [os.dup(0) for _ in range(spare + 1)]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for descriptor in held:
        os.close(descriptor)
    resource.setrlimit(resource.RLIMIT_NOFILE, (held[spare], hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
