"""`gslb keys`: the DNSSEC keys of a zone, made, shown, rolled and retired. Keys live in files; servers act on dates."""

import click

from gslb.cli.keys.listing import list_keys
from gslb.cli.keys.steps import generate, retire, roll


@click.group("keys", short_help="Make, list, roll and retire the DNSSEC keys of a zone.")
def command() -> None:
    """Make, list, roll and retire the DNSSEC keys of a zone.

    Every step is a date in the key files. Servers act on those dates by themselves, once they hold the files: copy them
    to every server of the zone, mode 0600, and run `gslb reload` there.
    """


for each in (generate, list_keys, roll, retire):
    command.add_command(each)
