"""The policy file."""

from pathlib import Path

import pytest

from gslb.handoff.policy import POLICY, Policy, SharedKey, TransferRule, read_policy, write_policy

SOME = Policy(
    secrets=(b"a" * 16, b"b" * 16),
    own=b"c" * 16,
    per_second=0.5,
    slip=3,
    exempt=("192.0.2.0/24",),
    state_txt=("2001:db8::/32",),
    keys=(SharedKey(name=b"\1k\0", algorithm="hmac-sha512", secret=b"d" * 16),),
    transfers=(TransferRule(apex=b"\1a\0", networks=("192.0.2.0/24",), keys=(b"\1k\0",)),),
)


def test_reads_back(tmp_path: Path) -> None:
    """What was written is read, also over an older one, and only by our own user."""
    write_policy(tmp_path, Policy(own=b"o" * 16))
    write_policy(tmp_path, SOME)

    assert read_policy(tmp_path) == SOME
    assert (tmp_path / POLICY).stat().st_mode & 0o777 == 0o600


def test_no_secret_is_shown() -> None:
    """A policy in a log or a traceback tells no secret."""
    assert not any(
        secret.hex() in repr(SOME) or str(secret) in repr(SOME) for secret in (*SOME.secrets, SOME.own, b"d" * 16)
    )


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"secrets": ["00"]}', "\x00"])
def test_unreadable(tmp_path: Path, text: str) -> None:
    """A file that is no policy is as none."""
    (tmp_path / POLICY).write_text(text)

    assert read_policy(tmp_path) is None
    assert read_policy(tmp_path / "nowhere") is None
