"""`python -m gslb.dns.worker`: one answering process, started by the supervisor with sockets to inherit."""

import argparse
import os
import sys
from pathlib import Path

from gslb.dns.worker.serve import Options, serve

PLAIN = "GSLB_PLAIN_PYTHON"
"""Set in the environment: do without the fast path, also where it was built; for comparison and for doubt."""


def main(arguments: list[str]) -> int:
    """Answer until SIGTERM, or until the supervisor is gone. The exit status is 0."""
    parser = argparse.ArgumentParser(prog="python -m gslb.dns.worker", description=__doc__)
    parser.add_argument("--worker", type=int, required=True, help="the number of this worker, from 1")
    parser.add_argument("--udp", type=_descriptors, default=(), help="descriptors of bound UDP sockets")
    parser.add_argument("--tcp", type=_descriptors, default=(), help="descriptors of listening TCP sockets")
    parser.add_argument("--run-dir", type=Path, required=True, help="where the table and the channel stand")
    parser.add_argument("--heartbeat", type=int, help="descriptor that takes a byte at least once a second")
    parser.add_argument("--nsid", default="", help="this node's identity (RFC 5001)")
    parser.add_argument("--cpu", type=int, help="the CPU to keep to; the system's choice without")
    told = parser.parse_args(arguments)
    return serve(
        Options(
            worker=told.worker,
            udp=told.udp,
            tcp=told.tcp,
            run_dir=told.run_dir,
            heartbeat=told.heartbeat,
            nsid=told.nsid.encode(),
            native=PLAIN not in os.environ,
            cpu=told.cpu,
        )
    )


def _descriptors(text: str) -> tuple[int, ...]:
    return tuple(int(word) for word in text.split(",") if word)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
