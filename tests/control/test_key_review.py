"""What is wrong with keys, and what is to be done."""

from dataclasses import replace
from pathlib import Path

import pytest

from gslb.control.key_review import key_warnings, keys_of
from gslb.control.keyring import locked, write_keys
from gslb.errors import ConfigError
from gslb.model.settings import Config
from gslb.model.zones import Dnssec
from tests.kit.configs import POOL, accepted
from tests.kit.zonekeys import NOW, key, stored


def signed(place: Path) -> Config:
    """A configuration whose zone is signed with the keys there."""
    config = accepted(POOL)
    return replace(config, zones=(replace(config.zones[0], dnssec=Dnssec(keys=place)),))


def test_what_is_to_be_done_is_a_warning(tmp_path: Path) -> None:
    """At the zone's key; a zone that is not signed has no such warning."""
    with locked(tmp_path):
        write_keys(tmp_path, (stored(),), 3600)
    config = signed(tmp_path)
    keys = keys_of(config)

    (told,) = key_warnings(config, keys, NOW)
    assert keys == {"mail.example.com": (key(),)}
    assert str(told).startswith(f"zones/z.yaml: dnssec: the parent should hold the DS of key {key().tag} alone")
    assert keys_of(accepted(POOL)) == {}
    assert list(key_warnings(accepted(POOL), {}, NOW)) == []


def test_key_files_that_cannot_be_used_are_an_error(tmp_path: Path) -> None:
    """A server would refuse them as well."""
    with locked(tmp_path):
        write_keys(tmp_path, (stored(),), 3600)
    next(tmp_path.glob("*.private")).chmod(0o644)

    with pytest.raises(ConfigError, match=r"zones/z\.yaml: dnssec: .*mode 0644 opens a private key to others"):
        keys_of(signed(tmp_path))
