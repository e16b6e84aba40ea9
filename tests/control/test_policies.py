"""The policy from configuration to workers."""

import base64
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from gslb.control.policies import Policies
from gslb.handoff.messages import Message, PolicyReady
from gslb.handoff.policy import TransferRule, read_policy
from gslb.model.settings import Node, RateLimit
from gslb.model.transfers import Transfer
from tests.kit.controlled import placed, two_tiers


@pytest.fixture
def node(tmp_path: Path) -> Node:
    """A node with four workers."""
    return replace(placed(two_tiers(), tmp_path).node, workers=4)


def made(node: Node, told: list[Message] | None = None) -> Policies:
    """The policies of a control that has accepted its configuration; `told` takes what workers hear."""
    policies = Policies(node.run_dir, ([] if told is None else told).append)
    policies.accept(replace(two_tiers(), node=node))
    return policies


def test_own_secret_outlives_control(node: Node) -> None:
    """A control that follows another goes on with its secret; after the supervisor's end there is a new one."""
    first = made(node).policy
    assert first.secrets == (first.own,)
    assert made(node).policy == first == read_policy(node.run_dir)
    (node.run_dir / "policy.json").unlink()

    assert made(node).policy.own != first.own


def test_limits_are_split(node: Node) -> None:
    """Each worker is told its part, and what the rest of the limit says."""
    limit = RateLimit(responses_per_second=10, slip=3, exempt=(ip_network("192.0.2.0/24"),))

    policy = made(replace(node, rate_limit=limit)).policy

    assert (policy.per_second, policy.slip, policy.exempt) == (2.5, 3, ("192.0.2.0/24",))


def test_told_when_changed(node: Node, tmp_path: Path) -> None:
    """Workers are told of a policy that differs, such as another secret in the same file, and of no other."""
    file = tmp_path / "secrets"
    file.write_text("00" * 16)
    file.chmod(0o600)
    node, told = replace(node, cookie_secrets=file), list[Message]()
    policies = made(node, told)
    policies.accept(replace(two_tiers(), node=node))
    assert told == [PolicyReady()]
    file.write_text("11" * 16)
    policies.accept(replace(two_tiers(), node=node))

    assert told == [PolicyReady()] * 2
    assert policies.policy.secrets == (b"\x11" * 16,)


def test_a_bad_file_changes_nothing(node: Node, tmp_path: Path) -> None:
    """The secrets in use stay while the file cannot be read."""
    policies = made(node)
    before = policies.policy
    policies.accept(replace(two_tiers(), node=replace(node, cookie_secrets=tmp_path / "nowhere")))

    assert policies.policy == before


def test_a_full_disk(node: Node) -> None:
    """What cannot be written is tried again with each tick, and nobody is told before; no secret is shown."""
    told: list[Message] = []
    policies = Policies(node.run_dir / "gone", told.append)
    policies.accept(replace(two_tiers(), node=node))
    assert (told, policies.greeting()) == ([], ())
    (node.run_dir / "gone").mkdir()
    policies.tick()

    assert (told, policies.greeting()) == ([PolicyReady()], (PolicyReady(),))
    assert policies.policy.own.hex() not in repr(policies)


def test_transfers(node: Node, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who may fetch what, and keys; those in use stay while their file cannot be read, without any nobody may."""
    file = tmp_path / "transfer.key"
    file.write_text(f'key "k" {{ secret "{base64.b64encode(bytes(16)).decode()}"; }};')
    file.chmod(0o600)
    (zone,) = two_tiers().zones
    estate = replace(two_tiers(), node=node, zones=(replace(zone, transfer=Transfer(key=file)),))
    policies = Policies(node.run_dir, lambda _: None)
    policies.accept(estate)
    expected = TransferRule(apex=zone.name, keys=(b"\1k\0",))
    assert (policies.policy.transfers, len(policies.policy.keys)) == ((expected,), 1)

    file.unlink()
    policies.accept(estate)
    assert policies.policy.transfers == (expected,)
    again = Policies(node.run_dir, lambda _: None)
    again.accept(estate)
    assert again.policy.transfers == (TransferRule(apex=zone.name),)
    open_to = replace(zone, transfer=Transfer(to=(ip_network("192.0.2.0/24"),)))
    again.accept(replace(estate, zones=(open_to,)))
    assert again.policy.transfers == (TransferRule(apex=zone.name, networks=("192.0.2.0/24",)),)
    assert "AAAA" not in capsys.readouterr().out
