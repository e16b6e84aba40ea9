"""`gslb force-down`: take members for down, whatever their checks say."""

from pathlib import Path

from gslb.cli.overrides.asking import options, say


@options
def command(target: str, directory: Path, as_json: bool, **said: object) -> None:
    """Take what TARGET names for down, whatever its checks say.

    Unlike a drain it counts for the member's own name, too, while another member behind that name is healthy. Refused
    where a service would lose its last healthy member, unless with --force.

    TARGET: ZONE/POOL/MEMBER, ZONE/POOL, ZONE/SERVICE, with globs, or machine:NAME.
    """
    say("forced_down", target, directory=directory, as_json=as_json, **said)
