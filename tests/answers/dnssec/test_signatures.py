import pytest

from gslb.answers.dnssec import signatures
from gslb.answers.dnssec.rrsig import REFRESH, Signature
from gslb.answers.dnssec.signatures import Signatures

NOW = 1_800_000_000
NAMES = [bytes([number]) * 24 for number in range(6)]


def signature(left: int = REFRESH + 100, mark: bytes = b"s") -> Signature:
    """One with so many seconds left."""
    return Signature(NOW - 3600, NOW + left, mark * 64)


def kept(*made: Signature) -> Signatures:
    """A store of these, under NAMES."""
    store = Signatures()
    store.add(dict(zip(NAMES, made, strict=False)))
    return store


def test_only_fresh_ones_are_given() -> None:
    """One that is to be renewed, or unknown, is as good as none."""
    store = kept(signature(), signature(REFRESH))

    assert store.fresh(NAMES[0], NOW) == signature()
    assert store.fresh(NAMES[1], NOW) is None
    assert store.fresh(NAMES[2], NOW) is None
    assert (len(store), repr(store)) == (2, "<Signatures 2 known, 2 made>")


def test_the_next_process_knows_them() -> None:
    """What is exported is restored, but for what is not fresh any more."""
    found = Signatures()

    assert found.restore(kept(signature(), signature(REFRESH)).export(), NOW) == ""
    assert [found.fresh(name, NOW) for name in NAMES[:2]] == [signature(), None]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda octets: b"", "not of this format"),
        (lambda octets: b"X" + octets[1:], "not of this format"),
        (lambda octets: octets[:-1], "not of this format"),
        (lambda octets: octets[:40] + b"X" + octets[41:], "is damaged"),
    ],
)
def test_junk_is_refused(spoil: object, why: str) -> None:
    """A file that is cut, foreign or damaged gives nothing and says why."""
    found = Signatures()

    assert why in found.restore(spoil(kept(signature()).export()), NOW)  # type: ignore[operator]  # a lambda above
    assert len(found) == 0


def test_pruning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Used ones stay whatever their age; of the others the latest SPARE that are fresh."""
    monkeypatch.setattr(signatures, "SPARE", 1)
    store = kept(signature(REFRESH), signature(), signature(mark=b"t"), signature(REFRESH))

    store.prune([NAMES[0], b"never made"], NOW)

    assert len(store) == 2
    assert store.fresh(NAMES[2], NOW) == signature(mark=b"t")
