"""Generated questions about generated zones, put to us, to NSD and to Knot: whatever differs without a reason is told.

    run.py [--count 100000] [--seed N]

Zones change every 5,000 questions. The exit status is 1 where anything differs, 2 where a server is missing.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.kit.differential import OUTER, differences, questions, zones
from tests.kit.running import Running
from tests.kit.servers.knot import Knot
from tests.kit.servers.nsd import Nsd

OF_ONE_ZONE = 5_000
TOLD = 20


def main() -> int:
    """Ask, and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000, help="questions in all")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other zones and questions")
    told = parser.parse_args()
    missing = [name for name in ("nsd", "knotd") if shutil.which(name, path="/usr/sbin:/usr/bin") is None]
    if missing:
        print(f"missing: {', '.join(missing)} (Debian: apt install nsd knot)")
        return 2
    found, random = 0, Random(told.seed)
    for begin in range(0, told.count, OF_ONE_ZONE):
        found += round_of(random, min(OF_ONE_ZONE, told.count - begin), TOLD - found)
        print(f"{min(begin + OF_ONE_ZONE, told.count):,} questions, {found} answered differently", flush=True)
    return 1 if found else 0


def round_of(random: Random, count: int, most: int) -> int:
    """How many of these questions were answered differently; up to `most` of them are shown."""
    made, found = zones(random), 0
    with tempfile.TemporaryDirectory() as folder:
        ours = {f"zones/{zone.name}.yaml": zone.ours() for zone in made}
        with Running(Path(folder), ours, workers=1) as server:
            serial = int(next(iter(server.answers(OUTER, "SOA"))).split()[2])
            theirs = {zone.name: zone.theirs(serial) for zone in made}
            with Nsd(theirs) as nsd, Knot(theirs) as knot:
                for question in questions(random, made, count):
                    reply = question.ask(server.dns_port)
                    said = [f"NSD: {one}" for one in differences(question, reply, question.ask(nsd.ports["dns"]))]
                    other = question.ask(knot.ports["dns"])
                    said += [f"Knot: {one}" for one in differences(question, reply, other, knot=True)]
                    found += bool(said)
                    if said and found <= most:
                        print(question, *said, sep="\n    ")
    return found


if __name__ == "__main__":
    sys.exit(main())
