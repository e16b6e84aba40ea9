import pytest

from tests.kit.configs import POOL, faults, texts

Z = "zones/z.yaml"
C = "checks/c.yaml"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            texts(POOL + "tttl: 30\n"),
            f"{Z}:10:1: tttl: unknown key; did you mean ttl?; allowed: zone, contact, nameservers, ttl, min_ttl, "
            "negative_ttl, static_ttl, soa, dnssec, transfer, records, records_file, pools, services",
        ),
        (
            texts(node="dns: {worker: 2}"),
            "gslb.yaml:1:7: dns.worker: unknown key; did you mean workers?; allowed: listen, workers",
        ),
        (
            texts(POOL.replace("relay2: {address: 192.0.2.12}", "relay2: {address: 192.0.2.12, wieght: 2}")),
            f"{Z}:9:37: pools.relays.members.relay2.wieght: unknown key; did you mean weight?; allowed: address, "
            "addresses, weight, standby, capacity, hostname, machine, probe_address, probe_port",
        ),
        (texts(head="contact: a@b.c\nnameservers: {ns1: [192.0.2.1]}\n"), f"{Z}: zone: required: The zone's name, as"),
        (texts(POOL + "services: []\n"), f"{Z}:10:1: services: a list is no table of keys"),
        (texts(POOL + "services: {a: x}\n"), f"{Z}:10:12: services.a: 'x' is no table of keys"),
        (texts("pools: {a: {members: {}}}\n"), f"{Z}:4:13: pools.a.members: a table is empty: at least one is needed"),
        (texts("pools: {a: {members: {m: {addresses: 1}}}}\n"), "pools.a.members.m.addresses: 1 is no list: write"),
        (
            texts("pools: {a: {members: {m: {address: 192.0.2.1, standby: yes}}}}\n"),
            "pools.a.members.m.standby: 'yes' is neither true nor false; in YAML 1.2 write true",
        ),
        (
            texts("services: {a: {records: [AAA]}}\n"),
            "services.a.records[0]: 'AAA' is not one of A, AAAA, MX, HTTPS; did you mean AAAA?",
        ),
        (
            texts("services: {a: {when_all_down: serveall}}\n"),
            "'serveall' is not one of serve_all, last_good, nodata, servfail, refused, or a list of addresses; did you "
            "mean serve_all?",
        ),
        (
            texts("pools: {a_b: {members: {m: {address: 192.0.2.1}}}}\n"),
            f"{Z}:4:9: pools.a_b: 'a_b' is no name: lower-case",
        ),
        (texts("", "x: {type: smtp, fall: 0}"), f"{C}:1:17: x.fall: 0 is out of range: 1 to 1000"),
        (texts("", "x: {type: smtp, fall: '3'}"), "x.fall: '3' is no whole number: 1 to 1000"),
        (
            texts("", "x: {type: smpt}"),
            "x.type: 'smpt' is not one of tcp, tls, smtp, submission, lmtp, imap, pop3, si",
        ),
        (texts("", "x: {type: smpt}"), "did you mean smtp?"),
        (texts("", "x: {port: 25}"), f"{C}:1:1: x.type: required: one of tcp, tls, smtp"),
        (texts("", "x: {type: tcp}"), f"{C}:1:1: x.port: required: The port to connect to."),
        (texts("", "x: smtp"), f"{C}:1:1: x: 'smtp' is no table of keys: a check needs at least its type"),
        (texts("", "- smtp"), f"{C}: a list is no table of checks: write NAME: {{type: smtp}}"),
        (texts("", "'': {type: smtp}"), "'' is no check name: letters, digits"),
        (texts("", "x: {type: http, expect_status: [20]}"), "20 is no HTTP status: write 200, or a range like 200-299"),
        (texts("", "x: {type: http, expect_status: 299-200}"), "'299-200': the range runs backwards"),
        (texts("", "x: {type: http, expect_status: []}"), "an empty list: write 200"),
        (texts("", "x: {type: http, path: x}"), "'x' is no path: it begins with / and holds no blanks"),
        (texts("", "x: {type: http, headers: [a]}"), "a list is no table of headers"),
        (texts("", "x: {type: http, headers: {'a b': c}}"), "'a b' is no header name (RFC 9110 section 5.1)"),
        (texts("", 'x: {type: http, headers: {a: "b\\r\\nc: d"}}'), "holds control characters"),
        (texts("", "x: {type: http, host: 'a/b'}"), "'a/b' is no Host"),
        (texts("", "x: {type: http, body_must: [1]}"), "1 is no text: write it like loginForm"),
        (texts("", "x: {type: smtp, helo_name: 'a b'}"), "'a b' is no name for EHLO"),
        (texts("", "x: {type: smtp, stage: rcpt, rcpt: 'a b'}"), "'a b' is no mailbox"),
        (texts("", "x: {type: tcp, port: 1, send: 5}"), "5 is no text: write"),
        (texts("", "x: {type: tcp, port: 1, send: '€'}"), "'€': every character is one octet, \\x00 to \\xff"),
        (texts("records: [a]\n"), "records: records are master-file text: write `records: |`"),
        (texts(node="node: a b"), "gslb.yaml:1:1: node: 'a b' is no domain name"),
        (texts(node="[]"), "gslb.yaml: a list is no table of keys"),
        (texts(node="dns: {listen: []}"), "dns.listen: a list is empty: at least one is needed"),
        (texts(node="node: [}"), "gslb.yaml:1:8: not YAML: nothing stands here: a value is missing"),
    ],
)
def test_each_mistake_is_told_in_one_line(files: dict[str, str], told: str) -> None:
    """Path, line, column, key path, what is wrong, what is allowed, and what was meant."""
    found = faults(files)

    assert len(found) == 1
    assert told in found[0]
