"""gslb explain, against a server's control socket."""

import json

from tests.cli.conftest import Gslb
from tests.kit.controlled import ZONE, Controlled


async def test_the_text_is_the_servers(gslb: Gslb, made: Controlled) -> None:
    """Word for word what HTTP tells, for whomever it is asked."""
    for words, asked in (
        (("smtp", "mx"), ("smtp", "MX", None)),
        ((f"smtp.{ZONE}", "--from", "192.0.2.77"), (f"smtp.{ZONE}", "A", "192.0.2.77")),
    ):
        told = made.desk.explain(*asked)
        printed = await gslb("explain", *words)

        assert not isinstance(told, str)
        assert (printed.exit_code, printed.output.splitlines()) == (0, list(told.lines))
        assert json.loads((await gslb("explain", *words, "--json")).output)["lines"] == list(told.lines)


async def test_what_cannot_be_explained(gslb: Gslb) -> None:
    """Exit 1 with why; a network that nobody tells of is wrong usage."""
    stranger, nobody = await gslb("explain", "www.example.org"), await gslb("explain", "smtp", "--ecs", "192.0.2.0/24")

    assert (stranger.exit_code, "in none of the zones here" in stranger.output) == (1, True)
    assert (nobody.exit_code, "--ecs needs --from" in nobody.output) == (2, True)
