"""Other servers, started on loopback with the zone that ours serves: what is not installed is left out, by name."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.kit.running import PAUSE, free_ports

HERE = Path(__file__).resolve().parent
RECORDS = """\
$ORIGIN gslb.test.
$TTL 30
@ SOA ns1 hostmaster 1 7200 1800 259200 30
@ NS ns1
ns1 A 127.0.0.1
mx1 A 192.0.2.1
mx2 A 192.0.2.2
@ MX 10 mx1
@ MX 10 mx2
static A 192.0.2.1
smtp A 192.0.2.1
"""


def gdnsd(run: Path, port: int) -> list[str]:
    """Four weighted members, as our zone has them."""
    (run / "zones").mkdir()
    lines = RECORDS.replace("$ORIGIN gslb.test.\n", "").replace("smtp A 192.0.2.1", "smtp 30 DYNA weighted!smtp")
    (run / "zones/gslb.test").write_text(lines)
    (run / "config").write_text(f"""
options => {{ listen => 127.0.0.1:{port}, run_dir => {run}/run, state_dir => {run}/state, udp_threads => 1 }}
service_types => {{ always => {{ plugin => "static", state => "up" }} }}
plugins => {{ static => {{ }}, weighted => {{ multi = true, service_types => always
  smtp => {{ h1 = [192.0.2.1, 40], h2 = [192.0.2.2, 30], h3 = [192.0.2.3, 20], h4 = [192.0.2.4, 10] }} }} }}
""")
    return ["gdnsd", "-c", str(run), "start"]


def nsd(run: Path, port: int, zone: str = "zone.txt") -> list[str]:
    """The same as static records."""
    (run / "zone.txt").write_text(RECORDS)
    (run / "nsd.conf").write_text(f"""
server:
  server-count: 1
  ip-address: 127.0.0.1@{port}
  database: ""
  zonelistfile: "{run}/zone.list"
  pidfile: ""
  xfrdfile: "{run}/xfrd"
  zonesdir: "{run}"
  username: root
  chroot: ""
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: gslb.test
  zonefile: {zone}
""")
    return ["nsd", "-d", "-c", str(run / "nsd.conf")]


def signed_nsd(run: Path, port: int) -> list[str]:
    """The same, signed with one P-256 key."""
    command = nsd(run, port, "zone.txt.signed")
    made = subprocess.run(
        ["ldns-keygen", "-a", "ECDSAP256SHA256", "-k", "gslb.test"], cwd=run, capture_output=True, text=True, check=True
    )
    subprocess.run(["ldns-signzone", "zone.txt", made.stdout.strip()], cwd=run, check=True)
    return command


def knot(run: Path, port: int) -> list[str]:
    """The same as static records."""
    (run / "zone.txt").write_text(RECORDS)
    (run / "knot.conf").write_text(f"""
server:
  listen: 127.0.0.1@{port}
  rundir: {run}
  udp-workers: 1
  tcp-workers: 1
database:
  storage: {run}
zone:
  - domain: gslb.test
    file: {run}/zone.txt
    storage: {run}
""")
    return ["knotd", "-c", str(run / "knot.conf")]


def floor(run: Path, port: int) -> list[str]:
    """The kernel's share."""
    subprocess.run(["cc", "-O2", "-o", str(run / "floor"), str(HERE / "floor.c")], check=True)
    return [str(run / "floor"), str(port)]


Peer = Callable[[Path, int], list[str]]
PEERS: dict[str, tuple[Peer, tuple[str, ...]]] = {
    "gdnsd": (gdnsd, ("gdnsd",)),
    "nsd": (nsd, ("nsd",)),
    "nsd-signed": (signed_nsd, ("nsd", "ldns-signzone")),
    "knot": (knot, ("knotd",)),
    "floor": (floor, ("cc",)),
}
"""What starts each, and the programs it needs."""


@contextmanager
def running(home: Path, names: tuple[str, ...]) -> Iterator[dict[str, tuple[int, int]]]:
    """Those of the peers that are installed: name → process and port."""
    started: list[subprocess.Popen[bytes]] = []
    found: dict[str, tuple[int, int]] = {}
    try:
        for name in names:
            make, programs = PEERS[name]
            missing = [program for program in programs if shutil.which(program) is None]
            if missing:
                print(f"NOT MEASURED beside {name}: {', '.join(missing)} is not installed")
                continue
            run = home / f"peer-{name}"
            run.mkdir(mode=0o755)
            (port,) = free_ports(1)
            quiet = subprocess.DEVNULL
            command = make(run, port)
            started.append(subprocess.Popen(command, cwd=run, stdout=quiet, stderr=quiet, stdin=quiet))
            found[name] = (started[-1].pid, port)
        PAUSE.wait(2)
        yield found
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(10)
