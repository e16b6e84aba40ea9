"""Fuzz the query parser and the responder; what reaches new code is kept in tests/fuzz/corpus.

    run.py [--seconds 600] [--plain]

With atheris (the extra `fuzz`), guided by coverage. Without it, or with --plain, packets of the corpus are mutated
blindly for as long. A crash is written to tests/fuzz/crash-…: turn it into a test, and keep it in the corpus.
"""

import argparse
import hashlib
import random
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
CORPUS = HERE / "corpus"
LONGEST = 1024
sys.path.insert(0, str(HERE.parents[1]))


def main() -> None:
    """Fuzz until the time is over, or something breaks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--plain", action="store_true", help="without atheris")
    told = parser.parse_args()
    try:
        import atheris
    except ImportError:
        atheris = None
        if not told.plain:
            print("atheris is not installed: mutating blindly")
    if told.plain or atheris is None:
        plain(told.seconds)
        return
    with atheris.instrument_imports(include=["gslb.dns", "gslb.handoff"]):
        from tests.fuzz.target import one
    arguments = [f"-max_total_time={told.seconds}", f"-max_len={LONGEST}", f"-artifact_prefix={HERE}/", "-timeout=5"]
    atheris.Setup([sys.argv[0], *arguments, "-print_final_stats=1", str(CORPUS)], one)
    atheris.Fuzz()


def plain(seconds: int) -> None:
    """Mutate packets of the corpus at random."""
    from tests.fuzz.target import one
    from tests.kit.packets import mutated, queries

    chance, seeds, count = random.Random(), queries() + [path.read_bytes() for path in CORPUS.iterdir()], 0
    seeds = [seed for seed in seeds if len(seed) > 12]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        packet = mutated(chance, seeds)
        count += 1
        try:
            one(packet)
        except BaseException:
            name = HERE / f"crash-{hashlib.sha1(packet).hexdigest()}"
            name.write_bytes(packet)
            print(f"after {count:,} packets: {name}")
            raise
    print(f"{count:,} packets, no crash")


if __name__ == "__main__":
    main()
