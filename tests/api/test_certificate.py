import ssl
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from gslb.api.certificate import Certificate
from gslb.model.settings import HttpListener
from tests.kit.controlled import two_tiers

CA = trustme.CA()


def write(folder: Path, name: str) -> HttpListener:
    """A certificate for a name, where a listener says."""
    issued = CA.issue_cert(name)
    issued.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    http = two_tiers().node.http
    return replace(http, certificate=folder / "cert.pem", key=folder / "key.pem")


def name_shown(server: ssl.SSLContext) -> str:
    """The name in the certificate that a handshake shows."""
    client = ssl.create_default_context()
    CA.configure_trust(client)
    client.check_hostname = False
    ours, theirs = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(ours, theirs, server_hostname="any.example")
    other = server.wrap_bio(theirs, ours, server_side=True)
    for _ in range(4):
        for side in (one, other):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                pass  # the other side's turn
    found = one.getpeercert()
    assert found
    return str(found["subjectAltName"][0][1])


def test_a_new_certificate_counts_at_the_next_handshake(tmp_path: Path) -> None:
    """A renewed file needs neither restart nor reload."""
    listener = write(tmp_path, "old.example")
    certificate = Certificate(lambda: listener)
    assert name_shown(certificate.context) == "old.example"

    write(tmp_path, "new.example")

    assert name_shown(certificate.context) == "new.example"
    assert name_shown(certificate.context) == "new.example"


def test_a_broken_certificate_keeps_the_old(tmp_path: Path) -> None:
    """Files that cannot be read change nothing; nor does a configuration that names none any more."""
    listener = write(tmp_path, "old.example")
    named = [listener]
    certificate = Certificate(lambda: named[0])
    (tmp_path / "cert.pem").write_text("junk")
    assert name_shown(certificate.context) == "old.example"

    named[0] = replace(listener, certificate=None)

    assert name_shown(certificate.context) == "old.example"


def test_a_missing_certificate_is_refused_at_start(tmp_path: Path) -> None:
    """Where TLS is asked for, nothing is served without it."""
    listener = replace(two_tiers().node.http, certificate=tmp_path / "none", key=tmp_path / "none")

    with pytest.raises(OSError):
        Certificate(lambda: listener)
