"""The table of RFCs names tests that exist, and leaves out no RFC it should have."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "gslb" / "dns" / "README.md").read_text()
ROWS = re.findall(r"^\| (\d{4}) \|(.*)\|$", TABLE, re.M)
WANTED = """
1034 1035 2181 2308 3596 3597 4343 4592 5001 5452 6604 6672 6891 6895 7766 7828 7830 7871 7873 8020 8482 8906 8914
9018 9077 9210 9276 9460 9471 9619 4034 4035 5155 6605 7344
"""


def test_every_named_test_exists() -> None:
    """Each test of the table is a function of that file."""
    named = re.findall(r"`(\S+\.py)::(\w+)`", TABLE)

    assert len(named) > 50
    for file, test in named:
        assert re.search(rf"^(?:async )?def {test}\(", (ROOT / "tests" / file).read_text(), re.M), f"{file}::{test}"


def test_every_rfc_has_its_row() -> None:
    """The RFCs this server promises stand in the table, each row with a test, in order."""
    numbers = [int(number) for number, _ in ROWS]

    assert set(map(int, WANTED.split())) <= set(numbers)
    assert numbers == sorted(numbers)
    assert all("::" in row for _, row in ROWS)
