"""Listening sockets: one per worker and endpoint, or those that systemd passed in."""

import errno
import os
import socket
import struct
from collections.abc import Iterator

import pytest

from gslb.errors import ListenError
from gslb.supervisor.sockets import REMEDIES, Listeners, open_listeners, passed_sockets, show
from tests.kit.running import free_ports

ANY_PORT = (("127.0.0.1", 0),)
IPV6 = (("::1", 0),)


@pytest.fixture
def opened() -> Iterator[list[Listeners]]:
    """Listeners put here are closed after the test."""
    kept: list[Listeners] = []
    yield kept
    for listeners in kept:
        listeners.close()


def listening(kind: socket.SocketKind, host: str = "127.0.0.1") -> socket.socket:
    """A socket as systemd would bind it."""
    sock = socket.socket(socket.AF_INET, kind)
    sock.bind((host, 0))
    if kind == socket.SOCK_STREAM:
        sock.listen()
    return sock


def passing(number: int) -> dict[str, str]:
    """The environment of a process that was passed so many sockets."""
    return {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": str(number), "LISTEN_FDNAMES": "a:b"}


@pytest.mark.parametrize("listen", [ANY_PORT, IPV6])
def test_each_worker_has_sockets_of_its_own(listen: tuple[tuple[str, int], ...], opened: list[Listeners]) -> None:
    """Same address and port for UDP and TCP, all different sockets, none of them blocking."""
    listeners = open_listeners(listen, 3)
    opened.append(listeners)
    sockets = [sock for worker in (*listeners.udp, *listeners.tcp) for sock in worker]

    assert len({sock.fileno() for sock in sockets}) == 6
    assert {sock.getsockname()[:2] for sock in sockets} == set(listeners.endpoints)
    assert not any(sock.getblocking() for sock in sockets)


def test_endpoints_keep_their_order(opened: list[Listeners]) -> None:
    """Worker 1's second socket is that of the second endpoint."""
    listeners = open_listeners((*ANY_PORT, *IPV6), 1)
    opened.append(listeners)

    assert [sock.family for sock in listeners.udp[0]] == [socket.AF_INET, socket.AF_INET6]
    assert [host for host, _ in listeners.endpoints] == ["127.0.0.1", "::1"]


def test_ipv6_leaves_ipv4_alone(opened: list[Listeners]) -> None:
    """Both wildcards can stand on one port."""
    first = open_listeners((("0.0.0.0", 0),), 1)
    second = open_listeners((("::", first.endpoints[0][1]),), 1)
    opened += [first, second]

    assert second.endpoints[0][1] == first.endpoints[0][1]


def test_udp_never_learns_a_path_mtu(opened: list[Listeners]) -> None:
    """IP_PMTUDISC_OMIT (5) for both families."""
    listeners = open_listeners((*ANY_PORT, *IPV6), 1)
    opened.append(listeners)
    four, six = listeners.udp[0]

    assert four.getsockopt(socket.IPPROTO_IP, 10) == 5
    assert six.getsockopt(socket.IPPROTO_IPV6, 23) == 5


@pytest.mark.parametrize(("host", "asked", "level"), [("0.0.0.0", "127.0.0.2", 0), ("::", "::1", 41)])
def test_a_wildcard_learns_what_was_asked(host: str, asked: str, level: int, opened: list[Listeners]) -> None:
    """Each datagram comes with the address it was sent to (IP_PKTINFO, IPV6_PKTINFO)."""
    listeners = open_listeners(((host, 0),), 1)
    opened.append(listeners)
    (sock,) = listeners.udp[0]
    sock.settimeout(5)
    with socket.socket(sock.family, socket.SOCK_DGRAM) as client:
        client.sendto(b"?", (asked, listeners.endpoints[0][1]))
        _, ancillary, _, _ = sock.recvmsg(16, 128)

    ((at, _, data),) = ancillary
    packed = data[8:12] if level == 0 else data[:16]
    assert (at, socket.inet_ntop(sock.family, packed)) == (level, asked)


def test_the_receive_buffer_is_enlarged(opened: list[Listeners]) -> None:
    """As far as the host lets it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
        usual = plain.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    listeners = open_listeners(ANY_PORT, 1)
    opened.append(listeners)

    assert listeners.udp[0][0].getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) >= usual


def test_an_endpoint_in_use_is_named(opened: list[Listeners]) -> None:
    """Even when a second server of ours could join the group."""
    first = open_listeners(ANY_PORT, 2)
    opened.append(first)

    with pytest.raises(ListenError, match=rf"{show(first.endpoints[0])} TCP: Address already in use; .*ss -lnptu"):
        open_listeners(first.endpoints, 2)


def test_a_udp_port_in_use_is_named() -> None:
    """TCP alone is not enough."""
    (port,) = free_ports(1)
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", port))

        with pytest.raises(ListenError, match="UDP: Address already in use"):
            open_listeners((("127.0.0.1", port),), 1)


def test_an_address_of_another_host_is_named() -> None:
    """With the remedy for it."""
    with pytest.raises(ListenError, match=r"192\.0\.2\.1:5300 TCP: .*; this host does not have that address"):
        open_listeners((("192.0.2.1", 5300),), 1)


def test_a_low_port_is_explained() -> None:
    """EACCES comes with the capability that is missing."""
    assert "CAP_NET_BIND_SERVICE" in REMEDIES[errno.EACCES]


def test_passed_sockets_are_shared_by_all_workers(opened: list[Listeners]) -> None:
    """One descriptor, received from by each, also for an endpoint that is not in dns.listen."""
    udp = listening(socket.SOCK_DGRAM)
    listeners = open_listeners((), 2, (udp,))
    opened.append(listeners)

    assert listeners.udp == ((udp,), (udp,))
    assert listeners.tcp == ((), ())
    assert listeners.endpoints == (udp.getsockname(),)


def test_a_passed_socket_stands_for_its_endpoint(opened: list[Listeners]) -> None:
    """What systemd did not pass is bound by us."""
    udp = listening(socket.SOCK_DGRAM)
    listeners = open_listeners((udp.getsockname(),), 2, (udp,))
    opened.append(listeners)

    assert listeners.udp == ((udp,), (udp,))
    assert len({sock.fileno() for (sock,) in listeners.tcp}) == 2
    assert listeners.endpoints == (udp.getsockname(),)


def test_passed_sockets_are_found_and_made_ready() -> None:
    """From the first descriptor on; they block nobody, and the variables are gone."""
    environ = passing(1)
    with listening(socket.SOCK_DGRAM) as udp:
        (found,) = passed_sockets(environ, first=os.dup(udp.fileno()))
    with found:
        assert not found.getblocking()
        assert found.getsockopt(socket.IPPROTO_IP, 10) == 5
        assert environ == {}


def test_sockets_for_another_process_are_left() -> None:
    """LISTEN_PID must be ours."""
    assert passed_sockets({"LISTEN_PID": "1", "LISTEN_FDS": "1"}) == ()
    assert passed_sockets({}) == ()


def test_a_passed_unix_socket_is_refused() -> None:
    """Only UDP and TCP over IP carry DNS here."""
    with socket.socket(socket.AF_UNIX) as other, pytest.raises(ListenError, match="neither UDP nor TCP"):
        passed_sockets(passing(1), first=os.dup(other.fileno()))


def test_a_passed_file_is_refused() -> None:
    """A descriptor that is no socket is named."""
    number = os.open("/dev/null", os.O_RDONLY)
    with pytest.raises(ListenError, match="is no socket"):
        passed_sockets(passing(1), first=number)
    os.close(number)


def test_endpoints_are_shown_as_people_write_them() -> None:
    """IPv6 in brackets."""
    assert show(("192.0.2.1", 53)) == "192.0.2.1:53"
    assert show(("2001:db8::1", 53)) == "[2001:db8::1]:53"


def test_listening_sockets_accept(opened: list[Listeners]) -> None:
    """A connection reaches one of the workers."""
    listeners = open_listeners(ANY_PORT, 1)
    opened.append(listeners)
    linger = struct.pack("ii", 1, 0)
    with socket.create_connection(listeners.endpoints[0], timeout=5) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        listeners.tcp[0][0].settimeout(5)
        server, _ = listeners.tcp[0][0].accept()
        with server:
            assert server.getpeername() == client.getsockname()
