import pytest

from gslb.config.combined import Checks, parse_checks, with_parents
from gslb.model.pools import Requirement
from tests.kit.configs import accepted, faults, texts, warnings

TWO = "smtp: {type: smtp}\nweb: {type: http}\n"


def pool(checks: str) -> str:
    """A zone whose one pool has these checks."""
    members = "{a: {address: 192.0.2.1}, b: {address: 192.0.2.2}}"
    return f"pools:\n  p:\n    checks: {checks}\n    members: {members}\n"


def test_a_list_needs_all() -> None:
    """A plain list makes no requirement beyond that all are good."""
    assert parse_checks(["a", "b"]) == Checks(("a", "b"))
    assert parse_checks(["a"]).requirement is None


def test_any_of_needs_one() -> None:
    """One good check is enough; the members know it as well."""
    made = accepted(pool("{any_of: [smtp, web]}"), TWO).zones[0].pools["p"]

    assert made.requirement == Requirement(at_least=1, of=("smtp", "web"))
    assert made.checks == ("smtp", "web")
    assert {member.requirement for member in made.members} == {made.requirement}


def test_at_least_needs_so_many() -> None:
    """The number stands beside the list."""
    assert parse_checks({"at_least": 2, "of": ["a", "b", "c"]}).requirement == Requirement(
        at_least=2, of=("a", "b", "c")
    )


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("smtp", "smtp is no list"),
        ("{any_of: smtp}", "is no list"),
        ("{any_of: []}", "an empty list"),
        ("{any_of: [smtp], of: [smtp]}", "any_of, of: write"),
        ("{}", "an empty table"),
        ("{at_least: 3, of: [smtp, web]}", "3 of 2 checks: write 1 to 2"),
        ("{at_least: 0, of: [smtp, web]}", "write 1 to 2"),
        ("{at_least: true, of: [smtp, web]}", "write 1 to 2"),
    ],
)
def test_other_forms_are_refused(written: str, told: str) -> None:
    """Each fault says what may be written."""
    found = faults(texts(pool(written), TWO))

    assert len(found) == 1
    assert "pools.p.checks: " in found[0]
    assert told in found[0].replace("'", "")


def test_unknown_names_are_told_where_they_stand() -> None:
    """With a guess, at their place in the table."""
    found = faults(texts(pool("{any_of: [smtp, wep]}"), TWO))

    assert len(found) == 1
    assert "pools.p.checks.any_of" in found[0]
    assert "no check is named wep; did you mean web?" in found[0]


def test_what_checks_depend_on_is_probed_too() -> None:
    """A parent that the pool does not name judges its members all the same, in one target with others."""
    made = accepted(pool("[web]"), TWO.replace("http}", "http, depends_on: smtp}"))
    member = made.zones[0].pools["p"].members[0]

    assert [key.check for keys in member.verdicts.values() for key in keys] == ["web", "smtp"]
    assert made.checks["web"].depends_on == ("smtp",)
    assert with_parents(["a"], {"a": ["b"], "b": ["c", "a"]}) == ("a", "b", "c")


@pytest.mark.parametrize(
    ("checks", "told"),
    [
        ("a: {type: smtp, depends_on: [b]}\n", "a.depends_on[0]: no check is named b"),
        ("a: {type: smtp, depends_on: [a]}\n", "a.depends_on: a cycle: a depends on a"),
        (
            "a: {type: smtp, depends_on: b}\nb: {type: http, depends_on: [a]}\n",
            "a.depends_on: a cycle: a depends on b, b depends on a",
        ),
    ],
)
def test_dependencies_lead_somewhere_and_end(checks: str, told: str) -> None:
    """Unknown names and cycles are refused."""
    assert any(told in fault for fault in faults(texts(pool("[a]"), checks)))


@pytest.mark.parametrize("gate", ["soft", "none"])
def test_a_check_that_takes_nobody_out_is_needed_by_nothing(gate: str) -> None:
    """Neither as one of many, nor by another check; alone in a pool it is a trap."""
    trial = f"smtp: {{type: smtp}}\nweb: {{type: http, gate: {gate}}}\n"
    (of_many,) = faults(texts(pool("{any_of: [smtp, web]}"), trial))
    (parent,) = faults(texts(pool("[smtp]"), trial.replace("smtp}", "smtp, depends_on: web}")))

    assert f"pools.p.checks.any_of[1]: web has gate: {gate}: it takes nobody out" in of_many
    assert f"smtp.depends_on[0]: web has gate: {gate}, so while it is down" in parent
    assert faults(texts(pool("[smtp, web]"), trial)) == []
    assert any("no check has a hard gate" in told for told in warnings(texts(pool("[web]"), trial)))
    assert not any("hard gate" in told for told in warnings(texts(pool("[smtp, web]"), trial)))


def test_canaries_are_targets_of_their_own() -> None:
    """CHECK ADDRESS is probed though no pool has it; its id stands in the node's settings."""
    made = accepted(
        check="smtp: {type: smtp}\ngw: {type: tcp, port: 80}\n", node='probing: {canary: ["gw 192.0.2.254"]}\n'
    )
    (canary,) = made.node.probing.canary

    assert str(made.targets[canary].address) == "192.0.2.254"
    assert made.targets[canary].port == 80


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("gw 192.0.2.1", "probing.canary: "),
        ("[gw]", '"CHECK ADDRESS"'),
        ('["gw 192.0.2.1"]', "probing.canary[0]: no check is named gw"),
        ('["gw 192.0.2"]', "probing.canary: "),
    ],
)
def test_canaries_name_a_check_and_an_address(written: str, told: str) -> None:
    """Anything else is refused."""
    found = faults(texts(node=f"probing: {{canary: {written}}}\n"))

    assert len(found) == 1
    assert told in found[0]


def test_logins_are_deep_on_each_fourth_probe() -> None:
    """Unless the operator says otherwise; what has no deep stage is always held in full."""
    check = "smtp: {type: smtp}\nweb: {type: http, stage_every: 2, damping: true, temp_fail_after: 9}\n"
    made = accepted(pool("[smtp, web]"), check)

    assert made.checks["web"].stage_every == 2
    assert (made.checks["web"].damping, made.checks["web"].temp_fail_after) == (True, 9)
    assert {target.settings.type: target.stage_every for target in made.targets.values()} == {"smtp": 1, "http": 2}
