"""What operators were promised of the configuration: defaults, required keys, refusals, warnings."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gslb.cli.options import DEFAULT_DIRECTORY
from gslb.config.files import load, load_texts
from gslb.config.schema import Kind, json_schema
from gslb.model.settings import Config
from tests.kit.configs import CHECK, HEAD, faults, texts, warnings

ROOT = Path(__file__).parents[2]

NODE = """\
dns:
  listen: [127.0.0.1:5300, "[::1]:5300"]
  workers: 0
  nsid: ns1
http:
  listen: 127.0.0.1:8053
state_dir: /var/lib/gslb
run_dir: /run/gslb
probing: {concurrency: 500, per_host: 4, startup_wait: 30s}
log: {level: info}
"""

ZONE = """\
ttl: 30
min_ttl: 15
negative_ttl: 30
static_ttl: 1h
soa: {refresh: 1h, retry: 10m, expire: 14d}
pools:
  relays:
    checks: [smtp]
    min_healthy: 1
    degraded_weight: 100%
    members:
      relay1: {address: 192.0.2.11, weight: 1, standby: false, hostname: relay1.relays.mail.example.com}
      relay2: {addresses: [192.0.2.12]}
services:
  mx:
    pools: [relays]
    records: [A, AAAA]
    answers: all
    mx: ranked
    when_all_down: serve_all
    slow_start: 0s
    failback: immediate
    together: false
    spill_over: false
    trickle: 0
    sticky: false
"""

SMTP = """\
smtp:
  type: smtp
  port: 25
  interval: 15s
  fast_interval: 3s
  down_interval: 30s
  timeout: 10s
  rise: 2
  fall: 3
  forgive: 6
  min_hold: 20s
  tls: try
  stage: helo
  verify: report
"""

SHORT_ZONE = """\
pools:
  relays:
    checks: [smtp]
    members:
      relay1: {address: 192.0.2.11}
      relay2: {address: 192.0.2.12}
services:
  mx: {pools: [relays]}
"""


def comparable(config: Config) -> Config:
    """A configuration without what tells its spelling apart: digest, and whether a host name was written."""
    zone = config.zones[0]
    pool = zone.pools["relays"]
    members = tuple(replace(member, hostname_given=False, verdicts={}) for member in pool.members)
    zone = replace(zone, pools={"relays": replace(pool, members=members)})
    return replace(config, digest="", zones=(zone,), targets={}, warnings=())


@pytest.mark.parametrize(
    "files",
    [
        {"gslb.yaml": "node: ns1\n" + NODE},
        {"zones/z.yaml": HEAD + ZONE},
        {"checks/c.yaml": SMTP},
        {"gslb.yaml": "node: ns1\n" + NODE, "zones/z.yaml": HEAD + ZONE, "checks/c.yaml": SMTP},
    ],
    ids=["gslb.yaml", "zones", "checks", "all"],
)
def test_what_is_not_written_has_the_promised_value(files: dict[str, str]) -> None:
    """A file that spells every default and one that spells none are the same configuration."""
    short = {"gslb.yaml": "node: ns1\n", "zones/z.yaml": HEAD + SHORT_ZONE, "checks/c.yaml": CHECK}

    assert comparable(load_texts({**short, **files})) == comparable(load_texts(short))


def test_the_shipped_node_file_spells_the_defaults() -> None:
    """All but the node's name and the name said in EHLO, as its first comment says."""
    shipped, bare = load(ROOT).node, load_texts(texts(), ROOT, cpu_count=7, hostname="ns1").node

    assert shipped.probing.name == "probe.example.com"
    assert replace(shipped, workers=7, probing=replace(shipped.probing, name=None)) == replace(
        bare, http=replace(bare.http, token_file=shipped.http.token_file)
    )


def test_the_configuration_is_in_etc_unless_said_otherwise() -> None:
    """`-c DIR`, else /etc/gslb."""
    assert Path("/etc/gslb") == DEFAULT_DIRECTORY


REQUIRED = {
    "gslb": {"TlsFilesTable.certificate", "TlsFilesTable.key"},
    "zone": {"ZoneFile.zone", "ZoneFile.contact", "ZoneFile.nameservers", "PoolTable.members"},
    "checks": {
        *(f"{check}.port" for check in ("TcpCheck", "TlsCheck", "AgentCheck")),
        *("DnsCheck.qname", "ExecCheck.argv", "FileCheck.path", "ExtractTable.pattern"),
        *("RelayCheck.foreign_domain", "RelayCheck.sender_domain", "RoundtripCheck.mailbox"),
    },
}


