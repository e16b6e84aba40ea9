"""The command `gslb`. One file per command; a command imports its rooms only when it runs.

Exit codes: 0 good, 1 the answer is bad news, 2 wrong usage, 3 the server cannot be reached.
"""

import importlib
import sys
from difflib import get_close_matches

import click

from gslb.errors import ConfigError, KeysError, Unreachable

COMMANDS = {
    "run": "run",
    "control": "control",
    "validate": "validate",
    "schema": "schema",
    "reload": "reload",
    "status": "status",
    "probe": "probe",
    "explain": "explain",
    "simulate": "simulate.command",
    "drain": "overrides.drain",
    "force-up": "overrides.force_up",
    "force-down": "overrides.force_down",
    "clear": "overrides.clear",
    "failback": "failback",
    "believe": "believe",
    "delegation": "delegation",
    "keys": "keys.command",
    "demo": "demo.command",
    "bench": "bench.command",
}
"""Command name → module below gslb.cli; each module holds a click command called `command`."""

BAD_NEWS = 1
UNREACHABLE = 3


class Commands(click.Group):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in the order an operator meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """The click command, or None when there is no such name."""
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        found = importlib.import_module(f"gslb.cli.{module}").command
        if not isinstance(found, click.Command):
            raise AssertionError(f"gslb.cli.{module}.command is no command")
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Click's, with the command that was meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = get_close_matches(args[0], COMMANDS, n=1)
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean {near[0]}?", ctx) from error


EXIT_CODES = "Exit codes: 0 good, 1 the answer is bad news, 2 wrong usage, 3 the server cannot be reached."


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXIT_CODES)
@click.version_option(package_name="gslb-dns", prog_name="gslb")
def gslb() -> None:
    """Authoritative DNS load balancer for mail: weighted answers, filtered by probes that speak mail."""


def main() -> None:
    """Run the command line and exit with the code the contract promises."""
    try:
        gslb(standalone_mode=True)
    except ConfigError as error:
        click.echo(str(error), err=True)
        sys.exit(BAD_NEWS)
    except KeysError as error:
        click.echo(f"gslb: {error}", err=True)
        sys.exit(BAD_NEWS)
    except Unreachable as error:
        click.echo(f"gslb: {error}", err=True)
        sys.exit(UNREACHABLE)


if __name__ == "__main__":
    main()
