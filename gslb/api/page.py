"""GET /: the state on one page, zones → services → tiers → members. No script, nothing from elsewhere.

Everything that comes from the configuration or from a probed server is escaped; the policy header would stop the rest.
"""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from aiohttp import web

from gslb.api.keys import DESK
from gslb.control.views import FamilyStatus, MemberStatus, ServiceStatus, ShareStatus, Status, TierStatus, ZoneStatus

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

STATES = {
    "up": ("good", "● up"),
    "degraded": ("warn", "◐ degraded"),
    "unknown": ("dim", "○ unknown"),
    "down": ("bad", "✕ down"),
    "drained": ("warn", "◌ drained"),
    "normal": ("good", "normal"),
    "below_minimum": ("warn", "below minimum"),
    "all_down": ("bad", "all down"),
    "starting": ("dim", "starting"),
}
"""State or mode → class and words: colour never says it alone."""

ANSWERS = {"ipv4": "A", "ipv6": "AAAA", "any": "MX, SRV"}


async def show(request: web.Request) -> web.Response:
    """The page."""
    text = await asyncio.to_thread(render, await request.app[DESK].surveyed())
    return web.Response(text=text, content_type="text/html", headers=HEADERS)


def render(status: Status) -> str:
    """The page of a status."""
    return _template().substitute(
        title=escape(f"gslb on {status.node}"),
        summary=_summary(status),
        zones=_overrides(status) + "\n".join(map(_zone, status.zones)) or "<p>No zones are configured.</p>",
        now=_time(status.now),
    )


@cache
def _template() -> Template:
    return Template(files("gslb.api").joinpath("page.html").read_text(encoding="utf-8"))


def _summary(status: Status) -> str:
    ready = status.readiness
    words = "ready" if ready.ready else f"not ready: {'; '.join(ready.waiting_for)}"
    serving = sum(worker.connected for worker in status.workers)
    facts = {
        "Serving": f'<span class="{"good" if ready.ready else "bad"} state">{escape(words)}</span>',
        "Workers": str(serving),
        "Table": f"generation {status.table.generation}, {_duration(status.table.age)} old",
        "Configuration": f"<code>{escape(status.config.digest)}</code>, taken {_time(status.config.loaded_at)} UTC",
        "Running for": _duration(status.now - status.started),
    }
    troubles = [status.table.error, status.memory.error, *status.config.warnings]
    if status.config.last_reload_good is False:
        troubles.append("the last reload was refused; the configuration before it runs on")
    items = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts.items())
    told = "".join(f'<p class="warn">{escape(trouble)}</p>' for trouble in troubles if trouble)
    return f"<dl>{items}</dl>{told}"


def _overrides(status: Status) -> str:
    """What operators have said and still stands; nothing where nothing does."""
    if not status.overrides:
        return ""
    rows = "".join(
        f'<tr><th scope="row"><code>{escape(each.target)}</code></th><td>{escape(each.text)}</td>'
        f"<td>{_time(each.since)}</td><td>{'nothing here bears it' if each.orphaned else ''}</td></tr>"
        for each in status.overrides
    )
    return (
        '<section><h2>Overrides</h2><div class="scroll"><table><thead><tr><th scope="col">Target</th>'
        '<th scope="col">Word</th><th scope="col">Since (UTC)</th><th scope="col">Note</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
    )


def _zone(zone: ZoneStatus) -> str:
    members = {(pool.name, member.name): member for pool in zone.pools for member in pool.members}
    services = [_service(service, members) for service in zone.services if not service.pool_name]
    return (
        f"<section><h2>{escape(zone.name)}</h2>"
        f'<p class="dim">serial {zone.serial}, TTL {zone.min_ttl} to {zone.ttl} s</p>'
        f"{''.join(services) or '<p>No services.</p>'}</section>"
    )


