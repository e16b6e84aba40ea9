"""Load by dnsperf on CPU 1 upon a server on CPU 0, and what it cost: CPU per answered query, latency, losses."""

import os
import re
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`us`: CPU microseconds per answered query; `rate`: answers per second; `p99`: seconds, 0 where not asked for."""

    us: float
    rate: float
    lost: int
    p99: float = 0.0


def family(pid: int) -> set[int]:
    """A process and its children: servers fork."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = {pid}
    for child in children.read_text().split() if children.exists() else ():
        found |= family(int(child))
    return found


def spent(pids: set[int]) -> float:
    """CPU seconds of processes so far, user and system."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def measured(
    pid: int, port: int, queries: Path, *, seconds: float, flags: tuple[str, ...] = ("-e",), latencies: bool = False
) -> Figures:
    """One run. `latencies` reports each query, which is for rates well below saturation."""
    pids = family(pid)
    for each in pids:
        subprocess.run(["taskset", "-apc", "0", str(each)], stdout=subprocess.DEVNULL, check=False)
    load = ["taskset", "-c", "1", "dnsperf", "-s", "127.0.0.1", "-p", str(port), "-d", str(queries)]
    load += ["-l", str(int(seconds)), "-c", "8", "-T", "1", "-q", "100", *flags, *(["-v"] if latencies else [])]
    before = spent(pids)
    out = subprocess.run(load, capture_output=True, text=True, check=True).stdout
    cost = spent(pids) - before
    done = int(figure(out, r"completed:\s+(\d+)"))
    if not done or "NOERROR" not in out:
        raise SystemExit(f"nothing was answered on port {port}:\n{out[-2000:]}")
    took = sorted(float(each) for each in re.findall(r"^> NOERROR \S+ \S+ ([\d.]+)", out, re.M)) if latencies else []
    return Figures(
        us=cost / done * 1e6,
        rate=figure(out, r"per second:\s+([\d.]+)"),
        lost=int(figure(out, r"lost:\s+(\d+)")),
        p99=took[len(took) * 99 // 100] if took else 0.0,
    )


def figure(text: str, pattern: str) -> float:
    """A number in dnsperf's report; 0 where it says none."""
    found = re.search(pattern, text)
    return float(found.group(1)) if found else 0.0


def verdict(ratios: list[float], goal: float) -> str:
    """Median and spread of the rounds beside the goal: met at the goal plus half the interquartile range."""
    median = statistics.median(ratios)
    low, _, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else (median, median, median)
    met = "met" if median <= goal + (high - low) / 2 else "NOT met"
    return f"{median:6.2f} (iqr {high - low:.2f}), goal {goal:.2f}: {met}"
