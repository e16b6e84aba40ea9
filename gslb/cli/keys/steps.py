"""`gslb keys generate`, `roll` and `retire`: each writes dates into key files, and shows them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from gslb.cli.keys.listing import plan, report
from gslb.cli.keys.places import Place, place_of
from gslb.cli.options import config_option, duration, json_option, print_json
from gslb.control.keyring import new_key, write_unsign
from gslb.keys import endings, rolls
from gslb.keys.keyfile import StoredKey
from gslb.keys.rolls import Keys
from gslb.model.keys import Algorithm, Role

DAY, HOUR = "1d", "1h"
ALGORITHMS = [each.name.lower() for each in Algorithm]


def _shared(function: Callable[..., None]) -> Callable[..., None]:
    """The argument and the options that every step has."""
    for option in (
        json_option,
        config_option,
        click.option("--dry-run", is_flag=True, help="Show the dates, and write nothing."),
        click.option(
            "--delay",
            type=duration,
            metavar="DURATION",
            default=HOUR,
            show_default=True,
            help="The longest until every server, of this zone and of its parent, answers what was changed.",
        ),
        click.argument("zone"),
    ):
        function = option(function)
    return function


_ds_ttl = click.option(
    "--ds-ttl",
    type=duration,
    metavar="DURATION",
    default=DAY,
    show_default=True,
    help="The TTL of DS records in the parent zone.",
)
_start = click.option(
    "--start",
    type=duration,
    metavar="DURATION",
    default="0s",
    help="How long from now until the first step: time to copy the files.",
)
_ksk = click.option("--ksk", is_flag=True, help="The key that signs the keys.")
_zsk = click.option("--zsk", is_flag=True, help="The key that signs the data.")


@click.command("generate", short_help="Make the first keys of a zone.")
@_ksk
@_zsk
@_start
@_shared
def generate(zone: str, delay: int, dry_run: bool, directory: Path, as_json: bool, start: int, **roles: bool) -> None:
    """Make the first keys of ZONE: one that signs everything, or, with --ksk and --zsk, one for the keys and the data.

    The algorithm is that of the zone's `dnssec`. The date from which the parent may have the DS is shown.
    """
    place = place_of(directory, zone)
    wanted = _roles(roles) or (Role.CSK,)

    def step(keys: Keys) -> Keys:
        fresh = _fresh(place, keys, wanted, place.dnssec.algorithm)
        return rolls.first(keys, fresh, place.now + start, place.lags(ds=0, delay=delay))

    _take(place, step, dry_run=dry_run, as_json=as_json)


@click.command("roll", short_help="Replace a key by a new one, by dates at which nobody notices.")
@_ksk
@_zsk
@click.option(
    "--algorithm", type=click.Choice(ALGORITHMS), help="That of the new keys.  [default: that of the zone's dnssec]"
)
@click.option("--ds-seen", is_flag=True, help="The parent shows the DS of the new key and no other: end the old one.")
@_start
@_ds_ttl
@_shared
def roll(
    zone: str,
    delay: int,
    dry_run: bool,
    directory: Path,
    as_json: bool,
    start: int,
    ds_ttl: int,
    ds_seen: bool,
    algorithm: str | None,
    **roles: bool,
) -> None:
    """Replace the key of ZONE by a new one, or the one named by --ksk or --zsk; both roles may roll at once.

    A ZSK is published before it signs. A KSK or CSK signs beside the old one until the DS at the parent has changed:
    put it there when it is due, and then say --ds-seen. Another algorithm replaces all keys, signatures first.
    """
    place = place_of(directory, zone)
    lags = place.lags(ds=ds_ttl, delay=delay)

    def step(keys: Keys) -> Keys:
        if ds_seen:
            return endings.ds_seen(keys, place.now, lags)
        number = Algorithm[algorithm.upper()] if algorithm else place.dnssec.algorithm
        begins = place.now + start
        fresh = _fresh(place, keys, _rolled(rolls.live(keys, begins), _roles(roles), number), number)
        return rolls.roll(keys, fresh, begins, lags)

    _take(place, step, dry_run=dry_run, as_json=as_json)


def _rolled(alive: Keys, roles: tuple[Role, ...], algorithm: Algorithm) -> tuple[Role, ...]:
    """The roles to roll: those named, the only one, or with another algorithm all."""
    there = tuple(sorted({key.role for key in alive}))
    if roles or len(there) <= 1 or any(key.algorithm is not algorithm for key in alive):
        return roles or there
    raise click.UsageError("the zone has a KSK and a ZSK: say which, by --ksk or --zsk, or both")


@click.command("retire", short_help="Take a key out of use, or the whole zone out of DNSSEC.")
@click.option("--all", "everything", is_flag=True, help="Leave DNSSEC: ask the parent to drop every DS (RFC 8078).")
@click.option("--ds-gone", is_flag=True, help="With --all: the parent shows no DS any more, so end every key.")
@_ds_ttl
@_shared
@click.argument("key", type=int, required=False)
def retire(
    zone: str,
    delay: int,
    dry_run: bool,
    directory: Path,
    as_json: bool,
    ds_ttl: int,
    key: int | None,
    everything: bool,
    ds_gone: bool,
) -> None:
    """Take KEY (its tag) of ZONE out of use: call off the roll that brought it, or leave its work to another key.

    It is refused where nobody could validate then. A zone leaves DNSSEC by --all, and, once the parent has no DS any
    more, --all --ds-gone.
    """
    if (key is None) is not everything or (ds_gone and not everything):
        raise click.UsageError("name one KEY, or say --all, and once the parent has no DS, --all --ds-gone")
    place = place_of(directory, zone)
    lags = place.lags(ds=ds_ttl, delay=delay)

    def step(keys: Keys) -> Keys:
        if key is not None:
            return endings.retire(keys, key, place.now, lags)
        return endings.ds_gone(keys, place.now, lags) if ds_gone else endings.leave(keys, place.now)

    _take(place, step, dry_run=dry_run, as_json=as_json)


def _roles(named: dict[str, bool]) -> tuple[Role, ...]:
    return tuple(role for role in (Role.KSK, Role.ZSK) if named[role.value])


def _fresh(place: Place, keys: Keys, roles: tuple[Role, ...], algorithm: Algorithm) -> Keys:
    made: list[StoredKey] = []
    for role in roles:
        taken = [key.tag for key in (*keys, *made)]
        made.append(new_key(place.zone.name, role, algorithm, place.now, taken))
    return tuple(made)


def _take(place: Place, step: Callable[[Keys], Keys], *, dry_run: bool, as_json: bool) -> None:
    """Take a step, or show what it would be."""
    if dry_run:
        changed = step(place.keys())
    else:
        with place.writing() as keys:
            changed = step(keys)
            place.write(changed)
            write_unsign(place.dnssec.keys, place.zone.name, changed[0].times.unsign)
    _show(place, changed, dry_run=dry_run, as_json=as_json)


def _show(place: Place, changed: Keys, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        told: dict[str, Any] = {"written": not dry_run, "directory": str(place.dnssec.keys)}
        print_json({**told, **report(changed, place.now)})
        return
    click.echo("\n".join(plan(changed, place.now)))
    if dry_run:
        click.echo("nothing is written; a new key will have another tag")
        return
    if place.zone.dnssec is None:
        click.echo(
            f"{place.zone.text} is not to be signed yet: write dnssec into its file now, the dates count from now"
        )
    if changed[0].times.unsign is not None:
        click.echo("the parent is asked to drop every DS; once it has, say gslb keys retire --all --ds-gone")
    click.echo(f"written to {place.dnssec.keys}; copy the files to every server of the zone, and run gslb reload there")
