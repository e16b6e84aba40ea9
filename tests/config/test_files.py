import os
import time
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.config.files import full_host_name, load, load_again, load_texts, run_dir_of, state_dir_of
from gslb.config.schema_node import NodeFile
from gslb.errors import ConfigError
from tests.kit.configs import CHECK, HEAD, POOL, faults, texts
from tests.kit.mmdb import mmdb


def write(directory: Path, files: dict[str, str]) -> None:
    """A configuration on disk."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def refused(directory: Path) -> list[str]:
    """The faults a directory is refused with."""
    with pytest.raises(ConfigError) as error:
        load(directory)
    return str(error.value).splitlines()


def test_a_directory_is_loaded(tmp_path: Path) -> None:
    """Files on disk and their texts come to the same configuration, but for what the host decides."""
    files = texts(node="node: a\ndns: {workers: 3}\nprobing: {name: probe.example.com}")
    write(tmp_path, files)

    config = load(tmp_path)

    assert config == load_texts(files, tmp_path)
    assert config.directory == tmp_path


def test_a_configuration_is_loaded_again_from_its_archive(tmp_path: Path) -> None:
    """What a load has read, records files too, gives the same configuration whatever became of the files."""
    zone = "records_file: zones/more.zone\n" + POOL
    write(tmp_path, {**texts(zone), "zones/more.zone": "@ TXT here\n", "zones/README.md": "no part of it"})
    archive: dict[str, bytes] = {}
    config = load(tmp_path, archive)
    for path in tmp_path.rglob("*.yaml"):
        path.write_text("[")

    assert set(archive) == {"gslb.yaml", "zones/z.yaml", "zones/more.zone", "checks/c.yaml"}
    assert load_again(tmp_path, archive) == config
    with pytest.raises(ConfigError, match=r"more\.zone"):
        load_again(tmp_path, {path: octets for path, octets in archive.items() if path != "zones/more.zone"})


def test_countries_are_part_of_the_configuration(tmp_path: Path) -> None:
    """Where a country is counts for the digest, is read again at each load, and is kept for a load without the file."""
    node = "geoip: geo/country.mmdb\nviews: {home: {countries: [DE], networks: [10.0.0.0/8]}}\n"
    write(tmp_path, texts(node=node))
    (tmp_path / "geo").mkdir()
    (tmp_path / "geo/country.mmdb").write_bytes(mmdb({"DE": ["192.0.2.0/24"], "FR": ["198.51.100.0/24"]}))
    archive: dict[str, bytes] = {}
    config = load(tmp_path, archive)
    (tmp_path / "geo/country.mmdb").write_bytes(mmdb({"DE": ["203.0.113.0/24"]}))
    later = load(tmp_path)
    (tmp_path / "geo/country.mmdb").unlink()

    assert [held.view for held in config.clients.of(ip_address("192.0.2.1")).held] == [1]
    assert config.clients.of(ip_address("198.51.100.1")).held == ()
    assert config.clients.of(ip_address("2001:db8::1")).held == ()
    assert later.digest != config.digest
    assert later.clients.of(ip_address("192.0.2.1")).held == ()
    assert load_again(tmp_path, archive) == config
    with pytest.raises(ConfigError, match=r"geoip: .*country\.mmdb cannot be read: No such file"):
        load(tmp_path)


def test_the_host_gives_its_name_and_its_cores(tmp_path: Path) -> None:
    """workers 0 is one per core."""
    write(tmp_path, texts())

    node = load(tmp_path).node

    assert node.workers == os.cpu_count()
    assert node.name


@pytest.mark.parametrize(
    ("written", "cpus"), [("none", ()), ("auto", (0, 1, 2)), ("[2, 0, 2]", (2, 0, 2)), ("[1]", (1,))]
)
def test_workers_may_keep_to_cpus(written: str, cpus: tuple[int, ...]) -> None:
    """To none unless somebody says so, to all that the server may use, or to those named."""
    node = load_texts(texts(node=f"dns: {{worker_cpus: {written}}}"), cpu_count=3).node

    assert node.worker_cpus == cpus


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[0, 7]", "dns.worker_cpus[1]: there is no CPU 7 for this server: 0"),
        ("some", "'some' is no choice of CPUs: write none, auto or their numbers, like [0, 1]"),
        ("[]", "a list is no choice of CPUs"),
        ("[true]", "a list is no choice of CPUs"),
        ("1", "1 is no choice of CPUs"),
    ],
)
def test_cpus_that_are_not_there(written: str, said: str) -> None:
    """A CPU that does not exist, or that the server may not use, is refused by its place."""
    (fault,) = faults(texts(node=f"dns: {{worker_cpus: {written}}}"))

    assert said in fault


@pytest.fixture
def _full_name_forgotten() -> Iterator[None]:
    """The host's name is looked up anew, now and by whoever comes next."""
    full_host_name.cache_clear()
    yield
    full_host_name.cache_clear()


