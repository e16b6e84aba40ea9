"""Doubts as the ledger has them: parents, suspicion, isolation."""

from dataclasses import replace
from ipaddress import ip_address

from gslb.health.doubts import Suspicion
from gslb.health.ledger import Ledger
from gslb.model.checks import Check, HttpSettings
from gslb.model.observations import Degraded, Failed, Inconclusive, Observation, Outcome, Passed, Phase, Reason
from gslb.model.pools import Requirement
from gslb.model.settings import Config
from gslb.model.targets import target_id
from gslb.model.verdicts import Health, State, VerdictKey
from tests.kit.estate import check, config, member, pool, zone

NOW = 1_000_000.0
REFUSED = Failed(Phase.CONNECT, Reason.CONNECT_REFUSED)
REDESIGNED = Failed(Phase.BODY, Reason.BODY_MISMATCH)
SMTP = check("smtp")
WEB = check("web", settings=HttpSettings())
CHILD = replace(WEB, depends_on=("smtp",))
HOSTS = ("192.0.2.1", "192.0.2.2", "192.0.2.3")


def estate(*checks: Check, hosts: tuple[str, ...] = HOSTS) -> Config:
    """Two pools; each host is judged by all checks."""
    members = [member(f"m{n}", host, checks=checks) for n, host in enumerate(hosts)]
    return config(zone(pool("a", *members[:1]), pool("b", *members[1:])), checks=checks)


def key(of: Check, host: str) -> VerdictKey:
    """The verdict of a check at a host."""
    return VerdictKey(of.name, target_id(of.settings, ip_address(host)))


class Told:
    """A ledger and what it is told, a second apart."""

    def __init__(self, estate: Config) -> None:
        self.ledger = Ledger(estate)
        self.now = NOW

    def tell(self, of: Check, host: str, *outcomes: Outcome) -> list[State]:
        """Fold outcomes; the states of the transitions they made."""
        made = []
        for outcome in outcomes:
            self.now += 1
            observation = Observation(target=key(of, host).target, outcome=outcome, started=self.now)
            made += [each.after for each in self.ledger.fold(observation, self.now)]
        return made

    def state(self, of: Check, host: str) -> State:
        """What is believed."""
        return self.ledger.verdict(key(of, host)).state

    def all_good(self, *checks: Check) -> None:
        """Everything passes once."""
        for of in checks:
            for host in HOSTS:
                self.tell(of, host, Passed())


def test_a_child_of_a_down_parent_is_unreachable() -> None:
    """Its failures do not count and are recorded as unreachable; the member is out because of the parent."""
    told = Told(estate(SMTP, CHILD))
    told.all_good(SMTP, CHILD)
    told.tell(SMTP, HOSTS[0], *[REFUSED] * 3)
    told.tell(CHILD, HOSTS[0], *[REFUSED] * 9)
    seen = Observation(target=key(CHILD, HOSTS[0]).target, outcome=REFUSED, started=NOW)
    first = told.ledger._config.zones[0].pools["a"].members[0]
    health = told.ledger.health_of(told.now)(first, ip_address(HOSTS[0]))

    assert told.state(CHILD, HOSTS[0]) is State.UP
    assert told.ledger.counted(seen, NOW).outcome == Inconclusive(Phase.CONNECT, Reason.UNREACHABLE)
    assert (health.health, health.why) == (Health.DOWN, "smtp down: connect_refused")
    assert told.tell(CHILD, HOSTS[1], *[REFUSED] * 3) == [State.DOWN]
    assert told.ledger.mark_stale(NOW) == ()
    told.ledger.mark_stale(NOW + 900)
    assert not told.ledger.verdict(key(CHILD, HOSTS[0])).stale


def test_what_is_good_or_has_no_parent_is_recorded_as_it_is() -> None:
    """Only a failure below a parent that is down is rewritten."""
    told = Told(estate(SMTP, CHILD))
    for of, outcome in ((CHILD, REFUSED), (SMTP, REFUSED), (CHILD, Passed())):
        seen = Observation(target=key(of, HOSTS[0]).target, outcome=outcome, started=NOW)
        assert told.ledger.counted(seen, NOW) is seen
    stranger = Observation(target="gone", outcome=REFUSED, started=NOW)
    assert told.ledger.counted(stranger, NOW) is stranger


def test_a_suspected_check_moves_nobody() -> None:
    """A redesigned page fails on all machines: those it took out already come back, and nobody follows."""
    told = Told(estate(SMTP, WEB))
    told.all_good(SMTP, WEB)
    assert told.tell(WEB, HOSTS[0], *[REDESIGNED] * 3) == [State.DOWN]
    told.tell(WEB, HOSTS[1], REDESIGNED)

    assert told.tell(WEB, HOSTS[2], REDESIGNED) == [State.UP]
    assert told.ledger.suspicions() == (Suspicion(check="web", began=True),)
    assert told.tell(WEB, HOSTS[1], *[REDESIGNED] * 9) == []
    assert [told.state(WEB, host) for host in HOSTS] == [State.UP] * 3
    assert told.ledger.suspicions() == ()


def test_a_target_of_two_pools_counts_for_both() -> None:
    """Two pools are what it takes, also where the second one holds no other target."""
    members = [member(f"m{n}", host, checks=(SMTP, WEB)) for n, host in enumerate(HOSTS)]
    told = Told(config(zone(pool("a", *members), pool("b", members[1])), checks=(SMTP, WEB)))
    told.all_good(SMTP, WEB)
    for host in HOSTS:
        told.tell(WEB, host, REDESIGNED)

    assert told.ledger.suspicions() == (Suspicion(check="web", began=True),)


