"""What the parent holds."""

from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import dns.message
import dns.rdata
import dns.rrset
import pytest

from gslb.keys.delegating import Digest, ds
from gslb.model.keys import ZoneKey
from gslb.model.settings import Endpoint
from gslb.model.zones import Dnssec, Zone
from gslb.probes.live_parent import parent_warnings, verdicts
from gslb.probes.resolver import Found
from tests.kit.configs import POOL, accepted
from tests.kit.datagrams import answering
from tests.kit.zonekeys import ALWAYS, NOW, key

PLAIN = accepted(POOL).zones[0]
SIGNED = replace(PLAIN, dnssec=Dnssec(keys=Path("keys")))
ONE, NEXT = key(times=replace(ALWAYS, sync_delete=NOW)), key(times=replace(ALWAYS, sync_publish=NOW), number=1)


@pytest.mark.parametrize(
    ("zone", "keys", "held", "told"),
    [
        (SIGNED, (key(),), (ds(key()),), ""),
        (SIGNED, (key(),), (ds(key(), Digest.SHA384),), ""),
        (PLAIN, (), (), ""),
        (SIGNED, (key(),), (), "the parent has no DS, so nobody validates this zone; gslb delegation mail.example.com"),
        (SIGNED, (key(),), (ds(key(number=5)),), "validators refuse the whole zone; put there what gslb delegation"),
        (PLAIN, (), (ds(key()),), "validators refuse the whole zone; take it away"),
        (SIGNED, (ONE, NEXT), (ds(ONE),), f"the parent has no DS of key {NEXT.tag}, which is due"),
    ],
    ids=["fits", "fits by SHA-384", "unsigned", "no DS", "wrong DS", "DS of an unsigned zone", "a DS is due"],
)
def test_ds_and_keys_fit_or_it_is_told(
    zone: Zone, keys: tuple[ZoneKey, ...], held: tuple[bytes, ...], told: str
) -> None:
    """Silence where they do; a zone that is not signed must have none."""
    found = list(verdicts(zone, keys, NOW, Found(rdatas=held)))

    assert [told in each for each in found] == ([True] if told else [])


def test_a_resolver_that_fails_matters_to_signed_zones_only() -> None:
    """The others have nothing to lose."""
    assert list(verdicts(PLAIN, (), NOW, Found(error="Timeout"))) == []
    assert list(verdicts(SIGNED, (), NOW, Found(error="Timeout"))) == [
        "the DS of mail.example.com cannot be asked: Timeout"
    ]


async def test_the_parent_is_asked_by_way_of_a_resolver() -> None:
    """What it says of DS is compared octet by octet."""

    def answer(query: bytes) -> list[bytes]:
        reply = dns.message.make_response(dns.message.from_wire(query), recursion_available=True)
        rdata = ds(key(number=5))
        held = dns.rdata.from_wire("IN", "DS", rdata, 0, len(rdata))
        reply.answer.append(dns.rrset.from_rdata(reply.question[0].name, 60, held))
        return [reply.to_wire()]

    async with answering(answer) as port:
        resolver = Endpoint(address=ip_address("127.0.0.1"), port=port)
        (fault,) = await parent_warnings(SIGNED, (key(),), NOW, resolver)

    assert (fault.path, fault.key) == ("zones/z.yaml", "dnssec")
    assert "validators refuse the whole zone" in fault.message
