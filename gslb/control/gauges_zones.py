"""Zones, their services, members and keys, as one scrape tells them: read off the facts, with no record in between."""

from collections.abc import Iterator

from gslb.control import survey
from gslb.control.exposition import Family, counter, escaped, labels, number
from gslb.control.key_views import dnssec_status
from gslb.control.survey import Facts
from gslb.control.turns import stand_of
from gslb.model.decisions import Mode
from gslb.model.verdicts import Health, MemberKey
from gslb.model.zones import Service, Zone
from gslb.steering.decide import resolved

EFFECTIVE = (*(state.value for state in Health), "drained")
"""What may count for a member."""


def zone_families(facts: Facts) -> Iterator[Family]:
    """All of it, family by family."""
    serial = Family("gslb_zone_serial", "The zone's SOA serial.")
    services, members, views = _Services(), _Members(facts), _Views()
    for zone in facts.config.zones:
        serial.add(labels(zone=zone.text), facts.serials[zone.text].serial)
        for service in zone.services.values():
            views.add(facts, zone, service)
            services.add(facts, zone, service)
        members.add(zone)
    yield from (serial, *services.families, *members.families, *views.families)
    yield from _keys(facts)


class _Services:
    """As everybody sees them."""

    def __init__(self) -> None:
        self.all_down = Family("gslb_service_all_down", "1 while no member is healthy.")
        self.tier = Family("gslb_service_tier", "The tier in use, from 1; 0: none.")
        self.ttl = Family("gslb_service_ttl_seconds", "The TTL of answers.")
        self.families = (self.all_down, self.tier, self.ttl)

    def add(self, facts: Facts, zone: Zone, service: Service) -> None:
        """One service, by family."""
        found = tuple(survey.decisions_of(facts.decisions, zone, service))
        rest = f'service="{escaped(service.name)}",zone="{zone.text}"'
        mode = stand_of([decision for _, decision in found]).mode if found else Mode.NORMAL
        self.all_down.add(rest, mode is Mode.ALL_DOWN)
        for family, decision in found:
            inside = f'family="{survey.FAMILIES[family]}",{rest}'
            self.tier.add(inside, decision.tier or 0)
            self.ttl.add(inside, decision.ttl)


class _Views:
    """Chains of services that a view has to itself."""

    def __init__(self) -> None:
        self.all_down = Family("gslb_view_all_down", "1 while no member of the view's own chain is healthy.")
        self.tier = Family("gslb_view_tier", "The tier of the view's own chain in use; 0: none.")
        self.families = (self.all_down, self.tier)

    def add(self, facts: Facts, zone: Zone, service: Service) -> None:
        """One service, by view and family."""
        for view in resolved(zone, service).views:
            named = {"zone": zone.text, "service": service.name, "view": view}
            stands = survey.stand(facts.decisions, zone, service, view)
            self.all_down.add(labels(**named), stands is not None and stands.mode is Mode.ALL_DOWN)
            for family, decision in survey.decisions_of(facts.decisions, zone, service, view):
                self.tier.add(labels(family=survey.FAMILIES[family], **named), decision.tier or 0)


class _Members:
    """Members of all pools: what counts for them, and what they gave."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.health_of = facts.ledger.health_of(facts.now)
        self.override_of = facts.overrides.of(facts.now)
        self.health = Family("gslb_member_health", "1 for the state that counts for the member.")
        self.real = Family("gslb_member_real_health", "Of members under an override: 1 for what probes found.")
        self.override = Family("gslb_member_override", "1 for what an operator has said of the member.")
        self.weight = Family("gslb_member_weight", "Configured weight.")
        self.answers = counter("gslb_member_answers", "Answers that held the member.")
        self.families = (self.health, self.real, self.override, self.weight, self.answers)

    def add(self, zone: Zone) -> None:
        """Every member of a zone."""
        after = f'",zone="{zone.text}"}} '
        for pool in zone.pools.values():
            for member in pool.members:
                name = f'member="{member.name}",pool="{pool.name}'
                looked = [self.health_of(member, address).health for address in member.addresses]
                real = looked[0] if len(looked) == 1 else min(looked, key=survey.BEST_FIRST.index)
                standing = self.override_of(zone.text, None, pool.name, member)
                counts = real.value if standing is None else survey.EFFECTIVE[standing.override.state]
                self._states(self.health, f'{{{name}",state="', after, counts, EFFECTIVE)
                if standing is not None:
                    said = standing.override.state.value
                    self.override.write(f'{self.override.name}{{{name}",state="{said}{after}1.0\n')
                    self._states(self.real, f'{{{name}",state="', after, real.value, EFFECTIVE[:-1])
                given = self.facts.answered.get(MemberKey(zone.text, pool.name, member.name), 0)
                self.weight.write(f"{self.weight.name}{{{name}{after}{number(member.weight)}\n")
                self.answers.write(f"{self.answers.name}{{{name}{after}{number(given)}\n")

    @staticmethod
    def _states(family: Family, before: str, after: str, counts: str, states: tuple[str, ...]) -> None:
        """A sample for each state, 1 for the one that counts."""
        before, zero, one = family.name + before, f"{after}0.0\n", f"{after}1.0\n"
        family.write("".join([f"{before}{state}{one if state == counts else zero}" for state in states]))


def _keys(facts: Facts) -> Iterator[Family]:
    to_do = Family("gslb_keys_to_do", "What an operator has to do about a signed zone's keys.")
    failing = Family("gslb_keys_failing", "1 while the key files cannot be used.")
    coming = Family("gslb_key_next_time_seconds", "When a key's next date is, Unix time.")
    for zone in facts.config.zones:
        status = dnssec_status(zone, facts.keys.get(zone.text, ()), facts.now, facts.key_error)
        if status is not None:
            to_do.add(labels(zone=zone.text), len(status.to_do))
            failing.add(labels(zone=zone.text), bool(status.error))
            for key in status.keys:
                if key.next_at is not None:
                    coming.add(labels(zone=zone.text, key=str(key.key), role=key.role), key.next_at)
    yield from (to_do, failing, coming)
