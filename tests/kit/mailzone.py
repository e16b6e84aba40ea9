"""A zone with one of everything that respond knows, and another one inside it."""

from gslb.handoff.specs import EntrySpec
from gslb.handoff.table import Table
from tests.kit.tables import Made, answer, record, rrset, section, table

ZONE = "mail.example.com."
SIG = "A 13 4 30 20300101000000 20200101000000 1 mail.example.com. AAAA"

MX_ADDITIONAL = section(
    record("r1.relays.mail.example.com.", 30, "A", "192.0.2.11"),
    record("r2.relays.mail.example.com.", 30, "A", "192.0.2.12"),
)
GLUE = section(
    record("ns.sub.mail.example.com.", 3600, "A", "192.0.2.60"),
    record("ns.sub.mail.example.com.", 3600, "AAAA", "2001:db8::60"),
)
SUB_NS = section(record("sub.mail.example.com.", 3600, "NS", "ns.sub.mail.example.com."))
LONG = ".".join("x" * 60 for _ in range(4))
"""A relative name that leaves no room for much else."""

MAIL = Made(
    ZONE,
    {
        ZONE: {
            "SOA": answer(rrset(30, "SOA", "ns1.mail.example.com. hostmaster.mail.example.com. 1 3600 600 1209600 30")),
            "NS": answer(rrset(3600, "NS", "ns1.mail.example.com.")),
            "TXT": answer(rrset(3600, "TXT", '"v=spf1 mx -all"')),
        },
        "ns1." + ZONE: {"A": answer(rrset(3600, "A", "192.0.2.53"))},
        "smtp." + ZONE: {
            "A": answer(*(rrset(30, "A", f"192.0.2.{host}", signed=SIG) for host in (11, 12, 13, 14))),
            "AAAA": EntrySpec(authority=section(record(ZONE, 15, "SOA", "a. b. 2 1 1 1 15"))),
            "MX": answer(
                rrset(30, "MX", "10 r1.relays.mail.example.com.", "11 r2.relays.mail.example.com."),
                additional=MX_ADDITIONAL,
            ),
        },
        "r1.relays." + ZONE: {"A": answer(rrset(30, "A", "192.0.2.11"))},
        "r2.relays." + ZONE: {"A": answer(rrset(30, "A", "192.0.2.12"))},
        "down." + ZONE: {"A": answer(rrset(30, "A", "192.0.2.11"), ede=0, ede_text="all members down")},
        "starting." + ZONE: {"A": EntrySpec(rcode=2, authoritative=False, ede=14)},
        "refusing." + ZONE: {"A": EntrySpec(rcode=5, authoritative=False)},
        "sometimes." + ZONE: {"A": answer(rrset(30, "A", "192.0.2.11"), rrset(30, "A"))},
        "gone." + ZONE: {"A": answer(rrset(30, "A", "192.0.2.1")), "TXT": answer(rrset(30, "TXT", '"still"'))},
        "own." + ZONE: {
            "A": answer(rrset(30, "A", "192.0.2.1")),
            "NODATA": EntrySpec(authority=section(record(ZONE, 7, "SOA", "own. b. 3 1 1 1 7"))),
        },
        "*.wild." + ZONE: {"A": answer(rrset(60, "A", "192.0.2.99"))},
        "there.wild." + ZONE: {"TXT": answer(rrset(60, "TXT", '"there"'))},
        "www." + ZONE: {"CNAME": answer(rrset(300, "CNAME", "Smtp.mail.example.com.", signed=SIG))},
        "chain." + ZONE: {"CNAME": answer(rrset(300, "CNAME", "www.mail.example.com."))},
        "out." + ZONE: {"CNAME": answer(rrset(300, "CNAME", "elsewhere.example.org."))},
        "lost." + ZONE: {"CNAME": answer(rrset(300, "CNAME", "nothing.mail.example.com."))},
        "bare." + ZONE: {"CNAME": answer(rrset(300, "CNAME", "ns1.mail.example.com."))},
        "down-there." + ZONE: {"CNAME": answer(rrset(300, "CNAME", "host.sub.mail.example.com."))},
        "into." + ZONE: {"CNAME": answer(rrset(300, "CNAME", "inner.mail.example.com."))},
        "empty-alias." + ZONE: {"CNAME": EntrySpec(rcode=2, authoritative=False)},
        "ring1." + ZONE: {"CNAME": answer(rrset(300, "CNAME", "ring2.mail.example.com."))},
        "ring2." + ZONE: {"CNAME": answer(rrset(300, "CNAME", "ring1.mail.example.com."))},
        "*.spiral." + ZONE: {"CNAME": answer(rrset(300, "CNAME", "a.spiral.mail.example.com."))},
        **{f"hop{n}." + ZONE: {"CNAME": answer(rrset(300, "CNAME", f"hop{n + 1}.{ZONE}"))} for n in range(12)},
        "old." + ZONE: {"DNAME": answer(rrset(300, "DNAME", "relays.mail.example.com."))},
        "off." + ZONE: {"DNAME": EntrySpec(rcode=2, authoritative=False)},
        "long." + ZONE: {"DNAME": answer(rrset(300, "DNAME", f"{LONG[:200]}."))},
        "to-old." + ZONE: {"CNAME": answer(rrset(300, "CNAME", "r1.old.mail.example.com."))},
        "sub." + ZONE: {
            "NS": EntrySpec(authoritative=False, authority=SUB_NS, additional=GLUE),
            "DS": answer(rrset(3600, "DS", "1 13 2 " + "00" * 32)),
        },
        "ns.sub." + ZONE: {"A": answer(rrset(3600, "A", "192.0.2.60"))},
        "plain-sub." + ZONE: {
            "NS": EntrySpec(
                authoritative=False, authority=section(record("plain-sub." + ZONE, 3600, "NS", "ns.example.org."))
            )
        },
        "big." + ZONE: {
            "TXT": answer(rrset(30, "TXT", *(f'"{n} {"x" * 200}"' for n in range(12)))),
            "MX": answer(
                rrset(30, "MX", *(f"10 mx{n}.example.org." for n in range(15))),
                additional=section(*(record(f"mx{n}.example.org.", 30, "A", "192.0.2.1") for n in range(40))),
            ),
        },
        "big-sub." + ZONE: {
            "NS": EntrySpec(
                authoritative=False,
                authority=section(record("big-sub." + ZONE, 3600, "NS", "ns.big-sub." + ZONE)),
                additional=section(
                    *(record("ns.big-sub." + ZONE, 3600, "AAAA", f"2001:db8::{n:x}") for n in range(12))
                ),
            ),
        },
    },
    cuts=("sub." + ZONE, "big-sub." + ZONE, "plain-sub." + ZONE),
    missing=(("gone." + ZONE, "A"),),
)

INNER = Made(
    "inner." + ZONE,
    {
        "inner." + ZONE: {
            "SOA": answer(rrset(30, "SOA", "ns1.mail.example.com. h.inner.mail.example.com. 1 1 1 1 30")),
            "NS": answer(rrset(3600, "NS", "ns1.mail.example.com.")),
            "A": answer(rrset(30, "A", "192.0.2.77")),
        },
    },
)

BELOW = Made("deep.sub." + ZONE, {"deep.sub." + ZONE: {"NS": answer(rrset(3600, "NS", "ns1.mail.example.com."))}})


def mail_table() -> Table:
    """All of the above."""
    return table(MAIL, INNER, BELOW)
