"""Postfix, Dovecot and nginx drive the answers: stopped, hung, and brought back while the server answers."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gslb.config.bounds import Bounds, detection_bounds
from gslb.config.files import load
from tests.kit.running import Running, until
from tests.kit.servers.base import RealServer
from tests.kit.servers.dovecot import Dovecot
from tests.kit.servers.nginx import Nginx
from tests.kit.servers.postfix import Postfix

pytestmark = [pytest.mark.system, pytest.mark.servers]

CADENCE = "interval: 2s, fast_interval: 500ms, down_interval: 1s, timeout: 1500ms, min_hold: 1s"
REAL, SPARE = "127.0.0.1", "192.0.2.99"
HOST = "server_name: {name}, verify: full, ca_file: {ca}"

CHECKS = """\
smtp: {{type: smtp, port: {smtp}, tls: starttls, {tls_postfix}, {cadence}}}
submission: {{type: submission, port: {submission}, {tls_postfix}, {cadence}}}
smtps: {{type: submission, port: {smtps}, tls: implicit, {tls_postfix}, {cadence}}}
imap: {{type: imap, port: {imap}, {tls_dovecot}, {cadence}}}
imaps: {{type: imap, port: {imaps}, tls: implicit, {tls_dovecot}, {cadence}}}
pop3: {{type: pop3, port: {pop3}, {tls_dovecot}, {cadence}}}
pop3s: {{type: pop3, port: {pop3s}, tls: implicit, {tls_dovecot}, {cadence}}}
webaccess: {{type: webaccess, port: {https}, {tls_nginx}, {cadence}}}
"""
SERVICES = ("smtp", "submission", "smtps", "imap", "imaps", "pop3", "pop3s", "webaccess")


def zone() -> str:
    """Each service answers with the real server, or else with a spare that nothing probes."""
    lines = ["zone: mail.example.com", "contact: hostmaster@example.com", "nameservers: {ns1: [127.0.0.1]}"]
    lines += ["ttl: 5", "min_ttl: 1", "pools:", f"  spare: {{members: {{s1: {{address: {SPARE}}}}}}}"]
    for name in SERVICES:
        lines.append(f"  {name}-real: {{checks: [{name}], members: {{r1: {{address: {REAL}}}}}}}")
    lines.append("services:")
    lines += [f"  {name}: {{pools: [{name}-real, spare], records: [A, MX]}}" for name in SERVICES]
    return "\n".join(lines)


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[tuple[Running, dict[str, Bounds], list[RealServer]]]:
    """The server, the bounds that validate prints, and the three real servers."""
    with ExitStack() as stack:
        postfix, dovecot, nginx = (stack.enter_context(kind()) for kind in (Postfix, Dovecot, Nginx))
        ports = {**postfix.ports, **dovecot.ports, **nginx.ports}
        tls = {
            f"tls_{name}": HOST.format(name=server.certificates.name, ca=server.certificates.ca_file)
            for name, server in (("postfix", postfix), ("dovecot", dovecot), ("nginx", nginx))
        }
        checks = CHECKS.format(**ports, **tls, cadence=CADENCE)
        server = stack.enter_context(Running(tmp_path, {"zones/mail.yaml": zone(), "checks/mail.yaml": checks}))
        bounds = {name: detection_bounds(check) for name, check in load(tmp_path).checks.items()}
        yield server, bounds, [postfix, dovecot, nginx]


def answered(server: Running) -> dict[str, set[str]]:
    """What each service answers now."""
    return {name: server.answers(f"{name}.mail.example.com") for name in SERVICES}


def every(address: str) -> dict[str, set[str]]:
    """All services answering one address."""
    return {name: {address} for name in SERVICES}


def follow(server: Running, expected: str, bound: Callable[[str], float]) -> None:
    """Every service answers `expected` within its bound, counted from now."""
    start = time.monotonic()
    late = {name: bound(name) for name in SERVICES}
    while late:
        now = time.monotonic() - start
        for name, found in answered(server).items():
            if found == {expected}:
                late.pop(name, None)
        assert not {name: after for name, after in late.items() if now > after}


@pytest.mark.timeout(180)
def test_answers_follow_real_servers(estate: tuple[Running, dict[str, Bounds], list[RealServer]]) -> None:
    """Stopped and hung servers leave every answer within the bound that validate prints; started ones return."""
    server, bounds, real = estate
    assert answered(server) == every(REAL)

    with ExitStack() as stopped:
        for each in real:
            stopped.enter_context(each.stopped())
        follow(server, SPARE, lambda name: bounds[name].refused)
    follow(server, REAL, lambda _: 15)

    with ExitStack() as hung:
        for each in real:
            hung.enter_context(each.hung())
        follow(server, SPARE, lambda name: bounds[name].hanging)
    until(lambda: answered(server) == every(REAL), 15, "all are back")
