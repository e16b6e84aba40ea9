"""The fast path as Python sees it: `fast`, built from fast.c where a compiler was there; None elsewhere."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

fast: "ModuleType | None"
try:
    from gslb.dns.worker import fast
except ImportError:
    fast = None
