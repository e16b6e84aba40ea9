"""What a member says of itself (HAProxy's words; probes.md 1.14, section 6 number 27)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.probes.dialogue.agent_words import BOOST, Said, sense_of, verdict


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"", Said()),
        (b"up", Said(word="up")),
        (b"READY", Said(word="up")),
        (b"75%", Said(word="up", factor=0.75)),
        (b"up,50%  maxconn:30", Said(word="up", factor=0.5)),
        (b"0%", Said(word="drain", factor=0.0)),
        (b"up drain", Said(word="drain")),
        (b"maint", Said(word="drain")),
        (b"ready drain stopped", Said(word="down")),
        (b"up down", Said(word="down")),
        (b"Fail#disk full 100%", Said(word="down")),
        (b"failed", Said(word="down")),
        (b"300%", Said(word="up", factor=1.0, odd=True)),
        (b"-1%", Said(word="drain", factor=0.0, odd=True)),
        (b"80% 20%", Said(word="up", factor=0.2)),
        (b"up banana", Said(word="up", odd=True)),
        (b"9999999999%", Said(odd=True)),
        (b"\xff\xfe\0\x01", Said(odd=True)),
        (b"UP\0", Said(word="up")),
    ],
)
def test_the_sense_of_a_line(line, said):
    """Any order and case; clamped; the worst word wins; the unknown is told and ignored."""
    assert sense_of(line) == said


@pytest.mark.parametrize(
    ("line", "outcome", "factor"),
    [
        (b"up 75%", Passed(), 0.75),
        (b"up", Passed(), None),
        (b"drain 75%", Degraded(Phase.COMMAND, Reason.DRAIN, load=True), 0.0),
        (b"0%", Degraded(Phase.COMMAND, Reason.DRAIN, load=True), 0.0),
        (b"down 75%", Failed(Phase.COMMAND, Reason.NOT_ACCEPTING), 0.75),
    ],
)
def test_a_word_can_only_lower(line, outcome, factor):
    """Pass, drain, fail; the factor stands beside it as a fact."""
    seen = verdict(sense_of(line), line)

    assert (seen.outcome, seen.weight_factor, seen.text) == (outcome, factor, line.decode())


def test_more_than_all_may_be_asked_for_where_that_is_allowed():
    """Up to what HAProxy allows."""
    assert sense_of(b"150%", BOOST) == Said(word="up", factor=1.5)
    assert sense_of(b"300%", BOOST) == Said(word="up", factor=2.56, odd=True)


def test_nothing_said_is_no_verdict():
    """An empty line, and one that nobody understands."""
    assert verdict(sense_of(b""), b"") is None
    assert verdict(sense_of(b"banana"), b"banana") is None


@given(st.binary(max_size=1024))
def test_any_line_has_a_sense(line):
    """And a factor is never out of bounds."""
    said = sense_of(line)

    assert said.factor is None or 0 <= said.factor <= 1
    assert (verdict(said, line) is None) == (said.word == "")
