import pytest

from gslb.config.diff import restart_needed
from tests.kit.configs import accepted


@pytest.mark.parametrize(
    ("node", "key"),
    [
        ("node: ns9", "node"),
        ("dns: {listen: ['127.0.0.9:53']}", "dns.listen"),
        ("dns: {workers: 7}", "dns.workers"),
        ("dns: {worker_cpus: auto}", "dns.worker_cpus"),
        ("http: {listen: '127.0.0.9:80'}", "http.listen"),
        ("state_dir: /elsewhere", "state_dir"),
        ("run_dir: /elsewhere", "run_dir"),
    ],
)
def test_what_is_bound_once_needs_a_restart(node: str, key: str) -> None:
    """Each key of contract "Reload" is told by name, with what is in use and what is written."""
    (fault,) = restart_needed(accepted(), accepted(node=node))

    assert (fault.path, fault.key) == ("gslb.yaml", key)
    assert fault.message.startswith("restart needed: ")


def test_everything_else_may_change() -> None:
    """Other keys, zones and checks are taken by a reload."""
    new = accepted("services: {}\n", "imap: {type: imap}", "log: {level: debug}\nprobing: {concurrency: 7}\n")

    assert restart_needed(accepted(), new) == ()
