"""`gslb delegation`: what the parent zone must hold so that the world finds this one."""

from collections.abc import Iterator
from pathlib import Path

import click

from gslb.cli.options import config_option
from gslb.model.names import is_below, to_text
from gslb.model.zones import Zone


@click.command("delegation", short_help="Print the NS and glue records for the parent zone.")
@click.argument("zone")
@config_option
def command(zone: str, directory: Path) -> None:
    """Print what the parent of ZONE must hold: its NS records, and glue for name servers inside it."""
    from gslb.config.files import load

    zones = {each.text: each for each in load(directory).zones}
    found = zones.get(zone.lower().removesuffix("."))
    if found is None:
        raise click.UsageError(f"no zone {zone} in {directory}; there are: {', '.join(zones)}")
    click.echo("\n".join(lines(found)))


def lines(zone: Zone) -> Iterator[str]:
    """Master-file lines for the parent zone: NS, then glue for name servers inside it (RFC 1034 section 4.2.1)."""
    owner = to_text(zone.name)
    for server in zone.nameservers:
        yield f"{owner}\t{zone.static_ttl}\tIN\tNS\t{to_text(server.name)}"
    for server in zone.nameservers:
        if is_below(server.name, zone.name):
            for address in server.addresses:
                rtype = "A" if address.version == 4 else "AAAA"
                yield f"{to_text(server.name)}\t{zone.static_ttl}\tIN\t{rtype}\t{address}"