@pytest.mark.usefixtures("_full_name_forgotten")
@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Probe1.example.com", "probe1.example.com"),
        ("probe1", None),
        ("localhost", None),
        ("localhost.localdomain", None),
        ("1.0.0.127.in-addr.arpa", None),
    ],
)
def test_the_default_name_in_ehlo_is_one_others_can_look_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str, name: str | None
) -> None:
    """The host's full name where it has one; never a name that means something else on every host."""
    monkeypatch.setattr("socket.getfqdn", lambda: told)
    write(tmp_path, texts())

    assert load(tmp_path).node.probing.name == name


@pytest.mark.usefixtures("_full_name_forgotten")
@pytest.mark.parametrize(
    ("node", "check"),
    [
        ("probing: {name: a.example.com}", "smtp: {type: smtp}"),
        ("", "smtp: {type: smtp, helo_name: a.example.com}"),
        ("", "smtp: {type: imap}"),
    ],
)
def test_a_name_that_nobody_says_is_not_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, node: str, check: str
) -> None:
    """A lookup may wait for DNS; nothing waits for it without need."""
    monkeypatch.setattr("socket.getfqdn", lambda: pytest.fail("looked up"))
    write(tmp_path, texts(node=node, check=check))

    assert load(tmp_path).targets


def test_an_empty_directory_is_told_what_it_needs(tmp_path: Path) -> None:
    """A server without a zone answers nothing."""
    assert refused(tmp_path) == ["zones: no zone: write one into zones/NAME.yaml (zones/README.md shows how)"]


def test_no_directory_is_told(tmp_path: Path) -> None:
    """A mistyped -c is no traceback."""
    assert refused(tmp_path / "x") == [f"{tmp_path}/x: no such directory: -c DIR names one with zones/"]


def test_only_yaml_files_directly_inside_are_read(tmp_path: Path) -> None:
    """READMEs, hidden files and deeper folders are not configuration; .yml is told to be renamed."""
    write(tmp_path, {**texts(), "zones/README.md": "#", "zones/.x.yaml": "[", "zones/a.zone": "x", "other.yaml": "["})
    (tmp_path / "zones" / "deep.yaml").mkdir()
    load(tmp_path)

    write(tmp_path, {"zones/a.yml": "", "gslb.yml": ""})

    assert refused(tmp_path) == [
        "gslb.yml: not read: rename it to gslb.yaml",
        "zones/a.yml: not read: rename it to zones/a.yaml",
    ]


def test_files_that_cannot_be_read_are_told_with_the_rest(tmp_path: Path) -> None:
    """No encoding and no permission stops the other files from being judged."""
    write(tmp_path, {**texts(POOL + "zzz: 1\n"), "checks/d.yaml": ""})
    (tmp_path / "checks" / "d.yaml").write_bytes(b"a: \xff")
    (tmp_path / "checks" / "e.yaml").symlink_to(tmp_path / "nowhere")

    found = refused(tmp_path)

    assert found[0] == "checks/d.yaml: not UTF-8: octet 4"
    assert found[-1].startswith("zones/z.yaml:10:1: zzz: unknown key")


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    """Editors on other systems write one."""
    write(tmp_path, texts())
    (tmp_path / "checks" / "c.yaml").write_bytes(b"\xef\xbb\xbf" + CHECK.encode())

    assert "smtp" in load(tmp_path).checks


def test_records_files_are_read_beside_the_rest(tmp_path: Path) -> None:
    """Relative to the directory, and part of the digest."""
    write(tmp_path, {**texts("records_file: zones/a.zone\n"), "zones/a.zone": "a A 192.0.2.1\n"})
    before = load(tmp_path)
    write(tmp_path, {"zones/a.zone": "a A 192.0.2.2\n"})

    assert len(before.zones[0].records) == 1
    assert load(tmp_path).digest != before.digest


