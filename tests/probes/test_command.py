"""The prober of plugins (probes.md 1.14; section 6, number 26)."""

import asyncio
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from gslb.model.observations import Degraded, Failed, Inconclusive, Passed, Phase, Reason
from gslb.model.plain import ExecSettings, TcpSettings
from gslb.probes.command import CHILDREN, Places, probe_exec
from gslb.probes.journal import Journal
from gslb.probes.run import probe
from tests.kit.descriptors import few_descriptors
from tests.kit.hostile import open_files
from tests.kit.probing import target, timely
from tests.kit.running import until

TIMED_OUT = Failed(Phase.COMMAND, Reason.EXEC_TIMEOUT)


def sh(script, *arguments, **keys):
    """A plugin that is a line of shell."""
    return ExecSettings(argv=("/bin/sh", "-c", script, "plugin", *arguments), **keys)


async def run(settings, *, deadline=20.0, name="t"):
    """One probe of a plugin, as the target of this name; patient unless a deadline is what matters."""
    return await timely(replace(target(settings, timeout=deadline), id=name), name=None)


async def soon(condition, what):
    """Until it is true; five seconds at most. The loop goes on meanwhile."""
    await asyncio.to_thread(until, condition, 5.0, what)


async def written(path):
    """Until a plugin has written down its numbers."""
    await soon(lambda: path.exists() and path.read_text().endswith("\n"), f"{path} is written")


async def gone(path):
    """Until the processes whose numbers a plugin wrote down are no more."""
    await soon(lambda: not any(map(lives, path.read_text().split())), f"the processes in {path} are gone")


def lives(pid):
    """Whether a process is there, and no zombie that its new parent has yet to reap."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(autouse=True)
async def nothing_is_left():
    """No descriptor, child or task survives for long."""
    await run(sh("exit 0"))
    await soon(lambda: True, "a thread is there")
    files, tasks = open_files(), len(asyncio.all_tasks())
    yield
    await soon(lambda: open_files() <= files, "descriptors are closed")
    assert len(asyncio.all_tasks()) == tasks


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        ("exit 0", Passed()),
        ("exit 1", Degraded(Phase.COMMAND, Reason.EXEC_WARNING, load=True)),
        ("exit 2", Failed(Phase.COMMAND, Reason.EXEC_CRITICAL)),
        ("exit 3", Inconclusive(Phase.COMMAND, Reason.EXEC_UNKNOWN)),
        ("exit 99", Inconclusive(Phase.COMMAND, Reason.EXEC_UNKNOWN)),
        ("kill -9 $$", Inconclusive(Phase.COMMAND, Reason.EXEC_UNKNOWN)),
    ],
)
async def test_exit_codes(script, outcome):
    """0, 1, 2, 3, the rest, and signals."""
    assert (await run(sh(script))).outcome == outcome


async def test_what_it_says_is_kept():
    """The first line and the numbers; stderr where stdout is silent."""
    spoken = await run(sh("echo 'SMTP OK - fine|time=0.5s'; echo more"))
    silent = await run(sh("echo 'no route' >&2; exit 2"))

    assert (spoken.text, spoken.metrics) == ("SMTP OK - fine", (("time", 0.5),))
    assert silent.text == "no route"


async def test_a_transcript_tells_what_ran_and_what_it_said():
    """Line by line, escaped."""
    lines = []
    await probe(target(sh("printf 'one\\n\\033two\\n'; echo three >&2", "a b")), name=None, transcript=lines.append)

    assert [line.split(maxsplit=1)[1] for line in lines[2:]] == ["S: one", r"S: \x1btwo", "S: three"]
    assert lines[1].endswith("plugin 'a b'")


async def test_macros_are_whole_arguments():
    """Replaced where they are all of an argument, and nowhere else; no shell sees them."""
    settings = sh('echo "$@"', "{address}", "{port}", "{family}", "{name}", "{timeout}", "x{port}", "{what}", port=25)

    seen = await run(replace(settings, name="mx1; reboot"))
    assert seen.text == "127.0.0.1 25 ipv4 mx1; reboot 19 x{port} {what}"


async def test_its_world_is_small():
    """A bare environment, the root directory, no input, no descriptors, a session of its own."""
    seen = await run(
        sh(
            "env | sed 's/=.*//' | sort | tr '\\n' ' '; pwd; cat; ls /proc/self/fd | tr '\\n' ' ' >&2;"
            "test $(ps -o sid= -p $$) = $$ || exit 2",
            port=25,
        )
    )

    words = set(seen.text.split())
    assert seen.outcome == Passed()
    assert words - {"PWD", "OLDPWD", "SHLVL", "_"} == {
        "GSLB_ADDRESS",
        "GSLB_FAMILY",
        "GSLB_NAME",
        "GSLB_PORT",
        "GSLB_TIMEOUT",
        "LC_ALL",
        "PATH",
        "/",
    }


async def test_a_late_plugin_is_ended(tmp_path):
    """TERM at the deadline, to the whole group; what it had said is kept."""
    settings = sh(f"echo starting; sleep 60 & echo $! $$ >{tmp_path}/pids; wait")

    began = time.monotonic()
    seen = await run(settings, deadline=0.3)
    assert (seen.outcome, seen.text) == (TIMED_OUT, "starting")
    assert time.monotonic() - began < 1.0
    await gone(tmp_path / "pids")


async def test_a_plugin_that_ignores_term_is_killed(tmp_path):
    """Two seconds later; the verdict does not wait for it."""
    settings = sh(f"trap '' TERM; echo $$ >{tmp_path}/pids; while :; do sleep 0.05; done")

    began = time.monotonic()
    assert (await run(settings, deadline=0.3)).outcome == TIMED_OUT
    assert time.monotonic() - began < 1.0
    await gone(tmp_path / "pids")
    assert time.monotonic() - began > 2.0


async def test_a_flood_is_read_and_dropped():
    """Both outputs, far more than is kept; the plugin never waits, and ends by itself."""
    seen = await run(sh("head -c 5000000 /dev/zero | tee /dev/stderr; exit 2"))

    assert seen.outcome == Failed(Phase.COMMAND, Reason.EXEC_CRITICAL)
    assert len(seen.text) <= 200


async def test_an_endless_flood_ends_at_the_deadline():
    """Memory stays as it was."""
    assert (await run(sh("exec yes"), deadline=0.3)).outcome == TIMED_OUT


@pytest.mark.parametrize("how", ["", "setsid"])
async def test_a_grandchild_that_holds_the_pipe_does_not_hold_the_verdict(how, tmp_path):
    """The plugin has exited: in its group all are killed; who escaped by setsid keeps a pipe that nobody reads."""
    settings = sh(f"{how} sleep 30 & echo $! >{tmp_path}/pids; echo done")

    seen = await run(settings)
    assert (seen.outcome, seen.text) == (Passed(), "done")
    assert seen.timings[-1][1] < 2
    if how:
        os.kill(int((tmp_path / "pids").read_text()), signal.SIGKILL)
    else:
        await gone(tmp_path / "pids")


async def test_a_grandchild_of_a_late_plugin_does_not_hold_it_either(tmp_path):
    """It escaped, and holds the pipe beyond the end of the plugin."""
    settings = sh(f"setsid sleep 30 & echo $! >{tmp_path}/pids; wait")

    assert (await run(settings, deadline=0.3)).outcome == TIMED_OUT
    os.kill(int((tmp_path / "pids").read_text()), signal.SIGKILL)


async def test_a_plugin_that_breeds_is_ended_with_its_brood(tmp_path):
    """Fifty children, all gone."""
    script = f"for i in $(seq 50); do sleep 60 & echo $! >>{tmp_path}/pids; done; wait"

    assert (await run(sh(script), deadline=0.5)).outcome == TIMED_OUT
    await gone(tmp_path / "pids")


async def test_a_plugin_that_is_not_there():
    """Missing, not executable, no program: no fault of the member."""
    missing = Inconclusive(Phase.COMMAND, Reason.EXEC_MISSING)

    for argv in (("/nowhere/check",), ("/etc/hostname",), ("/etc",)):
        seen = await run(ExecSettings(argv=argv))
        assert seen.outcome == missing
        assert argv[0] in seen.text


@pytest.mark.parametrize("spare", [0, 5])
async def test_too_few_descriptors_are_our_own_fault(spare):
    """At the first pipe, and in the midst of starting."""
    with few_descriptors(spare):
        seen = await run(sh("exit 0"))

    assert seen.outcome == Inconclusive(Phase.COMMAND, Reason.LOCAL_FD_LIMIT)


async def test_a_user_that_is_not_there_is_our_own_fault():
    """Inconclusive; nothing runs."""
    seen = await run(sh("exit 0", user="nobody-here"))

    assert seen.outcome == Inconclusive(Phase.RESOLVE, Reason.LOCAL_CONFIG)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
async def test_it_may_run_as_another_user():
    """With that user's groups, and none of ours."""
    seen = await run(sh("id -un; id -G", user="nobody"))

    assert seen.text == "nobody"


