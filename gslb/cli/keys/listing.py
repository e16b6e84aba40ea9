"""`gslb keys list`, and how keys and plans are shown."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from gslb.cli.keys.places import place_of
from gslb.cli.options import config_option, json_option, print_json
from gslb.keys import words
from gslb.keys.keyfile import StoredKey, show_date
from gslb.keys.rolls import Keys
from gslb.model.keys import KeyTimes

TIMES = tuple(KeyTimes.__slots__)


@click.command("list", short_help="Show the keys of a zone: what each does now, and when that changes.")
@click.argument("zone")
@config_option
@json_option
def list_keys(zone: str, directory: Path, as_json: bool) -> None:
    """Show the keys of ZONE: what each does now, and when that changes; then what is to be done."""
    place = place_of(directory, zone)
    keys = place.keys()
    if as_json:
        print_json(report(keys, place.now))
        return
    for line in (*table(keys, place.now), *words.to_do(keys, place.now)):
        click.echo(line)


def table(keys: Keys, now: float) -> Iterable[str]:
    """One line to a key."""
    if keys:
        yield f"{'KEY':>5}  {'ROLE':4}  {'ALGORITHM':15}  {'STATE':13}  NEXT"
    for key in keys:
        coming = words.steps((key,), now)
        following = f"{show_date(coming[0].at)} {coming[0].what}" if coming else "-"
        state = words.state(key, now)
        yield f"{key.tag:>5}  {key.role.upper():4}  {key.algorithm.name:15}  {state:13}  {following}"


def plan(keys: Iterable[StoredKey], now: float) -> Iterable[str]:
    """The dates of a step, in their order; what happens now is one of them."""
    known = {key.tag: key for key in keys}
    for step in words.steps(known.values(), now - 1):
        yield f"{show_date(step.at)}  key {step.tag} ({known[step.tag].role.upper()}) {step.what}"


def report(keys: Keys, now: float) -> dict[str, Any]:
    """Keys for programs; dates are Unix seconds. No private part."""
    return {"keys": [as_dict(key, now) for key in keys], "to_do": list(words.to_do(keys, now))}


def as_dict(key: StoredKey, now: float) -> dict[str, Any]:
    """One key."""
    return {
        "key": key.tag,
        "role": key.role.value,
        "algorithm": key.algorithm.name.lower(),
        "state": words.state(key, now),
        "times": {name: getattr(key.times, name) for name in TIMES},
        "steps": [{"at": step.at, "what": step.what} for step in words.steps((key,), now)],
    }
