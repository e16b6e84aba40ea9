"""Foreign exceptions, told apart: theirs or ours (probes.md 1.2, section 6 number 28)."""

import errno
import ssl
from ipaddress import IPv4Address, IPv6Address

import pytest

from gslb.model.observations import Failed, Inconclusive, Phase, Reason
from gslb.probes.faults import fault_of, handshake_fault_of, has_route

ADDRESS = IPv4Address("127.0.0.1")


def meaning(number, *, routed=True, phase=Phase.CONNECT):
    """The outcome of one errno while connecting."""
    return fault_of(OSError(number, "text"), phase, ADDRESS, lambda _: routed).outcome(Phase.COMMAND)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ECONNREFUSED, Reason.CONNECT_REFUSED),
        (errno.ETIMEDOUT, Reason.CONNECT_TIMEOUT),
        (errno.ECONNRESET, Reason.RESET),
        (errno.EHOSTUNREACH, Reason.CONNECT_UNREACHABLE),
        (errno.ENETUNREACH, Reason.CONNECT_UNREACHABLE),
    ],
)
def test_what_the_peer_or_the_path_did_fails(number, reason):
    """Where this host has a route, unreachable came from the path."""
    assert meaning(number) == Failed(Phase.CONNECT, reason)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.EMFILE, Reason.LOCAL_FD_LIMIT),
        (errno.ENOBUFS, Reason.LOCAL_FD_LIMIT),
        (errno.EADDRNOTAVAIL, Reason.LOCAL_BIND),
        (errno.EAFNOSUPPORT, Reason.LOCAL_NO_ROUTE),
        (errno.EPERM, Reason.LOCAL_NO_ROUTE),
        (errno.ENETUNREACH, Reason.LOCAL_NO_ROUTE),
        (errno.EHOSTUNREACH, Reason.LOCAL_NO_ROUTE),
        (errno.EINVAL, Reason.LOCAL_CONFIG),
        (errno.EISDIR, Reason.LOCAL_BUG),
    ],
)
def test_what_we_did_is_inconclusive(number, reason):
    """No descriptors, no source address, no route, and what nobody thought of."""
    assert meaning(number, routed=False) == Inconclusive(Phase.CONNECT, reason)


def test_without_a_phase_of_its_own_a_fault_falls_where_the_probe_was():
    """A reset in the middle of a command; a transmission that nobody acknowledged."""
    assert meaning(errno.ECONNRESET, phase=None) == Failed(Phase.COMMAND, Reason.RESET)
    assert meaning(errno.ETIMEDOUT, phase=None) == Failed(Phase.COMMAND, Reason.REPLY_TIMEOUT)


def test_broken_records_and_unnamed_ends():
    """An alert in the session; a connection that is gone without an errno."""
    assert fault_of(ssl.SSLError(1, "x"), None, ADDRESS).reason is Reason.PROTOCOL_ERROR
    assert fault_of(ConnectionError(), None, ADDRESS).reason is Reason.RESET


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ECONNRESET, "x"), Reason.RESET),
        (ConnectionResetError(), Reason.TLS_HANDSHAKE),
        (ssl.SSLError(1, "x"), Reason.TLS_HANDSHAKE),
        (ValueError("server_hostname"), Reason.LOCAL_BUG),
    ],
)
def test_handshakes_that_broke(error, reason):
    """RST is a reset, FIN and alerts are a broken handshake, the rest is ours."""
    assert handshake_fault_of(error).reason is reason


def test_a_route_is_asked_for_without_sending():
    """Loopback has one; an address of no family of this host has none."""
    assert has_route(ADDRESS)
    assert not has_route(IPv6Address("fe80::1"))
