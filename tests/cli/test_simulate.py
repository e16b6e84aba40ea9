"""`gslb simulate`: shares, what-if and demand."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import Result

from gslb.cli.main import main
from gslb.errors import ConfigError, Unreachable
from tests.kit.commands import run
from tests.kit.configs import HEAD
from tests.kit.pictured import POOLS, ZONE

SERVICES = """\
services:
  smtp: {records: [MX, A], pools: [relays, dr], views: {east: [dr]}}
  imap: {records: [A], pools: [dr]}
  none: {records: [AAAA], pools: [dr]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration directory."""
    (tmp_path / "zones").mkdir()
    (tmp_path / "zones/mail.yaml").write_text(HEAD + POOLS + SERVICES)
    (tmp_path / "gslb.yaml").write_text(f"run_dir: {tmp_path}/run\nviews: {{east: {{networks: [10.0.0.0/8]}}}}\n")
    return tmp_path


def simulate(folder: Path, *words: str) -> Result:
    """One command about it."""
    return run("simulate", *words, "-c", str(folder))


def as_json(folder: Path, *words: str) -> dict[str, object]:
    """What it prints for programs."""
    return json.loads(simulate(folder, *words, "--json").output)  # type: ignore[no-any-return]  # an object


def test_shares(folder: Path) -> None:
    """A table for people, the same for programs, with what each resolver is off; only of the services named."""
    told = simulate(folder, "shares", f"{ZONE}/smtp", "--seed", "1", "--queries", "500", "--resolvers", "10")
    found = as_json(folder, "shares", "--seed", "1")["services"]

    assert told.exit_code == 0
    assert "relays/r1" in told.output
    assert "60.0%" in told.output
    assert "imap" not in told.output
    assert isinstance(found, list)
    first = found[0]["members"][0]
    assert (found[0]["type"], first["member"], first["expected"]) == ("A", "r1", 0.6)
    assert first["drawn"] == pytest.approx(0.6, abs=0.02)
    assert found[-1]["members"] == []


def test_shares_without_a_draw(folder: Path) -> None:
    """Then no seed is told, and nobody's share is none."""
    told = simulate(folder, "shares", "--queries", "0").output

    assert "seed" not in told
    assert "nobody: " in told


def test_what_if(folder: Path) -> None:
    """A drain that others take over is safe; a tier that falls short is not, exit 1."""
    safe = simulate(folder, "what-if", "--drained", f"{ZONE}/relays/r1")
    unsafe = simulate(folder, "what-if", "--down", f"{ZONE}/relays")

    assert safe.exit_code == 0
    assert safe.output.splitlines()[:2] == [
        "safe: every tier in use keeps what it needs",
        f"  {ZONE}/smtp A: relays/r1 60.0% → 0.0%, relays/r2 40.0% → 100.0%",
    ]
    assert safe.output.splitlines()[-1] == "resolvers' caches let go of the old answers within 30 s"
    assert unsafe.exit_code == 1
    assert "min_healthy falls short" in unsafe.output


def test_what_if_weights(folder: Path) -> None:
    """For programs, by service, type and view."""
    found = as_json(folder, "what-if", "--weight", f"{ZONE}/relays/r1=10")

    assert found["safe"]
    assert found["changes"][0] == {  # type: ignore[index]  # a list
        "zone": ZONE,
        "service": "smtp",
        "type": "A",
        "view": None,
        "what": "changed",
        "mode": ["normal", "normal"],
        "tier": [1, 1],
        "lost": False,
        "let_go": 30,
        "members": [
            {"pool": "relays", "member": "r1", "before": 0.6, "after": 0.2},
            {"pool": "relays", "member": "r2", "before": 0.4, "after": 0.8},
        ],
    }


def test_a_zone_file_beside_the_running_configuration(folder: Path, tmp_path: Path) -> None:
    """It takes the place of the zone's own file, whatever its name; a service that goes is not safe."""
    new = tmp_path / "new.yaml"
    new.write_text(HEAD + POOLS + "services:\n  smtp: {records: [MX, A], pools: [dr], answers: 1}\n")

    told = simulate(folder, "what-if", "--against", str(new))

    assert told.exit_code == 1
    assert f"not safe: nobody healthy is left for {ZONE}/imap A, {ZONE}/smtp A for east" in told.output
    assert f"{ZONE}/smtp MX: relays/r1 60.0% → 0.0%, relays/r2 40.0% → 0.0%, dr/d1 0.0% → 100.0%" in told.output


def test_a_new_zone_beside_the_others(folder: Path, tmp_path: Path) -> None:
    """Nobody loses anything."""
    new = tmp_path / "other.yaml"
    new.write_text(
        (HEAD + POOLS).replace(ZONE, "other.example.com") + "services:\n  pop: {records: [A], pools: [dr]}\n"
    )

    told = simulate(folder, "what-if", "--against", str(new))

    assert (told.exit_code, told.output.splitlines()[:2]) == (
        0,
        ["safe: nobody loses every member", "  other.example.com/pop A: new: dr/d1 0.0% → 100.0%"],
    )


def test_a_directory_beside_the_running_configuration(folder: Path) -> None:
    """The same files: nothing changes."""
    told = simulate(folder, "what-if", "--against", str(folder))

    assert (told.exit_code, told.output) == (0, "safe: no answer changes\n")


@pytest.mark.parametrize(
    ("octets", "fault"),
    [(b"zone: [", "not YAML"), (b"\xff", "not UTF-8"), (b"zone: other.example.com\n", "contact"), (b"- 1\n", "new")],
)
def test_a_bad_zone_file_is_told_under_its_own_name(folder: Path, octets: bytes, fault: str) -> None:
    """Every fault at once, as for the running one."""
    new = folder / "new.yaml"
    new.write_bytes(octets)

    told = simulate(folder, "what-if", "--against", str(new))

    assert isinstance(told.exception, ConfigError)
    assert fault in str(told.exception)
    assert all(each.path == str(new) for each in told.exception.faults)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["what-if"], "what if what?"),
        (["what-if", "--against", ".", "--down", "x/y"], "--against stands alone"),
        (["what-if", "--down", f"{ZONE}/relay"], "did you mean"),
        (["what-if", "--weight", f"{ZONE}/relays=many"], "write TARGET=NUMBER"),
        (["shares", f"{ZONE}/pop"], "no service is called"),
        (["demand", "--view", "west"], "no view is called west here; there are: east"),
        (["demand", "--ttl", "soon"], "soon"),
        (["demand", f"{ZONE}/imap", "--type", "MX"], "no service here answers MX"),
    ],
)
def test_words_that_mean_nothing(folder: Path, words: list[str], why: str) -> None:
    """Exit 2, and what was meant."""
    told = simulate(folder, *words)

    assert told.exit_code == 2
    assert why in told.output


