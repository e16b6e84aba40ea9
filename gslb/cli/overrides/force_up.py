"""`gslb force-up`: take members for healthy, whatever their checks say."""

from pathlib import Path

from gslb.cli.overrides.asking import options, say


@options
def command(target: str, directory: Path, as_json: bool, **said: object) -> None:
    """Take what TARGET names for healthy, whatever its checks say; for a check that is wrong, not for a server that is.

    TARGET: ZONE/POOL/MEMBER, ZONE/POOL, ZONE/SERVICE, with globs, or machine:NAME.
    """
    say("forced_up", target, directory=directory, as_json=as_json, **said)
