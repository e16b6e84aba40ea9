"""The gate behind the suite: branch coverage of 100 % for the pure core, 90 % for everything else.

Run after pytest; combines what workers, control and supervisor wrote, prints what is missing, exits 1 below a gate.
"""

import subprocess
import sys

PURE = (
    "gslb/model/*",
    "gslb/handoff/*",
    "gslb/health/*",
    "gslb/steering/*",
    "gslb/answers/*",
    "gslb/keys/*",
    "gslb/simulation/*",
    "gslb/probes/dialogue/*",
    "gslb/dns/*.py",
    "gslb/supervisor/plan.py",
    "gslb/supervisor/restart.py",
    "gslb/supervisor/words.py",
    "gslb/control/pipeline.py",
    "gslb/control/scene.py",
    "gslb/control/effects.py",
)
WORKER = "gslb/dns/worker/*"


def coverage(*arguments: str) -> int:
    """Run the coverage command of this interpreter."""
    return subprocess.run([sys.executable, "-m", "coverage", *arguments], check=False).returncode


def main() -> int:
    """0 when both gates hold."""
    coverage("combine", "--quiet", "--append")
    print("== the pure core: every branch")
    core = coverage("report", "--fail-under=100", f"--include={','.join(PURE)}", f"--omit={WORKER}")
    print("== everything else: 90 %")
    rest = coverage(
        "report", "--fail-under=90", f"--omit={','.join(p for p in PURE if p != 'gslb/dns/*.py')},gslb/dns/[!w]*.py"
    )
    return 1 if core or rest else 0


if __name__ == "__main__":
    sys.exit(main())
