"""The allow-lists of checks/README.md, as its readers would copy them."""

import re
from pathlib import Path

_README = Path(__file__).parents[2] / "checks/README.md"
_PROBER = "192.0.2.53"


def block_after(title: str, prober: str = "127.0.0.1") -> list[str]:
    """The lines shown for one server, with another address in place of the example's."""
    found = re.search(rf"\*\*{title}\*\*.*?```\n(.*?)```", _README.read_text(), re.S)
    assert found is not None
    return found[1].replace(_PROBER, prober).splitlines()
