"""A run of demand as a picture: SVG 1.1, written by hand, with nothing to load."""

from collections.abc import Iterator, Sequence
from html import escape

from gslb.simulation.report import DemandReport, MemberLoad

WIDTH, HEIGHT = 960, 480
LEFT, RIGHT, TOP, BOTTOM = 70, 230, 40, 50
MOST = 8
"""Members drawn: those with most load."""

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#b8a500")
"""Okabe and Ito's, which the colour-blind tell apart; the last one darker, to be seen on white."""

MARKS = 5


def svg(found: DemandReport, title: str) -> str:
    """Loads over time: as played in steps, as expected in dashes, and when the change was."""
    return "\n".join(_lines(found, title)) + "\n"


def _lines(found: DemandReport, title: str) -> Iterator[str]:
    shown = found.members[:MOST]
    steps = max((len(each.played) for each in shown), default=1)
    top = _nice(max((rate for each in shown for rate in (*each.played, *each.expected)), default=0.0))
    duration = steps * found.step
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">'
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    yield _text(LEFT, 24, title, size=16)
    for mark in range(MARKS + 1):
        part = mark / MARKS
        x, y = _x(part), _y(part)
        yield f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="#ddd"/>'
        yield _text(LEFT - 8, y + 4, f"{top * part:g}", anchor="end")
        yield _text(x, HEIGHT - BOTTOM + 20, f"{duration * part:g} s", anchor="middle")
    change = _x(found.change_at / duration)
    yield f'<path d="M{change} {TOP}V{HEIGHT - BOTTOM}" stroke="#888" stroke-dasharray="2 3"/>'
    yield _text(LEFT, HEIGHT - 8, "lookups a second that reach a member; lines: as played, dashes: as expected")
    for number, each in enumerate(shown):
        yield from _member(number, each, top)
    yield "</svg>"


def _member(number: int, each: MemberLoad, top: float) -> Iterator[str]:
    colour = COLOURS[number]
    yield f'<polyline points="{_points(each.expected, top)}" fill="none" stroke="{colour}" stroke-dasharray="6 4"/>'
    yield f'<polyline points="{_points(each.played, top)}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
    y = TOP + 20 * number + 10
    yield f'<rect x="{WIDTH - RIGHT + 15}" y="{y - 9}" width="12" height="12" fill="{colour}"/>'
    yield _text(WIDTH - RIGHT + 33, y + 2, f"{each.member.pool}/{each.member.member}")


def _points(rates: Sequence[float], top: float) -> str:
    """In the middle of each step."""
    return " ".join(f"{_x((step + 0.5) / len(rates)):.1f},{_y(rate / top):.1f}" for step, rate in enumerate(rates))


def _x(part: float) -> float:
    return LEFT + part * (WIDTH - LEFT - RIGHT)


def _y(part: float) -> float:
    return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)


def _nice(most: float) -> float:
    """A round number not below."""
    if most <= 0:
        return 1.0
    scale = 10.0 ** (len(f"{most:.0f}") - 1) if most >= 1 else 0.1
    return next(step * scale for step in (1, 2, 5, 10, 20, 50) if step * scale >= most)


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 12) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size}">{escape(text)}</text>'
