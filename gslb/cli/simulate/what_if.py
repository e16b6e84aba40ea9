"""`gslb simulate what-if`: every service's shares before and after something is done, and whether it is safe."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from gslb.cli.options import config_option, json_option, print_json
from gslb.cli.simulate.asking import BAD_NEWS, change_options, changed, ground, live_option, services_argument
from gslb.config import positions
from gslb.config.files import load, load_again
from gslb.errors import ConfigError, Fault
from gslb.model.settings import Config
from gslb.simulation.difference import Change, difference, verdict
from gslb.steering.consequences import Consequences

TOLD = 200
"""Changes told one by one to people; programs get all."""


@click.command("what-if", short_help="What would change, per service, type and view; 1 if it is not safe.")
@services_argument
@change_options
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="A zone file that takes the place of the zone's own, or a whole configuration directory.",
)
@live_option
@config_option
@json_option
def what_if(services: tuple[str, ...], directory: Path, as_json: bool, against: Path | None, **said: Any) -> None:
    """Every service's shares before and after, per type and view, and whether that is safe.

    Exit 1 where a service loses its last healthy member, or a tier falls below its min_healthy.

    \b
      gslb simulate what-if --down 'mail.example.com/relays-east'      a site
      gslb simulate what-if --drained machine:esx1 --live              from what is believed now
      gslb simulate what-if --weight mail.example.com/relays/relay1=0
      gslb simulate what-if --against /root/new-gslb                   a new configuration beside this one
    """
    if against is None and not any(said[name] for name in ("up", "drained", "down", "weights")):
        raise click.UsageError("what if what? Give --down, --drained, --up, --weight or --against.")
    if against is not None and any(said[name] for name in ("up", "drained", "down", "weights")):
        raise click.UsageError("--against stands alone: put weights into the new files")
    made = ground(directory, services, as_live=said["live"])
    config, book = changed(made, said) if against is None else (beside(directory, against), made.book)
    before, after = made.picture(), made.picture(config, book)
    found, follows = difference(before, after), verdict(before, after)
    safe = not any(change.lost for change in found) and (follows is None or follows.safe)
    if as_json:
        print_json({"safe": safe, "changes": [_plain(change) for change in found], "verdict": _verdict(found, follows)})
    else:
        click.echo("\n".join(_lines(found, follows)))
    sys.exit(0 if safe else BAD_NEWS)


def beside(directory: Path, path: Path) -> Config:
    """The configuration of another directory; or of this one, with a zone file in its zone's place. Raises ConfigError.

    Files that the zone file names are looked up among those that this directory's zones use.
    """
    if path.is_dir():
        return load(path)
    archive: dict[str, bytes] = {}
    running = load(directory, archive)
    try:
        place = _place(running, path.read_bytes().decode())
        return load_again(directory, {**archive, place: path.read_bytes()})
    except UnicodeError as error:
        raise ConfigError((Fault(path=str(path), message=f"not UTF-8: {error}"),)) from error
    except ConfigError as error:
        mine = (replace(fault, path=str(path)) if fault.path == place else fault for fault in error.faults)
        raise ConfigError(tuple(mine)) from error


def _place(running: Config, text: str) -> str:
    """Where the zone of a file's text stands now, or would stand."""
    value = positions.read(text).value
    written = value.get("zone") if isinstance(value, dict) else None
    name = str(written).lower().removesuffix(".")
    return next((zone.path for zone in running.zones if zone.text == name), "zones/beside.yaml")


def _verdict(found: tuple[Change, ...], follows: Consequences | None) -> str:
    if follows is not None:
        return follows.verdict
    lost = [str(change.question) for change in found if change.lost]
    return f"not safe: nobody healthy is left for {', '.join(lost[:5])}" if lost else "safe: nobody loses every member"


def _lines(found: tuple[Change, ...], follows: Consequences | None) -> list[str]:
    lines = [_verdict(found, follows), *(f"  {change}" for change in found[:TOLD])]
    lines += [f"  and {len(found) - TOLD} more"] * (len(found) > TOLD)
    let_go = max((change.let_go for change in found), default=0)
    lines += [f"resolvers' caches let go of the old answers within {let_go} s"] * bool(let_go)
    return lines


def _plain(change: Change) -> dict[str, Any]:
    zone, service, rtype, view = change.question
    return {
        "zone": zone,
        "service": service,
        "type": rtype.name,
        "view": view or None,
        "what": change.what,
        "mode": [change.mode_before or None, change.mode_after or None],
        "tier": [change.tier_before, change.tier_after],
        "lost": change.lost,
        "let_go": change.let_go,
        "members": [
            {"pool": each.pool, "member": each.member, "before": each.before, "after": each.after}
            for each in change.shares
        ],
    }
