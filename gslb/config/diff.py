"""What a reload cannot change (contract, "Reload"): sockets are bound and directories opened once."""

from gslb.errors import Fault
from gslb.model.settings import Config, Node


def restart_needed(old: Config, new: Config) -> tuple[Fault, ...]:
    """One fault for each key of gslb.yaml that only a restart can change; none: the new configuration may be taken."""
    before, after = _fixed(old.node), _fixed(new.node)
    return tuple(
        Fault(
            path="gslb.yaml",
            key=key,
            message=f"restart needed: {before[key]} is in use, {after[key]} is written",
        )
        for key in before
        if before[key] != after[key]
    )


def _fixed(node: Node) -> dict[str, str]:
    return {
        "node": node.name,
        "dns.listen": ", ".join(str(endpoint) for endpoint in node.listen),
        "dns.workers": str(node.workers),
        "dns.worker_cpus": ", ".join(map(str, node.worker_cpus)) or "none",
        "http.listen": str(node.http.listen),
        "state_dir": str(node.state_dir),
        "run_dir": str(node.run_dir),
    }
