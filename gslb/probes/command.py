"""A plugin as a probe: the prober of exec (probes.md 1.14, the monitoring-plugins guidelines).

At most CHILDREN run at once, and never two for one target: who finds no place waits in phase `queue`, and a probe
whose time ends there has learned nothing of the member.
"""

import asyncio
import errno
import os
import pwd
import shlex
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from gslb.model.observations import Failed, Inconclusive, Phase, Reason
from gslb.model.plain import ExecSettings
from gslb.model.targets import Target
from gslb.probes.child import Account, Child
from gslb.probes.dialogue.commands import Conclusion
from gslb.probes.dialogue.plugin_output import verdict
from gslb.probes.dialogue.text import shown
from gslb.probes.faults import LocalFault, fault_of
from gslb.probes.journal import Journal

CHILDREN: Final = 8
PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_SHORTENED: Final = 0.1
"""The part of its time that a child may have lost to waiting and still be late by its own fault."""


async def probe_exec(target: Target, journal: Journal) -> None:
    """Run the plugin, judge, conclude. A plugin that is not there is no fault of the member."""
    settings = target.settings
    if not isinstance(settings, ExecSettings):
        raise TypeError(f"not a plugin: {settings.type}")
    account = None if settings.user is None else account_of(settings.user)
    values = macros(target, settings)
    environment = {"PATH": PATH, "LC_ALL": "C", **{f"GSLB_{name.upper()}": text for name, text in values.items()}}
    argv = [values.get(word[1:-1], word) if word[:1] + word[-1:] == "{}" else word for word in settings.argv]
    places = _places()
    await _place(places, target.id, journal)
    journal.enter(Phase.COMMAND)
    journal.say(f"C: {shlex.join(argv)}")
    try:
        child = Child(argv, environment, account=account, reaped=lambda: places.leave(target.id))
    except BaseException as error:
        places.leave(target.id)
        if isinstance(error, OSError):
            journal.conclude(_not_started(settings, argv[0], error))
            return
        raise
    code = await _exited(child, journal)
    if journal.transcript is not None:
        for line in (*child.output.splitlines(), *child.errors.splitlines()):
            journal.say(f"S: {shown(line)}")
    journal.conclude(verdict(code, bytes(child.output), bytes(child.errors)))


def macros(target: Target, settings: ExecSettings) -> Mapping[str, str]:
    """What stands for `{address}`, `{port}`, `{family}`, `{name}` and `{timeout}`, where it is a whole argument.

    The timeout is in whole seconds, one less than ours where there are more, so that a plugin can say itself what hung.
    """
    return {
        "address": str(target.address),
        "port": str(target.port),
        "family": "ipv4" if target.address.version == 4 else "ipv6",
        "name": settings.name,
        "timeout": str(max(1, int(target.timing.timeout) - 1)),
    }


def account_of(user: str) -> Account:
    """The account of a user of this host. Raises LocalFault (local_config)."""
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        raise LocalFault(None, Reason.LOCAL_CONFIG, f"no user {user} here") from None
    others = [group for group in os.getgrouplist(user, entry.pw_gid) if group != entry.pw_gid]
    return Account(user=entry.pw_uid, groups=(entry.pw_gid, *others))


async def _exited(child: Child, journal: Journal) -> int:
    """The exit code. Whoever stops waiting ends the child: at the deadline with a verdict and by TERM, else at once."""
    try:
        return await asyncio.shield(child.exited)
    except asyncio.CancelledError:
        if journal.is_late:
            journal.conclude(_overdue(child, journal))
            child.end()
        else:
            child.kill()
        raise


def _overdue(child: Child, journal: Journal) -> Conclusion:
    """A child that was given less than its time, since it waited for a place, is not to blame."""
    waited = journal.timings.get(Phase.QUEUE, 0.0) > _SHORTENED * journal.timeout
    blamed = Failed(Phase.COMMAND, Reason.EXEC_TIMEOUT)
    outcome = Inconclusive(Phase.COMMAND, Reason.LOCAL_STALL) if waited else blamed
    return Conclusion(outcome=outcome, text=shown(bytes(child.output).partition(b"\n")[0]))


def _not_started(settings: ExecSettings, program: str, error: OSError) -> Conclusion:
    """Too few descriptors, a user we may not become, or a program that is none."""
    reason = Reason.EXEC_MISSING
    if fault_of(error, None, None).reason is Reason.LOCAL_FD_LIMIT:
        reason = Reason.LOCAL_FD_LIMIT
    elif settings.user is not None and error.errno == errno.EPERM:
        reason = Reason.LOCAL_CONFIG
    text = shown(f"{program}: {error.strerror}".encode("utf-8", "replace"))
    return Conclusion(outcome=Inconclusive(Phase.COMMAND, reason), text=text)


# places


class Places:
    """Who runs now: CHILDREN at once, one per target."""

    def __init__(self, count: int = CHILDREN) -> None:
        self._free = count
        self._running: set[str] = set()
        self._changed: list[asyncio.Future[None]] = []

    def take(self, name: str) -> bool:
        """A place, if there is one."""
        if not self._free or name in self._running:
            return False
        self._free -= 1
        self._running.add(name)
        return True

    def leave(self, name: str) -> None:
        """The place is free again, and all who wait look anew."""
        self._free += 1
        self._running.discard(name)
        for waiter in self._changed:
            if not waiter.done():
                waiter.set_result(None)
        self._changed.clear()

    @contextmanager
    def change(self) -> "Iterator[asyncio.Future[None]]":
        """What is done once a place becomes free."""
        waiter = asyncio.get_running_loop().create_future()
        self._changed.append(waiter)
        try:
            yield waiter
        finally:
            if waiter in self._changed:
                self._changed.remove(waiter)

    def __repr__(self) -> str:
        return f"<Places: {len(self._running)} running, {self._free} free>"


_of_loop: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Places]" = weakref.WeakKeyDictionary()


def _places() -> Places:
    return _of_loop.setdefault(asyncio.get_running_loop(), Places())


async def _place(places: Places, name: str, journal: Journal) -> None:
    if places.take(name):
        return
    journal.enter(Phase.QUEUE)
    try:
        while not places.take(name):
            with places.change() as changed:
                await changed
    except asyncio.CancelledError:
        if journal.is_late:
            text = f"{CHILDREN} children run, or the last run has not ended"
            journal.conclude(Conclusion(outcome=Inconclusive(Phase.QUEUE, Reason.LOCAL_STALL), text=text))
        raise
