"""`transfer` of a zone."""

import base64
from ipaddress import ip_address, ip_network
from pathlib import Path

from gslb.config.files import load
from gslb.errors import ConfigError
from gslb.model.transfers import Secondary, Transfer
from tests.config.test_files import write
from tests.kit.configs import accepted, faults, texts


def key_file(folder: Path, name: str, secret: bytes) -> None:
    """A file of one key, `k`."""
    path = folder / name
    path.write_text(f'key "k" {{ secret "{base64.b64encode(secret).decode()}"; }};')
    path.chmod(0o600)


def told(directory: Path) -> list[str]:
    """What a directory is refused with; nothing when it is accepted."""
    try:
        load(directory)
    except ConfigError as error:
        return str(error).splitlines()
    return []


def test_resolved() -> None:
    """Networks, secondaries with port 53 where none is written, and the key beside the configuration."""
    (zone,) = accepted(
        "transfer: {to: [192.0.2.0/24, '2001:db8::7'], notify: [192.0.2.7, '[2001:db8::7]:5353'], key: k.key}\n"
    ).zones

    assert zone.transfer == Transfer(
        to=(ip_network("192.0.2.0/24"), ip_network("2001:db8::7/128")),
        notify=(Secondary(address=ip_address("192.0.2.7")), Secondary(address=ip_address("2001:db8::7"), port=5353)),
        key=Path("k.key"),
    )


def test_somebody_must_be_allowed() -> None:
    """A transfer that nobody could make is a fault, whoever would be told."""
    (fault,) = faults(texts("transfer: {notify: [192.0.2.7]}\n"))

    assert "transfer: nobody may fetch the zone: write networks (to), a key, or both" in fault


def test_no_server() -> None:
    """What is no server is told with what is allowed."""
    (fault,) = faults(texts("transfer: {to: [192.0.2.0/24], notify: [192.0.2.7:0]}\n"))

    assert "port out of range: 1 to 65535, or an address alone for port 53" in fault


def test_a_key_that_cannot_be_used(tmp_path: Path) -> None:
    """A missing file of keys is told where it is named."""
    write(tmp_path, texts("transfer: {key: transfer.key}\n"))

    (fault,) = told(tmp_path)
    assert "transfer.key: " in fault
    assert "No such file" in fault


def test_a_name_means_one_secret(tmp_path: Path) -> None:
    """Two zones may share a file of keys; two files may not give one name two secrets."""
    files = texts("transfer: {key: a.key}\n")
    files["zones/y.yaml"] = files["zones/z.yaml"].replace("mail.example.com", "mail.example.net")
    write(tmp_path, files)
    key_file(tmp_path, "a.key", bytes(16))
    assert told(tmp_path) == []

    (tmp_path / "zones/y.yaml").write_text(files["zones/y.yaml"].replace("a.key", "b.key"))
    key_file(tmp_path, "b.key", bytes(range(16)))

    (fault,) = told(tmp_path)
    assert "has the name of another one in b.key" in fault
