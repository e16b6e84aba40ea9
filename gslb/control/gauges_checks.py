"""Checks and what they probe, as one scrape tells them: read off the facts, with no record in between."""

from gslb.control.exposition import Family, escaped, labels, number
from gslb.control.survey import Facts, targets_of_checks
from gslb.health.damping import damped_for
from gslb.model.observations import Observation
from gslb.model.verdicts import State, Verdict, VerdictKey


def check_families(facts: Facts) -> tuple[Family, ...]:
    """All of it, family by family."""
    told = _Checks()
    for name, targets in targets_of_checks(facts).items():
        told.add(facts, name, targets)
    return told.families


class _Checks:
    def __init__(self) -> None:
        self.targets = Family("gslb_check_targets", "Targets by what is believed of them.")
        self.suspect = Family("gslb_check_suspect", "1 while the check itself is suspected, and verdicts hold.")
        self.damped = Family("gslb_check_damped", "Targets that flap and are not relied on yet.")
        self.stale = Family("gslb_check_stale", "Targets without a conclusive result for too long.")
        self.chain = Family("gslb_certificate_expiry_time_seconds", "The earliest end of a presented chain, Unix time.")
        self.leaf = Family(
            "gslb_certificate_leaf_expiry_time_seconds",
            "The end of the certificate itself, whatever stands above it, Unix time.",
        )
        self.values = Family("gslb_probe_value", "Numbers that probes found, by name.")
        self.families = (self.targets, self.suspect, self.damped, self.stale, self.chain, self.leaf, self.values)

    def add(self, facts: Facts, name: str, targets: tuple[str, ...]) -> None:
        """One check, over all its targets."""
        verdicts = [facts.ledger.verdict(VerdictKey(name, target)) for target in targets]
        states = [verdict.state for verdict in verdicts]
        for state in State:
            self.targets.add(labels(check=name, state=state.value), states.count(state))
        inside = labels(check=name)
        self.suspect.add(inside, name in facts.ledger.doubts.suspected)
        self.damped.add(inside, _damped(facts, name, verdicts))
        self.stale.add(inside, sum([verdict.stale for verdict in verdicts]))
        for target in targets:
            last = facts.recent.last(target)
            if last is not None and (last.tls is not None or last.metrics):
                self._found(facts, name, last)

    def _found(self, facts: Facts, name: str, last: Observation) -> None:
        """What the latest run of a target tells beside its outcome."""
        target = facts.config.targets[last.target]
        where = f'address="{target.address}",check="{escaped(name)}",'
        at = f'port="{target.port}",target="{target.id}"'
        if last.tls is not None:
            for family, ends in ((self.chain, last.tls.chain_earliest_not_after), (self.leaf, last.tls.leaf_not_after)):
                if ends is not None:
                    family.write(f"{family.name}{{{where}{at}}} {number(ends)}\n")
        for found, value in last.metrics:
            self.values.add(f'{where}name="{escaped(found)}",{at}', value)


def _damped(facts: Facts, name: str, verdicts: list[Verdict]) -> int:
    if not facts.config.checks[name].damping:
        return 0
    return sum([damped_for(verdict, facts.now) > 0 for verdict in verdicts])
