"""checks/README.md is the whole reference: every key of every type stands beside a working example."""

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from gslb.config.schema_check import TYPES
from gslb.config.schema_check_common import Certificate, CheckTable, Limited, LimitsTable

README = (Path(__file__).parents[2] / "checks/README.md").read_text()
SHIPPED = sorted((Path(__file__).parents[2] / "checks").glob("*.yaml"))


def examples() -> dict[str, set[str]]:
    """The keys that the README's blocks write, by type of check."""
    found: dict[str, set[str]] = defaultdict(set)
    for block in re.findall(r"```yaml\n(.*?)```", README, re.S):
        for check in yaml.safe_load(block).values():
            found[check["type"]].update(check)
    return found


EXAMPLES = examples()
EXAMPLES["webaccess"] |= EXAMPLES["http"]  # two words for one dialogue
EXAMPLES["http"] |= EXAMPLES["webaccess"]
SHARED = {*Certificate.model_fields, *Limited.model_fields, "password", "allow_inline_secrets"}
for keys in EXAMPLES.values():  # those of every type with TLS, or with a login, are shown once
    keys |= {key for key in SHARED if any(key in shown for shown in EXAMPLES.values())}
COMMON = set(CheckTable.model_fields)


@pytest.mark.parametrize("word", TYPES)
def test_every_key_of_a_type_is_shown_in_an_example(word: str) -> None:
    """What the type has beyond the common keys is written once, in a block that is loaded."""
    assert set(TYPES[word].model_fields) - COMMON - EXAMPLES[word] == set()


def test_every_common_key_is_shown_in_one_example() -> None:
    """Cadence and thresholds, all together."""
    blocks: list[dict[str, Any]] = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", README, re.S)]

    assert any(set(check) >= COMMON for block in blocks for check in block.values())


def test_every_limit_is_shown_and_explained() -> None:
    """All of them in one example, and each in the table."""
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", README, re.S)]
    shown = [check["limits"] for block in blocks for check in block.values() if "limits" in check]

    assert any(set(limits) == set(LimitsTable.model_fields) for limits in shown)
    assert [key for key in LimitsTable.model_fields if f"| `{key}`" not in README] == []


@pytest.mark.parametrize("word", TYPES)
def test_every_key_of_a_type_is_explained(word: str) -> None:
    """Each stands as `key` in a table or a sentence."""
    assert [key for key in TYPES[word].model_fields if f"`{key}" not in README] == []


def test_the_library_holds_every_type() -> None:
    """Whoever looks for a type finds a ready check of it."""
    types = {check["type"] for path in SHIPPED for check in yaml.safe_load(path.read_text()).values()}

    assert types == set(TYPES)
