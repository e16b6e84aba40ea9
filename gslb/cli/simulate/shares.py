"""`gslb simulate shares`: what each member is to get of each service, and what it gets over so many queries."""

import random
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from gslb.cli.options import config_option, json_option, print_json
from gslb.cli.simulate.asking import (
    chosen_seed,
    ground,
    live_option,
    progress_bar,
    seed_option,
    services_argument,
)
from gslb.dns.draws import SEED_SIZE, Draws
from gslb.simulation.drawing import DrawnShare, drawn
from gslb.simulation.pictures import Picture, Sight


@click.command("shares", short_help="Expected and drawn shares of every service, type and view.")
@services_argument
@live_option
@click.option("--queries", type=click.IntRange(0), default=2000, show_default=True, help="For each type; 0: draw none.")
@click.option("--resolvers", type=click.IntRange(1, 2**22), default=50, show_default=True, help="Who asks, in turn.")
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True, help="Of the server.")
@seed_option
@config_option
@json_option
def shares(services: tuple[str, ...], directory: Path, as_json: bool, **said: Any) -> None:
    """Expected shares of each member by service, type and view, beside those that so many queries draw.

    Drawn from the thresholds that a table would hold, by the draws of workers. "worst" is the most that any single
    resolver's share is off, in points.

    \b
      gslb simulate shares
      gslb simulate shares 'mail.example.com/*' --queries 10000 --resolvers 100 --seed 1
    """
    made = ground(directory, services, as_live=said["live"])
    seed = chosen_seed(said["seed"])
    found = _draw(made.picture(), random.Random(seed), said)  # noqa: S311 - a seed is to give the same run again
    if as_json:
        print_json({"seed": seed, "services": [_plain(*each) for each in found]})
    else:
        _show(found, seed, drawing=said["queries"] > 0)


def _draw(seen: Picture, chance: random.Random, said: dict[str, Any]) -> list[tuple[Sight, tuple[DrawnShare, ...]]]:
    workers = [Draws(chance.randbytes(SEED_SIZE)) for _ in range(said["workers"])]
    found = []
    with progress_bar() as bar:
        for number, sight in enumerate(bar.track(tuple(seen.sights.values()), description="drawing")):
            each = drawn(
                sight,
                number,
                workers,
                queries=said["queries"],
                resolvers=said["resolvers"],
                pick=chance.randrange,
            )
            found.append((sight, each))
    return found


def _plain(sight: Sight, found: tuple[DrawnShare, ...]) -> dict[str, Any]:
    zone, service, rtype, view = sight.question
    return {
        "zone": zone,
        "service": service,
        "type": rtype.name,
        "view": view or None,
        "mode": sight.mode,
        "tier": sight.tier,
        "ttl": sight.ttl,
        "members": [
            {
                "pool": each.member.pool,
                "member": each.member.member,
                "expected": each.expected,
                "drawn": each.drawn,
                "worst_resolver": each.worst,
            }
            for each in found
        ],
    }


def _show(found: list[tuple[Sight, tuple[DrawnShare, ...]]], seed: int, *, drawing: bool) -> None:
    table = Table()
    for column in ("service", "type", "view", "member", "expected", *(("drawn", "worst") if drawing else ())):
        table.add_column(column)
    for sight, shares_of in found:
        zone, service, rtype, view = sight.question
        named = (f"{zone}/{service}", rtype.name, view)
        if not shares_of:
            table.add_row(*named, f"nobody: {sight.reason}")
        for each in shares_of:
            played = (f"{each.drawn:.1%}", f"{100 * each.worst:+.1f}") if drawing else ()
            table.add_row(*named, f"{each.member.pool}/{each.member.member}", f"{each.expected:.1%}", *played)
            named = ("", "", "")
    console = Console()
    console.print(table)
    if drawing:
        console.print(f"seed {seed}", highlight=False)
