"""Every exception this project raises on purpose.

    GslbError
    ├── ConfigError      the configuration is refused; holds every Fault found
    ├── TableError       a table file cannot be trusted (magic, version, digest, bounds); also a ValueError
    ├── ListenError      the server cannot have an address, a port or run_dir; also an OSError
    ├── KeysError        a zone's key files cannot be used; the text names the place and a remedy
    ├── WireError        a name or packet breaks RFC 1035; also a ValueError
    └── Unreachable      the running server cannot be asked (command line only); also a ConnectionError

Expected failure of a probe is never an exception: it is an outcome (model.observations).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fault:
    """One thing wrong (or, as a warning, doubtful) in the configuration, at one place.

    `line` and `column` count from 1; 0 means the file as a whole.
    """

    path: str
    line: int = 0
    column: int = 0
    key: str = ""
    message: str = ""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class GslbError(Exception):
    """The root of the tree above."""


class ConfigError(GslbError):
    """The configuration is refused. `faults` holds all that is wrong with it, in file order."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class TableError(GslbError, ValueError):
    """A table file that must not be served from; the text says which check it failed."""


class WireError(GslbError, ValueError):
    """Bytes or text that are no DNS name or packet (RFC 1035 sections 3.1, 4.1)."""


class KeysError(GslbError):
    """Key files that cannot be used, or a step of their life that must not be taken now. Never holds a private part."""


class ListenError(GslbError, OSError):
    """The server cannot have what it needs to start: an address, a port, run_dir. The text names it and a remedy."""


class Unreachable(GslbError, ConnectionError):  # noqa: N818 - reads as the state it names
    """The running server could not be asked; the text says where it was looked for."""
