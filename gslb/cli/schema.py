"""`gslb schema`: JSON Schema of each file kind, for editors."""

import click

from gslb.cli.options import print_json


@click.command("schema")
@click.argument("kind", type=click.Choice(["gslb", "zone", "checks"]), required=False)
def command(kind: str | None) -> None:
    """Print the JSON Schema of KIND (gslb, zone or checks), or of all three as one object."""
    from gslb.config.schema import json_schema

    if kind == "gslb" or kind == "zone" or kind == "checks":
        print_json(json_schema(kind))
    else:
        print_json({"gslb": json_schema("gslb"), "zone": json_schema("zone"), "checks": json_schema("checks")})
