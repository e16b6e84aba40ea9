"""The dialogue of an agent (probes.md 1.14; section 6, number 27)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.model.observations import Degraded, Failed, Inconclusive, Passed, Phase, Reason
from gslb.model.plain import AgentSettings
from gslb.probes.dialogue.agent import LIMIT, agent
from tests.kit.script import Script

SETTINGS = AgentSettings(port=1)


def heard(data, settings=SETTINGS):
    """A conversation in which all of it came, and then the end."""
    return Script(agent(settings)).receives(data).hangs_up()


@pytest.mark.parametrize(
    ("data", "outcome", "notices"),
    [
        (b"up 75%\n", Passed(), ()),
        (b"up 75%\r\nwhatever", Passed(), ()),
        (b"up 75%", Passed(), ()),
        (b"drain\n", Degraded(Phase.COMMAND, Reason.DRAIN, load=True), ()),
        (b"up down\n", Failed(Phase.COMMAND, Reason.NOT_ACCEPTING), ()),
        (b"300%\n", Passed(), (Reason.REPLY_IGNORED,)),
        (b"\n", Inconclusive(Phase.COMMAND, Reason.PROTOCOL_ERROR), ()),
        (b"", Inconclusive(Phase.COMMAND, Reason.PROTOCOL_ERROR), ()),
        (b"\xff\0\x01\n", Inconclusive(Phase.COMMAND, Reason.PROTOCOL_ERROR), (Reason.REPLY_IGNORED,)),
        (b"up " * 400, Inconclusive(Phase.COMMAND, Reason.BOUNDS_EXCEEDED), ()),
        (b"x" * LIMIT + b"y\n", Inconclusive(Phase.COMMAND, Reason.BOUNDS_EXCEEDED), ()),
        (b"up" + b" " * (LIMIT - 2) + b"\n", Passed(), ()),
    ],
)
def test_one_line_is_heard(data, outcome, notices):
    """Up to LF or the end; what says nothing is no word against the member."""
    heard(data).concludes(outcome, *notices).ends()


def test_it_may_be_asked():
    """`send` comes first."""
    done = Script(agent(AgentSettings(port=1, send=b"load?\n"))).wrote(b"load?\n").receives(b"50%\n")

    assert done.ends().concluded.weight_factor == 0.5


def test_a_raise_needs_leave():
    """`allow_boost`; else more than all is all, and told."""
    heard(b"150%\n").concludes(Passed(), Reason.REPLY_IGNORED)
    raised = heard(b"150%\n", AgentSettings(port=1, allow_boost=True)).concludes(Passed())

    assert raised.concluded.weight_factor == 1.5


@given(st.binary(max_size=1200), st.data())
def test_segments_do_not_matter(data, draw):
    """Any bytes, any split: one and the same verdict."""
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=5)))
    script = Script(agent(SETTINGS))
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        script.receives(data[start:end])

    assert script.hangs_up().told() == heard(data).told()
    assert script.returned is not None
