"""A whole signed zone before the verifiers that other servers' operators use."""

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from gslb.model.keys import KeyTimes, Role, ZoneKey
from tests.kit.signed import ADDRESSES, Server, dump, signed_zone
from tests.kit.zonekeys import ED25519, P256, key

pytestmark = pytest.mark.servers

ALWAYS = KeyTimes(publish=1.0, active=1.0, sync_publish=1.0)
VERIFIERS = {
    "ldns-verify-zone": ["ldns-verify-zone"],
    "dnssec-verify": ["dnssec-verify", "-x", "-o", "mail.example.com"],
}


@pytest.mark.parametrize("verifier", VERIFIERS)
@pytest.mark.parametrize(
    ("denial", "keys"),
    [
        ("nsec", (key(Role.CSK, P256, ALWAYS),)),
        ("nsec3", (key(Role.KSK, ED25519, ALWAYS, number=1), key(Role.ZSK, ED25519, ALWAYS, number=2))),
    ],
    ids=["nsec", "nsec3"],
)
def test_a_verifier_finds_nothing(tmp_path: Path, verifier: str, denial: str, keys: tuple[ZoneKey, ...]) -> None:
    """The chain is whole, bitmaps list what is there, signatures are good: with all up, and with some down."""
    if shutil.which(verifier) is None:
        pytest.skip(f"{verifier} is not installed (Debian packages ldnsutils, bind9-utils)")
    server = Server(signed_zone(denial), keys, now=time.time())

    for down in ((), ADDRESSES[:3]):
        server.down(down)
        path = tmp_path / "zone"
        path.write_text(dump(server))
        line = [*VERIFIERS[verifier], str(path)]
        done = subprocess.run(line, capture_output=True, text=True, timeout=20, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