def properties(kind: Kind) -> dict[str, tuple[bool, dict[str, Any]]]:
    """Every key of one kind of file: whether it is required, and its schema with that of its table."""
    schema = json_schema(kind)
    tables = {schema["title"]: schema, **schema["$defs"]}
    found = {}
    for title, table in tables.items():
        for key, field in table.get("properties", {}).items():
            below = schema["$defs"][field["$ref"].rpartition("/")[2]] if "$ref" in field else {}
            found[f"{title}.{key}"] = (key in table.get("required", ()), {**below, **field})
    return found


@pytest.mark.parametrize("kind", ["gslb", "zone", "checks"])
def test_little_is_required(kind: Kind) -> None:
    """zone, contact, nameservers, type; what a type cannot do without; nothing of gslb.yaml but a table's halves."""
    required = {name for name, (needed, _) in properties(kind).items() if needed and not name.endswith(".type")}

    assert required == REQUIRED[kind]


@pytest.mark.parametrize("kind", ["gslb", "zone", "checks"])
def test_every_key_has_a_type_and_a_default_or_is_required(kind: Kind) -> None:
    """`gslb schema` tells an editor what may be written, and what holds where nothing is."""
    for name, (required, field) in properties(kind).items():
        assert {"type", "anyOf", "const", "enum"} & field.keys(), name
        empty = field.get("type") in ("object", "array")
        assert required or "default" in field or empty, name


MEMBERS = "{a: {address: 192.0.2.1}, b: {address: 192.0.2.2}}"
POOLS = f"pools: {{p: {{checks: [smtp], members: {MEMBERS}}}}}\n"

REFUSED = {
    "a name used but not defined": f"pools: {{p: {{checks: [smpt], members: {MEMBERS}}}}}\n",
    "a key twice": "ttl: 30\nttl: 30\n",
    "an address twice in one pool": POOLS.replace("192.0.2.2", "192.0.2.1"),
    "a cycle": "services: {a: {alias: b}, b: {alias: a}}\n",
    "a weight out of range": POOLS.replace("192.0.2.2", "192.0.2.2, weight: 65536"),
    "a TTL above 1 day": "ttl: 86401\n",
    "a static TTL above 1 day": "records: '@ 86401 TXT x'\n",
    "a record outside its zone": "records: 'www.example.org. A 192.0.2.1'\n",
    "CNAME beside other data": "records: |\n  a CNAME b\n  a TXT x\n",
    "the same name and type from two sources": POOLS + "records: 'p A 192.0.2.9'\n",
    "a pool named like another service": POOLS + "services: {p: {pools: [p]}}\n",
    "static SOA": "records: '@ SOA a b 1 2 3 4 5'\n",
    "apex NS": "records: '@ NS ns1'\n",
    "min_healthy above what a pool has": POOLS.replace("checks:", "min_healthy: 3, checks:"),
    "no address": POOLS.replace("{address: 192.0.2.2}", "{weight: 3}"),
    "none of pools, members and alias": "services: {a: {records: [A]}}\n",
    "a name that is no LDH label": POOLS.replace("pools: {p:", "pools: {p_1:"),
}


@pytest.mark.parametrize("zone", REFUSED.values(), ids=REFUSED)
def test_surprises_are_errors(zone: str) -> None:
    """Each with path, line, column and key."""
    found = faults(texts(zone))

    assert found
    assert all(fault.startswith(("zones/z.yaml:4:", "zones/z.yaml:5:", "zones/z.yaml:6:")) for fault in found)


def test_names_are_defined_once() -> None:
    """A zone in two files, a check in two files."""
    found = faults({**texts(), "zones/y.yaml": HEAD, "checks/d.yaml": CHECK})

    assert [fault.partition(": ")[2].partition(":")[0] for fault in found] == ["smtp", "zone"]


def test_a_zone_inside_another_is_allowed() -> None:
    """With or without the delegation in the outer one."""
    inner = HEAD.replace("zone: mail.example.com", "zone: eu.mail.example.com")

    assert faults({**texts(), "zones/y.yaml": inner}) == []


def test_a_warning_is_no_error(tmp_path: Path) -> None:
    """`gslb validate` of a configuration with traps alone exits with 0."""
    from click.testing import CliRunner

    from gslb.cli.main import gslb

    for name, text in texts(POOLS.replace(", b: {address: 192.0.2.2}", "")).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    done = CliRunner().invoke(gslb, ["validate", "-c", str(tmp_path)])

    assert done.exit_code == 0
    assert "warning: zones/z.yaml:4:29: pools.p.members: one member only" in done.output
    assert "smtp: refused 25 s, hanging 51 s, busy 150 s" in done.output


def test_yaml_is_that_of_1_2() -> None:
    """`no` is a word like another: here, a pool's name."""
    config = load_texts(texts(POOLS.replace("{p:", "{no:") + "services: {on: {pools: [no]}}\n"))

    assert set(config.zones[0].services) == {"no", "on"}
    assert warnings(texts(POOLS)) == []
