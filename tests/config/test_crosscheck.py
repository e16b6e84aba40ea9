import pytest

from tests.kit.configs import HEAD, POOL, accepted, faults, texts


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ("timeout: 15s", "checks/c.yaml:1:17: x.timeout: 15s is not under the interval, 15s"),
        ("interval: 2s, timeout: 3s", "x.timeout: 3s is not under the interval, 2s"),
        ("interval: 50ms", "x.interval: '50ms' is out of range: 100ms to 7d"),
        ("interval: 2s, fast_interval: 3s", "x.fast_interval: 3s is above the interval, 2s"),
        ("timeout: 5s, slow_after: 5s", "x.slow_after: not under the timeout, 5s: a run cannot take that long"),
        ("tls: none, verify: full", "x.verify: without TLS nothing is verified: tls is none"),
        ("tls: none, server_name: a.b", "x.server_name: without TLS nothing is verified: tls is none"),
        ("stage: rcpt", "x.rcpt: required with stage rcpt: a mailbox to ask about"),
        ("sender: a@b.c", "x.sender: needs stage mail or rcpt, and the stage is helo"),
        ("stage: mail, expect_rcpt: any", "x.expect_rcpt: needs stage rcpt, and the stage is mail"),
    ],
)
def test_keys_of_one_check_fit_together(check: str, told: str) -> None:
    """Relations between the keys of one check are faults at the key that breaks them."""
    found = faults(texts("", f"x: {{type: smtp, {check}}}"))

    assert len(found) == 1
    assert told in found[0]


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ("type: http, method: HEAD, body_must: x", "x.body_must: HEAD has no body to judge: use GET"),
        ("type: webaccess, method: HEAD", "x.method: HEAD has no body, and webaccess is judged by it: use GET"),
        ("type: tcp, port: 1, expect: ''", "an empty text in expect or reject is found in anything"),
        ("type: http, tls: none, ca_file: x", "x.ca_file: without TLS nothing is verified"),
    ],
)
def test_keys_of_other_types_fit_together(check: str, told: str) -> None:
    """What can never be judged is refused."""
    found = faults(texts("", f"x: {{{check}}}"))

    assert len(found) == 1
    assert told in found[0]


def test_a_lowered_interval_lowers_the_defaults() -> None:
    """Default timeout and fast interval keep under an interval that is set lower than they are."""
    timing = accepted("", "x: {type: smtp, interval: 2s}").checks["x"].timing

    assert (timing.timeout, timing.fast_interval, timing.interval) == (1.6, 2, 2)


def test_checks_are_defined_once() -> None:
    """The same name in two files is a fault in the second."""
    files = {**texts(), "checks/d.yaml": "smtp: {type: imap}\n"}

    assert faults(files) == ["checks/d.yaml:1:1: smtp: defined in checks/c.yaml already"]


def test_zones_are_defined_once() -> None:
    """The same zone in two files is a fault in the second; one inside another is none."""
    files = {**texts(), "zones/zz.yaml": HEAD.upper().replace("ZONE:", "zone:").lower()}

    assert faults(files) == ["zones/zz.yaml:1:1: zone: mail.example.com is defined in zones/z.yaml already"]
    assert faults({**files, "zones/zz.yaml": HEAD.replace("zone: ", "zone: sub.")}) == []


def test_listeners_do_not_collide() -> None:
    """One endpoint is bound once, by DNS or by HTTP."""
    node = "dns: {listen: ['127.0.0.1:53', '127.0.0.1:53']}\nhttp: {listen: '127.0.0.1:53'}\n"

    assert faults(texts(node=node)) == [
        "gslb.yaml:1:32: dns.listen[1]: 127.0.0.1:53 stands twice",
        "gslb.yaml:2:8: http.listen: 127.0.0.1:53 is taken by dns.listen, on TCP too",
    ]


def test_a_check_with_a_fault_is_still_known() -> None:
    """A pool that uses a check that is wrong inside hears nothing of it."""
    assert len(faults(texts(POOL, "smtp: {type: smtp, fall: x}"))) == 1
    assert len(faults(texts(POOL, "smtp: {type: round}"))) == 1


def test_all_faults_of_all_files_show_at_once() -> None:
    """A mistyped key, an undefined name and a bad record are told in one run, in order of file and line."""
    zone = POOL.replace("[smtp]", "[smpt]") + "tttl: 3\nrecords: |\n  a A x\n"

    found = faults({**texts(zone, node="dns: {workers: -1}"), "checks/d.yaml": "y: {type: tcp}"})

    assert [fault.partition(": ")[0] for fault in found] == [
        "checks/d.yaml:1:1",
        "gslb.yaml:1:7",
        "zones/z.yaml:6:14",
        "zones/z.yaml:10:1",
        "zones/z.yaml:12:3",
    ]


def test_a_group_stands_in_the_node_with_its_cap() -> None:
    """A mistyped one would have none; the caps arrive at the targets."""
    check, node = "smtp: {type: smtp, group: dmz}", "probing: {groups: {dmz: 2}}"

    (found,) = faults(texts(check=check, node="probing: {groups: {dnz: 2}}"))
    assert "smtp.group: no group is named dmz in probing.groups" in found
    assert "dnz" in found
    config = accepted(check=check, node=node)
    assert {target.groups for target in config.targets.values()} == {("dmz",)}
    assert config.node.probing.groups == {"dmz": 2}
