"""CPU per query of the running server, beside gdnsd where it is installed, in alternating rounds of one run.

    bench.py [--rounds 3] [--seconds 3]     measure and print ratios
    bench.py --hold PORT                    only serve gslb.test on PORT until Ctrl-C, for other measuring tools

The figure that holds on a noisy machine is the server's own CPU time per answered query (user + system, from /proc),
and its ratio to a peer of the same round. Load comes from dnsperf on CPU 1, servers are pinned to CPU 0.
"""

import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.kit.running import PAUSE, Running, free_ports

TICKS = os.sysconf("SC_CLK_TCK")
QUESTION = "smtp.gslb.test A"
ZONE = """\
zone: gslb.test
contact: hostmaster@gslb.test
nameservers: {ns1: [127.0.0.1]}
records: |
  mx1 A 192.0.2.1
  mx2 A 192.0.2.2
  @ MX 10 mx1
  @ MX 10 mx2
  static A 192.0.2.1
pools:
  four:
    members:
      h1: {address: 192.0.2.1, weight: 40}
      h2: {address: 192.0.2.2, weight: 30}
      h3: {address: 192.0.2.3, weight: 20}
      h4: {address: 192.0.2.4, weight: 10}
services:
  smtp: {records: [A, MX], pools: [four], answers: 1}
  web: {members: {h1: {address: 192.0.2.1}}}
"""
GDNSD = """\
options => {{ listen => 127.0.0.1:{port}, run_dir => {run}/run, state_dir => {run}/state, udp_threads => 1 }}
service_types => {{ always => {{ plugin => "static", state => "up" }} }}
plugins => {{ static => {{ }}, weighted => {{ multi = true, service_types => always
  smtp => {{ h1 = [192.0.2.1, 40], h2 = [192.0.2.2, 30], h3 = [192.0.2.3, 20], h4 = [192.0.2.4, 10] }} }} }}
"""
GDNSD_ZONE = (
    "@ 300 SOA ns1 hostmaster 1 7200 1800 259200 900\n@ 300 NS ns1\nns1 300 A 127.0.0.1\nsmtp 30 DYNA weighted!smtp\n"
)


def spent(pid: int) -> float:
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def measured(pid: int, port: int, seconds: int, queries: Path) -> float:
    """CPU microseconds per answered query under dnsperf's load."""
    subprocess.run(["taskset", "-apc", "0", str(pid)], stdout=subprocess.DEVNULL, check=False)
    before = spent(pid)
    load = ["taskset", "-c", "1", "dnsperf", "-s", "127.0.0.1", "-p", str(port), "-d", str(queries), "-e"]
    out = subprocess.run(
        [*load, "-l", str(seconds), "-c", "8", "-q", "100"], capture_output=True, text=True, check=True
    )
    found = re.search(r"completed:\s+(\d+)", out.stdout)
    if found is None or "NOERROR" not in out.stdout:
        raise SystemExit(out.stdout + out.stderr)
    return (spent(pid) - before) / int(found.group(1)) * 1e6


def gdnsd(run: Path) -> tuple[subprocess.Popen[bytes], int]:
    """gdnsd with the same four members, on a free port."""
    (port,) = free_ports(1)
    (run / "zones").mkdir(parents=True)
    (run / "config").write_text(GDNSD.format(port=port, run=run))
    (run / "zones" / "gslb.test").write_text(GDNSD_ZONE)
    process = subprocess.Popen(["gdnsd", "-c", str(run), "start"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    PAUSE.wait(2)
    return process, port


def main() -> None:
    """Measure, or hold the server."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--seconds", type=int, default=3)
    ask.add_argument("--hold", type=int, metavar="PORT")
    args = ask.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the server ends with us
    with tempfile.TemporaryDirectory(prefix="gslb-bench-") as home:
        server = Running(Path(home), {"zones/gslb.test.yaml": ZONE}, workers=1)
        if args.hold:
            server.write({"gslb.yaml": server.node.replace(f":{server.dns_port}", f":{args.hold}")})
        with server:
            if args.hold:
                print(f"serving gslb.test on 127.0.0.1:{args.hold}; pids {server.pids()}", flush=True)
                PAUSE.wait()
            elif shutil.which("dnsperf") is None:
                raise SystemExit("dnsperf is not installed (Debian package dnsperf)")
            else:
                compare(server, Path(home), args.rounds, args.seconds)


def compare(server: Running, home: Path, rounds: int, seconds: int) -> None:
    """Alternate between the servers and print medians and the ratio."""
    queries = home / "queries"
    queries.write_text(QUESTION + "\n")
    servers = {"gslb": (server.pids()["workers"][0], server.dns_port)}
    peer = None
    if shutil.which("gdnsd") is not None:
        peer, port = gdnsd(home / "gdnsd")
        servers["gdnsd"] = (peer.pid, port)
    rows: dict[str, list[float]] = {name: [] for name in servers}
    try:
        for _ in range(rounds):
            for name, (pid, port) in servers.items():
                rows[name].append(measured(pid, port, seconds, queries))
    finally:
        if peer is not None:
            peer.terminate()
            peer.wait(10)
    for name, figures in rows.items():
        spread = max(figures) - min(figures)
        print(f"{name:8} {statistics.median(figures):8.2f} us CPU per query (spread {spread:.2f}), {QUESTION}, EDNS")
    if "gdnsd" in rows:
        ratios = [ours / theirs for ours, theirs in zip(rows["gslb"], rows["gdnsd"], strict=True)]
        print(f"ratio    {statistics.median(ratios):8.2f} (median of {rounds} rounds in one run)")
    for role in ("supervisor", "control"):
        print(f"memory   {role}: {resident(server.pids()[role]):.1f} MiB")
    print(f"memory   worker: {resident(server.pids()['workers'][0]):.1f} MiB")


def resident(pid: int) -> float:
    """Resident memory in MiB."""
    return int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main()
