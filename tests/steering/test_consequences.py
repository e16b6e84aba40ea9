"""Whether it is safe to take members out, and what would move."""

from dataclasses import replace

import pytest

from gslb.health.overrides import Overrides
from gslb.model.overrides import Forced
from gslb.model.pools import Pool
from gslb.model.values import Family, RecordType
from gslb.model.zones import Zone
from gslb.steering.consequences import TOLD, Consequences, consequences
from gslb.steering.decide import decide
from tests.kit.controlled import NOW
from tests.kit.estate import healths, member, pool, service, zone
from tests.kit.spoken_for import said

DR = pool("dr", member("d1", "198.51.100.1"))


def relays(at_least: int = 1) -> Pool:
    """Two members of 60 and 40."""
    return pool("relays", member("r1", "192.0.2.1", weight=60), member("r2", "192.0.2.2", weight=40), at_least=at_least)


def site(*pools: Pool, services: int = 1) -> Zone:
    """A zone whose services have these pools as tiers."""
    names = [f"smtp{n}" for n in range(1, services)]
    records = (RecordType.MX, RecordType.A, RecordType.AAAA)
    return zone(*pools, services=tuple(service(n, *[p.name for p in pools], records=records) for n in ["smtp", *names]))


def follows(where: Zone, book: Overrides, *, ready: bool = True, **states: tuple[str, ...]) -> Consequences:
    """What would follow from a word, where none has been said before."""
    families = (Family.IPV4, Family.ANY)

    def decided(said_by: Overrides) -> list[object]:
        return [
            decide(where, each, family, healths(**states), ready=ready, override_of=said_by.of(NOW))
            for each in where.services.values()
            for family in families
        ]

    pairs = zip(decided(Overrides()), decided(book), strict=True)
    return consequences([(where, now, then) for now, then in pairs])  # type: ignore[misc]  # objects above


def test_a_drain_that_others_can_take_over() -> None:
    """Told for each type: whose share goes where; and how long caches hold the old answers."""
    found = follows(site(relays(), DR), said("relays/r1"))

    assert (found.safe, found.last) == (True, False)
    assert found.lines == (
        "safe: every tier in use keeps what it needs",
        "  mail.example.com/smtp A: relays/r1 60.0% → 0.0%, relays/r2 40.0% → 100.0%",
        "  mail.example.com/smtp MX and SRV: relays/r1 60.0% → 0.0%, relays/r2 40.0% → 100.0%",
        "resolvers' caches let go of the old answers within 30 s (answers now live 30 s, at most 30 s)",
    )


def test_min_healthy_falls_short() -> None:
    """The service moves to the next tier: not safe, and nobody's last member."""
    found = follows(site(relays(at_least=2), DR), said("relays/r1"))

    assert (found.safe, found.last) == (False, False)
    assert found.verdict.startswith(
        "not safe: min_healthy falls short: mail.example.com/smtp, tier 1 relays (1 of 2 members healthy, 2 needed)"
    )
    assert "tier 1 → tier 2" in found.lines[1]
    assert "falls short" in found.lines[1]


def test_the_last_healthy_member() -> None:
    """Named by service and type, the others being down already."""
    found = follows(site(relays()), said("relays/r1"), down=("192.0.2.2",))

    assert (found.safe, found.last) == (False, True)
    assert found.verdict == (
        "not safe: the last healthy member of mail.example.com/smtp (A), mail.example.com/smtp (MX and SRV) goes"
    )
    assert "normal → all_down" in found.lines[1]
    assert "relays/r2 0.0% → 100.0%" in found.lines[1]


def test_the_last_member_of_one_family() -> None:
    """A pool that moves to one without IPv4 leaves A empty: that is a last member, too."""
    six = pool("six", member("v6", "2001:db8::1"))
    found = follows(site(relays(), six), said("relays/r1", "relays/r2"))

    assert [each.answers for each in found.services if each.last] == ["A"]


@pytest.mark.parametrize("state", list(Forced))
def test_nothing_changes_where_all_are_down_already(state: Forced) -> None:
    """Draining a member that nobody is sent to is safe."""
    found = follows(site(relays(), DR), said("dr/d1", state=state), down=("198.51.100.1",))

    assert found.safe
    assert not found.last


def test_no_answer_changes() -> None:
    """In words of its own, without a word on caches."""
    assert follows(site(relays()), said("relays/r9")).lines == ("safe: no answer changes",)


def test_before_health_is_known() -> None:
    """Nothing is promised."""
    found = follows(site(relays()), said("relays/r1"), ready=False)

    assert not found.safe
    assert found.verdict == "not known yet: the first round of probes is not over"


def test_a_long_list_is_cut() -> None:
    """The worst come first, the rest is a number."""
    found = follows(site(relays(), services=TOLD), said("relays/r1"))

    assert (len(found.services), found.left_off) == (TOLD, TOLD)
    assert f"  and {TOLD} more" in found.lines


def test_a_view_is_told() -> None:
    """Where a service is seen through views."""
    where = site(relays())
    now = decide(where, where.services["smtp"], Family.IPV4, healths(), ready=True)
    book = said("relays/r1")
    then = decide(where, where.services["smtp"], Family.IPV4, healths(), ready=True, override_of=book.of(NOW))
    found = consequences([(where, replace(now, view="east"), replace(then, view="east"))])

    assert "mail.example.com/smtp for east A: " in found.lines[1]
