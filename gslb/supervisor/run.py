"""The supervisor's loop: signals, heartbeats and ends of children in, the plan's actions out."""

import os
import selectors
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import replace

from gslb.errors import ListenError
from gslb.supervisor import diary, plan
from gslb.supervisor.children import Process, admit, spawn, why_ended
from gslb.supervisor.notify import Notifier, from_environment
from gslb.supervisor.plan import CONTROL, Settings, Stage
from gslb.supervisor.sockets import Listeners, open_listeners, passed_sockets, show
from gslb.supervisor.words import (
    Action,
    CloseListeners,
    Ended,
    Event,
    Heard,
    ReloadAsked,
    Report,
    Send,
    Start,
    StopAsked,
    Tell,
)

HANDLED: dict[int, Event | None] = {
    signal.SIGTERM: StopAsked(),
    signal.SIGINT: StopAsked(),
    signal.SIGHUP: ReloadAsked(),
    signal.SIGCHLD: None,
}
PIPE_READ = 4096


def main(arguments: list[str]) -> int:
    """`python -m gslb.supervisor SETTINGS`. Returns the exit code: 1 when it cannot run, 2 for wrong usage."""
    try:
        (text,) = arguments
        settings = Settings.from_json(text)
    except (ValueError, KeyError, TypeError, AttributeError):
        diary.emit("wrong usage", {"why": "one argument is expected, as `gslb run` writes it"}, level="error")
        return 2
    if settings.workers == 0:
        settings = replace(settings, workers=len(os.sched_getaffinity(0)))
    notifier = from_environment(os.environ)
    try:
        lock = diary.hold(settings.run_dir)
        diary.forget_state(settings.run_dir)
        diary.forget_old_table(settings.run_dir)
        listeners = open_listeners(settings.listen, settings.workers, passed_sockets(os.environ))
    except ListenError as error:
        console = diary.for_people(settings.log_format)
        diary.emit("cannot start", {"why": str(error)}, level="error", console=console)
        return 1
    try:
        return Supervisor(settings, listeners, notifier).run(_caught_signals())
    finally:
        diary.forget_state(settings.run_dir)
        os.close(lock)


class Supervisor:
    """Holds the processes, their pipes and the plan; decides nothing itself."""

    def __init__(self, settings: Settings, listeners: Listeners, notifier: Notifier) -> None:
        self.settings = settings
        self.early = settings.early
        self.listeners = listeners
        self.notifier = notifier
        self.plan = plan.begin(settings, time.monotonic(), notifier.watchdog)
        self.processes: dict[int, Process] = {}
        self.selector = selectors.DefaultSelector()
        self.console = diary.for_people(settings.log_format)
        self.state: dict[str, object] = {}

    def run(self, signals: socket.socket) -> int:
        """Until all is over; returns the exit code. `signals` yields their numbers as bytes."""
        self.selector.register(signals, selectors.EVENT_READ, None)
        self._report(Report(event="started"), listen=[show(endpoint) for endpoint in self.listeners.endpoints])
        self._do(plan.advance(self.plan, time.monotonic()))
        while self.plan.stage is not Stage.OVER:
            self._write_state()
            for event in self._events(signals):
                self._do(plan.take(self.plan, event, time.monotonic()))
            self._do(plan.advance(self.plan, time.monotonic()))
        self._report(Report(event="stopped"))
        return self.plan.exit_code

    def _events(self, signals: socket.socket) -> Iterator[Event]:
        for key, _ in self.selector.select(plan.next_due(self.plan, time.monotonic())):
            if key.fileobj is signals:
                yield from _signalled(signals)
            else:
                yield from self._heartbeats(key.data)
        yield from self._ends()

    def _heartbeats(self, child: int) -> Iterator[Event]:
        process = self.processes[child]
        try:
            marks = os.read(process.heartbeat, PIPE_READ)
        except BlockingIOError:
            return
        if marks:
            yield Heard(child=child, marks=marks)
        else:
            # Its end is noticed by waitpid; one that only closed the pipe is soon silent for too long.
            self.selector.unregister(process.heartbeat)

    def _ends(self) -> Iterator[Event]:
        for child, process in tuple(self.processes.items()):
            if (code := process.popen.poll()) is None:
                continue
            del self.processes[child]
            if process.heartbeat in self.selector.get_map():
                self.selector.unregister(process.heartbeat)
            process.close()
            yield Ended(child=child, why=why_ended(code), code=code)

    def _do(self, step: plan.Step) -> None:
        self.plan, actions = step
        for action in actions:
            self._act(action)

    def _act(self, action: Action) -> None:
        match action:
            case Start(child=child):
                self._start(child)
            case Send(child=child, signal=number):
                if child in self.processes:
                    self.processes[child].send(number)
            case CloseListeners():
                self.listeners.close()
            case Tell(text=text):
                self._write_state()
                self.notifier.tell(text)
            case Report():
                self._report(action)

    def _start(self, child: int) -> None:
        life = self.plan.lives[child]
        try:
            process = self._process(child)
        except OSError as error:
            self._do(plan.take(self.plan, Ended(child=child, why=f"cannot be started: {error}"), time.monotonic()))
            return
        self.processes[child] = process
        self.selector.register(process.heartbeat, selectors.EVENT_READ, child)
        self._report(Report(event="replaced" if life.why else "started", child=child, why=life.why), pid=process.pid)

    def _process(self, child: int) -> Process:
        early = self.early
        if child != CONTROL or early is None:
            return spawn(self.settings, self.listeners, child)
        self.early = None
        return admit(early)

    def _report(self, report: Report, **more: object) -> None:
        role = "" if report.child is None else "control " if report.child == CONTROL else "worker "
        facts = {"worker": report.child, "why": report.why, "after": round(report.after, 3)} | more
        level = "warning" if report.why else "info"
        told = {key: value for key, value in facts.items() if value}
        diary.emit(f"{role}{report.event}", told, level=level, console=self.console)

    def _write_state(self) -> None:
        pids = [self.processes[child].pid if child in self.processes else None for child in range(len(self.plan.lives))]
        restarts = [life.restarts for life in self.plan.lives]
        state: dict[str, object] = {
            "supervisor": os.getpid(),
            "control": pids[CONTROL],
            "workers": pids[1:],
            "restarts": {"control": restarts[CONTROL], "workers": restarts[1:]},
            "ready": self.plan.ready,
            "stage": self.plan.stage.name.lower(),
            "listen": [list(endpoint) for endpoint in self.listeners.endpoints],
        }
        if state != self.state:
            self.state = state
            diary.write_state(self.settings.run_dir, state)


def _caught_signals() -> socket.socket:
    """From now on the signals we know arrive as bytes on this socket, and end nothing."""
    receiving, sending = socket.socketpair()
    receiving.setblocking(False)
    sending.setblocking(False)
    signal.set_wakeup_fd(sending.detach(), warn_on_full_buffer=False)
    for number in HANDLED:
        signal.signal(number, _ignore)
    return receiving


def _ignore(_number: int, _frame: object) -> None:
    """The byte on the socket is what counts; SIG_IGN would send none, and children would inherit it."""


def _signalled(signals: socket.socket) -> Iterator[Event]:
    for number in signals.recv(PIPE_READ):
        if (event := HANDLED.get(number)) is not None:
            yield event
