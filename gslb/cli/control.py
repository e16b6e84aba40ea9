"""`gslb control`: the role that probes, decides and publishes. The supervisor starts it; people do not."""

import gc
import sys
from pathlib import Path

import click

from gslb.cli.options import config_option


@click.command("control", hidden=True)
@config_option
@click.option("--heartbeat", type=int, help="Descriptor on which the supervisor listens for life.")
@click.option("--run-dir", type=click.Path(path_type=Path), help="Where a control before this one kept what it ran.")
@click.option("--gate", type=int, help="Descriptor through which `gslb run` hands on what it has read.")
def command(directory: Path, heartbeat: int | None, run_dir: Path | None, gate: int | None) -> None:
    """Probe, decide, publish; started by the supervisor, and the first time by `gslb run`."""
    gc.disable()  # `run` enables it, when all that stays is there
    from gslb.api.server import faces
    from gslb.control.service import run

    sys.exit(run(directory, heartbeat, faces, run_dir=run_dir, gate=gate))
