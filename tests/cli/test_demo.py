"""The demonstration: plain when piped, alive on a terminal."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import dns.exception
import dns.query
import pytest

from gslb.cli.demo.server import DemoServer

DEMO = [sys.executable, "-m", "gslb", "demo", "--port", "0", "--http-port", "0"]


@pytest.mark.system
def test_piped_it_tells_the_story_once_and_ends() -> None:
    """A relay dies, a site falls, both return; answers follow each time, in plain text, exit 0."""
    done = subprocess.run(DEMO, capture_output=True, text=True, timeout=55, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "the first weighted answer: smtp.mail.example.com MX relay" in done.stdout
    assert re.findall(r"-- (.*)", done.stdout) == [
        "relay1 dies",
        "site A falls: the second tier takes over",
        "site A returns",
    ]
    assert done.stdout.count("every answer follows after") == 3
    assert "\x1b[" not in done.stdout
    assert re.search(r"relays/relay1 +down +smtp down: connect_refused", done.stdout)


@pytest.mark.system
def test_on_a_terminal_it_shows_a_live_table() -> None:
    """Members, states, drawn shares and dig lines are on the screen, and Ctrl-C ends it."""
    try:
        screen, terminal = pty.openpty()
    except OSError as error:
        pytest.skip(f"NOT TESTED on a terminal: this machine gives none ({error})")
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "160", "LINES": "50"}
    shown = subprocess.Popen(DEMO, stdin=terminal, stdout=terminal, stderr=terminal, env=environment, close_fds=True)
    os.close(terminal)
    seen = read_until(screen, shown, (b"relays-b", b"webaccess", b"dig @127.0.0.1"))
    shown.send_signal(signal.SIGINT)
    seen += drain(screen, shown)

    assert shown.wait(15) == 0, seen[-3000:]
    assert b"ended" in seen
    os.close(screen)


def test_ctrl_c_is_not_taken_for_a_broken_packet(monkeypatch: pytest.MonkeyPatch) -> None:
    """dnspython wraps what ends its reading; an interrupt that comes then is still an interrupt."""

    def interrupted(*_: object, **__: object) -> None:
        with dns.exception.ExceptionWrapper(dns.exception.FormError):
            raise KeyboardInterrupt

    monkeypatch.setattr(dns.query, "udp", interrupted)

    with pytest.raises(KeyboardInterrupt):
        DemoServer(Path(), 53).ask_once("smtp.mail.example.com", "A")


def read_until(screen: int, shown: "subprocess.Popen[bytes]", wanted: tuple[bytes, ...]) -> bytes:
    """What the terminal shows until all that is wanted has been seen."""
    seen = b""
    end = time.monotonic() + 40
    while not all(each in seen for each in wanted):
        assert time.monotonic() < end, seen[-3000:]
        assert shown.poll() is None, seen[-3000:]
        if select.select([screen], [], [], 1)[0]:
            seen += os.read(screen, 65536)
    return seen


def drain(screen: int, shown: "subprocess.Popen[bytes]") -> bytes:
    """What it says while it ends."""
    seen = b""
    while shown.poll() is None or select.select([screen], [], [], 0)[0]:
        if select.select([screen], [], [], 0.2)[0]:
            try:
                seen += os.read(screen, 65536)
            except OSError:
                break
    return seen