async def test_a_cancelled_probe_kills_at_once(tmp_path):
    """At shutdown nobody can wait for TERM."""
    settings = sh(f"trap '' TERM; echo $$ >{tmp_path}/pids; while :; do sleep 0.05; done")
    async with asyncio.TaskGroup() as group:
        probing = group.create_task(run(settings))
        await written(tmp_path / "pids")
        probing.cancel()

    began = time.monotonic()
    await gone(tmp_path / "pids")
    assert time.monotonic() - began < 1


async def test_no_more_than_eight_run_at_once():
    """The others wait, and then run."""
    seen = await asyncio.gather(*(run(sh("sleep 0.3"), name=f"t{number}") for number in range(CHILDREN + 4)))

    assert [each.outcome for each in seen] == [Passed()] * (CHILDREN + 4)
    assert sum(Phase.QUEUE in dict(each.timings) for each in seen) == 4


async def test_one_target_never_runs_twice_at_once(tmp_path):
    """Who finds the last run still at it waits; where its time ends there, nothing was learned."""
    async with asyncio.TaskGroup() as group:
        first = group.create_task(run(sh(f"echo $$ >{tmp_path}/pids; sleep 1")))
        await written(tmp_path / "pids")
        second = group.create_task(run(sh("exit 0"), deadline=0.2))
        third = group.create_task(run(sh("exit 0")))

    assert first.result().outcome == Passed()
    assert second.result().outcome == Inconclusive(Phase.QUEUE, Reason.LOCAL_STALL)
    assert third.result().outcome == Passed()


async def test_a_late_plugin_that_had_to_wait_is_not_to_blame(tmp_path):
    """It was given less than its time."""
    async with asyncio.TaskGroup() as group:
        group.create_task(run(sh(f"echo $$ >{tmp_path}/pids; sleep 0.5")))
        await written(tmp_path / "pids")
        second = group.create_task(run(sh("sleep 9"), deadline=1.0))

    assert second.result().outcome == Inconclusive(Phase.COMMAND, Reason.LOCAL_STALL)


def test_places_are_told_in_one_line():
    """For logs."""
    places = Places(2)

    assert places.take("a")
    assert not places.take("a")
    assert repr(places) == "<Places: 1 running, 1 free>"


async def test_other_settings_are_a_bug():
    """Of whoever registered the prober."""
    with pytest.raises(TypeError):
        await probe_exec(target(TcpSettings(port=1)), Journal(1.0))
