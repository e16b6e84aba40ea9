"""What the commands of `gslb simulate` share: their options, and the pictures those ask for."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from gslb.cli.ask import ask
from gslb.config.files import load, run_dir_of
from gslb.errors import Unreachable
from gslb.health.overrides import Overrides
from gslb.model.overrides import Forced
from gslb.model.settings import Config
from gslb.model.zones import Service, Zone
from gslb.simulation import live
from gslb.simulation.changes import Unknown, Word, reweighted, supposed
from gslb.simulation.pictures import TYPES, Picture, Wanted, all_healthy, every, picture

FOUND = 200
BAD_NEWS = 1
Function = TypeVar("Function", bound=Callable[..., Any])

services_argument = click.argument("services", nargs=-1, metavar="[ZONE/SERVICE]...")
seed_option = click.option("--seed", type=int, help="The same seed, the same run. [default: any]")
live_option = click.option(
    "--live", is_flag=True, help="Health and overrides as the running server has them. [default: all are healthy]"
)


def change_options(function: Function) -> Function:
    """What is supposed to happen."""
    target = "A TARGET as for `gslb drain`: member, pool, service, glob, machine:NAME. Repeatable."
    for decorate in (
        click.option("--weight", "weights", multiple=True, metavar="TARGET=NUMBER", help="Members of another weight."),
        click.option("--up", multiple=True, metavar="TARGET", help="Members healthy, whatever --live says."),
        click.option("--drained", multiple=True, metavar="TARGET", help="Members drained."),
        click.option("--down", multiple=True, metavar="TARGET", help=f"Members down. {target}"),
    ):
        function = decorate(function)
    return function


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the pictures of one command are made of. `now` in Unix seconds."""

    directory: Path
    config: Config
    book: Overrides
    believed: live.Believed | None
    wanted: Wanted
    now: float

    def picture(self, config: Config | None = None, book: Overrides | None = None, *, types: Any = TYPES) -> Picture:
        """Of this configuration and these overrides, or others."""
        config = self.config if config is None else config
        return picture(
            config,
            health_of=all_healthy if self.believed is None else live.health_from(self.believed, config),
            override_of=(self.book if book is None else book).of(self.now),
            wanted=self.wanted,
            types=types,
            now=self.now,
        )


def ground(directory: Path, services: tuple[str, ...], *, as_live: bool) -> Ground:
    """The files, and with --live what the server believes. Raises ConfigError, Unreachable."""
    config = load(directory)
    status = _status(directory) if as_live else None
    made = Ground(
        directory=directory,
        config=config,
        book=Overrides() if status is None else live.overrides(status),
        believed=None if status is None else live.believed(status),
        wanted=_wanted(services) if services else every,
        now=time.time(),
    )
    if services and not any(made.wanted(zone, one) for zone in config.zones for one in zone.services.values()):
        raise click.UsageError(f"no service is called {' or '.join(services)} here: write ZONE/SERVICE, globs allowed")
    return made


def _status(directory: Path) -> Mapping[str, Any]:
    code, status = ask(run_dir_of(directory), "GET", "/api/v1/status")
    if code != FOUND or not isinstance(status, dict):
        raise Unreachable(f"the server answered {code} when asked for its status")
    return status


def _wanted(patterns: tuple[str, ...]) -> Wanted:
    def wanted(zone: Zone, service: Service) -> bool:
        return any(fnmatchcase(f"{zone.text}/{service.name}", pattern.lower()) for pattern in patterns)

    return wanted


def changed(made: Ground, said: Mapping[str, Any]) -> tuple[Config, Overrides]:
    """The configuration and the overrides as the change options of a command want them. Raises click.UsageError."""
    states = (("up", Forced.FORCED_UP), ("drained", Forced.DRAINED), ("down", Forced.FORCED_DOWN))
    words = [Word(target=target, state=state) for name, state in states for target in said[name]]
    try:
        return reweighted(made.config, map(_weight, said["weights"])), supposed(made.config, made.book, words)
    except Unknown as error:
        raise click.UsageError(str(error)) from None


def _weight(text: str) -> tuple[str, int]:
    target, _, number = text.rpartition("=")
    if not target or not number.isdecimal():
        raise Unknown(f"{text}: write TARGET=NUMBER, such as mail.example.com/relays/relay1=20")
    return target, int(number)


def chosen_seed(seed: int | None) -> int:
    """The seed given, or any."""
    return random.SystemRandom().randrange(2**32) if seed is None else seed


def progress_bar() -> Progress:
    """Shown on a terminal only, and gone when it is done; on standard error, so that what is printed can be piped."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
