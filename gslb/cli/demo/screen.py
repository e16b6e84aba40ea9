"""The live view of the demonstration: members, states, drawn shares and answers while the story runs."""

import threading
from collections import deque
from types import TracebackType

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gslb.cli.demo.files import ZONE
from gslb.cli.demo.server import PAUSE, DemoServer
from gslb.cli.demo.story import SMTP, dig_lines
from gslb.errors import GslbError

COLOURS = {"up": "green", "degraded": "yellow", "down": "red", "unknown": "dim"}
WATCHED = ((SMTP, "A"), (SMTP, "MX"), (f"imap.{ZONE}", "A"), (f"pop.{ZONE}", "A"), (f"webaccess.{ZONE}", "A"))
SAMPLE = 60


class Screen:
    """Redraws a few times a second until the `with` block ends; `say` adds a line to the story."""

    def __init__(self, server: DemoServer, console: Console) -> None:
        self.server = server
        self.story: deque[str] = deque(maxlen=12)
        self._live = Live(console=console, get_renderable=self._draw, auto_refresh=False)
        self._over = threading.Event()
        self._painter = threading.Thread(target=self._paint, name="screen", daemon=True)

    def __enter__(self) -> "Screen":
        self._live.__enter__()
        self._painter.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._painter.join()
        self._live.__exit__(kind, error, at)

    def say(self, line: str) -> None:
        """Add a line to the story; the details of plain output stay out, the table shows them."""
        if line.startswith("--") or "follows" in line:
            self.story.append(line)

    def linger(self) -> None:
        """Let people look before the next scene."""
        PAUSE.wait(4)

    def _paint(self) -> None:
        while not self._over.wait(0.4):
            self._live.refresh()

    def _draw(self) -> Group:
        try:
            return Group(self._members(), self._answers(), self._margin())
        except (GslbError, KeyError) as error:
            return Group(Text(f"waiting for the server: {error}"))

    def _members(self) -> Table:
        table = Table(title="members", expand=True)
        for column in ("pool", "member", "address", "weight", "state", "why"):
            table.add_column(column)
        for member in self.server.members():
            state = member["effective"]
            table.add_row(
                member["pool"],
                member["name"],
                ", ".join(each["address"] for each in member["addresses"]),
                str(member["weight"]),
                Text(state, style=COLOURS.get(state, "")),
                member["why"],
            )
        return table

    def _answers(self) -> Table:
        table = Table(title=f"first records of the last {SAMPLE} answers", expand=True)
        for column in ("question", "answers and drawn shares"):
            table.add_column(column)
        for name, rtype in WATCHED:
            drawn = self.server.first_answers(name, rtype, SAMPLE)
            parts = (f"{what or 'empty'} {100 * n / SAMPLE:.0f} %" for what, n in sorted(drawn.items()))
            table.add_row(f"{name} {rtype}", ", ".join(parts))
        return table

    def _margin(self) -> Panel:
        lines = [
            *self.story.copy(),
            "",
            "try, in another terminal (Ctrl-C here ends it):",
            *dig_lines(self.server.port),
        ]
        return Panel("\n".join(lines), title="story")
