"""`gslb schema`: JSON Schema of each file kind, for editors."""

from typing import Literal, TypeAlias

import click

from gslb.cli.options import print_json

Kind: TypeAlias = Literal["gslb", "zone", "checks"]


@click.command("schema", short_help="Print the JSON Schema of the files, for editors.")
@click.argument("kind", type=click.Choice(["gslb", "zone", "checks"]), required=False)
def command(kind: Kind | None) -> None:
    """Print the JSON Schema of gslb.yaml, of zones/*.yaml or of checks/*.yaml; without a kind, of all three.

    With yaml-language-server, in the first line of a zone file, after `gslb schema zone > zone.json`:

    # yaml-language-server: $schema=zone.json
    """
    from gslb.config.schema import json_schema

    kinds: tuple[Kind, ...] = ("gslb", "zone", "checks")
    schemas = {each: json_schema(each) for each in kinds if kind in (None, each)}
    print_json(schemas[kind] if kind is not None else schemas)
