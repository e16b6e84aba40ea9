"""What the latest run at a target showed."""

from ipaddress import ip_address

from gslb.control.sightings import TlsStatus, sighting
from gslb.model.observations import Observation, Passed, Reason, TlsFacts


def test_a_run_is_told_in_full() -> None:
    """Addresses, TLS, capabilities before and inside it, and what it took."""
    facts = TlsFacts(version="TLSv1.3", cipher="X", server_name="mx.test", problem=Reason.CERT_NAME, leaf_not_after=9.0)
    seen = sighting(
        Observation(
            target="t",
            outcome=Passed(),
            started=1.0,
            peer=ip_address("2001:db8::1"),
            source=ip_address("2001:db8::2"),
            tls=facts,
            caps_plain=("STARTTLS",),
            caps_tls=("AUTH PLAIN",),
            bytes_in=70,
            lines_in=3,
            weight_factor=0.5,
        )
    )

    assert (seen.peer, seen.source, seen.family) == ("2001:db8::1", "2001:db8::2", 6)
    assert (seen.caps_plain, seen.caps_tls, seen.bytes_in, seen.lines_in) == (("STARTTLS",), ("AUTH PLAIN",), 70, 3)
    assert isinstance(seen.tls, TlsStatus)
    assert (seen.tls.version, seen.tls.problem, seen.tls.leaf_expires) == ("TLSv1.3", "cert_name", 9.0)
    assert seen.weight_factor == 0.5


def test_a_run_that_met_nobody_has_no_addresses() -> None:
    """Nor any TLS."""
    seen = sighting(Observation(target="t", outcome=Passed(), started=1.0))

    assert (seen.peer, seen.source, seen.family, seen.tls) == (None, None, None, None)
