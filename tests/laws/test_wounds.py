"""What other servers' users suffered from (the wounds, by number) is proved to be otherwise here."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

WOUNDS = {
    1: "no agreed answer when every member is down",
    2: "wrong answers between start and the first probe",
    3: "nobody can see what the server thinks",
    4: "flapping and one-strike verdicts",
    5: "mail protocols are not understood",
    6: "probes hurt the mail servers",
    7: "MX and address answers are not consistent with each other",
    8: "IPv6 is bolted on",
    9: "weight zero means five different things",
    10: "the observed split is not the configured split",
    11: "a change of configuration costs a restart, or loses state",
    12: "ghost probes and expiry traps",
    13: "probe herds",
    15: "draining and maintenance are clumsy",
    16: "failback is automatic, immediate and unannounced",
    17: "the checked thing is not the served thing",
    18: "one health verdict per host for many protocols",
    19: "wrong negative answers",
    21: "thundering recovery",
    23: "surprises by the client subnet",
    24: "policies do not compose, and nobody says why",
}
"""Those that what is built so far must heal. 14, 20 and 22 come with what they are about."""


@pytest.mark.parametrize("number", WOUNDS, ids=WOUNDS.values())
def test_each_wound_has_a_test_that_bears_its_number(number: int) -> None:
    """By its name or its sentence."""
    borne = re.compile(rf"def test_wound_0?{number}_|\"\"\"Wound {number}[: ]")

    assert [path for path in TESTS.rglob("test_*.py") if borne.search(path.read_text())]
