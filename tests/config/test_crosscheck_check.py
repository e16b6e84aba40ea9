import pytest

from tests.kit.configs import HEAD, accepted, faults, texts

LOGIN = "user: probe, password_env: SECRET"
RELAY = "type: relay, foreign_domain: f.example.net, sender_domain: s.example.net"


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ("type: imap, user: a", "x.user: needs a password_file, or a password_env"),
        ("type: imap, password_env: A", "x.password_env: needs a user: who logs in"),
        ("type: imap, stage: login", "x.user: required with stage login: who logs in"),
        (f"type: imap, {LOGIN}, password_file: a", "x.password_env: password_file stands there already"),
        (f"type: imap, {LOGIN}, tls: try", "x.tls: a login goes over verified TLS only, and tls is try: write st"),
        (f"type: submission, {LOGIN}, tls: none", "x.tls: a login goes over verified TLS only, and tls is none"),
        (f"type: imap, {LOGIN}, verify: report", "x.verify: with a login the certificate is always verified in full"),
        (f"type: pop3, {LOGIN}, stage: capability", "x.stage: capability ends before the login that user asks for"),
        ("type: imap, user: a, password: b", "x.password: no secret stands in the configuration: write it into a file"),
        ('type: imap, password_env: A, user: "a\\r\\nb"', "x.user: 'a\\r\\nb' holds control characters"),
        ("type: imap, user: a, password_env: 'A B'", "x.password_env: 'A B' is no name of an environment variable"),
        ("type: imap, user: a, allow_inline_secrets: true, password: 7", "x.password: no password: it must be text on"),
        (
            f"type: imap, {LOGIN}, allow_inline_secrets: true, password: b",
            "x.password: password_env stands there al",
        ),
        ("type: smtp, assert_severity: fail", "x.assert_severity: needs capabilities, require_caps or forbid_caps"),
        ("type: smtp, tls: none, require_caps: {post_tls: A}", "x.require_caps: post_tls never comes: tls is none"),
        ("type: imap, port: 993, forbid_caps: {pre_tls: A}", "x.forbid_caps: pre_tls never comes: tls is implicit"),
        ("type: smtp, require_caps: 'A B'", "x.require_caps: 'A B' is no capability: write STARTTLS, AUTH, AUTH=PLAIN"),
        ("type: smtp, require_caps: {early: A}", "x.require_caps: 'early' is not one of pre_tls, post_tls, any"),
        ("type: smtp, capabilities: msa", "x.capabilities: 'msa' is not one of mx"),
        ("type: smtp, banner_regex: '('", "x.banner_regex: '(' is no pattern: "),
        ("type: submission, stage: mail", "x.user: required with stage mail: who logs in"),
        (f"type: submission, {LOGIN}, sender: a@b.c", "x.sender: needs stage mail"),
        ("type: lmtp, stage: rcpt", "x.rcpt: required with stage rcpt: a mailbox to ask about"),
        ("type: lmtp, socket: /run/x, port: 24", "x.port: a Unix socket has none: socket stands there already"),
        ("type: lmtp, socket: /run/x, proxy_protocol: v1", "x.proxy_protocol: v1 tells addresses, and a Unix socket"),
        ("type: lmtp, expect_rcpt: any", "x.expect_rcpt: needs stage rcpt, and the stage is lhlo"),
        (f"{RELAY}, interval: 10m", "x.interval: '10m' is out of range: 15m to 7d"),
        ("type: relay, sender_domain: s.example.net", "x.foreign_domain: required: A domain of your own that resolves"),
        (f"{RELAY}, variants: [bang, at]", "x.local_domain: required by the variants at: a domain this server serves"),
        (f"{RELAY}, variants: [round]", "x.variants: 'round' is not one of percent, quoted, bang, at, null_sender"),
        (f"{RELAY}, withdraw_on_relay: true, expect: accept", "x.withdraw_on_relay: expect is accept"),
        ("type: smtp, stale_after: 15s", "x.stale_after: 15s is not above the interval, 15s"),
        ("type: imap, client_key: a", "x.client_key: needs a client_certificate: the key of which one"),
        (
            "type: imap, expiring: 2d, expiring_critical: 3d",
            "x.expiring_critical: longer before the end than expiring, 2d: it is the later of the two",
        ),
        ("type: imap, tls: none, legacy: true", "x.legacy: without TLS nothing is verified: tls is none"),
        ("type: tls, port: 1, legacy: true, min_version: 1.1", "x.min_version: legacy lets in 1.0 and all that came"),
        (f"{RELAY}, local_domain: f.example.net", "x.foreign_domain: the local domain: mail to it is no relaying"),
        ("type: dns", "x.qname: required: The name asked for, one that this server should know."),
        ("type: dns, qname: a..b", "x.qname: 'a..b' is no domain name: '' is no label"),
        ("type: dns, qname: a.b, qtype: any", "x.qtype: 'any' is not one of SOA, NS, A, AAAA, MX,"),
        ("type: dns, qname: a.b, expect_rcode: []", "x.expect_rcode: an empty list: write NOERROR"),
        ("type: dns, qname: a.b, expect_rcode: OK", "x.expect_rcode: 'OK' is not one of NOERROR, FORMERR, SERVFAIL"),
        ("type: dns, qname: a.b, qtype: A, serial_at_least: 1", "x.serial_at_least: needs qtype SOA, and the qtype"),
        (
            "type: dns, qname: a.b, qtype: A, serial_peer: 192.0.2.1, serial_within: 1",
            "x.serial_within: needs qtype SOA",
        ),
        ("type: dns, qname: a.b, serial_within: 1", "x.serial_within: needs serial_peer: the server whose serial"),
        (
            "type: dns, qname: a.b, serial_peer: 192.0.2.1",
            "x.serial_peer: needs serial_within: how far the two serials",
        ),
        ("type: dns, qname: a.b, serial_peer_port: 5", "x.serial_peer_port: needs serial_within: how far the two"),
        ("type: tcp, port: 1, expect: [a, {send: b}]", "x.expect: the last step sends: what is said last, and not"),
        ("type: tcp, port: 1, expect: {regexp: a}", "x.expect: a table is no step: write a text, {regex:"),
        ("type: tcp, port: 1, expect: {regex: '('}", "x.expect: '(' is no pattern"),
        ("type: tcp, port: 1, expect: {hex: 0d0}", "x.expect: '0d0' is no hex: write \"0d0a\", in quotes"),
        ("type: tcp, port: 1, expect: {hex: 10}", 'x.expect: 10 is no hex: write "0d0a", in quotes'),
        ("type: tcp, port: 1, reject: {send: a}", "x.reject: a table is no step: write a text"),
        (f"type: tcp, port: 1, reject: {['a'] * 51}", "x.reject: 51 steps: 50 at most"),
        (f"type: ldap, {LOGIN}, tls: none", "x.tls: a login goes over verified TLS only, and tls is none"),
        ("type: exec", "x.argv: required: The program, by its absolute path"),
        ("type: exec, argv: check_smtp", "x.argv: 'check_smtp' is no command: write [/usr/lib/nagios/plugins/check_sm"),
        ("type: exec, argv: [check_smtp]", "x.argv: 'check_smtp' is no absolute path: no shell looks for the program"),
        ("type: exec, argv: [/bin/x, '-H{address}']", "x.argv: '-H{address}': whole arguments only may be one of {add"),
        ("type: exec, argv: [/bin/x, '{adress}']", "x.argv: '{adress}': whole arguments only may be one of {address}"),
        ("type: exec, argv: [/bin/x, 5]", "x.argv: 5 is no argument: put it in quotes"),
        ("type: file, path: /run/x, on_stale: fail", "x.on_stale: needs a ttl: without one no word grows stale"),
        ("type: tls, port: 1, min_version: 1.4", "x.min_version: 1.4 is not one of 1.0, 1.1, 1.2, 1.3"),
        ("type: tls, port: 1, pin_sha256: ab", "x.pin_sha256: 'ab' is no SHA-256: write 64 hexadecimal digits"),
        ("type: tls, port: 1, alpn: ['']", "x.alpn: '' is no protocol name: write h2, http/1.1 or imap (RFC 7301)"),
        ("type: smtp, proxy_protocol: v3", "x.proxy_protocol: 'v3' is not one of none, v1, v2"),
        ("type: agent, port: 1, agent_max_age: 4s", "x.agent_max_age: 4s is under the interval, 5s: no word would"),
        ("type: smtp, limits: {greeting: 2m}", "x.limits.greeting: '2m' is out of range: 50ms to 1m"),
        ("type: smtp, limits: {quit: 2s}", "x.limits.quit: unknown key"),
        ("type: tcp, port: 1, close: half", "x.close: 'half' is not one of fin, rst"),
    ],
)
def test_each_mistake_in_a_check_is_told_at_its_key(check: str, told: str) -> None:
    """One fault, which says what is allowed."""
    found = faults(texts("", f"x: {{{check}}}"))

    assert len(found) == 1, found
    assert told in found[0]


