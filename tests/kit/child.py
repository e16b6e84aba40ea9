"""A stand-in for control and for a worker, with their argument lists and heartbeats and nothing else.

It tells what happens to it as JSON datagrams to `told` in the directory given first. `mute` after that: it beats only
once SIGUSR1 asks for it. SIGUSR1 makes control say that it is ready; SIGUSR2 makes anyone silent for good; `stubborn`
leaves SIGTERM unanswered, `refusing` ends at once with status 78.
"""

import argparse
import json
import os
import selectors
import signal
import socket
import sys

BEAT = 0.05


def main() -> int:
    """Beat, answer datagrams with what we are, tell about signals, end on SIGTERM or without a supervisor."""
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("manner", nargs="?", default="")
    parser.add_argument("--heartbeat", type=int, required=True)
    parser.add_argument("--worker", type=int, default=0)
    for name in ("--udp", "--tcp", "--run-dir", "--nsid"):
        parser.add_argument(name, default="")
    options = parser.parse_args()
    return 78 if options.manner == "refusing" else beat(options)


def beat(options: argparse.Namespace) -> int:
    """The loop; one signal or datagram at a time."""
    woken, sending = socket.socketpair()
    sending.setblocking(False)
    signal.set_wakeup_fd(sending.fileno())
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, lambda *_: None)
    tell(options, "born", argv=sys.argv[1:], variables=sorted(os.environ))
    selector = selectors.DefaultSelector()
    selector.register(woken, selectors.EVENT_READ)
    for number in filter(None, options.udp.split(",")):
        shared = socket.socket(fileno=int(number))
        selector.register(shared, selectors.EVENT_READ, shared)
    mark = b"" if options.manner == "mute" else b"."
    while True:
        for key, _ in selector.select(BEAT):
            if key.data:
                _, client = key.data.recvfrom(512)
                key.data.sendto(json.dumps([options.worker, os.getpid()]).encode(), client)
                continue
            number = signal.Signals(woken.recv(1)[0])
            tell(options, number.name)
            if number == signal.SIGTERM and options.manner != "stubborn":
                return 0
            mark = {signal.SIGUSR1: b"." if options.worker else b"R", signal.SIGUSR2: b""}.get(number, mark)
        try:
            os.write(options.heartbeat, mark)
        except BrokenPipeError:
            tell(options, "orphaned")
            return 0


def tell(options: argparse.Namespace, what: str, **facts: object) -> None:
    """To the test, if it still listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        try:
            message = {"worker": options.worker, "pid": os.getpid(), "what": what, **facts}
            sock.sendto(json.dumps(message).encode(), os.path.join(options.directory, "told"))
        except OSError:
            pass


if __name__ == "__main__":
    sys.exit(main())
