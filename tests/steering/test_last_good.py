from gslb.model.decisions import Decision, Mode
from gslb.model.pasts import Past
from gslb.model.values import Family, WhenAllDown
from gslb.steering.motion import CALM
from tests.kit.clock import Clock, shares
from tests.kit.estate import member, pool, service, zone

ONE, TWO, SIX, DR = "192.0.2.1", "192.0.2.2", "2001:db8::2", "198.51.100.1"
SITE = zone(
    pool("relays", member("r1", ONE), member("r2", TWO, SIX)),
    pool("dr", member("d1", DR)),
    services=(service("smtp", "relays", "dr", when_all_down=WhenAllDown.LAST_GOOD),),
)
ALL = (ONE, TWO, SIX, DR)


def after_an_hour(family: Family = Family.IPV4, *, down: tuple[str, ...] = ()) -> Clock:
    """A service that has answered unchanged for an hour."""
    clock = Clock(SITE, family)
    clock.after(0, down=down)
    clock.after(3600, down=down)
    return clock


def served(decision: Decision) -> tuple[Mode, WhenAllDown | None, set[str]]:
    """How and who."""
    return decision.mode, decision.action, set(shares(decision))


def test_the_set_that_stood_is_served() -> None:
    """Not what was left for a moment while everything fell, but what had stood for a minute; flagged as stale."""
    clock = after_an_hour()
    clock.after(1, down=(ONE,))
    made = clock.after(59, down=ALL)

    assert served(made) == (Mode.ALL_DOWN, WhenAllDown.LAST_GOOD, {"r1", "r2"})
    assert made.extended_error == (3, "")
    assert served(clock.after(10_000, down=ALL))[2] == {"r1", "r2"}


def test_a_smaller_set_that_stood_long_enough_counts() -> None:
    """After a minute it is the last good one."""
    clock = after_an_hour()
    clock.after(1, down=(ONE,))

    assert served(clock.after(60, down=ALL))[2] == {"r2"}


def test_it_may_be_that_of_another_tier() -> None:
    """The set that stood may be the second tier's; then that one is in use."""
    clock = after_an_hour(down=(ONE, TWO))
    made = clock.after(1, down=ALL)

    assert (served(made)[2], made.tier) == ({"d1"}, 2)


def test_who_drains_itself_is_left_out() -> None:
    """Less drained and forced down; when that leaves nobody, serve_all decides."""
    clock = after_an_hour()

    assert served(clock.after(1, down=(ONE, SIX, DR), factors={TWO: 0.0}))[2] == {"r1"}
    assert served(clock.after(1, down=(DR,), factors={ONE: 0.0, TWO: 0.0, SIX: 0.0}))[1:] == (
        WhenAllDown.SERVE_ALL,
        {"d1"},
    )


def test_none_known_is_serve_all() -> None:
    """A service that never stood for a minute serves all, and says so."""
    clock = Clock(SITE)
    clock.after(0)
    made = clock.after(59, down=ALL)

    assert served(made) == (Mode.ALL_DOWN, WhenAllDown.SERVE_ALL, {"r1", "r2"})
    assert made.reason == "all members down: last_good, but none is known: serve_all"
    assert made.extended_error == (0, "all members down")


def test_a_flicker_does_not_forget_the_good_set() -> None:
    """A set that comes back for less than a minute between two outages is not what counts."""
    clock = after_an_hour()
    clock.after(1, down=ALL)
    clock.after(30, down=(ONE, DR))

    assert served(clock.after(10, down=ALL))[2] == {"r1", "r2"}


def test_each_family_has_its_own() -> None:
    """AAAA answers the IPv6 addresses of its own set, MX the exchangers of its own."""
    six, names = after_an_hour(Family.IPV6), after_an_hour(Family.ANY, down=(TWO,))

    assert [str(a) for view in six.after(1, down=ALL).chosen for a in view.addresses] == [SIX]
    assert [str(a) for one in names.after(1, down=ALL).exchangers for a in one.addresses] == [ONE, SIX]


def test_nothing_is_remembered_for_other_modes() -> None:
    """A service that serves all has nothing to keep."""
    site = zone(pool("relays", member("r1", ONE)), services=(service("smtp", "relays"),))
    clock = Clock(site)
    clock.after(0)
    clock.after(100)

    assert clock.past is CALM
    assert Past() != CALM
