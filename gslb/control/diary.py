"""What control writes to the log, event by event. Per-run lines are for debugging; a change always has its line."""

from collections.abc import Mapping, Sequence

import structlog

from gslb.control.turns import Turn
from gslb.handoff.messages import LogLine, Message, Refused
from gslb.handoff.table import Manifest
from gslb.health.doubts import Suspicion
from gslb.model.decisions import Mode
from gslb.model.keys import ZoneKey
from gslb.model.observations import Observation, Reason
from gslb.model.overrides import Override
from gslb.model.settings import Config
from gslb.model.targets import Target
from gslb.model.verdicts import MemberKey, State, Transition, Verdict, VerdictKey

log = structlog.get_logger("gslb.control")

SHOWN = 10
"""Names told in one line; the rest is a number."""


def started(config: Config, known: int) -> None:
    """Control has its configuration and its memory."""
    log.info(
        "control started",
        node=config.node.name,
        digest=config.digest,
        zones=len(config.zones),
        targets=len(config.targets),
        saved_verdicts=known,
    )
    for warning in config.warnings:
        log.warning("configuration", text=str(warning))


def keys(keys: Mapping[str, Sequence[ZoneKey]], now: float) -> None:
    """What the keys of zones that are to be signed do now."""
    for zone, found in keys.items():
        signing = [key.tag for key in found if key.is_signing(now)]
        log.info("keys", zone=zone, published=[key.tag for key in found if key.is_published(now)], signing=signing)
        if not any(key.signs_data and key.is_signing(now) for key in found):
            log.warning(
                "no key signs this zone now: it is served unsigned", zone=zone, remedy=f"gslb keys generate {zone}"
            )


def adopted(manifest: Manifest) -> None:
    """A table that was left behind stands until health is known."""
    log.info("the table left behind stands until the first round is over", generation=manifest.generation)


def ignored(sentence: str) -> None:
    """Something saved could not be used."""
    log.warning("saved state ignored", why=sentence)


def observed(target: Target, observation: Observation) -> None:
    """A probe has ended."""
    log.debug(
        "probed",
        target=target.id,
        address=str(target.address),
        port=target.port,
        outcome=observation.outcome.kind.value,
        **_seen(observation),
    )


def other_reason(target: Target, members: tuple[MemberKey, ...], before: Observation, observation: Observation) -> None:
    """A target is as it was, but says something else: the first failure, busy, our own fault, or well again.

    A certificate that is about to end is an error, though nobody is down for it.
    """
    level = log.error if observation.reason is Reason.CERT_EXPIRING_CRITICAL else log.info
    level(
        "reason changed",
        address=str(target.address),
        port=target.port,
        members=[str(member) for member in members[:SHOWN]],
        old=before.reason.value,
        outcome=observation.outcome.kind.value,
        **_seen(observation),
    )


def changed(
    transition: Transition,
    verdict: Verdict,
    judged: tuple[Target, tuple[MemberKey, ...]],
    observation: Observation | None,
    overridden: tuple[str, ...] = (),
) -> None:
    """A belief has changed. `judged`: what is probed, and the members it stands for; `overridden`: who of those is in
    another state all the same, by an operator's word."""
    target, members = judged
    level = log.warning if transition.after is State.DOWN else log.info
    level(
        "transition",
        check=transition.key.check,
        address=str(target.address),
        port=target.port,
        members=[str(member) for member in members[:SHOWN]],
        old=transition.before.value,
        new=transition.after.value,
        successes=verdict.successes,
        failures=verdict.failures,
        transitions=verdict.transitions,
        **(_seen(observation) if observation else {"reason": transition.reason.value, "text": transition.text}),
        **({"overridden": list(overridden)} if overridden else {}),
    )


def _seen(observation: Observation) -> dict[str, object]:
    seen = {
        "reason": observation.reason.value,
        "phase": observation.phase.value if observation.phase else None,
        "code": observation.code,
        "text": observation.text,
        "peer": str(observation.peer) if observation.peer else None,
    }
    return {key: value for key, value in seen.items() if value}


