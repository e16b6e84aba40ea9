"""A run as a picture."""

from xml.etree import ElementTree

import pytest

from gslb.model.verdicts import MemberKey
from gslb.simulation.plot import MOST, svg
from gslb.simulation.report import DemandReport, MemberLoad

SVG = "{http://www.w3.org/2000/svg}"


def report(*rates: float) -> DemandReport:
    """One member for each rate, which it has in each of four steps of 5 s."""
    members = tuple(
        MemberLoad(
            member=MemberKey("z", "p", f"m<{number}>"),
            before=rate,
            after=rate,
            played_before=rate,
            played_after=rate,
            peak=rate,
            moved=None,
            drained=None,
            expected=(rate,) * 4,
            played=(rate,) * 4,
        )
        for number, rate in enumerate(rates)
    )
    return DemandReport(
        members=members, lookups=1, queries=1, cached=0, played_cached=0, let_go=30, step=5, change_at=10
    )


def test_each_member_has_two_lines_and_its_name() -> None:
    """Well-formed SVG whatever the names, with at most so many members."""
    root = ElementTree.fromstring(svg(report(*range(1, 12)), "a < b"))
    texts = [text.text for text in root.iter(f"{SVG}text")]

    assert len(list(root.iter(f"{SVG}polyline"))) == 2 * MOST
    assert "p/m<0>" in texts
    assert "a < b" in texts


@pytest.mark.parametrize(("most", "top"), [(0.0, "1"), (0.3, "0.5"), (7.0, "10"), (1200.0, "2000"), (99.6, "100")])
def test_the_scale_ends_with_a_round_number(most: float, top: str) -> None:
    """Not below the highest rate."""
    root = ElementTree.fromstring(svg(report(most), "t"))

    assert top in [text.text for text in root.iter(f"{SVG}text")]


def test_nothing_to_draw_is_an_empty_picture() -> None:
    """No member, no line."""
    root = ElementTree.fromstring(svg(report(), "t"))

    assert list(root.iter(f"{SVG}polyline")) == []
