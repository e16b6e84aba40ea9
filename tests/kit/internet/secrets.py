"""Where the private parts of a server's keys can be found: in the memory of its processes, and in its files."""

import base64
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from tests.kit.internet.child import Child


def private_parts(keys: Path) -> set[bytes]:
    """Of every key in a directory, as octets and as text."""
    lines = [line for path in keys.glob("*.private") for line in path.read_text().splitlines()]
    texts = {line.partition(": ")[2].encode() for line in lines if line.startswith("PrivateKey: ")}
    return texts | {base64.b64decode(text) for text in texts}


def holders(child: Child) -> set[str]:
    """The roles whose memory holds a private part, and the files outside the keys' directory that do."""
    keys = child.state_dir / "keys"
    parts, pids = private_parts(keys), child.pids()
    assert parts
    processes = {"supervisor": [pids["supervisor"]], "control": [pids["control"]], "worker": pids["workers"]}
    files = [path for path in child.directory.rglob("*") if path.is_file() and keys not in path.parents]
    return {
        *(role for role, found in processes.items() for pid in found if _holds(memory(pid), parts)),
        *(path.name for path in files if _holds(content(path), parts)),
    }


def _holds(memory: Iterable[bytes], parts: set[bytes]) -> bool:
    return any(part in piece for piece in memory for part in parts)


def content(path: Path) -> Iterator[bytes]:
    """What is in a file; a table may have been taken away meanwhile."""
    with suppress(FileNotFoundError):
        yield path.read_bytes()


def memory(pid: int) -> Iterator[bytes]:
    """What a process may write to, mapping by mapping; keys stand nowhere else."""
    with Path(f"/proc/{pid}/maps").open() as maps, Path(f"/proc/{pid}/mem").open("rb", buffering=0) as mem:
        for line in maps:
            span, mode, *_ = line.split()
            begin, end = (int(one, 16) for one in span.split("-"))
            if mode.startswith("rw"):
                mem.seek(begin)
                with suppress(OSError):
                    yield mem.read(end - begin)
