from ipaddress import ip_address

from gslb.answers.addresses import address_records, of_host, of_members
from gslb.answers.drawn import Drawn
from gslb.answers.records import OWNER
from gslb.answers.variants import CIRCLE
from gslb.model.values import RecordType
from gslb.model.verdicts import MemberKey
from gslb.model.zones import ALL
from tests.kit.answered import chosen
from tests.kit.estate import member

RELAYS = chosen(
    member("r1", "192.0.2.11", weight=3), member("r2", "192.0.2.12", "192.0.2.13", "2001:db8::12", weight=1)
)


def read(drawn: Drawn) -> list[list[str]]:
    """The addresses of each variant, in its order."""
    found = []
    for variant in drawn.variants:
        end = variant.start + (len(variant.data) if variant.length is None else variant.length)
        records = variant.data[variant.start : end]
        assert len(records) == 16 * variant.count
        found.append([str(ip_address(records[at + 12 : at + 16])) for at in range(0, len(records), 16)])
    return found


def draw(answers: int) -> Drawn:
    """The A answers of the relays above."""
    return of_members(RELAYS, RecordType.A, answers=answers, ttl=30, zone="z")


def test_one_member_brings_all_its_addresses() -> None:
    """Under `answers: 1` a variant is a member, with every address of the family that may be answered."""
    drawn = draw(1)

    assert read(drawn) == [["192.0.2.11"], ["192.0.2.12", "192.0.2.13"]]
    assert drawn.widths == (CIRCLE * 3 // 4, CIRCLE // 4)
    assert drawn.counted == ((MemberKey("z", "relays", "r1"),), (MemberKey("z", "relays", "r2"),))


def test_all_members_turn() -> None:
    """Under `answers: all` the same set is read from each member on, and each answer counts for all."""
    drawn = draw(ALL)

    assert read(drawn) == [["192.0.2.11", "192.0.2.12", "192.0.2.13"], ["192.0.2.12", "192.0.2.13", "192.0.2.11"]]
    assert len({variant.data for variant in drawn.variants}) == 1
    assert {len(keys) for keys in drawn.counted} == {2}


def test_members_without_the_family_stay_out() -> None:
    """Only who has an address of the family takes part, with what shares there are."""
    drawn = of_members(RELAYS, RecordType.AAAA, answers=1, ttl=30, zone="z")

    assert drawn.widths == (CIRCLE,)
    assert drawn.counted == ((MemberKey("z", "relays", "r2"),),)
    assert of_members((), RecordType.A, answers=1, ttl=30, zone="z").variants == ()


def test_hosts_turn_their_addresses() -> None:
    """A hostname answers all of its addresses of the family, and is nobody's turn."""
    addresses = [ip_address(text) for text in ("192.0.2.11", "2001:db8::1", "192.0.2.12")]

    drawn = of_host(addresses, RecordType.A, 30)

    assert read(drawn) == [["192.0.2.11", "192.0.2.12"], ["192.0.2.12", "192.0.2.11"]]
    assert drawn.widths == (CIRCLE // 2,) * 2
    assert drawn.counted == ((), ())


def test_address_records_are_of_one_type() -> None:
    """Addresses of the other family are passed over."""
    found = address_records([ip_address("192.0.2.1"), ip_address("::1")], RecordType.AAAA, 30)

    assert found == [OWNER + b"\0\x1c\0\1\0\0\0\x1e\0\x10" + ip_address("::1").packed]


def test_a_lowered_member_is_left_out_of_some_answers() -> None:
    """Under `answers: all` a member stands in the fraction of answers that its lowered weight leaves it."""
    lowered = (RELAYS[0], RELAYS[1]._replace(presence=0.4))
    drawn = of_members(lowered, RecordType.A, answers=ALL, ttl=30, zone="z")

    with_it = sum(width for width, keys in zip(drawn.widths, drawn.counted, strict=True) if len(keys) == 2)
    assert with_it == round(0.4 * CIRCLE)
    assert sum(drawn.widths) == CIRCLE
