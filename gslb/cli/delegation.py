"""`gslb delegation`: what the parent zone must hold so that the world finds this one."""

from collections.abc import Iterator
from pathlib import Path

import click

from gslb.cli.options import config_option
from gslb.model.names import is_below, to_text, to_wire
from gslb.model.zones import Zone


@click.command("delegation")
@click.argument("zone")
@config_option
def command(zone: str, directory: Path) -> None:
    """Print the NS records and the glue of ZONE, for its parent."""
    from gslb.config.files import load

    wanted = to_wire(zone)
    config = load(directory)
    for found in config.zones:
        if found.name == wanted or found.name == to_wire(zone + "."):
            click.echo("\n".join(lines(found)))
            return
    known = ", ".join(each.text for each in config.zones)
    raise click.UsageError(f"no zone {zone} here; there are: {known}")


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
