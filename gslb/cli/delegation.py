"""`gslb delegation`: what the parent zone must hold so that the world finds this one, and trusts it."""

import time
from pathlib import Path

import click

from gslb.cli.delegation_forms import FORMS, Delegation, as_dict
from gslb.cli.options import config_option, json_option, load_zone, print_json
from gslb.errors import WireError
from gslb.keys.delegating import Digest, delegated, notes
from gslb.model import names
from gslb.model.keys import ZoneKey
from gslb.model.zones import Zone


@click.command("delegation", short_help="Print NS, glue and DS for the parent zone.")
@click.argument("zone")
@click.option("--form", type=click.Choice(tuple(FORMS)), default="bind", show_default=True, help="For whom it is.")
@click.option("--parent", help="The parent zone.  [default: the name without its first label]")
@click.option("--sha384", is_flag=True, help="Print each DS with a digest by SHA-384 as well.")
@config_option
@json_option
def command(zone: str, form: str, parent: str | None, sha384: bool, directory: Path, as_json: bool) -> None:
    """Print what the parent of ZONE must hold: NS records, glue for name servers inside it, and DS of its keys.

    As lines of a zone file (bind), as commands (windows), or in the words of a registrar's form. What is not yet to be
    changed at the parent is told beside it.
    """
    _, found = load_zone(directory, zone)
    now = time.time()
    keys = keys_of(found)
    digests = (Digest.SHA256, Digest.SHA384) if sha384 else (Digest.SHA256,)
    whole = Delegation(zone=found, parent=_parent(found, parent), keys=delegated(keys, now), digests=digests)
    told = notes(keys, now) if found.dnssec else ()
    if as_json:
        print_json({**as_dict(whole), "notes": list(told)})
        return
    click.echo("\n".join(FORMS[form](whole)))
    for note in told:
        click.echo(note, err=True)


def keys_of(zone: Zone) -> tuple[ZoneKey, ...]:
    """The keys of a zone that is signed. Raises KeysError."""
    from gslb.control.keyring import load_keys

    return load_keys(zone.dnssec.keys, zone.name) if zone.dnssec else ()


def _parent(zone: Zone, said: str | None) -> bytes:
    try:
        parent = names.parent(zone.name) if said is None else names.to_wire(said.rstrip(".") + ".")
    except WireError as error:
        raise click.BadParameter(str(error), param_hint="--parent") from None
    if parent == zone.name or not names.is_below(zone.name, parent):
        raise click.BadParameter(f"{said} is not above {zone.text}", param_hint="--parent")
    return parent
