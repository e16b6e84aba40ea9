"""Asking steering: for services as every family and view sees them, for hosts, and for what transfers carry."""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from gslb.answers.build import DecisionKey, decision_key
from gslb.control.scene import Scene
from gslb.model.decisions import Decision, HostDecision, Mode
from gslb.model.overrides import OverrideOf
from gslb.model.pasts import Past
from gslb.model.values import WhenAllDown
from gslb.model.verdicts import MemberKey
from gslb.model.zones import EVERYBODY
from gslb.steering.decide import decide
from gslb.steering.dependents import Dependents
from gslb.steering.draft import HealthOf
from gslb.steering.hosts import decide_host
from gslb.steering.motion import welcomed

HostKey: TypeAlias = tuple[str, bytes]
"""A member's own name: zone (text) and wire name."""


class Terms(NamedTuple):
    """What decisions are made from at one moment (Unix seconds)."""

    scene: Scene
    health_of: HealthOf
    override_of: OverrideOf
    past_of: Callable[[DecisionKey], Past]
    ready: bool
    now: float


def services_of(
    terms: Terms, touched: Dependents, welcome: Set[MemberKey] = frozenset()
) -> Iterator[tuple[DecisionKey, Decision]]:
    """The decisions of these services. `welcome`: members whose return an operator has just ordered."""
    scene, look, said, past_of, ready, now = terms
    for zone_text, name in touched.services:
        zone = scene.plan.zones[zone_text]
        service = zone.services[name]
        for family in scene.families.get((zone_text, name), ()):
            for view in service.seen:
                key = decision_key(zone_text, name, family, view)
                past = welcomed(past_of(key), zone_text, welcome)
                made = decide(zone, service, family, look, ready=ready, override_of=said, view=view, past=past, now=now)
                yield key, made


def hosts_of(terms: Terms, touched: Dependents) -> Iterator[tuple[HostKey, HostDecision]]:
    """The decisions of these hosts."""
    scene, look, said = terms.scene, terms.health_of, terms.override_of
    for zone_text, hostname in touched.hosts:
        zone, known = scene.plan.zones[zone_text], scene.hosts[zone_text]
        yield (zone_text, hostname), decide_host(zone, hostname, look, known=known, override_of=said)


def carried_of(
    terms: Terms, decisions: Mapping[DecisionKey, Decision]
) -> Iterator[tuple[DecisionKey, Decision | None]]:
    """What transfers carry in place of these decisions: serve_all, whatever else is answered when all are down.

    None: the decision itself, also where serve_all has nobody to serve."""
    for key, made in decisions.items():
        zone = terms.scene.plan.zones[key[0]]
        if zone.transfer is not None and made.view == EVERYBODY:
            differs = made.mode is Mode.ALL_DOWN and made.action is not WhenAllDown.SERVE_ALL
            yield key, _serving_all(terms, key) if differs else None


def _serving_all(terms: Terms, key: DecisionKey) -> Decision | None:
    """What a service would answer with serve_all; None where that is a failure."""
    scene, look, said, past_of, ready, now = terms
    zone = scene.plan.zones[key[0]]
    service = replace(zone.services[key[1]], when_all_down=WhenAllDown.SERVE_ALL)
    made = decide(zone, service, key[2], look, ready=ready, override_of=said, past=past_of(key), now=now)
    return made if made.action is WhenAllDown.SERVE_ALL else None
