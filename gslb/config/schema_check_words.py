"""Checks whose word comes from the operator's own side: exec, file, agent."""

from typing import Annotated, Literal

from gslb.config.schema_check_common import CheckTable, Count, Interval, Limited, Proxied
from gslb.config.schema_check_values import Argv, Octets
from gslb.config.tables import Port, Text
from gslb.config.values import DAY, duration


class ExecCheck(CheckTable):
    """A plugin after the monitoring-plugins guidelines: exit 0, 1, 2 or 3."""

    type: Literal["exec"]
    """The dialogue."""
    interval: Interval = 60.0
    """From start to start while all is calm."""
    port: Port | None = None
    """What the macro {port} stands for; default: 0."""
    argv: Argv
    """The program, by its absolute path, and its arguments; no shell. Whole arguments may be macros: {address}, {port}, {family}, {name}, {timeout}."""  # noqa: E501 - one sentence for `gslb schema`
    user: Text | None = None
    """The user it runs as; default: the server's own."""


class FileCheck(CheckTable):
    """A file that says UP, DOWN, DRAIN or a percentage, written by something else."""

    type: Literal["file"]
    """The dialogue."""
    path: Text
    """The file, relative to the configuration directory; {address} and {name} in it are replaced."""
    ttl: Annotated[float, duration(1, 365 * DAY)] | None = None
    """How long after it was written a word counts; default: for ever."""
    on_stale: Literal["unknown", "fail"] = "unknown"
    """What a word older than ttl means: unknown moves nothing, fail takes the member down."""


class AgentCheck(CheckTable, Proxied, Limited):
    """Load feedback in HAProxy's words; it can lower, and never lift what another check failed."""

    type: Literal["agent"]
    """The dialogue."""
    interval: Interval = 5.0
    """From start to start while all is calm."""
    rise: Count = 1
    """Successes in a row that bring a down target up."""
    fall: Count = 2
    """Failures that take an up target down."""
    port: Port
    """The port to connect to."""
    send: Octets | None = None
    """Octets sent once connected; write escapes in double quotes."""
    allow_boost: bool = False
    """true: it may ask for more than its member's weight, up to 256%; else what is above 100% is 100%."""
    agent_max_age: Annotated[float, duration(0.1, 7 * DAY)] | None = None
    """How long its last word counts once it is silent; then it asks for nothing, with a notice; default: five intervals."""  # noqa: E501 - one sentence for `gslb schema`