def suspected() -> Told:
    """A ledger whose web check is suspected."""
    told = Told(estate(SMTP, WEB))
    told.all_good(SMTP, WEB)
    for host in HOSTS:
        told.tell(WEB, host, REDESIGNED)
    assert [each.began for each in told.ledger.suspicions()] == [True]
    return told


def test_other_failures_count_under_suspicion() -> None:
    """A machine that no longer answers goes down, suspected check or not; our own fault is nothing at all."""
    told = suspected()

    told.tell(WEB, HOSTS[0], Inconclusive(Phase.CONNECT, Reason.LOCAL_BIND))
    assert told.tell(WEB, HOSTS[0], *[REFUSED] * 3) == [State.DOWN]
    assert told.ledger.suspicions() == ()


def test_one_pass_ends_a_suspicion() -> None:
    """The check is believed again, and failures count from then on."""
    told = suspected()
    told.tell(WEB, HOSTS[0], Passed())

    assert told.ledger.suspicions() == (Suspicion(check="web", began=False),)
    assert told.tell(WEB, HOSTS[1], *[REDESIGNED] * 3) == [State.DOWN]


def test_an_operator_ends_a_suspicion() -> None:
    """Believed on the operator's word, the check is not suspected again before it passed somewhere."""
    told = suspected()

    assert told.ledger.dismiss("web")
    assert not told.ledger.dismiss("web")
    for host in HOSTS:
        assert told.tell(WEB, host, *[REDESIGNED] * 3) == [State.DOWN]
    assert [each.began for each in told.ledger.suspicions()] == [False]


def test_no_suspicion_where_the_machines_do_badly_too() -> None:
    """What fails by every check is down, not misjudged."""
    told = Told(estate(SMTP, WEB))
    told.all_good(WEB)
    for host in HOSTS:
        told.tell(WEB, host, *[REDESIGNED] * 3)

    assert told.ledger.suspicions() == ()
    assert [told.state(WEB, host) for host in HOSTS] == [State.DOWN] * 3


def test_a_reload_keeps_a_suspicion_of_a_check_that_stays() -> None:
    """What was heard of checks that are gone is forgotten."""
    told = suspected()
    told.ledger.replace(estate(SMTP, WEB), told.now)
    assert told.ledger.doubts.suspected.keys() == {"web"}

    told.ledger.replace(estate(SMTP), told.now)
    assert not told.ledger.doubts.suspected


def isolated() -> Told:
    """A ledger whose canary, which stands in no pool, has failed."""
    made = estate(SMTP)
    canary = replace(made.targets[key(SMTP, HOSTS[0]).target], id="canary")
    node = replace(made.node, probing=replace(made.node.probing, canary=("canary",)))
    told = Told(replace(made, node=node, targets={**made.targets, "canary": canary}))
    told.all_good(SMTP)
    told.ledger.fold(Observation(target="canary", outcome=REFUSED, started=NOW), told.now)
    return told


def test_a_prober_that_is_cut_off_learns_nothing() -> None:
    """While the canary fails no verdict moves, nor goes stale; once it answers all goes on."""
    told = isolated()
    assert told.ledger.doubts.is_isolated(told.now)
    assert told.tell(SMTP, HOSTS[0], *[REFUSED] * 9) == []
    assert told.ledger.mark_stale(told.now + 200) == ()
    passed = Observation(target="canary", outcome=Passed(), started=NOW)

    assert not told.ledger.fold_quietly(passed, told.now)
    told.ledger.fold(passed, told.now)
    assert told.tell(SMTP, HOSTS[0], *[REFUSED] * 3) == [State.DOWN]
    assert told.ledger.interval("canary") == 15.0


def test_damped_and_combined_checks_are_told() -> None:
    """A requirement of one: the member is up by what is left, and down only when nothing is."""
    eager = replace(check("smtp", rise=1, fall=1, min_hold=0), damping=True)
    first = replace(
        member("m0", HOSTS[0], checks=(eager, WEB)), requirement=Requirement(at_least=1, of=("smtp", "web"))
    )
    told = Told(config(zone(pool("a", first)), checks=(eager, WEB)))
    told.tell(WEB, HOSTS[0], Passed(), *[REFUSED] * 3)
    told.tell(eager, HOSTS[0], *[Passed(), REFUSED] * 2, Passed())
    health = told.ledger.health_of(told.now)(first, ip_address(HOSTS[0]))

    assert (health.health, health.damped) == (Health.UP, True)
    assert health.why == "1 of 2 good, 1 needed: smtp up, flapping, web down: connect_refused"
    told.tell(eager, HOSTS[0], REFUSED)
    assert told.ledger.health_of(told.now)(first, ip_address(HOSTS[0])).health is Health.DOWN


def test_busy_counts_by_the_check_that_asked() -> None:
    """temp_fail_after is the check's own."""
    told = Told(estate(replace(SMTP, temp_fail_after=1)))
    told.all_good(SMTP)

    assert told.tell(SMTP, HOSTS[0], *[Degraded(Phase.GREETING, Reason.BUSY, load=True)] * 3) == [State.DOWN]


def test_a_parent_that_is_not_probed_there_hinders_nobody() -> None:
    """Nor does a verdict without a target: its outcomes come from nowhere."""
    lonely = estate(CHILD)
    told = Told(replace(lonely, checks={**lonely.checks, "smtp": SMTP}, targets={}))

    assert told.tell(CHILD, HOSTS[0], *[REFUSED] * 3) == [State.DOWN]
