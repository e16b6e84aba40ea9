"""Documents are executed: their snippets load, their commands exist, their links lead somewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gslb.config.files import load_texts

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    path for path in ROOT.rglob("*.md") if not {".venv", "node_modules"} & set(path.relative_to(ROOT).parts)
)
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
            known = {option for parameter in command.params for option in parameter.opts}
            used = set(re.findall(r"(?<!\S)--?[a-z][a-z-]*", words[1]))
            assert used <= known, words


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

    for command in ("run", "validate", "schema", "reload", "status", "probe", "explain", "delegation", "demo"):
        assert re.search(rf"^  {command} +\S", done.stdout, re.M), command
