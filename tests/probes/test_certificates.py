"""What a certificate chain is worth, and what it does to a verdict (probes.md 1.2, section 6 number 17)."""

import time

import pytest

from gslb.model.checks import TlsSettings
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason, TlsFacts
from gslb.model.values import TlsMode, Verify
from gslb.probes import certificates
from gslb.probes.certificates import Trust, ascii_name, facts_of, judged, sni_of, trust_of
from gslb.probes.faults import LocalFault
from tests.kit.certificates import DAY, NOW, authority, mint

NAME = "mail.example.com"
ROOT = authority()
TRUST = Trust.of([ROOT.certificate])
TIME = NOW.timestamp()


def problem(*chain, name=NAME, now=TIME, trust=TRUST):
    """What is wrong with a chain."""
    return facts_of(tuple(one.der for one in chain), name, now, trust).problem


def test_a_good_certificate_is_verified_and_tells_its_facts():
    """Validity, fingerprint, version and cipher."""
    leaf = mint(NAME, issuer=ROOT)

    facts = facts_of((leaf.der,), NAME, TIME, TRUST, version="TLSv1.3", cipher="X")

    assert (facts.verified, facts.problem, facts.version, facts.cipher) == (True, None, "TLSv1.3", "X")
    assert facts.leaf_not_after == facts.chain_earliest_not_after == (NOW + 90 * DAY).timestamp()
    assert len(facts.leaf_sha256) == 64


@pytest.mark.parametrize(
    ("chain", "reason"),
    [
        (mint(NAME, issuer=ROOT, starts=-9 * DAY, ends=-DAY), Reason.CERT_EXPIRED),
        (mint(NAME, issuer=ROOT, starts=DAY), Reason.CERT_NOT_YET),
        (mint("other.example.com", issuer=ROOT), Reason.CERT_NAME),
        (mint(issuer=ROOT, subject=NAME), Reason.CERT_NAME),
        (mint(NAME), Reason.CERT_UNTRUSTED),
        (mint(NAME, issuer=authority("elsewhere")), Reason.CERT_UNTRUSTED),
        (mint(NAME, issuer=authority("root")), Reason.CERT_UNTRUSTED),
    ],
)
def test_each_thing_that_can_be_wrong(chain, reason):
    """Expired, not yet, wrong name, no SAN, self-signed, unknown authority, an authority of the same name."""
    assert problem(chain) is reason


def test_expiry_is_told_even_after_it():
    """The metric must not vanish when it matters."""
    facts = facts_of((mint(NAME, ends=-DAY, starts=-9 * DAY).der,), NAME, TIME, TRUST)

    assert facts.leaf_not_after == (NOW - DAY).timestamp()


def test_intermediates_are_walked_whatever_their_order():
    """The leaf comes first; the rest may be in any order, and may hold what is not needed."""
    middle = authority("middle", ROOT)
    lower = authority("lower", middle)
    leaf = mint(NAME, issuer=lower)

    assert problem(leaf, lower, middle) is None
    assert problem(leaf, middle, lower, ROOT) is None
    assert problem(leaf, middle) is Reason.CERT_UNTRUSTED


def test_a_certificate_that_is_no_authority_signs_nothing():
    """By its basic constraints, said or left out."""
    for ca in (False, None):
        fake = mint(issuer=ROOT, subject="middle", ca=ca)
        assert problem(mint(NAME, issuer=fake), fake) is Reason.CERT_UNTRUSTED


def test_an_expired_intermediate_breaks_the_chain_and_an_unneeded_one_does_not():
    """An old cross-signed root that is still sent harms nobody."""
    old = authority("middle", ROOT, starts=-9 * DAY, ends=-DAY)
    stray = authority("stray", starts=-9 * DAY, ends=-DAY)

    assert problem(mint(NAME, issuer=old), old) is Reason.CERT_EXPIRED
    assert problem(mint(NAME, issuer=ROOT), stray) is None


