"""The numbers of the DNS that responding needs (IANA "DNS Parameters")."""

NOERROR = 0
FORMERR = 1
SERVFAIL = 2
NXDOMAIN = 3
NOTIMP = 4
REFUSED = 5
YXDOMAIN = 6
NOTAUTH = 9
BADVERS = 16
BADCOOKIE = 23

RCODE_NAMES = {
    NOERROR: "NOERROR",
    FORMERR: "FORMERR",
    SERVFAIL: "SERVFAIL",
    NXDOMAIN: "NXDOMAIN",
    NOTIMP: "NOTIMP",
    REFUSED: "REFUSED",
    YXDOMAIN: "YXDOMAIN",
    NOTAUTH: "NOTAUTH",
    BADVERS: "BADVERS",
    BADCOOKIE: "BADCOOKIE",
}

NS = 2
CNAME = 5
SOA = 6
TXT = 16
DNAME = 39
OPT = 41
DS = 43
RRSIG = 46
NSEC = 47
NSEC3 = 50
TKEY = 249
TSIG = 250
IXFR = 251
AXFR = 252
MAILB = 253
MAILA = 254
ANY = 255

IN = 1

QR = 0x8000
OPCODE = 0x7800
AA = 0x0400
TC = 0x0200
RD = 0x0100
CD = 0x0010

HEADER_SIZE = 12

STALE_ANSWER = 3
"""Extended error: served from a table that control no longer vouches for (RFC 8914 section 4.4)."""
NOT_READY = 14
"""Extended error: no table yet (RFC 8914 section 4.15)."""
PROHIBITED = 18
"""Extended error: this client may not ask that (RFC 8914 section 4.19)."""
NOT_AUTHORITATIVE = 20
"""Extended error: the name is in none of our zones (RFC 8914 section 4.21)."""
NOT_SUPPORTED = 21
"""Extended error: an opcode, type or class we do not do (RFC 8914 section 4.22)."""
