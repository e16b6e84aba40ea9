"""The chain of NSEC3 as a copy of a zone has it: without the names that hold nothing there.

Here a name exists while it is configured, and its link says that it is empty. In a copy a name is there by its records
alone, or by those below it (RFC 5155 section 7.1). A link that nothing stands behind would make a secondary say
NXDOMAIN with a proof that there is such a name, which no resolver believes. NSEC is a record of the name itself, so
with it the name is there in a copy as well.
"""

from collections.abc import Iterable, Iterator, Mapping

from gslb.answers.dnssec.work import Place
from gslb.model import names


class Copied:
    """The chain of one zone. `links`: each name's hash, name and place. Names come with what they hold, and go."""

    def __init__(self, apex: bytes, links: Iterable[tuple[bytes, bytes, Place]]) -> None:
        ordered = sorted(links)
        self._hashes = [digest for digest, _, _ in ordered]
        self._places = [place for _, _, place in ordered]
        self._at: Mapping[bytes, int] = {name: at for at, (_, name, _) in enumerate(ordered)}
        self._names: Mapping[Place, bytes] = {place: name for _, name, place in ordered}
        self._held: set[bytes] = set()
        self._count = {name: int(name == apex) for name in self._at}

    def __repr__(self) -> str:
        return f"<Copied {sum(map(bool, self._count.values()))} of {len(self._hashes)}>"

    def following(self, place: Place) -> bytes | None:
        """The hash that comes after a link; None where the link itself is left out."""
        at = self._at[self._names[place]]
        return self._hashes[self._near(at, 1)] if self._is_in(at) else None

    def turned(self, place: Place, *, holds: bool) -> tuple[Place, ...]:
        """A name holds something from now on, or nothing. The links that are other ones now: of names that come or go,
        and of those before them."""
        name = self._names[place]
        if holds == (name in self._held):
            return ()
        self._held ^= {name}
        moved = tuple(self._moved(name, 1 if holds else -1))
        return tuple(dict.fromkeys(self._places[one] for at in moved for one in (at, self._near(at, -1))))

    def _moved(self, name: bytes, step: int) -> Iterator[int]:
        """The names that come or go: this one, and those above that are there for what is below, but the apex."""
        while True:
            before = self._count[name]
            self._count[name] = before + step
            if bool(before) == bool(before + step):
                return
            yield self._at[name]
            name = names.parent(name)

    def _is_in(self, at: int) -> bool:
        return bool(self._count[self._names[self._places[at]]])

    def _near(self, at: int, step: int) -> int:
        """The next one that is in, forwards or backwards; the apex always is."""
        at = (at + step) % len(self._hashes)
        while not self._is_in(at):
            at = (at + step) % len(self._hashes)
        return at
