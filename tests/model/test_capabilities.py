"""Sets of capabilities (probes.md 1.6.3)."""

import pytest

from gslb.model.capabilities import capability_rules, capability_sets
from gslb.model.values import CapWhen


@pytest.mark.parametrize(
    ("check_type", "names"),
    [
        ("smtp", ("mx",)),
        ("submission", ("msa",)),
        ("imap", ("mailstore",)),
        ("pop3", ("mailstore",)),
        ("sieve", ("mailstore",)),
        ("lmtp", ()),
    ],
)
def test_each_type_knows_its_sets(check_type, names):
    """And no other."""
    assert capability_sets(check_type) == names


def test_a_set_fails_only_where_asked_and_only_in_its_hard_demands():
    """A missing STARTTLS on port 25 stays a notice."""
    soft, hard = capability_rules("mx", "smtp"), capability_rules("mx", "smtp", fails=True)

    assert not any(rule.fails for rule in soft)
    assert [(rule.name, rule.when) for rule in hard if rule.fails] == [("AUTH", CapWhen.PRE_TLS)]


def test_a_set_of_another_type_is_none():
    """Config asks first."""
    with pytest.raises(KeyError):
        capability_rules("mx", "imap")