def turned(turn: Turn) -> None:
    """A service has changed its stand."""
    facts = {
        "zone": turn.zone,
        "service": turn.service,
        "old": turn.before.mode.value if turn.before else None,
        "new": turn.after.mode.value,
        "tier": turn.after.tier,
        "reason": turn.after.reason,
        **({"view": turn.view} if turn.view else {}),
    }
    if turn.enters_all_down:
        log.error("all members down", **facts)
    elif turn.leaves_all_down:
        log.warning("no longer all down", **facts)
    else:
        level = log.info if turn.after.mode is Mode.NORMAL else log.warning
        level("service turned", **facts)


def stale(key: VerdictKey) -> None:
    """A verdict had no conclusive outcome for too long."""
    log.warning("verdict stale; it stands", check=key.check, target=key.target)


def failed_back(zone: str, service: str) -> None:
    """An operator has a service come back to an earlier tier."""
    log.info("failback by the operator", zone=zone, service=service)


def suspected(suspicion: Suspicion) -> None:
    """A check is suspected itself, or believed again."""
    if suspicion.began:
        log.error("check suspected: it fails everywhere at once; its last verdicts hold", check=suspicion.check)
    else:
        log.warning("check no longer suspected", check=suspicion.check)


def isolated(*, begins: bool) -> None:
    """The canaries fail, so that this prober seems cut off; or they answer again, or the facts are accepted."""
    if begins:
        log.error("this prober seems cut off: the canaries fail; verdicts stand still")
    else:
        log.warning("verdicts move again: a canary answers, or the longest time is over")


def overridden(event: str, overrides: tuple[Override, ...]) -> None:
    """An operator has spoken, or an override is over: one line for one word, however many targets it had."""
    words: dict[str, list[Override]] = {}
    for each in overrides:
        words.setdefault(str(each), []).append(each)
    for text, found in words.items():
        log.warning(
            event,
            state=found[0].state.value,
            owner=found[0].owner,
            text=text,
            targets=[each.target for each in found[:SHOWN]],
            count=len(found),
        )


def relaying(target: Target, members: tuple[MemberKey, ...], observation: Observation) -> None:
    """An open relay is confirmed."""
    log.error(
        "open relay suspected",
        address=str(target.address),
        port=target.port,
        members=[str(member) for member in members[:SHOWN]],
        **_seen(observation),
    )


def rejected(credentials: str, *, begins: bool) -> None:
    """A login is refused by two servers at least and taken by none; or that is over."""
    if begins:
        log.error("a login is refused everywhere: its password is wrong, not the servers", login=credentials)
    else:
        log.warning("a login is no longer known to be wrong", login=credentials)


def saturated(waits: int) -> None:
    """Probes have waited for a slot longer than half their interval: verdicts come late."""
    log.error("too few slots for so many probes: raise probing.concurrency, or intervals", waits=waits)


def first_round(*, complete: bool, unknown: tuple[VerdictKey, ...]) -> None:
    """The startup round is over."""
    level = log.info if complete and not unknown else log.warning
    level("first round over", complete=complete, unknown=len(unknown), targets=[key.target for key in unknown[:SHOWN]])


def refused(message: Refused) -> None:
    """A worker would not take a table."""
    log.error("a worker refused a table", worker=message.worker, generation=message.generation, why=message.why)


def worker_line(line: LogLine) -> None:
    """A worker has something for the log."""
    level = line.level if line.level in ("debug", "info", "warning", "error") else "info"
    facts = {key: value for key, value in line.facts.items() if key not in ("event", "worker")}
    getattr(log, level)(line.event, worker=line.worker, **facts)


def nonsense(link: int, message: Message) -> None:
    """A worker said what only control says."""
    log.warning("an odd message on the channel", link=link, kind=type(message).__name__)
