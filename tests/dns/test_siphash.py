"""The hash of cookies."""

import pytest

from gslb.dns.siphash import siphash24

KEY = bytes(range(16))
VECTORS = {
    0: "310e0edd47db6f72",
    1: "fd67dc93c539f874",
    7: "37d1018bf50002ab",
    8: "6224939a79f5f593",
    15: "e545be4961ca29a1",
    63: "724506eb4c328a95",
}
"""Some of the reference implementation's vectors: of the octets 0, 1, 2, … so many."""


@pytest.mark.parametrize("length", VECTORS)
def test_vectors(length: int) -> None:
    """The designers' own vectors."""
    assert siphash24(KEY, bytes(range(length))).hex() == VECTORS[length]
