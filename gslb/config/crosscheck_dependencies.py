"""What checks depend on: names that exist, and no cycles."""

from collections.abc import Collection, Mapping

from gslb.config.drafts import CheckDraft
from gslb.config.hints import did_you_mean


def check_dependencies(checks: list[CheckDraft], known: Collection[str]) -> None:
    """Judge every `depends_on`; `known` are the names of checks defined, or damaged, anywhere."""
    parents = {check.name: check.table.depends_on for check in checks}
    gates = {check.name: check.table.gate for check in checks}
    for check in checks:
        for index, name in enumerate(check.table.depends_on):
            if name not in known:
                path = (check.name, "depends_on", index)
                check.document.fault(path, f"no check is named {name}{did_you_mean(name, known)}")
            elif gates.get(name, "hard") != "hard":
                path = (check.name, "depends_on", index)
                check.document.fault(
                    path, f"{name} has gate: {gates[name]}, so while it is down this one counts nowhere"
                )
        cycle = _cycle(check.name, parents)
        # One fault for each cycle: at the check that comes first by name.
        if cycle and check.name == min(cycle):
            steps = zip(cycle, (*cycle[1:], cycle[0]), strict=True)
            told = ", ".join(f"{name} depends on {parent}" for name, parent in steps)
            check.document.fault((check.name, "depends_on"), f"a cycle: {told}")


def _cycle(start: str, parents: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The shortest way from a check back to itself; empty when there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for parent in parents.get(way[-1], ()):
            if parent == start:
                return way
            if parent not in seen:
                seen.add(parent)
                ways.append((*way, parent))
    return ()
