from gslb.config.documents import Document, spelled, without
from gslb.config.schema_node import NodeFile
from tests.kit.configs import faults, texts


def test_key_paths_are_spelled_as_people_read_them() -> None:
    """Dots between keys, brackets around positions."""
    assert spelled(("pools", "relays", "addresses", 0)) == "pools.relays.addresses[0]"
    assert spelled(()) == ""


def test_values_go_without_what_was_refused() -> None:
    """A copy lacks what stands at the paths; a list loses all with one item; the original keeps everything."""
    value = {"a": {"b": 1, "c": [1, 2]}, "d": 3, "": {"": 4}}

    assert without(value, [("a", "c", 0), ("d",), ("", "")]) == {"a": {"b": 1}, "": {}}
    assert value["d"] == 3
    assert without([1], [(0,)]) == [1]


def test_damage_reaches_up_and_down() -> None:
    """What holds a refused key, and what it holds, is damaged; its neighbours are not."""
    document = Document("x.yaml", "a: {b: {c: 1}, d: 2}\n")
    document.fault(("a", "b"), "wrong")

    assert document.is_damaged(("a",))
    assert document.is_damaged(("a", "b", "c"))
    assert not document.is_damaged(("a", "d"))


def test_a_model_is_made_of_what_is_sound() -> None:
    """Faults are told, and what is right stays."""
    document = Document("gslb.yaml", "node: a\ndns: {workers: x, nsid: n}\nzzz: 1\nlog: 5\n")

    model = document.model("gslb", NodeFile, {})

    assert model is not None
    assert (model.node, model.dns.nsid, model.dns.workers, model.log.level) == ("a", "n", 0, "info")
    assert [fault.key for fault in document.faults] == ["dns.workers", "log", "zzz"]


def test_nothing_is_default() -> None:
    """A key with no value is a key that is not there, but an unknown one is still unknown."""
    document = Document("gslb.yaml", "node:\ndns:\n  nsid:\nzzz:\n")

    model = document.model("gslb", NodeFile, {})

    assert model == NodeFile()
    assert [fault.key for fault in document.faults] == ["zzz"]


def test_a_text_that_is_no_yaml_has_no_model() -> None:
    """There is nothing to go on with."""
    assert Document("gslb.yaml", "a: [").model("gslb", NodeFile, {}) is None


def test_warnings_have_places_too() -> None:
    """A warning stands at its key."""
    document = Document("x.yaml", "a:\n  b: 1\n")
    document.warn(("a", "b"), "doubtful")

    assert [str(warning) for warning in document.warnings] == ["x.yaml:2:3: a.b: doubtful"]
    assert document.faults == []


def test_thousands_of_faults_are_counted_beyond_the_first_thousand() -> None:
    """A file that is nothing but faults does not fill the screen for ever, and says so."""
    document = Document("gslb.yaml", "".join(f"zzz{n}: 1\n" for n in range(1100)))

    document.model("gslb", NodeFile, {})

    assert len(document.faults) == 1001
    assert document.faults[-1].message == "and 100 faults more"


def test_a_file_that_is_no_table_is_told_once() -> None:
    """Nothing that is missing in it is told beside it."""
    files = {**texts(), "zones/a.yaml": "[]", "zones/b.yaml": "5"}

    assert faults(files) == [
        "zones/a.yaml: a list is no table of keys",
        "zones/b.yaml: 5 is no table of keys",
    ]
