"""`gslb keys`, from the first key to none."""

import json
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import dns.dnssec
import dns.rdatatype
import dns.zonefile
import pytest

from gslb.cli import delegation
from gslb.control.keyring import load_keys
from gslb.errors import KeysError
from gslb.keys.delegating import ds
from gslb.keys.keyfile import parse_date, render_date
from gslb.model.keys import KeyTimes
from tests.kit.commands import run
from tests.kit.configs import HEAD
from tests.kit.zonekeys import ZONE

ZONE_NAME = "mail.example.com"
QUICK = ("--delay", "0s")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A configuration whose state_dir is beside it, and short TTLs."""
    (tmp_path / "zones").mkdir()
    (tmp_path / "zones/z.yaml").write_text(f"{HEAD}ttl: 1\nmin_ttl: 1\nnegative_ttl: 1\nstatic_ttl: 1m\n")
    (tmp_path / "gslb.yaml").write_text("state_dir: state\n")
    return tmp_path


def keys(directory: Path, *words: str) -> str:
    """What `gslb keys` prints; it succeeds."""
    done = run("keys", words[0], ZONE_NAME, *words[1:], "-c", str(directory))
    assert done.exit_code == 0, done.output or done.exception
    return done.output


def listed(directory: Path) -> list[dict[str, Any]]:
    """The keys, as programs see them."""
    found: list[dict[str, Any]] = json.loads(keys(directory, "list", "--json"))["keys"]
    return found


def refused(directory: Path, *words: str) -> str:
    """Why `gslb keys` would not."""
    done = run("keys", words[0], ZONE_NAME, *words[1:], "-c", str(directory))
    assert isinstance(done.exception, KeysError)
    return str(done.exception)


def passed(directory: Path, seconds: int) -> None:
    """Let time pass for every key: all its dates move back."""
    for path in (directory / "state").glob("*/*.private"):
        text = re.sub(r"(?<=: )\d{14}", lambda found: render_date(parse_date(found[0]) - seconds), path.read_text())
        path.write_text(text)


def test_a_key_is_made_private(directory: Path) -> None:
    """The directory is 0700, the files 0600; what is printed holds no private part."""
    told = keys(directory, "generate")
    place = directory / "state/keys"
    secret = re.search(r"PrivateKey: (\S+)", next(place.glob("*.private")).read_text())

    assert secret
    assert secret[1] not in told
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in place.iterdir()} == {0o600}
    assert "enters the zone" in told
    assert "write dnssec into its file now, the dates count from now" in told
    assert "run gslb reload" in told


def test_a_dry_run_writes_nothing(directory: Path) -> None:
    """It shows the dates of both keys."""
    told = keys(directory, "generate", "--ksk", "--zsk", "--dry-run")

    assert told.count("begins to sign") == 2
    assert "(KSK) may have its DS at the parent" in told
    assert not (directory / "state").exists()
    assert "the zone is not signed" in keys(directory, "list")


def test_keys_are_listed(directory: Path) -> None:
    """With state and the next date; a second first key is refused."""
    keys(directory, "generate")

    assert re.search(r"\d+  CSK   ECDSAP256SHA256  active +\d{4}-\d\d-\d\d .* may have its DS", keys(directory, "list"))
    assert "signs the keys already" in refused(directory, "generate")
    assert "a roll is under way" in refused(directory, "roll")


def test_a_zsk_rolls(directory: Path) -> None:
    """Which of two roles must be said; the new key is published and the old one has its dates."""
    keys(directory, "generate", "--ksk", "--zsk", *QUICK)
    passed(directory, 100_000)

    assert run("keys", "roll", ZONE_NAME, "-c", str(directory)).exit_code == 2
    told = keys(directory, "roll", "--zsk")
    assert sorted(key["state"] for key in listed(directory)) == ["active", "active", "published"]
    assert told.count("(ZSK)") == 4


def test_a_csk_rolls_to_its_end(directory: Path) -> None:
    """From one key to the next, by way of the parent; then the zone leaves DNSSEC altogether."""
    keys(directory, "generate", *QUICK)
    first = listed(directory)[0]["key"]
    passed(directory, 10_000)
    assert f"the DS of key {first} alone" in keys(directory, "list")
    keys(directory, "roll", "--ds-seen", *QUICK)
    keys(directory, "roll", *QUICK)
    assert "too early" in refused(directory, "roll", "--ds-seen", *QUICK)
    passed(directory, 10_000)
    keys(directory, "roll", "--ds-seen", "--ds-ttl", "1s", *QUICK)
    passed(directory, 10_000)

    assert {key["key"]: key["state"] for key in listed(directory)}[first] == "removed"
    assert "--all --ds-gone" in keys(directory, "retire", "--all")
    assert "a roll is under way" in refused(directory, "roll")
    keys(directory, "retire", "--all", "--ds-gone", "--ds-ttl", "1s", *QUICK)
    passed(directory, 10_000)
    assert {key["state"] for key in listed(directory)} == {"removed"}
    keys(directory, "generate")
    assert not (directory / "state/keys/Kmail.example.com.unsign").exists()


def test_a_roll_is_called_off(directory: Path) -> None:
    """By the tag of the key that it brought."""
    keys(directory, "generate", *QUICK)
    passed(directory, 10_000)
    keys(directory, "roll", "--algorithm", "ed25519", "--start", "1h")
    new = next(key for key in listed(directory) if key["algorithm"] == "ed25519")

    keys(directory, "retire", str(new["key"]))
    assert [key["state"] for key in listed(directory) if key["key"] != new["key"]] == ["active"]


@pytest.mark.parametrize("words", [("retire",), ("retire", "1", "--all"), ("retire", "1", "--ds-gone")])
def test_what_to_retire_must_be_said(directory: Path, words: tuple[str, ...]) -> None:
    """One key, or all of them."""
    assert run("keys", words[0], ZONE_NAME, *words[1:], "-c", str(directory)).exit_code == 2


def test_a_duration_is_written_as_in_the_configuration(directory: Path) -> None:
    """Anything else is wrong usage."""
    done = run("keys", "generate", ZONE_NAME, "--delay", "soon", "-c", str(directory))

    assert done.exit_code == 2
    assert "is no duration" in done.output


def test_json_tells_dates_and_no_secret(directory: Path) -> None:
    """Unix seconds; whether it was written."""
    found = json.loads(keys(directory, "generate", "--json"))

    assert found["written"] is True
    assert set(found["keys"][0]["times"]) == set(KeyTimes.__slots__)
    assert "rivate" not in json.dumps(found)


def test_dnspython_reads_the_public_file(directory: Path) -> None:
    """As a line of a zone file, whose DS is ours."""
    keys(directory, "generate")
    text = next((directory / "state/keys").glob("*.key")).read_text()
    ours = load_keys(directory / "state/keys", ZONE)[0]

    (rrset,) = dns.zonefile.read_rrsets(text, rdclass=None)

    assert rrset.rdtype == dns.rdatatype.DNSKEY
    assert dns.dnssec.make_ds(rrset.name, rrset[0], "SHA256").to_wire() == ds(ours)  # type: ignore[arg-type]


@pytest.mark.skipif(shutil.which("dnssec-dsfromkey") is None, reason="bind9-utils is not installed")
def test_bind_reads_the_files(directory: Path) -> None:
    """dnssec-dsfromkey makes the same DS, dnssec-settime reads the dates."""
    keys(directory, "generate")
    path = next((directory / "state/keys").glob("*.key"))
    ours = load_keys(path.parent, ZONE)[0]

    made = subprocess.run(["dnssec-dsfromkey", "-2", path], capture_output=True, text=True, check=True).stdout
    dates = subprocess.run(["dnssec-settime", "-p", "all", path], capture_output=True, text=True, check=True).stdout

    assert made.split()[-1].lower() == ds(ours)[4:].hex()
    assert re.search(r"^SYNC Publish: \w", dates, re.M)


@pytest.mark.skipif(shutil.which("ldns-signzone") is None, reason="ldnsutils is not installed")
@pytest.mark.parametrize("algorithm", ["ecdsap256sha256", "ed25519"])
def test_ldns_signs_with_the_files(directory: Path, algorithm: str) -> None:
    """ldns-signzone takes the private file, and what it signs is verified."""
    written = directory / "zones/z.yaml"
    written.write_text(f"{written.read_text()}dnssec: {{algorithm: {algorithm}}}\n")
    keys(directory, "generate")
    passed(directory, 10_000)
    stem = str(next((directory / "state/keys").glob("*.private")).with_suffix(""))
    zone = directory / "plain.zone"
    zone.write_text(f"{ZONE_NAME}. 60 IN SOA a. b. 1 1 1 1 1\n{ZONE_NAME}. 60 IN NS a.\n")

    subprocess.run(["ldns-signzone", "-f", f"{zone}.signed", zone, stem], capture_output=True, check=True)
    subprocess.run(["ldns-verify-zone", f"{zone}.signed"], capture_output=True, check=True)


def test_delegation_of_a_zone_that_is_not_signed_has_no_ds(directory: Path) -> None:
    """Even where keys lie ready: a DS would break the zone."""
    keys(directory, "generate", *QUICK)
    passed(directory, 10_000)

    assert "DS" not in run("delegation", ZONE_NAME, "-c", str(directory)).output
    assert delegation.command.name == "delegation"


@pytest.fixture
def signed(directory: Path) -> Path:
    """The same, for a zone that is to be signed."""
    zone = directory / "zones/z.yaml"
    zone.write_text(zone.read_text() + "dnssec: {algorithm: ed25519, keys: mine}\n")
    return directory


def test_a_signed_zone_has_its_own_place_and_algorithm(signed: Path) -> None:
    """As its file says; nothing is left to be told about that."""
    told = keys(signed, "generate")

    assert "write dnssec" not in told
    assert len(list((signed / "state/mine").glob("Kmail.example.com.+015+*.private"))) == 1


def test_delegation_of_a_signed_zone_has_its_ds(signed: Path) -> None:
    """From its date on; before that, and before there is a key, it says so."""
    words = ("delegation", ZONE_NAME, "-c", str(signed))
    assert "no key is published: no DS belongs to the parent" in run(*words).output
    keys(signed, "generate", *QUICK)
    assert "on, not before" in run(*words).output
    passed(signed, 10_000)

    lines = run(*words, "--sha384").output.splitlines()
    whole = json.loads(run(*words, "--json").output)
    assert [line.split()[3] for line in lines] == ["NS", "A", "DS", "DS"]
    assert lines[2].split()[4:] == [str(each) for each in whole["ds"][0].values()]
    assert whole["notes"] == []
    assert "DS: key tag" in run(*words, "--form", "registrar").output


def test_validate_looks_at_keys(signed: Path) -> None:
    """What is to be done is a warning; what a server would refuse is an error."""
    without = run("validate", "-c", str(signed))
    keys(signed, "generate")
    next((signed / "state/mine").glob("*.private")).chmod(0o640)
    open_ = run("validate", "-c", str(signed))

    assert (without.exit_code, open_.exit_code) == (0, 1)
    assert "warning: zones/z.yaml: dnssec: no key is in use" in without.output
    assert "zones/z.yaml: dnssec: " in open_.output
    assert "mode 0640 opens a private key to others" in open_.output


@pytest.mark.parametrize("parent", ["mail.example.com", "example.org", "a..b"])
def test_a_parent_is_above_its_zone(directory: Path, parent: str) -> None:
    """Any other is wrong usage."""
    assert run("delegation", ZONE_NAME, "--parent", parent, "-c", str(directory)).exit_code == 2
