from gslb.answers.slots import ServiceSlot
from gslb.model.values import Family, MxMode, RecordType


def test_each_type_shows_the_decision_of_its_family() -> None:
    """A goes by IPv4, AAAA by IPv6, what holds names by any."""

    def family(rtype: RecordType) -> Family:
        return ServiceSlot(zone="z", service="s", decided_by="s", owner=b"\0", rtype=rtype, mx=MxMode.RANKED).family

    assert family(RecordType.A) is Family.IPV4
    assert family(RecordType.AAAA) is Family.IPV6
    assert family(RecordType.MX) is family(RecordType.SRV) is Family.ANY
