"""The fast path under the sanitizers of addresses and undefined behaviour: odd packets, and tables with octets flipped.

    fuzz.py [--seconds 60] [--seed 1]

Builds fast.c with them, starts itself again with that build, and goes on for so long. Whatever the packet, the reply is
the complete responder's or none; whatever the table, nothing outside of it is read. The first error ends it, with the
sanitizer's report or the packet in hexadecimal.
"""

import argparse
import importlib.util
import os
import random
import subprocess
import sys
import sysconfig
import tempfile
import time
from array import array
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
BUILT = "GSLB_SANITIZED"
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer", "-g", "-O1")
FLAGS = ("-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-pthread")


def start_again(arguments: list[str]) -> int:
    """Build, and run this file with the build; its exit status."""
    with tempfile.TemporaryDirectory(prefix="gslb-native-") as home:
        built = Path(home) / "fast.abi3.so"
        include = sysconfig.get_paths()["include"]
        source = ROOT / "gslb/dns/worker/fast.c"
        subprocess.run(
            ["gcc", *SANITIZERS, *FLAGS, f"-I{include}", source, "-o", built],
            check=True,
        )
        runtime = [
            subprocess.run(
                ["gcc", f"-print-file-name={name}"], capture_output=True, text=True, check=True
            ).stdout.strip()
            for name in ("libasan.so", "libubsan.so")
        ]
        environment = {
            **os.environ,
            BUILT: str(built),
            "LD_PRELOAD": " ".join(runtime),
            "ASAN_OPTIONS": "detect_leaks=0",  # the interpreter keeps what it has
            "PYTHONMALLOC": "malloc",  # so that each object has its own bounds
        }
        return subprocess.run([sys.executable, __file__, *arguments], env=environment, check=False).returncode


def load(built: str) -> None:
    """Make this build the one that is imported as the fast path."""
    spec = importlib.util.spec_from_file_location("gslb.dns.worker.fast", built)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules["gslb.dns.worker.fast"] = module
    import gslb.dns.worker

    gslb.dns.worker.fast = module  # type: ignore[attr-defined] # as the import would


def fuzz(seconds: float, seed: int) -> None:
    """Go on until the time is over."""
    from tests.dns.worker import test_fast as held
    from tests.kit.packets import mutated

    chance = random.Random(seed)
    end = time.monotonic() + seconds
    packets = tables = quick = 0
    while time.monotonic() < end:
        for name, one in held.TABLES.items():
            for _ in range(500):
                packet, draw = mutated(chance, held.SEEDS), chance.getrandbits(32)
                agrees = one.agrees(packet, draw, chance.choice(held.HOSTS))
                if agrees is False:
                    raise SystemExit(f"another reply than the complete responder's: {name} {packet.hex()} {draw}")
                packets += 1
                quick += agrees is True
            for _ in range(20):
                on_a_broken_table(one.table, chance, held.SEEDS)
                tables += 1
    print(f"{packets} packets, {quick} answered by the fast path, {tables} broken tables: nothing found")


def on_a_broken_table(table: object, chance: random.Random, seeds: list[bytes]) -> None:
    """Packets on a table some octets of which are flipped: no reply is right, but nothing outside is read."""
    from gslb.dns.worker.fast import Engine
    from gslb.dns.worker.tally import BLOCK

    engine = Engine(bytes(16))
    engine.opt(bytes(2) + b"\x29" + bytes(8))
    names, *parts = (bytearray(one.data) for one in (table.names, *table.parts))  # type: ignore[attr-defined] # a Table
    for data in (names, *parts):
        for _ in range(chance.randrange(1, 40)):
            data[chance.randrange(64, len(data))] = chance.randrange(256)
    counted = [(bytes(part), array("I", bytes(4 * 64)), bytearray(64 // BLOCK + 1)) for part in parts]
    try:
        engine.swap(bytes(names), counted)
    except ValueError:
        return
    for _ in range(50):
        engine.answer(chance.choice(seeds), chance.randbytes(4), 0, chance.getrandbits(32))


def main() -> int:
    """Build, or fuzz with what was built."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--seconds", type=float, default=60)
    ask.add_argument("--seed", type=int, default=1)
    args = ask.parse_args()
    if BUILT not in os.environ:
        return start_again(sys.argv[1:])
    load(os.environ[BUILT])
    fuzz(args.seconds, args.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
