from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from gslb.control.exposition import Family, counter, exposition, labels, number, single


@given(
    st.dictionaries(
        st.text(alphabet='a\\"\n é,={}', max_size=6), st.floats().map(lambda value: value + 0.0), max_size=5
    ),
    st.text(alphabet='ab\\"\n', max_size=4),
)
def test_a_family_is_written_as_the_library_writes_it(values: dict[str, float], word: str) -> None:
    """Byte for byte, whatever stands in a label and whatever the value is."""
    registry = CollectorRegistry()
    theirs = Gauge("gslb_x", "Some words.", ("zone", "member"), registry=registry)
    ours = Family("gslb_x", "Some words.")
    for name, value in values.items():
        theirs.labels(word, name).set(value)
        ours.add(labels(zone=word, member=name), value)

    assert exposition([ours]) == generate_latest(registry)


def test_counters_and_single_samples_have_their_form() -> None:
    """A counter's samples end in _total; one without labels has no braces."""
    seen = counter("gslb_seen", "What came.")
    seen.add(labels(kind="a"), 3)

    assert str(seen).splitlines()[1:] == ["# TYPE gslb_seen_total counter", 'gslb_seen_total{kind="a"} 3.0']
    assert str(single("gslb_up", "Up.", True)).splitlines()[2:] == ["gslb_up 1.0"]
    assert number(1_800_000_000) == "1.8e+09"
    assert [each.name for each in text_string_to_metric_families(str(seen))] == ["gslb_seen"]
