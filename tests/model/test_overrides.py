from gslb.model.overrides import Forced, Override, nobody
from tests.kit.controlled import NOW
from tests.kit.estate import member


def test_an_override_reads_as_a_sentence() -> None:
    """Who, until when (in UTC), and why; what was not said is left out."""
    short = Override(target="t", state=Forced.FORCED_UP, owner="ben", since=NOW)
    long = Override(target="t", state=Forced.DRAINED, owner="anna", reason="kernel", since=NOW, expires=NOW + 7200)

    assert str(short) == "forced up by ben"
    assert str(long) == "drained by anna until 2027-01-15 10:00 UTC: kernel"


def test_nobody_says_nothing() -> None:
    """Steering without an operator."""
    assert nobody("z", None, "p", member("m", "192.0.2.1")) is None
