"""What a monitoring plugin says: its exit code, its first line, its numbers (monitoring-plugins guidelines).

SMTP OK - 0.021 sec. response time|time=0.021s;0.5;1.0;0.0 'queue length'=12;;;0
"""

import math
import re
from collections.abc import Iterator
from typing import Final

from gslb.model.observations import Degraded, Failed, Inconclusive, Outcome, Passed, Phase, Reason
from gslb.probes.dialogue.commands import Conclusion
from gslb.probes.dialogue.text import shown

NAME_LIMIT: Final = 64
ITEMS: Final = 32

_ITEM: Final = re.compile(r"('(?:[^']|'')*'|[^\s'=]+)=(\S*)")
_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,40}(?:[.,]\d{0,40})?|[.,]\d{1,40})(?:e[+-]?\d{1,3})?", re.IGNORECASE)


def verdict(code: int, output: bytes, errors: bytes = b"") -> Conclusion:
    """The verdict of an exit code (negative: a signal); `text` is the first line, of stderr where stdout is empty."""
    first, _, rest = (output.strip() or errors.strip()).partition(b"\n")
    text, _, numbers = first.partition(b"|")
    more = rest.partition(b"|")[2]
    found = tuple(_numbers((numbers + b" " + more).decode("latin-1")))
    return Conclusion(outcome=_outcome(code), code=str(code), text=shown(text.strip()), metrics=found[:ITEMS])


def _outcome(code: int) -> Outcome:
    if code == 0:
        return Passed()
    if code == 1:
        return Degraded(Phase.COMMAND, Reason.EXEC_WARNING, load=True)
    if code == 2:
        return Failed(Phase.COMMAND, Reason.EXEC_CRITICAL)
    return Inconclusive(Phase.COMMAND, Reason.EXEC_UNKNOWN)


def _numbers(text: str) -> Iterator[tuple[str, float]]:
    """Names and values; units, limits and what cannot be read are passed over."""
    for match in _ITEM.finditer(text):
        name = match[1].strip("'").replace("''", "'").strip()
        number = _NUMBER.match(match[2])
        if name and len(name) <= NAME_LIMIT and number is not None:
            value = float(number[0].replace(",", "."))
            if math.isfinite(value):
                yield shown(name.encode("latin-1"), NAME_LIMIT), value