def test_a_file_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistaken link to something huge is told, not loaded."""
    monkeypatch.setattr("gslb.config.reading.MAX_FILE", 50)
    write(tmp_path, {"gslb.yaml": "#" * 51})

    assert refused(tmp_path)[0] == "gslb.yaml: cannot be read: larger than 0 MiB"


@pytest.mark.parametrize(("name", "node"), [("NS1.Example.com", "ns1.example.com"), ("bad name", "gslb"), ("", "gslb")])
def test_a_host_name_dns_would_not_know_is_no_node_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, node: str
) -> None:
    """The node is named as the host, where that is a name."""
    monkeypatch.setattr("socket.gethostname", lambda: name)
    write(tmp_path, texts())

    assert load(tmp_path).node.name == node


def test_files_that_are_named_must_be_there(tmp_path: Path) -> None:
    """A certificate, token or authority that is missing is told before it is needed."""
    node = "http: {token_file: t, tls: {certificate: c, key: k}}\n"
    write(tmp_path, {**texts("", "x: {type: imap, ca_file: ca}", node), "k": ""})

    assert refused(tmp_path) == [
        "checks/c.yaml:1:17: x.ca_file: no such file: ca",
        "gslb.yaml:1:8: http.token_file: no such file: t",
        "gslb.yaml:1:29: http.tls.certificate: no such file: c",
    ]


def test_a_records_file_may_hold_anything_but_is_told(tmp_path: Path) -> None:
    """Octets that are no UTF-8, a directory, or more than can be read."""
    write(tmp_path, texts("records_file: a\n"))
    (tmp_path / "a").write_bytes(b"\xff")
    assert "records_file: a cannot be read: 'utf-8' codec" in refused(tmp_path)[0]
    (tmp_path / "a").unlink()
    (tmp_path / "a").mkdir()
    assert refused(tmp_path) == ["zones/z.yaml:4:1: records_file: a cannot be read: Is a directory"]


def test_the_digest_is_that_of_the_files() -> None:
    """16 hex digits that change with any file and with nothing else."""
    one, two = load_texts(texts()), load_texts(texts(node="# comment"))

    assert one.digest == load_texts(texts(), Path("/elsewhere"), cpu_count=9).digest
    assert one.digest != two.digest
    assert len(one.digest) == 16


def test_run_dir_is_found_whatever_else_is_wrong(tmp_path: Path) -> None:
    """`gslb reload` must find its server while the configuration on disk is being mended."""
    assert run_dir_of(tmp_path) == Path("/run/gslb")
    write(tmp_path, {"gslb.yaml": "run_dir: here\nzzz: 1\n"})
    assert run_dir_of(tmp_path) == tmp_path / "here"
    assert state_dir_of(tmp_path) == Path(NodeFile().state_dir)
    write(tmp_path, {"gslb.yaml": "run_dir: [1]\nstate_dir: there\n"})
    assert state_dir_of(tmp_path) == tmp_path / "there"
    assert run_dir_of(tmp_path) == Path("/run/gslb")
    write(tmp_path, {"gslb.yaml": "[\n"})
    assert run_dir_of(tmp_path) == Path("/run/gslb")


def test_checks_alone_are_enough_for_a_probe() -> None:
    """Without a zone, where none is needed."""
    assert load_texts({"checks/c.yaml": CHECK}, checks_only=True).zones == ()
    assert faults({"checks/c.yaml": CHECK}) == [
        "zones: no zone: write one into zones/NAME.yaml (zones/README.md shows how)"
    ]


def test_a_thousand_services_load_in_about_a_second() -> None:
    """Work grows with the size of the files, not with its square."""
    members = (
        "{{a: {{address: 10.0.{0}.{1}}}, b: {{address: 10.1.{0}.{1}}}}}".format(*divmod(n, 250)) for n in range(1000)
    )
    pools = "".join(f"  p{n}: {{checks: [smtp], members: {table}}}\n" for n, table in enumerate(members))
    services = "".join(f"  s{n}: {{records: [MX, A], pools: [p{n}, p{(n + 1) % 1000}]}}\n" for n in range(1000))
    started = time.process_time()

    config = load_texts(texts(f"pools:\n{pools}services:\n{services}"))

    assert len(config.zones[0].services) == 2000
    assert time.process_time() - started < 4


KEYS = "zone pools services members address checks type records alias ttl srv contact nameservers dns listen @ a b"
VALUES = "smtp http mail.example.com 192.0.2.1 _a._tcp 50% 15s last_good a@b.c"
WORDS = st.sampled_from([*KEYS.split(), *VALUES.split(), ""])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=8)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=12
)


def judged(files: dict[str, str]) -> None:
    """A configuration comes out, or ConfigError: there is no third way."""
    with suppress(ConfigError):
        load_texts(files)


@settings(max_examples=60, deadline=None)
@given(TREES, TREES, TREES)
def test_any_tree_is_accepted_or_refused(node: Any, check: Any, zone: Any) -> None:
    """Whatever values stand where, ConfigError is all that is raised."""
    judged(
        {
            "gslb.yaml": yaml.safe_dump(node),
            "checks/c.yaml": yaml.safe_dump(check),
            "zones/z.yaml": yaml.safe_dump(zone),
        }
    )


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["pools", "services", "records", "nameservers", "soa", "ttl", "zzz"]), TREES)
def test_any_value_at_any_key_of_a_zone_is_accepted_or_refused(key: str, value: Any) -> None:
    """A sound zone with one key of any shape."""
    tree = {**yaml.safe_load(HEAD + POOL), key: value}

    judged(texts(yaml.safe_dump(tree), head=""))


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["type", "port", "tls", "stage", "interval", "headers", "expect_status", "rcpt", "source"]),
        TREES,
    ),
    st.sampled_from(["tcp", "smtp", "http", "imap", "tls"]),
)
def test_any_value_at_any_key_of_a_check_is_accepted_or_refused(table: dict[str, Any], word: str) -> None:
    """A check of any type with keys of any shape."""
    judged(texts("", yaml.safe_dump({"x": {"type": word, **table}})))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.dictionaries(st.text(max_size=12), st.text(max_size=20), max_size=3))
def test_any_text_is_accepted_or_refused(text: str, more: dict[str, str]) -> None:
    """Whatever bytes a file holds, and whatever files there are."""
    judged({"gslb.yaml": text, "checks/c.yaml": text, "zones/z.yaml": text, **more})
    judged(texts(f"records: |\n  {text}\n"))
