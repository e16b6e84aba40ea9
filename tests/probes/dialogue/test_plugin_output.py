"""What a monitoring plugin says (monitoring-plugins guidelines, probes.md 1.14)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.model.observations import Degraded, Failed, Inconclusive, Passed, Phase, Reason
from gslb.probes.dialogue.plugin_output import ITEMS, NAME_LIMIT, verdict

UNKNOWN = Inconclusive(Phase.COMMAND, Reason.EXEC_UNKNOWN)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (0, Passed()),
        (1, Degraded(Phase.COMMAND, Reason.EXEC_WARNING, load=True)),
        (2, Failed(Phase.COMMAND, Reason.EXEC_CRITICAL)),
        (3, UNKNOWN),
        (4, UNKNOWN),
        (127, UNKNOWN),
        (-9, UNKNOWN),
    ],
)
def test_what_exit_codes_mean(code, outcome):
    """0, 1, 2; the rest and signals are the plugin's own trouble."""
    seen = verdict(code, b"x")

    assert (seen.outcome, seen.code) == (outcome, str(code))


@pytest.mark.parametrize(
    ("output", "errors", "text"),
    [
        (b"SMTP OK - fine |time=1s\nmore\n", b"", "SMTP OK - fine"),
        (b"", b"sh: no such thing\n", "sh: no such thing"),
        (b"\n\nlate\n", b"err", "late"),
        (b"\x1b[2J\xff", b"", r"\x1b[2J\xff"),
        (b"", b"", ""),
    ],
)
def test_the_first_line_is_the_text(output, errors, text):
    """Of stderr, where stdout is empty; escaped."""
    assert verdict(0, output, errors).text == text


@pytest.mark.parametrize(
    ("numbers", "metrics"),
    [
        (b"time=0.021s;0.5;1.0;0.0", (("time", 0.021),)),
        (b" a=1 'b c'=2B;;; 'it''s'=3% ", (("a", 1.0), ("b c", 2.0), ("it's", 3.0))),
        (b"a=-1.5e2ms b=+.5 c=2,5s", (("a", -150.0), ("b", 0.5), ("c", 2.5))),
        (b"a=U b= c =3 =4 ''=5 d==6 e", ()),
        (b"a=1e999 b=2", (("b", 2.0),)),
        (b"x" * (NAME_LIMIT + 1) + b"=1 " + b"y" * NAME_LIMIT + b"=2", (("y" * NAME_LIMIT, 2.0),)),
    ],
)
def test_numbers_are_read_with_tolerance(numbers, metrics):
    """Units and limits are passed over, and so is all that cannot be read."""
    assert verdict(0, b"ok|" + numbers).metrics == metrics


def test_numbers_may_stand_below_and_are_bounded():
    """Behind a second bar in the long output; 32 at most."""
    assert verdict(0, b"ok|a=1\nlong|b=2\nc=3").metrics == (("a", 1.0), ("b", 2.0), ("c", 3.0))
    assert len(verdict(0, b"ok|" + b"a=1 " * 99).metrics) == ITEMS


@given(st.integers(-64, 255), st.binary(max_size=300))
def test_any_output_gives_a_verdict(code, output):
    """With finite numbers and a short text."""
    seen = verdict(code, output + b"|a=1")

    assert len(seen.text) <= 200
    assert all(math.isfinite(value) for _, value in seen.metrics)
