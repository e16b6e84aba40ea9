"""What workers are told besides the table: made from the configuration, written to run_dir, announced.

A disk that refuses costs freshness, never answers: workers keep the policy they have, and every second it is tried
again. No secret is ever logged.
"""

import os
from collections.abc import Callable
from pathlib import Path

import structlog

from gslb.config.cookie_secrets import read_secrets
from gslb.config.tsig_file import read_tsig_keys
from gslb.handoff.messages import Message, PolicyReady
from gslb.handoff.policy import SECRET_SIZE, Policy, SharedKey, TransferRule, read_policy, write_policy
from gslb.model.settings import Config
from gslb.model.transfers import TsigKey
from gslb.model.zones import Zone

log = structlog.get_logger("gslb.control.policies")


class Policies:
    """The policy of this node. `tell` sends a message to every worker."""

    def __init__(self, run_dir: Path, tell: Callable[[Message], None]) -> None:
        self.run_dir = run_dir
        self._tell = tell
        standing = read_policy(run_dir)
        self.policy = standing or Policy(own=os.urandom(SECRET_SIZE))
        self.keys: dict[str, tuple[TsigKey, ...]] = {}
        self._unwritten = True

    def __repr__(self) -> str:
        return f"<Policies {self.policy} unwritten={self._unwritten}>"

    def accept(self, config: Config) -> None:
        """Put what this configuration says in place of what stands. Files of secrets are read anew."""
        node = config.node
        self.keys = {zone.text: self._keys(zone) for zone in config.zones if zone.transfer is not None}
        policy = Policy(
            secrets=self._secrets(node.cookie_secrets),
            own=self.policy.own,
            per_second=node.rate_limit.responses_per_second / node.workers,
            slip=node.rate_limit.slip,
            exempt=tuple(map(str, node.rate_limit.exempt)),
            state_txt=tuple(map(str, node.state_txt)),
            keys=tuple({key.name: _shared(key) for keys in self.keys.values() for key in keys}.values()),
            transfers=tuple(_rule(zone, self.keys[zone.text]) for zone in config.zones if zone.text in self.keys),
        )
        self._unwritten = self._unwritten or policy != self.policy
        self.policy = policy
        self.tick()

    def tick(self) -> None:
        """Write and announce what could not be written so far."""
        if not self._unwritten:
            return
        try:
            write_policy(self.run_dir, self.policy)
        except OSError as error:
            log.error("the workers' policy cannot be written", error=str(error))
            return
        self._unwritten = False
        self._tell(PolicyReady())

    def greeting(self) -> tuple[Message, ...]:
        """What a worker is told when it connects."""
        return () if self._unwritten else (PolicyReady(),)

    def _keys(self, zone: Zone) -> tuple[TsigKey, ...]:
        """The TSIG keys of a zone; those in use, where the file is not good any more. None: nobody has one."""
        path = None if zone.transfer is None else zone.transfer.key
        if path is None:
            return ()
        try:
            return read_tsig_keys(path)
        except ValueError as error:
            log.error("the keys of transfers cannot be read; those in use stay", zone=zone.text, error=str(error))
            return self.keys.get(zone.text, ())

    def _secrets(self, path: Path | None) -> tuple[bytes, ...]:
        """Of the file, or our own; what stands where the file that was good when it was judged is not any more."""
        if path is None:
            return (self.policy.own,)
        try:
            return read_secrets(path)
        except ValueError as error:
            log.error("the secrets of cookies cannot be read; those in use stay", error=str(error))
            return self.policy.secrets or (self.policy.own,)


def _shared(key: TsigKey) -> SharedKey:
    return SharedKey(name=key.name, algorithm=key.algorithm, secret=key.secret)


def _rule(zone: Zone, keys: tuple[TsigKey, ...]) -> TransferRule:
    """Where keys are wanted and none is known, nobody can sign: then nobody may fetch, wherever from."""
    transfer = zone.transfer
    if transfer is None or (transfer.key is not None and not keys):
        return TransferRule(apex=zone.name)
    names = tuple(key.name for key in keys)
    return TransferRule(apex=zone.name, networks=tuple(map(str, transfer.to)), keys=names)