def test_live_needs_a_server(folder: Path) -> None:
    """Nobody answers: exit 3, by `main`."""
    assert isinstance(simulate(folder, "shares", "--live").exception, Unreachable)
    assert main is not None


def test_demand(folder: Path, tmp_path: Path) -> None:
    """A table, a picture, and the same run again by its seed."""
    words = ["demand", "--drained", f"{ZONE}/relays/r1", "--resolvers", "20", "--seed", "7", "--duration", "2m"]
    told = simulate(folder, *words, "--svg", str(tmp_path / "x.svg"))
    first, second = (as_json(folder, *words) for _ in range(2))

    assert told.exit_code == 0, told.output
    assert "20 resolvers with 100,000 clients ask for 2 service(s)" in told.output
    assert ElementTree.parse(tmp_path / "x.svg").getroot().tag.endswith("svg")
    assert first == second
    members = {each["member"]: each for each in first["members"]}  # type: ignore[attr-defined]  # a list
    assert members["r1"]["after"] == 0
    assert members["r1"]["drained"] <= 30


def test_demand_in_a_view(folder: Path) -> None:
    """Its own answers where a service has some, everybody's elsewhere."""
    found = as_json(folder, "demand", "--view", "east", "--resolvers", "5", "--duration", "1m", "--ttl", "10s")

    assert [each["member"] for each in found["members"]] == ["d1"]  # type: ignore[attr-defined]  # a list
    assert found["let_go"] == 10