def test_a_circle_of_authorities_ends():
    """Two that signed each other, and a chain longer than anybody's."""
    chain = [authority("x0", ROOT)]
    for number in range(1, 12):
        chain.append(authority(f"x{number}", chain[-1]))
    leaf = mint(NAME, issuer=chain[-1])

    assert problem(leaf, *reversed(chain)) is Reason.CERT_UNTRUSTED


@pytest.mark.parametrize(
    ("names", "name", "matches"),
    [
        (("*.example.com",), "mail.example.com", True),
        (("*.EXAMPLE.com",), "Mail.example.COM.", True),
        (("*.example.com",), "example.com", False),
        (("*.example.com",), "a.mail.example.com", False),
        (("m*.example.com",), "mail.example.com", False),
        (("*.com",), "example.com", False),
        (("*",), "com", False),
        (("192.0.2.1",), "192.0.2.1", True),
        (("2001:db8::1",), "2001:db8:0::1", True),
        (("192.0.2.1",), "192.0.2.2", False),
        (("mail.example.com",), "192.0.2.1", False),
        (("xn--mnchen-3ya.example",), "münchen.example", True),
    ],
)
def test_names(names, name, matches):
    """Subject alternative names only; a wildcard is a whole label; addresses match addresses (RFC 9525)."""
    assert (problem(mint(*names, issuer=ROOT), name=name) is None) is matches


def test_without_a_server_name_no_name_is_checked():
    """Time and chain are."""
    assert problem(mint("whatever", issuer=ROOT), name=None) is None
    assert problem(mint("whatever"), name=None) is Reason.CERT_UNTRUSTED


@pytest.mark.parametrize("chain", [(), (b"rubbish",), (b"",)])
def test_what_is_no_certificate_is_untrusted(chain):
    """And never an exception."""
    assert facts_of(chain, NAME, TIME, TRUST).problem is Reason.CERT_UNTRUSTED


def test_sni_is_a_dns_name_or_nothing():
    """Never an address (RFC 6066 section 3)."""
    assert sni_of("Mail.Example.com.") == NAME
    assert sni_of("192.0.2.1") is None
    assert sni_of(None) is None
    assert sni_of("münchen.example") == "xn--mnchen-3ya.example"


def test_a_name_that_cannot_be_written_is_our_own_fault():
    """A label beyond 63 octets."""
    with pytest.raises(LocalFault):
        ascii_name("ü" * 70 + ".example")


def facts(reason=None, days=90.0):
    """Facts with one problem, or none."""
    return TlsFacts(problem=reason, leaf_not_after=TIME + days * 86400)


BUSY = Degraded(Phase.HELLO, Reason.BUSY, load=True)
LOST = Failed(Phase.HELLO, Reason.EOF_MID_SESSION)
EXPIRED, EXPIRING, ENDING = facts(Reason.CERT_EXPIRED, -1), facts(days=20), facts(days=6)


