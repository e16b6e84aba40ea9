"""What the demonstration tells: all is well, a relay dies, a site falls, both return."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from gslb.cli.demo.estate import Estate
from gslb.cli.demo.files import SITE_A, ZONE
from gslb.cli.demo.server import DemoServer

SMTP = f"smtp.{ZONE}"
RELAYS = {"relay1": "127.0.0.11", "relay2": "127.0.0.12", "relay3": "127.0.0.13"}
SITE_B = {"relay-b1": "127.0.0.21", "relay-b2": "127.0.0.22"}
QUERIES = 400

Say = Callable[[str], None]


@dataclass(slots=True)
class Scene:
    """One step: what is done to the estate, what must vanish from answers and what must appear."""

    title: str
    fail: tuple[str, ...] = ()
    mend: tuple[str, ...] = ()
    gone: set[str] = field(default_factory=set)
    back: set[str] = field(default_factory=set)


def scenes() -> Iterator[Scene]:
    """The story, in order; it ends as it began."""
    yield Scene(
        title="relay1 dies",
        fail=("relay1",),
        gone={RELAYS["relay1"]},
        back={RELAYS["relay2"], RELAYS["relay3"]},
    )
    yield Scene(
        title="site A falls: the second tier takes over",
        fail=("relay2", "relay3"),
        gone=set(RELAYS.values()),
        back=set(SITE_B.values()),
    )
    yield Scene(
        title="site A returns",
        mend=SITE_A,
        gone=set(SITE_B.values()),
        back=set(RELAYS.values()),
    )


def dig_lines(port: int) -> tuple[str, ...]:
    """Commands for a second terminal."""
    return (
        f"dig @127.0.0.1 -p {port} {SMTP} MX",
        f"dig @127.0.0.1 -p {port} {SMTP} A +short",
        f"dig @127.0.0.1 -p {port} webaccess.{ZONE} A +short",
        f"dig @127.0.0.1 -p {port} imap.{ZONE} A",
    )


def tell(server: DemoServer, estate: Estate, say: Say, pause: Callable[[], None]) -> None:
    """Play every scene once; each says how long the answers took to follow."""
    shares(server, say)
    for scene in scenes():
        pause()
        say(f"-- {scene.title}")
        estate.fail(*scene.fail)
        estate.mend(*scene.mend)
        took = server.until(SMTP, "A", scene.gone, scene.back)
        say(f"   every answer follows after {took:.1f} s")
        states(server, say)
        shares(server, say)


def states(server: DemoServer, say: Say) -> None:
    """One line per member: what is believed of it, and why."""
    for member in server.members():
        say(f"   {member['pool'] + '/' + member['name']:24} {member['effective']:8} {member['why']}")


def shares(server: DemoServer, say: Say) -> None:
    """What resolvers would get: the first records of many answers."""
    for name, rtype in ((SMTP, "MX"), (SMTP, "A"), (f"webaccess.{ZONE}", "A")):
        drawn = server.first_answers(name, rtype, QUERIES)
        parts = ", ".join(f"{what or 'empty'} {100 * n / QUERIES:.1f} %" for what, n in drawn.most_common())
        say(f"   {name} {rtype}, {QUERIES} queries: {parts}")
    for name in (f"imap.{ZONE}", f"pop.{ZONE}"):
        say(f"   {name} A: {server.ask_once(name, 'A')}")


def clock(start: float) -> str:
    """Seconds since the story began, for the margin."""
    return f"[{time.monotonic() - start:5.1f} s]"
