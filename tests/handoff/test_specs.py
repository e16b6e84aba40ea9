from gslb.handoff.layout import DRAW_NONE, DRAW_THRESHOLDS
from gslb.handoff.specs import EntrySpec, VariantSpec


def test_a_draw_needs_a_choice() -> None:
    """With no variant or one, nothing is drawn."""
    one = VariantSpec(data=b"x", count=1)

    assert EntrySpec().draw_kind == EntrySpec(variants=(one,)).draw_kind == DRAW_NONE
    assert EntrySpec(variants=(one, one), thresholds=(1, 2**32 - 1)).draw_kind == DRAW_THRESHOLDS
