"""Documents are executed: their snippets load, their commands exist, their links lead somewhere."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

from gslb.config.bounds import detection_bounds
from gslb.config.files import load_texts
from gslb.config.schema_check import TYPES
from gslb.config.schema_node import DnsTable, NodeFile, ViewTable
from gslb.config.schema_zone import (
    DnssecTable,
    HttpsTable,
    MemberTable,
    PoolTable,
    ServiceTable,
    SoaTable,
    TransferTable,
    ZoneFile,
)
from gslb.config.tables import Table

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    path for path in ROOT.rglob("*.md") if not {".venv", "node_modules"} & set(path.relative_to(ROOT).parts)
)
ZONE_TABLES: list[type[Table]] = [
    ZoneFile, PoolTable, MemberTable, ServiceTable, SoaTable, DnssecTable, TransferTable, HttpsTable,
]  # fmt: skip
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def test_the_first_configuration_of_the_readme_is_good() -> None:
    """The files of README.md, put side by side, are a configuration without error or warning."""
    files = {}
    for block in blocks((ROOT / "README.md").read_text(), "yaml"):
        name = re.match(r"# file: (\S+)", block)
        assert name, block
        files[name.group(1)] = block

    assert {"gslb.yaml", "checks/mail.yaml", "zones/mail.example.com.yaml"} == set(files)
    assert load_texts(files).warnings == ()


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_every_gslb_command_in_a_document_exists(document: Path) -> None:
    """Each `gslb COMMAND` of a shell block is a command with those options."""
    from gslb.cli.main import gslb

    for block in blocks(document.read_text(), "sh") + blocks(document.read_text(), "console"):
        for words in re.findall(r"^(?:\$ )?(?:\S*/bin/)?gslb ([a-z-]+)([^#\n|]*)", block, re.M):
            command = gslb.get_command(None, words[0])  # type: ignore[arg-type]
            assert command is not None, words
            if isinstance(command, click.Group):
                command = command.commands[words[1].split()[0]]
            known = {option for parameter in command.params for option in parameter.opts}
            used = set(re.findall(r"(?<!\S)--?[a-z][a-z-]*", words[1]))
            assert used <= known, words


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_every_gslb_command_in_a_sentence_exists(document: Path) -> None:
    """`gslb COMMAND` between backticks names a command as well."""
    from gslb.cli.main import COMMANDS

    named = set(re.findall(r"`gslb ([a-z-]+)", document.read_text()))

    assert named <= set(COMMANDS)


def test_the_runbook_shows_what_the_commands_print() -> None:
    """Its gslb.yaml is accepted beside the shipped files, and its delegation is that of the shipped zone."""
    from gslb.cli.delegation_forms import Delegation, bind
    from gslb.model.names import parent

    text = (ROOT / "systemd/README.md").read_text()
    shipped = {
        f"{kind}/{path.name}": path.read_text() for kind in ("zones", "checks") for path in (ROOT / kind).glob("*.yaml")
    }
    config = load_texts({**shipped, "gslb.yaml": blocks(text, "yaml")[0]})
    zone = next(zone for zone in config.zones if zone.text == "mail.example.com")
    printed = re.search(r"^```\n(mail\.example\.com\..*?)^```", text, re.M | re.S)

    assert printed
    assert [line.split() for line in printed[1].splitlines()] == [
        line.split() for line in bind(Delegation(zone=zone, parent=parent(zone.name)))
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_every_metric_in_a_document_is_exported(document: Path) -> None:
    """An alarm on a metric that nobody exports would be silent for ever."""
    source = "".join(path.read_text() for path in (ROOT / "gslb/control").glob("*.py"))
    exported = set(re.findall(r'"(gslb_[a-z_]+)"', source))

    assert {name.removesuffix("_total") for name in re.findall(r"`(gslb_[a-z_]+)", document.read_text())} <= exported


@pytest.mark.parametrize("words", ["cannot listen on ", "another gslb runs with run_dir "])
def test_the_runbook_quotes_what_the_server_says(words: str) -> None:
    """Whoever searches the runbook for an error finds it."""
    source = "".join(path.read_text() for path in (ROOT / "gslb").rglob("*.py"))

    assert words in source
    assert words in (ROOT / "systemd/README.md").read_text()


@pytest.mark.parametrize(
    ("readme", "tables"),
    [
        ("zones/README.md", ZONE_TABLES),
        ("checks/README.md", list(TYPES.values())),
        ("gslb.yaml", [NodeFile, DnsTable]),
    ],
)
def test_every_key_is_in_the_document_beside_its_files(readme: str, tables: list[type[Table]]) -> None:
    """Nothing an operator may write is told by the schema alone."""
    text = (ROOT / readme).read_text()
    keys = {key for table in tables for key in table.model_fields}

    assert {key for key in keys if not re.search(rf"\b{key}\b", text)} == set()


def keys_in(value: object) -> set[str]:
    """Every key of every table in a value."""
    if isinstance(value, dict):
        return {str(key) for key in value} | {key for inner in value.values() for key in keys_in(inner)}
    return {key for inner in value for key in keys_in(inner)} if isinstance(value, list) else set()


@pytest.mark.parametrize("table", [*ZONE_TABLES, ViewTable])
def test_every_key_of_a_zone_stands_in_an_example(table: type[Table]) -> None:
    """Beside its sentence there is a file that uses it, which tests/laws/test_shipped_config.py loads."""
    text = (ROOT / "zones/README.md").read_text()
    used = {key for block in blocks(text, "yaml") for key in keys_in(yaml.safe_load(block))}
    told = set(re.findall(r"`([a-z_]+)`", text))

    assert table.model_fields.keys() <= used
    assert table.model_fields.keys() <= told


def test_detection_bounds_in_documents_are_what_validate_prints() -> None:
    """Each `refused N s, hanging N s` behind a check, and the sentence about the defaults."""
    text = (ROOT / "checks/README.md").read_text()
    told = re.findall(r"^([a-z-]+): .*# (refused \d+ s, hanging \d+ s)$", text, re.M)
    checks = load_texts(
        {"checks/c.yaml": "\n".join(blocks(text, "yaml")) + "\nsmtp: {type: smtp}"}, checks_only=True
    ).checks
    default = re.search(r"that is (\d+) s and (\d+) s for `smtp`", text)

    assert told
    assert default
    for name, bounds in [*told, ("smtp", "refused {} s, hanging {} s".format(*default.groups()))]:
        assert str(detection_bounds(checks[name])).startswith(bounds), name


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    """A relative link names a file or folder of the project."""
    for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text()):
        assert (document.parent / link).exists(), link


def test_the_makefile_holds_the_commands_of_the_readme() -> None:
    """`make run` and `make test` are targets that make knows."""
    for target in ("run", "test", "check", "bench"):
        done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_ci_runs_the_readmes_test_command_and_nothing_else() -> None:
    """.ci/run is `make test` in the project's folder."""
    lines = (ROOT / ".ci/run").read_text().splitlines()
    commands = [line for line in lines if line and not line.startswith(("#", "set ", "cd "))]

    assert commands == ["make test"]


def test_every_command_helps() -> None:
    """`gslb --help` lists each command with its sentence."""
    done = subprocess.run([sys.executable, "-m", "gslb", "--help"], capture_output=True, text=True, check=True)

    for command in ("run", "validate", "schema", "reload", "status", "probe", "explain", "delegation", "keys", "demo"):
        assert re.search(rf"^  {command} +\S", done.stdout, re.M), command
