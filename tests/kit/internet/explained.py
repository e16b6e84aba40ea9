"""The table of what tools and resolvers say otherwise, with the reasons: tests/compliance/explained.yaml."""

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import yaml

TABLE = Path(__file__).parents[2] / "compliance" / "explained.yaml"


@dataclass(frozen=True)
class Explained:
    """One line. `names`, `types` and `answers` are empty where it is not about a resolver."""

    tool: str
    says: str
    because: str
    names: str = ""
    types: tuple[str, ...] = ()
    answers: str = ""

    def covers(self, name: str, rtype: str, answered: str, said: str) -> bool:
        """Whether this difference is meant; `name` is below the zone."""
        same = (self.answers, self.says) == (answered, said) and rtype in self.types
        return same and any(fnmatch(name, pattern) for pattern in self.patterns())

    def patterns(self) -> list[str]:
        """The names; braces list several."""
        return self.names.strip("{}").split(",")


def explained(tool: str) -> tuple[Explained, ...]:
    """The lines of one tool or resolver."""
    rows = yaml.safe_load(TABLE.read_text())
    return tuple(Explained(**{**row, "types": tuple(row.get("types", ()))}) for row in rows if row["tool"] == tool)
