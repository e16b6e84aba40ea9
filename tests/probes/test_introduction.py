"""What this host calls itself."""

import socket

import pytest

from gslb.probes.introduction import own_name


@pytest.mark.parametrize(
    ("known", "said"),
    [("probe.example.com", "probe.example.com"), ("probe", None), ("localhost", None), ("localhost.localdomain", None)],
)
def test_only_a_full_name_is_said(monkeypatch: pytest.MonkeyPatch, known: str, said: str | None) -> None:
    """A bare name and localhost trip the checks of mail servers: the address literal is better."""
    monkeypatch.setattr(socket, "getfqdn", lambda: known)

    assert own_name() == said
