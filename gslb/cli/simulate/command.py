"""`gslb simulate`: shares, what-if and demand, worked out by the code that answers; nothing anywhere changes."""

import click

from gslb.cli.simulate.demand import demand
from gslb.cli.simulate.shares import shares
from gslb.cli.simulate.what_if import what_if


@click.group("simulate", short_help="Work out shares, what would happen if, and load through resolvers' caches.")
def command() -> None:
    """Work out, from the files alone or from what the running server believes, what clients get and would get.

    Nothing changes anywhere. docs/simulation.md says what the models are and what they leave out.

    \b
      gslb simulate shares mail.example.com/smtp
      gslb simulate what-if --down machine:esx1
      gslb simulate what-if --weight mail.example.com/relays/relay1=20 --live
      gslb simulate what-if --against new/mail.example.com.yaml
      gslb simulate demand --drained mail.example.com/relays/relay1 --ttl 60s --svg drain.svg
    """


for each in (shares, what_if, demand):
    command.add_command(each)
