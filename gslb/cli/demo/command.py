"""`gslb demo`: a small mail estate on loopback, its configuration and the server, ready to break."""

import signal
import sys
import tempfile
import time
from pathlib import Path

import click
from rich.console import Console

from gslb.cli.demo.estate import Estate, free_port
from gslb.cli.demo.files import MACHINES, configuration
from gslb.cli.demo.screen import Screen
from gslb.cli.demo.server import DemoServer
from gslb.cli.demo.story import SMTP, clock, dig_lines, tell
from gslb.errors import GslbError


@click.command("demo", short_help="A small mail estate on loopback, and the server.")
@click.option("--once", is_flag=True, help="Tell the story once, as plain text, and end.")
@click.option("--port", default=5300, show_default=True, help="DNS port on 127.0.0.1; 0 takes a free one.")
@click.option("--http-port", default=8053, show_default=True, help="HTTP port on 127.0.0.1; 0 takes a free one.")
def command(once: bool, port: int, http_port: int) -> None:
    """Start a small mail estate and the server on loopback, and watch answers follow health.

    Nothing is installed or kept: configuration and state live in a temporary directory. Ctrl-C ends it.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: the server and the estate end with us
    port = port or free_port(["127.0.0.1"])
    http_port = http_port or free_port(["127.0.0.1"])
    with tempfile.TemporaryDirectory(prefix="gslb-demo-") as home, Estate(MACHINES) as estate:
        directory = Path(home)
        for name, text in configuration(estate.ports, port, http_port, home).items():
            (directory / name).parent.mkdir(exist_ok=True)
            (directory / name).write_text(text)
        try:
            with DemoServer(directory, port) as server:
                if once or not sys.stdout.isatty():
                    plainly(server, estate)
                else:
                    lively(server, estate)
        except KeyboardInterrupt:
            click.echo("ended")
        except GslbError as error:
            raise click.ClickException(str(error)) from error


def plainly(server: DemoServer, estate: Estate) -> None:
    """The story as lines of text, once."""
    start = time.monotonic()

    def say(line: str) -> None:
        click.echo(f"{clock(start)} {line}")

    say(f"a mail estate on loopback, and the server on 127.0.0.1:{server.port}")
    took = server.wait_ready()
    say(f"ready after {took:.1f} s; the first weighted answer: {SMTP} MX {server.ask_once(SMTP, 'MX')}")
    for line in dig_lines(server.port):
        say(f"   try: {line}")
    tell(server, estate, say, pause=lambda: None)
    say("the end; every figure above was drawn from the running server")


def lively(server: DemoServer, estate: Estate) -> None:
    """The story on a live screen, again and again, until Ctrl-C."""
    server.wait_ready()
    with Screen(server, Console()) as screen:
        while True:
            screen.linger()
            tell(server, estate, screen.say, pause=screen.linger)
