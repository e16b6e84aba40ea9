"""One whole server for all wounds that need one: each has a zone and addresses of its own."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kit.ports import Ports
from tests.kit.running import Running

ADDRESSES = (
    *("127.0.9.31", "127.0.9.71", "127.0.9.72", "127.0.9.73", "127.0.9.81", "127.0.9.82", "::1"),
    *(
        "127.0.9.91",
        "127.0.9.92",
        "127.0.9.121",
        "127.0.9.122",
        "127.0.9.151",
        "127.0.9.152",
        "127.0.9.171",
        "127.0.9.181",
    ),
)
"""127.0.9.NNx belongs to wound NN. 127.0.9.1, .11, .32 and .191 are dead."""

OTHER = ("127.0.9.181",)
"""Where a second protocol is spoken, on a port of its own."""

CADENCE = "interval: 1s, fast_interval: 200ms, down_interval: 400ms, timeout: 700ms, min_hold: 0"


def head(number: int) -> str:
    """The first lines of a wound's zone."""
    return (
        f"zone: w{number}.example.com\ncontact: hostmaster@example.com\nnameservers: {{ns1: [192.0.2.53]}}\n"
        "ttl: 20\nmin_ttl: 10\nnegative_ttl: 7\n"
    )


ZONES = {
    1: """\
pools: {dead: {checks: [quick], members: {a: {address: 127.0.9.1}, b: {address: 127.0.9.11}}}}
services:
  serve-all: {records: [A, AAAA, MX, HTTPS], pools: [dead], srv: {_x._tcp.serve-all: 25}, when_all_down: serve_all}
  nodata: {records: [A, AAAA, MX, HTTPS], pools: [dead], srv: {_x._tcp.nodata: 25}, when_all_down: nodata}
  servfail: {records: [A, AAAA, MX, HTTPS], pools: [dead], srv: {_x._tcp.servfail: 25}, when_all_down: servfail}
  refused: {records: [A, AAAA, MX, HTTPS], pools: [dead], srv: {_x._tcp.refused: 25}, when_all_down: refused}
  list:
    records: [A, AAAA, MX, HTTPS]
    pools: [dead]
    srv: {_x._tcp.list: 25}
    when_all_down: [192.0.2.99, "2001:db8::99"]
""",
    3: """\
services: {smtp: {checks: [quick], members: {up: {address: 127.0.9.31}, down: {address: 127.0.9.32}}}}
""",
    7: """\
pools:
  relays:
    checks: [quick]
    members:
      one: {addresses: [127.0.9.71, 127.0.9.72], hostname: mx1.w7.example.com}
      two: {address: 127.0.9.73, hostname: mx2.w7.example.com}
services: {smtp: {records: [MX, A], pools: [relays]}}
""",
    8: """\
services: {imap: {checks: [quick], members: {dual: {addresses: [127.0.9.81, "::1"]}, four: {address: 127.0.9.82}}}}
""",
    9: """\
services: {smtp: {checks: [quick], members: {drained: {address: 127.0.9.91, weight: 0}, one: {address: 127.0.9.92}}}}
""",
    12: """\
services: {smtp: {checks: [quick], members: {stays: {address: 127.0.9.121}, goes: {address: 127.0.9.122}}}}
""",
    15: """\
services:
  smtp:
    checks: [quick]
    members: {a: {address: 127.0.9.151, machine: esx1}, b: {address: 127.0.9.152, machine: esx2}}
""",
    17: """\
services:
  smtp:
    checks: [quick]
    members:
      one: {address: 203.0.113.17, probe_address: 127.0.9.171}
      two: {address: 203.0.113.18, probe_address: 127.0.9.171, probe_port: 1}
""",
    18: """\
pools:
  mail: {checks: [quick], members: {host: {address: 127.0.9.181}}}
  store: {checks: [quick, other], members: {host: {address: 127.0.9.181}}}
  web: {checks: [other], members: {host: {address: 127.0.9.181}}}
services:
  smtp: {pools: [mail], when_all_down: nodata}
  imap: {pools: [store], when_all_down: nodata}
  www: {pools: [web], when_all_down: nodata}
""",
    19: """\
services:
  smtp:
    records: [A, MX]
    srv: {_x._tcp: 25}
    when_all_down: nodata
    checks: [quick]
    members: {a: {address: 127.0.9.191}}
""",
    23: """\
pools:
  all: {members: {a: {address: 192.0.2.11}, b: {address: 192.0.2.12}}}
  own: {checks: [quick], members: {c: {address: 192.0.2.21, probe_address: 127.0.9.1}}}
services:
  smtp: {answers: 2, pools: [all]}
  split: {answers: 2, pools: [all], views: {told: [own]}}
  www: {alias: split}
records: |
  far CNAME split
""",
    24: """\
pools:
  near: {checks: [quick], members: {a: {address: 127.0.9.1, weight: 60}, b: {address: 127.0.9.11, weight: 40}}}
  far: {checks: [quick], members: {up: {address: 127.0.9.121, weight: 3}, down: {address: 127.0.9.1, weight: 1}}}
  rest: {members: {z: {address: 192.0.2.41}}}
services:
  smtp: {records: [MX, A], answers: 1, pools: [rest], views: {office: [near, far], told: [near]}}
""",
}


@dataclass
class Wounds:
    """The server, and the ports its members live on."""

    server: Running
    ports: Ports
    other: Ports


VIEWS = """\
views:
  office: {networks: [127.0.24.0/24]}
  told: {networks: [198.51.100.0/24, 127.0.24.7], ecs: [127.0.23.0/24]}
"""
"""127.0.23.x are resolvers that tell of their clients; 127.0.24.x sit in an office, 127.0.24.7 in a view of its own."""


def zone_file(number: int) -> str:
    """The path of a wound's zone."""
    return f"zones/w{number}.yaml"


@pytest.fixture(scope="session")
def wounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wounds]:
    """The server and its members, up but for those that are always dead."""
    directory: Path = tmp_path_factory.mktemp("wounds")
    with Ports(ADDRESSES) as ports, Ports(OTHER) as other:
        listening = {"quick": ports.port, "other": other.port}
        checks = "".join(f"{name}: {{type: tcp, port: {port}, {CADENCE}}}\n" for name, port in listening.items())
        files = {zone_file(number): head(number) + text for number, text in ZONES.items()}
        with Running(directory, {**files, "checks/c.yaml": checks}, workers=1, extra=VIEWS) as server:
            yield Wounds(server, ports, other)
    shutil.rmtree(directory)
