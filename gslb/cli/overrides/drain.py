"""`gslb drain`: take members out of answers; they are still probed."""

from pathlib import Path

from gslb.cli.overrides.asking import options, say


@options
def command(target: str, directory: Path, as_json: bool, **said: object) -> None:
    """Take what TARGET names out of answers: still probed, and found by its own name, but never chosen.

    Prints who takes over which share of which service, whether min_healthy still holds, and how long resolvers' caches
    keep the old answers. Refused where a service would lose its last healthy member, unless with --force.

    TARGET: ZONE/POOL/MEMBER, ZONE/POOL, ZONE/SERVICE, with globs, or machine:NAME.
    """
    say("drained", target, directory=directory, as_json=as_json, **said)
