"""One delegation in every form."""

import dns.zone
import pytest

from gslb.cli.delegation_forms import Delegation, as_dict, bind, registrar, windows
from gslb.keys.delegating import Digest
from gslb.model.keys import ZoneKey
from gslb.model.names import ROOT, parent, to_wire
from gslb.model.zones import Zone
from tests.kit.configs import HEAD, POOL, accepted
from tests.kit.zonekeys import ED25519, key

SERVERS = HEAD.replace("[192.0.2.53]", '[192.0.2.53, "2001:db8::53"], ns.example.net.: []')


@pytest.fixture
def zone() -> Zone:
    """A zone with a name server inside it and one elsewhere."""
    return accepted(POOL, head=SERVERS).zones[0]


def delegation(zone: Zone, *keys: ZoneKey) -> Delegation:
    """Of these keys, by both digests."""
    return Delegation(zone=zone, parent=parent(zone.name), keys=keys, digests=tuple(Digest))


def test_a_zone_file_takes_the_lines(zone: Zone) -> None:
    """dnspython reads them into the parent: NS, glue, and a DS by each digest."""
    text = "@ 60 IN SOA a. b. 1 1 1 1 1\n@ 60 IN NS a.\n" + "\n".join(bind(delegation(zone, key())))

    read = dns.zone.from_text(text, "example.com.")

    assert sorted(each.to_text() for each in read.get_rdataset("mail", "NS") or ()) == ["ns.example.net.", "ns1.mail"]
    assert len(read.get_rdataset("mail", "DS") or ()) == 2
    assert read.get_rdataset("ns1.mail", "AAAA")


def test_windows_takes_commands(zone: Zone) -> None:
    """PowerShell where it knows how; a server without glue and an algorithm it does not know go by dnscmd."""
    one, other = key(), key(algorithm=ED25519)
    lines = list(windows(delegation(zone, one, other)))

    assert lines[0] == (
        'Add-DnsServerZoneDelegation -Name "example.com" -ChildZoneName "mail" -NameServer "ns1.mail.example.com."'
        ' -IPAddress "192.0.2.53","2001:db8::53"'
    )
    assert lines[1] == "dnscmd /RecordAdd example.com mail NS ns.example.net."
    assert lines[2].startswith(
        f'Add-DnsServerResourceRecordDS -ZoneName "example.com" -Name "mail" -KeyTag {one.tag}'
        " -CryptoAlgorithm ECDsaP256Sha256 -DigestType Sha256 -Digest "
    )
    assert lines[4].startswith(f"dnscmd /RecordAdd example.com mail DS {other.tag} 15 2 ")


def test_any_zone_above_may_be_the_parent(zone: Zone) -> None:
    """The child is then named relative to it; below the root it is the whole name."""
    for above, name, child in ((to_wire("com."), "com", "mail.example"), (ROOT, ".", "mail.example.com")):
        lines = list(windows(Delegation(zone=zone, parent=above)))
        assert lines[1] == f"dnscmd /RecordAdd {name} {child} NS ns.example.net."


def test_a_registrar_takes_fields(zone: Zone) -> None:
    """Each by its name, and the public key for forms that ask for that."""
    one = key()
    lines = list(registrar(delegation(zone, one)))

    assert lines[:2] == ["name server: ns1.mail.example.com 192.0.2.53 2001:db8::53", "name server: ns.example.net"]
    assert lines[2].startswith(
        f"DS: key tag {one.tag}, algorithm 13 (ECDSAP256SHA256), digest type 2 (SHA-256), digest "
    )
    assert "digest type 4 (SHA-384)" in lines[3]
    assert lines[4].startswith("public key, if the form wants it: flags 257, protocol 3, algorithm 13, key ")


def test_programs_take_all_of_it(zone: Zone) -> None:
    """As JSON holds it."""
    found = as_dict(delegation(zone, key()))

    assert found["nameservers"][0] == {"name": "ns1.mail.example.com", "glue": ["192.0.2.53", "2001:db8::53"]}
    assert [each["digest_type"] for each in found["ds"]] == [2, 4]
    assert (found["zone"], found["parent"], found["dnskey"][0]["flags"]) == ("mail.example.com", "example.com", 257)