ZONE = HEAD + "services: {s: {checks: [x], members: {m: {address: 192.0.2.1%s}, n: {address: 192.0.2.2%s}}}}\n"


@pytest.mark.parametrize(
    ("check", "hostnames", "missing"),
    [
        ("", ("", ""), 2),
        ("", (", hostname: a.mail.example.com", ""), 1),
        ("", (", hostname: a.mail.example.com", ", hostname: b.mail.example.com"), 0),
        (", server_name: imap.example.com", ("", ""), 0),
    ],
)
def test_a_login_needs_a_name_to_verify(check: str, hostnames: tuple[str, str], missing: int) -> None:
    """A certificate of anybody is no verified channel: the check or each member has a name."""
    files = {"checks/c.yaml": f"x: {{type: imap, {LOGIN}{check}}}", "zones/z.yaml": ZONE % hostnames}
    found = faults(files)

    assert len(found) == missing
    assert all("x logs in, and its certificate must be for a name" in fault for fault in found)


def test_a_password_may_stand_in_a_check_that_insists() -> None:
    """It reaches the prober, and is neither shown nor part of the target's identity."""
    keys = "type: pop3, server_name: pop.example.com, user: a, allow_inline_secrets: true"
    one, other = (accepted(check=f"smtp: {{{keys}, password: {word}}}") for word in ("word-one", "word-two"))

    credentials = one.checks["smtp"].settings.credentials  # type: ignore[union-attr]  # of pop3
    assert credentials is not None
    assert credentials.password == "word-one"
    assert "word-one" not in repr(one)
    assert one.targets.keys() == other.targets.keys()
