"""`gslb simulate demand`: load per member over time, through the caches of many resolvers."""

import importlib.util
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from gslb.cli.options import config_option, json_option, print_json
from gslb.cli.simulate.asking import (
    change_options,
    changed,
    chosen_seed,
    ground,
    live_option,
    progress_bar,
    seed_option,
    services_argument,
)
from gslb.model.values import RecordType
from gslb.simulation.pictures import Sight

if TYPE_CHECKING:
    from gslb.simulation.market import Assumptions
    from gslb.simulation.report import DemandReport, MemberLoad

TOLD = 40
"""Members told one by one to people; programs get all."""

STEPS = 120


class Span(click.ParamType[float]):
    """A span as the configuration writes it, in seconds."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ARG002 - click's
        """Seconds; click.BadParameter for what is no span."""
        from gslb.config.values import parse_duration

        try:
            return value if isinstance(value, float) else float(parse_duration(value))
        except ValueError as error:
            raise click.BadParameter(str(error)) from None


@click.command("demand", short_help="Load per member over time through resolvers' caches; the time to drain.")
@services_argument
@change_options
@click.option("--type", "rtype", type=click.Choice(["A", "AAAA", "MX", "SRV"], case_sensitive=False), default="A")
@click.option("--view", default="", help="Whose answers. [default: everybody's]")
@click.option("--ttl", type=Span(), help="What caches keep answers for. [default: as the decisions say]")
@click.option("--overstay", type=Span(), default=0.0, help="How much longer caches keep an answer than they are told.")
@click.option("--resolvers", type=click.IntRange(1, 2**22), default=1000, show_default=True)
@click.option(
    "--clients", type=click.IntRange(1), default=100_000, show_default=True, help="Of all resolvers together."
)
@click.option("--per-hour", type=click.FloatRange(0, min_open=True), default=12.0, show_default=True, help="Lookups.")
@click.option("--resolver-zipf", type=click.FloatRange(0, 4), default=1.0, show_default=True, help="Clients' exponent.")
@click.option("--service-zipf", type=click.FloatRange(0, 4), default=1.0, show_default=True, help="Popularity's.")
@click.option("--duration", type=Span(), default=600.0, help="How long a run. [default: 10m]")
@click.option("--step", type=Span(), help="How fine. [default: a 120th of the duration, at least 1s]")
@click.option("--at", type=Span(), help="When the change comes. [default: in the middle]")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Of the server.")
@click.option("--svg", type=click.Path(path_type=Path, dir_okay=False), help="Draw the run into this file.")
@live_option
@seed_option
@config_option
@json_option
def demand(services: tuple[str, ...], directory: Path, as_json: bool, svg: Path | None, **said: Any) -> None:
    """Load per member over time, when many resolvers with caches ask for many services; and the time to drain.

    Services are taken as popular in the order they are declared. A change (--down, --drained, --up, --weight) comes in
    the middle. Expected loads are worked out by formula, played ones by chance; docs/simulation.md tells both.
    Needs the extra gslb-dns[simulate].

    \b
      gslb simulate demand --drained mail.example.com/relays/relay1 --ttl 60s --svg drain.svg
      gslb simulate demand --type MX --resolvers 100000 --clients 10000000 --seed 1
    """
    if importlib.util.find_spec("numpy") is None:
        raise click.UsageError("demand needs NumPy: pip install 'gslb-dns[simulate]'")
    before, after = _phases(directory, services, said)
    assumed = _assumed(said)
    seed = chosen_seed(said["seed"])
    found = _run(before, after, assumed, seed)
    if svg is not None:
        from gslb.simulation.plot import svg as drawn

        svg.write_text(drawn(found, f"{assumed.resolvers:,} resolvers, {len(before):,} services"))
    if as_json:
        print_json(_plain(found, assumed, seed))
    else:
        _show(found, assumed, len(before), seed)


def _phases(directory: Path, services: tuple[str, ...], said: dict[str, Any]) -> tuple[list[Sight], list[Sight]]:
    """What is asked for, before and after the change, the most popular first."""
    made = ground(directory, services, as_live=said["live"])
    config, book = changed(made, said)
    types = (RecordType[said["rtype"].upper()],)
    known = [view.name for view in made.config.views]
    if said["view"] and said["view"] not in known:
        raise click.UsageError(f"no view is called {said['view']} here; there are: {', '.join(known) or 'none'}")
    now, then = made.picture(types=types).sights, made.picture(config, book, types=types).sights
    wanted = [
        question._replace(view=said["view"]) if question._replace(view=said["view"]) in now else question
        for question in now
        if not question.view
    ]
    if not wanted:
        raise click.UsageError(f"no service here answers {types[0].name}")
    return [now[question] for question in wanted], [then[question] for question in wanted]


def _assumed(said: dict[str, Any]) -> "Assumptions":
    from gslb.simulation.market import Assumptions

    step = said["step"] or max(1.0, said["duration"] / STEPS)
    duration = ceil(said["duration"] / step) * step
    return Assumptions(
        resolvers=said["resolvers"],
        clients=said["clients"],
        lookups=said["per_hour"] / 3600,
        resolver_zipf=said["resolver_zipf"],
        service_zipf=said["service_zipf"],
        ttl=said["ttl"],
        overstay=said["overstay"],
        duration=duration,
        step=step,
        change_at=duration / 2 if said["at"] is None else said["at"],
        workers=said["workers"],
    )


def _run(before: list[Sight], after: list[Sight], assumed: "Assumptions", seed: int) -> "DemandReport":
    import numpy as np

    from gslb.simulation.demand import play
    from gslb.simulation.expectation import expected
    from gslb.simulation.market import market
    from gslb.simulation.report import report

    stage = market(before, after, assumed)
    with progress_bar() as bar:
        task = bar.add_task("playing", total=1.0)
        played = play(stage, assumed, np.random.default_rng(seed), lambda done: bar.update(task, completed=done))
    return report(stage, assumed, expected(stage, assumed), played)


def _plain(found: "DemandReport", assumed: "Assumptions", seed: int) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "seed": seed,
        "assumptions": asdict(assumed),
        **{name: value for name, value in asdict(found).items() if name != "members"},
        "members": [{**asdict(each), **each.member._asdict()} for each in found.members],
    }


def _show(found: "DemandReport", assumed: "Assumptions", services: int, seed: int) -> None:
    console = Console(highlight=False)
    console.print(
        f"{assumed.resolvers:,} resolvers with {assumed.clients:,} clients ask for {services:,} service(s):"
        f" {found.lookups:,.1f} lookups/s, of which caches answer {found.played_cached:.1%}"
        f" ({found.cached:.1%} expected) and {found.queries:,.1f}/s reach us"
    )
    table = Table(title=f"lookups a second that reach each member; change after {found.change_at:g} s")
    for column in ("member", "before", "played", "after", "played", "peak", "95 % moved", "drained"):
        table.add_column(column, justify="left" if column == "member" else "right")
    for each in found.members[:TOLD]:
        table.add_row(*_row(each))
    console.print(table)
    if len(found.members) > TOLD:
        console.print(f"and {len(found.members) - TOLD} more; --json tells all")
    console.print(f"no cache holds an answer from before the change after {found.let_go:g} s; seed {seed}")


def _row(each: "MemberLoad") -> tuple[str, ...]:
    loads = (each.before, each.played_before, each.after, each.played_after, each.peak)
    spans = ("" if span is None else f"{span:g} s" for span in (each.moved, each.drained))
    zone, pool, member = each.member
    return f"{zone}/{pool}/{member}" if zone else member, *(f"{load:,.1f}" for load in loads), *spans
