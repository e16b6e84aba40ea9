"""The configuration of the demonstration: what an operator would write for this estate, only faster."""

from collections.abc import Mapping

MACHINES = (
    ("relay1", "127.0.0.11", "smtp"),
    ("relay2", "127.0.0.12", "smtp"),
    ("relay3", "127.0.0.13", "smtp"),
    ("relay-b1", "127.0.0.21", "smtp"),
    ("relay-b2", "127.0.0.22", "smtp"),
    ("store1", "127.0.0.31", "imap"),
    ("store1", "127.0.0.31", "pop3"),
    ("store2", "127.0.0.32", "imap"),
    ("store2", "127.0.0.32", "pop3"),
    ("web1", "127.0.0.41", "web"),
    ("web2", "127.0.0.42", "web"),
)
"""(machine, address, kind)"""

SITE_A = ("relay1", "relay2", "relay3")
ZONE = "mail.example.com"


def configuration(ports: Mapping[str, int], dns: int, http: int, home: str) -> dict[str, str]:
    """File name → text of the configuration directory."""
    return {
        "gslb.yaml": GSLB.format(dns=dns, http=http, home=home),
        "checks/mail.yaml": CHECKS.format(**ports),
        f"zones/{ZONE}.yaml": ZONE_FILE,
    }


GSLB = """\
node: demo
dns: {{listen: [127.0.0.1:{dns}], workers: 2}}
http: {{listen: 127.0.0.1:{http}}}
state_dir: {home}/state
run_dir: {home}/run
probing: {{name: probe.example.com}}
log: {{format: json, level: warning}}
"""

CHECKS = """\
smtp:
  {{type: smtp, port: {smtp}, tls: none, interval: 1s, fast_interval: 300ms, down_interval: 500ms, timeout: 800ms, min_hold: 1s}}
imap:
  {{type: imap, port: {imap}, tls: none, interval: 1s, fast_interval: 300ms, down_interval: 500ms, timeout: 800ms, min_hold: 1s}}
pop3:
  {{type: pop3, port: {pop3}, tls: none, interval: 1s, fast_interval: 300ms, down_interval: 500ms, timeout: 800ms, min_hold: 1s}}
webaccess:
  {{type: webaccess, port: {web}, tls: none, interval: 1s, fast_interval: 300ms, down_interval: 500ms, timeout: 800ms, min_hold: 1s}}
"""  # noqa: E501 - one check a line reads best

ZONE_FILE = """\
zone: mail.example.com
contact: hostmaster@example.com
nameservers: {ns1: [127.0.0.1]}
ttl: 5
min_ttl: 1
negative_ttl: 5
pools:
  relays:                       # site A: the relays in front of the gateway agents
    checks: [smtp]
    members:
      relay1: {address: 127.0.0.11, weight: 50}
      relay2: {address: 127.0.0.12, weight: 30}
      relay3: {address: 127.0.0.13, weight: 20}
  relays-b:                     # site B: answers when site A has nobody left
    checks: [smtp]
    members:
      relay-b1: {address: 127.0.0.21, weight: 60}
      relay-b2: {address: 127.0.0.22, weight: 40}
  imap-stores:
    checks: [imap]
    members:
      store1: {address: 127.0.0.31, weight: 2}
      store2: {address: 127.0.0.32, weight: 1}
  pop-stores:
    checks: [pop3]
    members:
      store1: {address: 127.0.0.31}
      store2: {address: 127.0.0.32}
services:
  smtp: {records: [MX, A], pools: [relays, relays-b], answers: 1}
  imap: {records: [A], pools: [imap-stores]}
  pop: {records: [A], pools: [pop-stores], answers: 1}
  webaccess:
    checks: [webaccess]
    records: [A]
    answers: 1
    members:
      web1: {address: 127.0.0.41, weight: 70}
      web2: {address: 127.0.0.42, weight: 30}
"""
