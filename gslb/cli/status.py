"""`gslb status`: what the server believes, and why."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gslb.cli.ask import ask
from gslb.cli.options import config_option, json_option, print_json
from gslb.config.files import run_dir_of

COLOURS = {
    "up": "green",
    "normal": "green",
    "degraded": "yellow",
    "below_minimum": "yellow",
    "drained": "yellow",
    "unknown": "dim",
}
BAD = "red"
WIDE = 200
"""Columns of a table that is piped: nothing is cut."""


@click.command("status", short_help="Show what the server believes, and why.")
@config_option
@json_option
def command(directory: Path, as_json: bool) -> None:
    """Show node, services with the tier in use, and members with their health, answers given and reasons.

    Exit 1 when the node is not ready or a declared service, as some view sees it, has no healthy tier left.
    """
    _, status = ask(run_dir_of(directory), "GET", "/api/v1/status")
    if as_json:
        print_json(status)
    else:
        show(status, Console() if sys.stdout.isatty() else Console(width=WIDE))
    sys.exit(0 if status["readiness"]["ready"] and all_serve(status) else 1)


def all_serve(status: dict[str, Any]) -> bool:
    """Whether every declared service has a tier that has not failed, for everybody and for each of its views.

    A pool's own name may be down behind one.
    """
    return all(
        chain["healthy"]
        for zone in status["zones"]
        for service in zone["services"]
        if not service["pool_name"]
        for chain in (service, *service.get("views", ()))
    )


def show(status: dict[str, Any], console: Console) -> None:
    """The tables for people."""
    ready = status["readiness"]
    waiting = "; waiting for " + ", ".join(ready["waiting_for"]) if ready["waiting_for"] else ""
    console.print(f"node {status['node']}: {'ready' if ready['ready'] else 'not ready'}{waiting}", highlight=False)
    config, table = status["config"], status["table"]
    console.print(
        f"config {config['digest']} loaded {when(config['loaded_at'])};"
        f" table {table['generation']}, {table['age']:.0f} s old; {len(status['workers'])} worker(s) connected",
        highlight=False,
    )
    for check in status.get("checks", ()):
        if check.get("suspected_since"):
            console.print(f"check {check['name']} is suspected itself; `gslb believe {check['name']}` says it is right")
    for login in status.get("probing", {}).get("bad_logins", ()):
        console.print(f"login {login} is refused everywhere: its password is wrong, not the servers", highlight=False)
    if status.get("overrides"):
        console.print(overrides(status["overrides"]))
    for zone in status["zones"]:
        console.print(services(zone))
        console.print(members(zone))
        if zone.get("dnssec"):
            console.print(keys(zone["name"], zone["dnssec"]))
            for line in filter(None, (zone["dnssec"]["error"], *zone["dnssec"]["to_do"])):
                console.print(f"{zone['name']}: {line}", highlight=False)


def overrides(found: list[dict[str, Any]]) -> Table:
    """One line per word of an operator that stands."""
    table = Table(title="overrides", title_justify="left")
    for column in ("target", "word", "since", "note"):
        table.add_column(column)
    for each in found:
        note = "nothing here bears it" if each["orphaned"] else ""
        table.add_row(each["target"], each["text"], when(each["since"]), note)
    return table


def services(zone: dict[str, Any]) -> Table:
    """One line per service and family."""
    table = Table(title=f"services of {zone['name']}, serial {zone['serial']}", title_justify="left")
    for column in ("service", "records", "family", "mode", "tier", "ttl", "why"):
        table.add_column(column)
    for service in zone["services"]:
        seen = [(named(service), service)]
        seen += [(f"{service['name']} in view {view['name']}", view) for view in service.get("views", ())]
        for name, chain in seen:
            for family in chain["families"]:
                table.add_row(name, ", ".join(service["records"]), *_family(family))
    return table


def _family(family: dict[str, Any]) -> tuple[str | Text, ...]:
    tier = next((f"{t['number']} {t['pool']}" for t in family["tiers"] if t["number"] == family["tier"]), "none")
    return family["family"], coloured(family["mode"]), tier, str(family["ttl"]), family["reason"]


def named(service: dict[str, Any]) -> str:
    """A service by its name, and what it stands for."""
    if service["pool_name"]:
        return f"{service['name']} (pool)"
    return f"{service['name']} = {service['alias_of']}" if service["alias_of"] else str(service["name"])


def members(zone: dict[str, Any]) -> Table:
    """One line per member."""
    table = Table(title=f"members of {zone['name']}", title_justify="left")
    for column in ("pool", "member", "addresses", "weight", "real", "effective", "answers", "why"):
        table.add_column(column)
    for pool in zone["pools"]:
        for member in pool["members"]:
            table.add_row(
                pool["name"],
                member["name"] + (" (standby)" if member["standby"] else ""),
                ", ".join(address["address"] for address in member["addresses"]),
                str(member["weight"]),
                coloured(member["real"]),
                coloured(member["effective"]),
                str(member["answers_given"]),
                member["why"],
            )
    return table


def keys(zone: str, dnssec: dict[str, Any]) -> Table:
    """One line per key."""
    table = Table(title=f"keys of {zone}, denial by {dnssec['denial']}", title_justify="left")
    for column in ("key", "role", "algorithm", "state", "next"):
        table.add_column(column)
    for key in dnssec["keys"]:
        following = "" if key["next_at"] is None else f"{when(key['next_at'])} {key['next']}"
        table.add_row(str(key["key"]), key["role"], key["algorithm"], key["state"], following)
    return table


def coloured(word: str) -> Text:
    """A state in its colour; plain when piped."""
    return Text(word, style=COLOURS.get(word, BAD))


def when(at: float) -> str:
    """A Unix time as people read it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
