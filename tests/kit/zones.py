"""Configuration texts that several system tests use."""

WEIGHTS = {"r1": 40, "r2": 30, "r3": 20, "r4": 10}

FOUR = """\
zone: mail.example.com
contact: hostmaster@example.com
nameservers: {ns1: [127.0.0.1]}
ttl: 30
records: |
  @      TXT   "v=spf1 mx -all"
  *.wild A     192.0.2.99
  www    CNAME smtp
pools:
  relays:
    members:
      r1: {address: 192.0.2.11, weight: 40}
      r2: {address: 192.0.2.12, weight: 30}
      r3: {address: 192.0.2.13, weight: 20}
      r4: {address: 192.0.2.14, weight: 10}
services:
  smtp: {records: [MX, A], pools: [relays], answers: 1}
"""
"""Four weighted members that nothing probes."""

FOUR_ADDRESSES = {"192.0.2.11": 40, "192.0.2.12": 30, "192.0.2.13": 20, "192.0.2.14": 10}


def probed(addresses: dict[str, str], check: str, *, weights: dict[str, int] | None = None, more: str = "") -> str:
    """A zone whose one pool is probed by `check`; `addresses` is member → address."""
    lines = [
        f"      {name}: {{address: {address}, weight: {(weights or {}).get(name, 1)}}}"
        for name, address in addresses.items()
    ]
    return "\n".join(
        [
            "zone: mail.example.com",
            "contact: hostmaster@example.com",
            "nameservers: {ns1: [127.0.0.1]}",
            "ttl: 5",
            "min_ttl: 1",
            "pools:",
            "  relays:",
            f"    checks: [{check}]",
            "    members:",
            *lines,
            "services:",
            "  smtp: {records: [MX, A], pools: [relays], answers: 1}",
            more,
        ]
    )


QUICK = "interval: 1s, fast_interval: 200ms, down_interval: 400ms, timeout: 500ms, min_hold: 500ms"
"""The cadence of tests that wait for a verdict."""
