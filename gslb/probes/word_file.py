"""A member's word in a file: the prober of file (probes.md 1.14). The words are the agent's; the first line counts.

A file that cannot be read says nothing of its member. One that was not written for longer than `ttl` is stale. It is
read in a thread: a file system that hangs must not stop the loop.
"""

import asyncio
import os
import stat
from dataclasses import dataclass
from typing import Final

from gslb.model.observations import Failed, Inconclusive, Phase, Reason
from gslb.model.plain import FileSettings
from gslb.model.targets import Target
from gslb.probes.dialogue.agent_words import sense_of, verdict
from gslb.probes.dialogue.commands import Conclusion
from gslb.probes.dialogue.text import shown
from gslb.probes.faults import LocalFault, is_exhausted
from gslb.probes.journal import Journal

LIMIT: Final = 1024
"""Octets that are read."""


async def probe_file(target: Target, journal: Journal) -> None:
    """Read the word, judge, conclude. Raises LocalFault."""
    settings = target.settings
    if not isinstance(settings, FileSettings):
        raise TypeError(f"not a file: {settings.type}")
    journal.enter(Phase.COMMAND)
    path = path_of(target, settings)
    written = await asyncio.to_thread(read_word, path)
    journal.say(f"S: {path}: {shown(written.line)}")
    said = sense_of(written.line)
    if said.odd:
        journal.note(Reason.REPLY_IGNORED)
    unread = Inconclusive(Phase.COMMAND, Reason.PROTOCOL_ERROR)
    nothing = Conclusion(outcome=unread, text=shown(written.line))
    stale = _stale(settings, written, journal.now())
    journal.conclude(stale or verdict(said, written.line) or nothing)


@dataclass(frozen=True, slots=True)
class Written:
    """The first line of a file, and when it was written (Unix time)."""

    line: bytes
    at: float


def path_of(target: Target, settings: FileSettings) -> str:
    """The path for this member."""
    return settings.path.replace("{address}", str(target.address)).replace("{name}", settings.name)


def read_word(path: str) -> Written:
    """What stands in a regular file. Raises LocalFault (local_config)."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise _wrong(path, error) from error
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise _wrong(path, "not a regular file")
        return Written(os.read(descriptor, LIMIT).strip().partition(b"\n")[0], facts.st_mtime)
    except OSError as error:
        raise _wrong(path, error) from error
    finally:
        os.close(descriptor)


def _stale(settings: FileSettings, written: Written, now: float) -> Conclusion | None:
    age = now - written.at
    if settings.ttl is None or age <= settings.ttl:
        return None
    fails = settings.on_stale == "fail"
    outcome = Failed(Phase.COMMAND, Reason.STALE) if fails else Inconclusive(Phase.COMMAND, Reason.STALE)
    return Conclusion(outcome=outcome, text=shown(written.line + b" (written %d s ago)" % age))


def _wrong(path: str, error: object) -> LocalFault:
    text = getattr(error, "strerror", None) or str(error)
    reason = Reason.LOCAL_FD_LIMIT if is_exhausted(error) else Reason.LOCAL_CONFIG
    return LocalFault(Phase.COMMAND, reason, f"{path}: {text}")
