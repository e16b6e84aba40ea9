"""`gslb run`: check the configuration, then become the supervisor.

The supervisor holds nothing that can go wrong, so it does not hold the configuration either: this process is
replaced by `python -m gslb.supervisor`, which knows argument lists only. The first control is started here, loads its
modules while the files are read, and is handed what was read.
"""

import gc
import os
import sys
from pathlib import Path

import click

from gslb.cli.options import config_option


@click.command("run", short_help="Serve, until SIGTERM.")
@config_option
def command(directory: Path) -> None:
    """Serve: supervisor, control and workers, until SIGTERM. SIGHUP reloads.

    Stays in the foreground and logs to standard error. A configuration with errors serves nothing: exit 1.
    """
    gc.disable()  # nothing of this is let go before this process is another one
    from gslb.supervisor.early import begun_early

    control = (sys.executable, "-m", "gslb", "control", "-c", str(directory))
    with begun_early(control) as early, open(early.gate, "wb", closefd=False) as gate:
        from gslb.config.files import load, state_dir_of
        from gslb.control.handed import hand_on, tell_state_dir
        from gslb.supervisor.plan import Settings

        archive: dict[str, bytes] = {}
        tell_state_dir(state_dir_of(directory), gate)
        config = load(directory, archive)
        node = config.node
        for needed in (node.run_dir, node.state_dir):
            _make(needed)
        hand_on(config, archive, gate)
        settings = Settings(
            listen=tuple((str(endpoint.address), endpoint.port) for endpoint in node.listen),
            workers=node.workers,
            worker_cpus=node.worker_cpus,
            run_dir=str(node.run_dir),
            nsid=node.nsid,
            control=control,
            worker=(sys.executable, "-m", "gslb.dns.worker"),
            log_format=node.log_format,
            early=early,
        )
        os.execv(sys.executable, [sys.executable, "-m", "gslb.supervisor", settings.to_json()])  # noqa: S606 - no shell


def _make(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise click.ClickException(f"{directory}: {error.strerror}; set run_dir and state_dir in gslb.yaml") from error
