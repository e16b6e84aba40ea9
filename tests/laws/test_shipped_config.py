"""The files this project ships are a configuration without fault or warning, strict at every table, and documented."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from gslb.config.documents import spelled
from gslb.config.files import load, load_texts
from gslb.errors import ConfigError

ROOT = Path(__file__).parents[2]
FILES = (
    "gslb.yaml",
    *sorted(p.relative_to(ROOT).as_posix() for d in ("checks", "zones") for p in ROOT.glob(f"{d}/*.yaml")),
)
TEXTS = {path: (ROOT / path).read_text() for path in FILES}
READMES = ("zones/README.md", "checks/README.md")
JUNK = "zzz_junk"


def tables(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The key path of every table in a value, its root first."""
    if isinstance(value, dict):
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from tables(inner, (*path, key))


PLACES = [(path, place) for path in FILES for place in tables(yaml.safe_load(TEXTS[path]))]


def test_the_repository_is_a_good_configuration() -> None:
    """`gslb validate -c .` finds no error and no warning."""
    assert load(ROOT).warnings == ()


@pytest.mark.parametrize(("path", "place"), PLACES, ids=[f"{p}:{spelled(place)}" for p, place in PLACES])
def test_a_junk_key_is_refused_at_every_table(path: str, place: tuple[str | int, ...]) -> None:
    """An unknown key at any table of any shipped file is refused, and told by its path."""
    value = yaml.safe_load(TEXTS[path])
    table = value
    for part in place:
        table = table[part]
    table[JUNK] = 0

    with pytest.raises(ConfigError) as refused:
        load_texts({**TEXTS, path: yaml.safe_dump(value, sort_keys=False)})

    assert spelled((*place, JUNK)) in {fault.key for fault in refused.value.faults}
    assert all(fault.path == path and fault.line for fault in refused.value.faults)


def snippets() -> list[tuple[str, str, str]]:
    """The whole files shown in the READMEs: their first line names the file."""
    found = []
    for readme in READMES:
        for block in re.findall(r"```yaml\n(.*?)```", (ROOT / readme).read_text(), re.S):
            named = re.match(r"# ((?:zones|checks)/\S+\.yaml|gslb\.yaml)\b", block)
            if named:
                found.append((readme, named[1], block))
    return found


SNIPPETS = snippets()


@pytest.mark.parametrize(("readme", "path", "block"), SNIPPETS, ids=[f"{r}:{p}" for r, p, _ in SNIPPETS])
def test_every_file_shown_in_a_readme_loads(readme: str, path: str, block: str) -> None:
    """What a README shows as a whole file is accepted beside the shipped checks, and the views it shows."""
    checks = {name: text for name, text in TEXTS.items() if name.startswith("checks/")}
    views = {name: text for _, name, text in SNIPPETS if name == "gslb.yaml" and "\nviews:" in text}
    named = dict.fromkeys(re.findall(r"^records_file: (\S+)", block, re.M), "")
    texts = {path: block} if path.startswith("checks/") else {**views, **checks, **named, path: block}

    load_texts(texts, checks_only=not path.startswith("zones/"))


def test_the_readmes_show_files_and_every_block_is_one() -> None:
    """No YAML block of a README escapes being loaded."""
    blocks = sum((ROOT / readme).read_text().count("```yaml\n") for readme in READMES)

    assert blocks == len(SNIPPETS) >= 6