@pytest.mark.parametrize(
    ("verify", "outcome", "seen", "verdict", "notices"),
    [
        (Verify.REPORT, Passed(), facts(), Passed(), ()),
        (Verify.REPORT, Passed(), EXPIRED, Degraded(Phase.TLS, Reason.CERT_EXPIRED), ()),
        (Verify.REPORT, Passed(), EXPIRING, Degraded(Phase.TLS, Reason.CERT_EXPIRING), ()),
        (Verify.REPORT, Passed(), ENDING, Degraded(Phase.TLS, Reason.CERT_EXPIRING_CRITICAL), ()),
        (Verify.FULL, Passed(), ENDING, Degraded(Phase.TLS, Reason.CERT_EXPIRING_CRITICAL), ()),
        (Verify.REPORT, BUSY, EXPIRED, BUSY, (Reason.CERT_EXPIRED,)),
        (Verify.REPORT, LOST, EXPIRED, LOST, (Reason.CERT_EXPIRED,)),
        (Verify.FULL, Passed(), EXPIRED, Failed(Phase.TLS, Reason.CERT_EXPIRED), ()),
        (Verify.FULL, Passed(), EXPIRING, Degraded(Phase.TLS, Reason.CERT_EXPIRING), ()),
        (Verify.FULL, BUSY, EXPIRED, Failed(Phase.TLS, Reason.CERT_EXPIRED), (Reason.BUSY,)),
        (Verify.FULL, LOST, EXPIRED, LOST, (Reason.CERT_EXPIRED,)),
        (Verify.FULL, Passed(), None, Passed(), ()),
    ],
)
def test_what_a_certificate_does_to_a_verdict(verify, outcome, seen, verdict, notices):
    """Report degrades, full fails, expiring only ever degrades, and a worse outcome stands."""
    settings = TlsSettings(mode=TlsMode.IMPLICIT, verify=verify)

    assert judged(outcome, seen, settings, TIME, Phase.TLS) == (verdict, notices)


def test_opportunistic_tls_is_not_judged():
    """Under `tls: try` a bad certificate is a notice: no sender verifies there either."""
    settings = TlsSettings(mode=TlsMode.TRY, verify=Verify.FULL)

    assert judged(Passed(), EXPIRED, settings, TIME, Phase.TLS) == (Passed(), (Reason.CERT_EXPIRED,))
    assert judged(Passed(), EXPIRED, None, TIME, Phase.TLS) == (Passed(), ())


def test_a_ca_file_is_the_trust_and_is_read_again_after_a_reload(tmp_path):
    """Once read it is kept, until forgotten."""
    path = tmp_path / "ca.pem"
    path.write_bytes(ROOT.pem)
    leaf = mint(NAME, issuer=ROOT)

    assert problem(leaf, trust=trust_of(str(path))) is None
    path.write_bytes(authority("another").pem)
    assert problem(leaf, trust=trust_of(str(path))) is None
    certificates.forget_trust()
    assert problem(leaf, trust=trust_of(str(path))) is Reason.CERT_UNTRUSTED


@pytest.mark.parametrize("content", [None, b"rubbish"])
def test_a_ca_file_that_cannot_be_read_is_our_own_fault(tmp_path, content):
    """Missing, or holding no certificate."""
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(LocalFault) as fault:
        trust_of(str(path))
    assert fault.value.reason is Reason.LOCAL_CONFIG


def test_without_a_ca_file_the_system_is_trusted(monkeypatch, tmp_path):
    """The file OpenSSL is told of, or the directory where there is none; what cannot be read is left out."""
    broken = ROOT.pem.replace(b"M", b"N", 2)
    (tmp_path / "abcd.0").write_bytes(broken + ROOT.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "abcd.0"))
    certificates.forget_trust()
    assert problem(mint(NAME, issuer=ROOT), trust=trust_of(None)) is None

    monkeypatch.setattr(certificates, "_BUNDLES", ())
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    certificates.forget_trust()
    assert problem(mint(NAME, issuer=ROOT), trust=trust_of(None)) is None
    certificates.forget_trust()


def test_only_so_many_chains_are_remembered(monkeypatch):
    """A peer with a new certificate for each probe fills no memory."""
    monkeypatch.setattr(certificates, "REMEMBERED", 2)
    for number in range(5):
        assert problem(name=f"{number}.example") is Reason.CERT_UNTRUSTED
        assert len(certificates._examined) <= 2


def test_a_known_chain_costs_next_to_nothing():
    """Servers show the same chain for months; signatures are looked at once."""
    leaf = (mint(NAME, issuer=ROOT).der,)
    facts_of(leaf, NAME, TIME, TRUST)

    before = time.process_time()
    for _ in range(100):
        facts_of(leaf, NAME, TIME, TRUST)
    assert time.process_time() - before < 0.05
