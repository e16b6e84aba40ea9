"""The decision behind one answer, told. Every face prints these lines, so that all say the same."""

from collections import Counter
from dataclasses import dataclass

from gslb.model import names
from gslb.model.decisions import Decision, HostDecision, MemberView, Mode
from gslb.model.values import Address, Family, MxMode, RecordType, WhenAllDown, family_of
from gslb.model.zones import Service, Zone
from gslb.steering.decide import resolved

FAMILIES = {RecordType.A: Family.IPV4, RecordType.AAAA: Family.IPV6, RecordType.HTTPS: Family.IPV4}
"""The family that decides a type; every other type is decided in ANY. HTTPS: the first of the two it shows."""


PLACES = 10
"""The most exchangers of one tier in one answer of ranked MX (contract, "MX ranked")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One member, exchanger or address of an explanation. `share` is None where none is drawn."""

    name: str
    tier: int | None
    chosen: bool
    share: float | None
    addresses: tuple[str, ...]
    why: str

    def __str__(self) -> str:
        state = "in" if self.chosen else "out"
        share = "" if self.share is None or not self.chosen else f" {self.share:.1%}"
        addresses = f" [{', '.join(self.addresses)}]" if self.addresses else ""
        return f"{self.name}{addresses} {state}{share}: {self.why}"

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "name": self.name,
            "tier": self.tier,
            "chosen": self.chosen,
            "share": self.share,
            "addresses": list(self.addresses),
            "why": self.why,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TierLine:
    """One tier of an explanation, with its members."""

    tier: int
    pool: str
    holds: bool
    in_use: bool
    why: str
    members: tuple[Line, ...]
    share: float | None = None

    def __str__(self) -> str:
        use = ", in use" if self.in_use else ""
        use += f" for {self.share:.1%} of answers" if self.share else ""
        return f"tier {self.tier} {self.pool} {'holds' if self.holds else 'falls short'}{use}: {self.why}"

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "tier": self.tier,
            "pool": self.pool,
            "holds": self.holds,
            "in_use": self.in_use,
            "share": self.share,
            "why": self.why,
            "members": [line.as_dict() for line in self.members],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One name and type: what is answered, by which mode and tier, who is in or out and why, and for how long.

    `extended_error` is the code and text that goes with the answer, or None (RFC 8914). `changes`: what comes next.
    """

    name: str
    type: str
    zone: str
    subject: str
    mode: str
    answer: str
    reason: str
    ttl: int
    ttl_why: str
    tiers: tuple[TierLine, ...] = ()
    exchangers: tuple[Line, ...] = ()
    extended_error: tuple[int, str] | None = None
    changes: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """For people: one fact a line, members indented below their tier."""
        told = [
            f"{self.name} {self.type}: {self.subject} in zone {self.zone}",
            f"mode {self.mode}: {self.reason}",
            f"answer: {self.answer}",
        ]
        for tier in self.tiers:
            told += [str(tier), *(f"  {line}" for line in tier.members)]
        told += [f"exchanger {line}" for line in self.exchangers]
        told += [f"ttl {self.ttl} s: {self.ttl_why}", *self.changes]
        if self.extended_error is not None:
            code, text = self.extended_error
            told.append(f"extended error {code}: {text}" if text else f"extended error {code}")
        return tuple(told)

    def as_dict(self) -> dict[str, object]:
        """For programs: plain values, for JSON."""
        error = self.extended_error
        return {
            "name": self.name,
            "type": self.type,
            "zone": self.zone,
            "subject": self.subject,
            "mode": self.mode,
            "answer": self.answer,
            "reason": self.reason,
            "ttl": self.ttl,
            "ttl_why": self.ttl_why,
            "tiers": [tier.as_dict() for tier in self.tiers],
            "exchangers": [line.as_dict() for line in self.exchangers],
            "changes": list(self.changes),
            "extended_error": None if error is None else {"code": error[0], "text": error[1]},
        }


def explain(
    zone: Zone, service: Service, rtype: RecordType, decision: Decision, *, changes: tuple[str, ...] = ()
) -> Explanation:
    """The decision of a service, told for one type. `decision` is of the family FAMILIES gives the type.

    `changes`: what is known of its next ones (steering.upcoming).
    """
    decider = resolved(zone, service)
    seen = f", seen from view {decision.view}" if decision.view else ""
    alias = "" if decider is service else f", an alias of {decider.name}"
    return Explanation(
        name=names.to_text(service.owner),
        type=rtype.name,
        zone=zone.text,
        subject=f"service {service.name}{alias}{seen}",
        mode=decision.mode.value,
        answer=_answer(decision, drawn=rtype is RecordType.MX and decider.mx is MxMode.RANKED),
        reason=decision.reason,
        ttl=decision.ttl,
        ttl_why=decision.ttl_why,
        tiers=_tiers(decision),
        exchangers=_exchangers(decision),
        extended_error=decision.extended_error,
        changes=changes,
    )


def explain_host(
    zone: Zone, decision: HostDecision, rtype: RecordType, *, changes: tuple[str, ...] = ()
) -> Explanation:
    """The decision of a member's own name, told for one type; `changes` as in `explain`."""
    family = FAMILIES.get(rtype)
    of_type = [str(address) for address in decision.addresses if family_of(address) is family]
    return Explanation(
        name=names.to_text(decision.hostname),
        type=rtype.name,
        zone=zone.text,
        subject="host",
        mode=(Mode.ALL_DOWN if decision.all_down else Mode.NORMAL).value,
        answer=", ".join(of_type) or "NODATA",
        reason=f"no address is healthy, so all are answered; {decision.why}" if decision.all_down else decision.why,
        ttl=decision.ttl,
        ttl_why=decision.ttl_why,
        changes=changes,
    )


