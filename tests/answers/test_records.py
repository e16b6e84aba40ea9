from ipaddress import ip_address

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import pytest
from dnslib import MX, RD, SRV
from dnslib.label import DNSBuffer, DNSLabel
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.answers import records
from gslb.model.values import RecordType
from gslb.model.zones import SoaTimers
from tests.kit.answered import wire

LABELS = st.lists(st.binary(min_size=1, max_size=20), max_size=8)


def read(rtype: int, rdata: bytes) -> str:
    """The rdata as dnspython understands it, outside of any message: a pointer would raise."""
    return str(dns.rdata.from_wire(dns.rdataclass.IN, rtype, rdata, 0, len(rdata)))


@pytest.mark.parametrize("text", ["192.0.2.11", "2001:db8::11"])
def test_addresses(text: str) -> None:
    """An address is its octets, of the type that its version tells."""
    rtype = RecordType.AAAA if ":" in text else RecordType.A

    assert read(rtype, records.address_rdata(ip_address(text))) == text


def test_exchangers_and_services() -> None:
    """MX, SRV and NS hold their numbers and the whole name."""
    target = wire("mx1")

    assert read(RecordType.MX, records.mx_rdata(10, target)) == "10 mx1.mail.example.com."
    assert read(RecordType.SRV, records.srv_rdata(1, 40, 587, target)) == "1 40 587 mx1.mail.example.com."
    assert read(RecordType.NS, records.ns_rdata(target)) == "mx1.mail.example.com."


def test_start_of_authority_is_uncompressed() -> None:
    """Primary and contact share a suffix, which stands twice; the serial wraps at 32 bits."""
    rdata = records.soa_rdata(wire("ns1"), wire("hostmaster"), 2**32 + 7, SoaTimers(), 30)

    assert read(RecordType.SOA, rdata) == ("ns1.mail.example.com. hostmaster.mail.example.com. 7 3600 600 1209600 30")


@settings(deadline=None)
@given(LABELS)
def test_any_name_survives(labels: list[bytes]) -> None:
    """Names of any octets stand in rdata as they are."""
    name = b"".join(bytes((len(label),)) + label for label in labels) + b"\0"

    assert records.ns_rdata(name) == name
    assert records.mx_rdata(5, name) == _by_dnslib(MX(DNSLabel(labels), 5))
    assert records.srv_rdata(1, 40, 587, name) == _by_dnslib(SRV(1, 40, 587, DNSLabel(labels)))


def _by_dnslib(rdata: RD) -> bytes:
    buffer = DNSBuffer()
    rdata.pack(buffer)
    return bytes(buffer.data)


def test_a_record_is_owner_head_and_rdata() -> None:
    """The owner comes as given; class is IN."""
    rdata = records.address_rdata(ip_address("192.0.2.11"))

    made = records.record(records.OWNER, RecordType.A, 300, rdata)

    assert made == b"\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4\xc0\0\2\x0b"