def _service(service: ServiceStatus, members: dict[tuple[str, str], MemberStatus]) -> str:
    head = (
        f"<section><h3>{escape(service.fqdn)} <span class=dim>{escape(' '.join(service.records))}</span>"
        f" {_state(service.mode)}</h3>"
    )
    if service.alias_of is not None:
        return f"{head}<p>Answers as <b>{escape(service.alias_of)}</b> does.</p></section>"
    if not service.families:
        return f"{head}<p>Answers nothing yet.</p></section>"
    views = (
        f"<h4>{escape(view.name)} <span class=dim>view</span> {_state(view.mode)}</h4>{_chain(view.families, members)}"
        for view in service.views
    )
    said = () if service.override is None else (service.override.text,)
    return f"{head}{_chain(service.families, members, *said)}{''.join(views)}</section>"


def _chain(families: tuple[FamilyStatus, ...], members: dict[tuple[str, str], MemberStatus], *said: str) -> str:
    """The tiers of one service, as one view or everybody sees it; first what an operator said of it."""
    reasons = dict.fromkeys((*said, *(family.reason for family in families if family.reason)))
    return (
        f"<p>{escape('; '.join(reasons))}</p>"
        f'<div class="scroll"><table>{_columns(families)}{"".join(_tiers(families, members))}</table></div>'
    )


def _columns(families: tuple[FamilyStatus, ...]) -> str:
    shares = "".join(f'<th scope="col">Share of {ANSWERS[family.family]}</th>' for family in families)
    return (
        '<thead><tr><th scope="col">Member</th><th scope="col">Real</th><th scope="col">Effective</th>'
        '<th scope="col">Addresses</th>'
        f'{shares}<th scope="col">Answers given</th><th scope="col">Why</th></tr></thead>'
    )


def _tiers(families: tuple[FamilyStatus, ...], members: dict[tuple[str, str], MemberStatus]) -> Iterator[str]:
    in_use = {family.tier for family in families}
    width = 6 + len(families)
    for tier in families[0].tiers:
        use = ", <b>in use</b>" if tier.number in in_use else ""
        rows = (_member(parts, members) for parts in _parts(families, tier))
        yield (
            f'<tbody><tr><th scope="rowgroup" colspan="{width}">Tier {tier.number}: {escape(tier.pool)}{use}'
            f' <span class="dim">{escape(tier.why)}</span></th></tr>{"".join(rows)}</tbody>'
        )


def _parts(families: tuple[FamilyStatus, ...], tier: TierStatus) -> Iterable[tuple[ShareStatus, ...]]:
    """Each member of a tier, as every family sees it: decisions list the same members in the same order."""
    return zip(*([part for part in family.members if part.tier == tier.number] for family in families), strict=True)


def _member(parts: tuple[ShareStatus, ...], members: dict[tuple[str, str], MemberStatus]) -> str:
    member = members[parts[0].pool, parts[0].member]
    standby = ' <span class="dim">standby</span>' if member.standby else ""
    drained = ' <span class="dim">weight 0</span>' if member.weight == 0 else ""
    shares = "".join(f'<td class="number">{f"{part.share:.1%}" if part.chosen else "–"}</td>' for part in parts)
    addresses = "<br>".join(f"<code>{escape(each.address)}</code>" for each in member.addresses)
    why = next((part.why for part in parts if part.chosen), parts[0].why)
    return (
        f'<tr><th scope="row">{escape(member.name)}{standby}{drained}</th><td>{_state(member.real)}</td>'
        f"<td>{_state(member.effective)}</td>"
        f'<td>{addresses}</td>{shares}<td class="number">{member.answers_given}</td><td>{escape(why)}</td></tr>'
    )


def _state(state: str) -> str:
    look, words = STATES.get(state, ("dim", state))
    return f'<span class="{look} state">{escape(words)}</span>'


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _duration(seconds: float) -> str:
    """The two largest units: 3 d 4 h, 5 min 10 s."""
    rest = max(0, int(seconds))
    words = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            words.append(f"{count} {unit}")
    return " ".join(words[:2]) or "0 s"