def _answer(decision: Decision, *, drawn: bool) -> str:
    if decision.mode is Mode.STARTING or decision.action is WhenAllDown.SERVFAIL:
        return "SERVFAIL"
    if decision.action is WhenAllDown.REFUSED:
        return "REFUSED"
    if decision.last_resort:
        named = "the service's own name, which answers " if decision.exchangers else ""
        return f"{named}the list: {', '.join(_texts(decision.last_resort))}"
    count = len(decision.chosen)
    if decision.nodata or not count:
        return "NODATA"
    if decision.exchangers:
        count = len(decision.exchangers)
        tiers = Counter(one.tier for one in decision.exchangers)
        held = sum(min(PLACES, each) for each in tiers.values())
        of = f"{held} of {count} exchangers" if held < count else f"{count} exchangers"
        return f"{of}, those of tier {decision.tier} in drawn order" if drawn else f"{count} exchangers"
    if decision.answers == 0 or decision.answers >= count:
        return "the member in" if count == 1 else f"all {count} members in"
    by = "by the client's network" if decision.sticky else "by share"
    return f"{decision.answers} of the {count} members in, {by}"


def _tiers(decision: Decision) -> tuple[TierLine, ...]:
    return tuple(
        TierLine(
            tier=tier.tier,
            pool=tier.pool,
            holds=tier.holds,
            in_use=tier.tier == decision.tier or bool(tier.share),
            share=tier.share if len(decision.shared) > 1 else None,
            why=tier.why,
            members=tuple(_member(view) for view in decision.members if view.tier == tier.tier),
        )
        for tier in decision.tiers
    )


def _member(view: MemberView) -> Line:
    return Line(
        name=view.member.name,
        tier=view.tier,
        chosen=view.chosen,
        share=view.share,
        addresses=_texts(view.addresses),
        why=view.why,
    )


def _exchangers(decision: Decision) -> tuple[Line, ...]:
    return tuple(
        Line(
            name=names.to_text(one.hostname),
            tier=one.tier,
            chosen=True,
            share=None,
            addresses=_texts(one.addresses),
            why=f"tier {one.tier}, weight {one.weight}",
        )
        for one in decision.exchangers
    )


def _texts(addresses: tuple[Address, ...]) -> tuple[str, ...]:
    return tuple(str(address) for address in addresses)
