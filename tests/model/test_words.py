"""The small types of the model."""

from ipaddress import ip_address

from gslb.errors import ConfigError, Fault
from gslb.model.decisions import Decision, Mode, TierView
from gslb.model.observations import Degraded, Failed, Observation, Passed, Phase, Reason
from gslb.model.pools import Member
from gslb.model.settings import Endpoint
from gslb.model.values import Family, family_of, text_of
from gslb.model.verdicts import Health, MemberKey

V4, V6 = ip_address("192.0.2.1"), ip_address("2001:db8::1")


def test_families() -> None:
    """An address has the family of its version."""
    assert (family_of(V4), family_of(V6)) == (Family.IPV4, Family.IPV6)


def test_an_address_as_text() -> None:
    """The quick way writes what the usual one writes."""
    assert [text_of(one) for one in (V4, V6)] == [str(V4), str(V6)]


def test_a_members_addresses_by_family() -> None:
    """ANY holds both families."""
    member = Member(name="a", addresses=(V4, V6), hostname=b"\0", verdicts={})

    assert member.of_family(Family.IPV4) == (V4,)
    assert member.of_family(Family.IPV6) == (V6,)
    assert member.of_family(Family.ANY) == (V4, V6)


def test_an_observation_tells_phase_and_reason() -> None:
    """A pass has no phase and the reason OK; all else has those of its outcome."""
    passed = Observation(target="t", outcome=Passed(), started=0.0)
    failed = Observation(target="t", outcome=Failed(Phase.CONNECT, Reason.RESET), started=0.0)

    assert (passed.phase, passed.reason) == (None, Reason.OK)
    assert (failed.phase, failed.reason) == (Phase.CONNECT, Reason.RESET)


def test_outcomes_know_their_word() -> None:
    """The words of the contract stand on the values."""
    assert Passed().kind == "passed"
    assert Degraded(Phase.QUIT, Reason.SLOW).kind == "degraded"


def test_good_health() -> None:
    """Up and degraded are answered; down and unknown are not known good."""
    assert [h for h in Health if h.is_good] == [Health.UP, Health.DEGRADED]


def test_a_member_key_reads_as_its_path() -> None:
    """zone/pool/member, as operators write targets."""
    assert str(MemberKey("mail.example.com", "relays", "relay1")) == "mail.example.com/relays/relay1"


def test_endpoints_read_as_written() -> None:
    """IPv6 stands in brackets."""
    assert str(Endpoint(address=V4, port=53)) == "192.0.2.1:53"
    assert str(Endpoint(address=V6, port=53)) == "[2001:db8::1]:53"


def test_faults_read_with_their_place() -> None:
    """path:line:column: key: message, or as much of it as is known."""
    whole = Fault(path="a.yaml", line=3, column=5, key="zone", message="required")
    bare = Fault(path="a.yaml", message="empty")

    assert str(ConfigError((whole, bare))) == "a.yaml:3:5: zone: required\na.yaml: empty"


def test_a_decision_without_members_chooses_nobody() -> None:
    """`chosen` is what may stand in an answer."""
    decision = Decision(
        service="smtp",
        family=Family.ANY,
        mode=Mode.NORMAL,
        tier=None,
        tiers=(TierView(tier=1, pool="relays", holds=False, why=""),),
        members=(),
        answers=1,
        ttl=30,
        ttl_why="",
    )

    assert decision.chosen == ()
