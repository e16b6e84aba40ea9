"""The listening sockets, held by the supervisor for its whole life.

Each worker has a UDP and a TCP socket of its own on each endpoint (SO_REUSEPORT), so the kernel spreads the load and a
restarted worker finds the queries that came meanwhile. Sockets that systemd passes in (LISTEN_FDS) are shared by all
workers instead: a reuseport group admits one user only, and systemd binds as root.
"""

import errno
import os
import socket
from collections.abc import MutableMapping
from contextlib import ExitStack
from dataclasses import dataclass

from gslb.errors import ListenError

FIRST_PASSED = 3
ANY_PORT_TRIES = 5
BACKLOG = 512
RECEIVE_BUFFER = 4 * 1024 * 1024
# Linux constants that the socket module of Python 3.11 does not name.
IP_PKTINFO = 8
IP_MTU_DISCOVER = 10
IPV6_MTU_DISCOVER = 23
PMTUDISC_OMIT = 5

REMEDIES = {
    errno.EADDRINUSE: "something answers there already; `ss -lnptu` names it. Stop that, or change dns.listen",
    errno.EACCES: "ports below 1024 need CAP_NET_BIND_SERVICE: start it by systemd, or choose a higher port",
    errno.EADDRNOTAVAIL: "this host does not have that address; see `ip address`, or change dns.listen",
}


@dataclass(frozen=True, slots=True)
class Listeners:
    """`udp[i]` and `tcp[i]` are the sockets of worker i + 1. `endpoints`: (host, port) as bound, for people."""

    endpoints: tuple[tuple[str, int], ...]
    udp: tuple[tuple[socket.socket, ...], ...]
    tcp: tuple[tuple[socket.socket, ...], ...]

    def close(self) -> None:
        """Let go of all; the kernel keeps what a worker still holds."""
        for sockets in (*self.udp, *self.tcp):
            for sock in sockets:
                sock.close()


def open_listeners(
    listen: tuple[tuple[str, int], ...], workers: int, passed: tuple[socket.socket, ...] = ()
) -> Listeners:
    """Bind every endpoint for every worker; what systemd passed in is used instead, and also if not in `listen`.

    Port 0 takes any free one, the same for UDP and TCP and all workers. Raises ListenError.
    """
    for _ in range(ANY_PORT_TRIES if any(port == 0 for _, port in listen) else 0):
        try:
            return _opened(listen, workers, passed)
        except ListenError:
            continue  # the port picked for TCP was taken for UDP, by chance
    return _opened(listen, workers, passed)


def _opened(listen: tuple[tuple[str, int], ...], workers: int, passed: tuple[socket.socket, ...]) -> Listeners:
    with ExitStack() as opened:
        # TCP first: of the ports a system picks, those in use for UDP are few.
        tcp = _groups(socket.SOCK_STREAM, listen, workers, passed, opened)
        settled = tuple(_name(group[0]) for group in tcp[: len(listen)])
        udp = _groups(socket.SOCK_DGRAM, settled, workers, passed, opened)
        opened.pop_all()
    return Listeners(
        endpoints=tuple(dict.fromkeys(_name(group[0]) for group in (*udp, *tcp))),
        udp=tuple(tuple(group[worker] for group in udp) for worker in range(workers)),
        tcp=tuple(tuple(group[worker] for group in tcp) for worker in range(workers)),
    )


def passed_sockets(environ: MutableMapping[str, str], first: int = FIRST_PASSED) -> tuple[socket.socket, ...]:
    """The sockets of sd_listen_fds(3), ready for use; none when they are meant for another process.

    Takes the variables out of `environ`. Raises ListenError for one that is no IP socket for DNS.
    """
    meant_for, count = environ.pop("LISTEN_PID", ""), environ.pop("LISTEN_FDS", "0")
    environ.pop("LISTEN_FDNAMES", None)
    if meant_for != str(os.getpid()):
        return ()
    with ExitStack() as opened:
        found = tuple(opened.enter_context(_adopt(number)) for number in range(first, first + int(count)))
        opened.pop_all()
    return found


def _adopt(number: int) -> socket.socket:
    os.set_inheritable(number, False)
    try:
        sock = socket.socket(fileno=number)
    except OSError as error:
        raise ListenError(f"descriptor {number} that systemd passed in is no socket: {error.strerror}") from error
    if sock.family not in (socket.AF_INET, socket.AF_INET6) or sock.type not in (
        socket.SOCK_DGRAM,
        socket.SOCK_STREAM,
    ):
        sock.close()
        raise ListenError(f"socket {number} that systemd passed in is neither UDP nor TCP; see the socket unit")
    sock.setblocking(False)
    if sock.type == socket.SOCK_DGRAM:
        _prepare_udp(sock)
    return sock


def _groups(
    kind: socket.SocketKind,
    listen: tuple[tuple[str, int], ...],
    workers: int,
    passed: tuple[socket.socket, ...],
    opened: ExitStack,
) -> list[tuple[socket.socket, ...]]:
    """For each endpoint one socket per worker, or the shared one as often."""
    shared = {_name(sock): sock for sock in passed if sock.type == kind}
    groups = []
    for host, port in listen:
        if (sock := shared.pop((host, port), None)) is not None:
            groups.append((sock,) * workers)
        else:
            groups.append(_bind_group(kind, host, port, workers, opened))
    return groups + [(sock,) * workers for sock in shared.values()]


def _bind_group(
    kind: socket.SocketKind, host: str, port: int, workers: int, opened: ExitStack
) -> tuple[socket.socket, ...]:
    """Raises ListenError. A second server of the same user could join the group unseen, so the first bind is alone."""
    try:
        with _socket(kind, host, together=False) as alone:
            alone.bind(_place(host, port))
            port = _name(alone)[1]
        group = tuple(opened.enter_context(_socket(kind, host, together=True)) for _ in range(workers))
        for sock in group:
            sock.bind(_place(host, port))
            if kind == socket.SOCK_STREAM:
                sock.listen(BACKLOG)
    except OSError as error:
        protocol = "UDP" if kind == socket.SOCK_DGRAM else "TCP"
        remedy = REMEDIES.get(error.errno or 0, "see dns.listen")
        raise ListenError(f"cannot listen on {show((host, port))} {protocol}: {error.strerror}; {remedy}") from error
    return group


def _socket(kind: socket.SocketKind, host: str, *, together: bool) -> socket.socket:
    sock = socket.socket(_family(host), kind)
    sock.setblocking(False)
    if together:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    if kind == socket.SOCK_STREAM:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    else:
        _prepare_udp(sock)
    return sock


def _prepare_udp(sock: socket.socket) -> None:
    """Datagrams are never larger than the path is sure to carry, and forged path MTUs are not believed.

    The address that was asked comes along with each packet: on a wildcard the answer must leave from it.
    """
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER, PMTUDISC_OMIT)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, PMTUDISC_OMIT)
        sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)


def show(endpoint: tuple[str, int]) -> str:
    """An endpoint as people write it: 192.0.2.1:53, [2001:db8::1]:53."""
    host, port = endpoint
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _place(host: str, port: int) -> tuple[object, ...]:
    """With the scope of a link-local address (fe80::1%eth0) as a number. Never asks a resolver."""
    found = socket.getaddrinfo(host, port, _family(host), socket.SOCK_DGRAM, 0, socket.AI_NUMERICHOST)
    return found[0][4]


def _name(sock: socket.socket) -> tuple[str, int]:
    host, port = sock.getsockname()[:2]
    return host, port
