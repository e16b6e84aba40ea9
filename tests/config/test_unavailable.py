import json
from copy import deepcopy
from typing import Any

import pytest
import yaml

from gslb.config.documents import spelled
from gslb.config.positions import Path
from gslb.config.schema import json_schema
from gslb.config.unavailable import TABLE, Kind, Later
from tests.kit.configs import CHECK, HEAD, faults

VALUES: dict[str, Any] = {
    "services.*.when_all_down": "last_good",
    "pools.*.checks": {"any_of": ["smtp"]},
    "services.*.checks": {"at_least": 1, "of": ["smtp"]},
}
"""A value that is not available yet, where only some are."""


def files_with(later: Later) -> tuple[str, dict[str, str]]:
    """A sound configuration with this key in it, and the key's path there."""
    members = {"a": {"address": "192.0.2.1"}, "b": {"address": "192.0.2.2"}}
    trees: dict[str, Any] = {
        "gslb": {"dns": {}, "probing": {}},
        "zone": {
            **yaml.safe_load(HEAD),
            "pools": {"p": {"checks": ["x"], "members": members}},
            "services": {"s": {"checks": ["x"], "members": deepcopy(members), "records": ["A", "MX"]}},
        },
        "checks": {"x": {"type": "smtp"}},
    }
    path = put(trees[later.kind], later.key.split("."), VALUES.get(later.key, 1))
    names = {"gslb": "gslb.yaml", "zone": "zones/z.yaml", "checks": "checks/c.yaml"}
    return spelled(path), {names[kind]: json.dumps(tree) for kind, tree in trees.items()}


def put(table: Any, parts: list[str], value: object) -> Path:
    """Write a value where a pattern matches first; gives the path."""
    part: Any = next(iter(table)) if parts[0] == "*" and isinstance(table, dict) else parts[0]
    part = 0 if part == "*" else part
    if len(parts) == 1:
        table[part] = value
        return (part,)
    return (part, *put(table[part], parts[1:], value))


@pytest.mark.parametrize("later", TABLE, ids=[f"{later.kind}:{later.key}" for later in TABLE])
def test_each_later_key_is_refused_as_not_available_yet(later: Later) -> None:
    """No key of a later capability is accepted and ignored, whatever its value."""
    path, files = files_with(later)

    found = faults(files)

    assert len(found) == 1
    assert found[0].endswith(f": {path}: not available yet: {later.capability}")


@pytest.mark.parametrize("kind", ["gslb", "zone", "checks"])
def test_the_schema_shows_none_of_them(kind: Kind) -> None:
    """`gslb schema` has no property that is refused whatever its value."""
    shown = properties(json_schema(kind))
    whole_keys = {later.key.split(".")[-1] for later in TABLE if later.kind == kind and later.when is None}

    assert not shown & whole_keys


def properties(schema: Any) -> set[str]:
    """Every property name in a JSON Schema."""
    if isinstance(schema, list):
        return set().union(*map(properties, schema))
    if not isinstance(schema, dict):
        return set()
    own = set(schema["properties"]) if isinstance(schema.get("properties"), dict) else set()
    return own.union(*map(properties, schema.values()))


def test_a_later_key_does_not_hide_other_faults() -> None:
    """What stands beside it is judged as if it were not there."""
    found = faults({"gslb.yaml": "cluster: {}\nzzz: 1\n", "checks/c.yaml": CHECK, "zones/z.yaml": HEAD + "ttl: 2d\n"})

    assert [fault.split(": ")[1] for fault in found] == ["cluster", "zzz", "ttl"]
