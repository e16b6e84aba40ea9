"""Small configurations for tests: a zone to add to, and what a set of texts is refused or warned with."""

from collections.abc import Mapping

from gslb.config.files import load_texts
from gslb.errors import ConfigError
from gslb.model.settings import Config

HEAD = """\
zone: mail.example.com
contact: hostmaster@example.com
nameservers: {ns1: [192.0.2.53]}
"""

POOL = """\
pools:
  relays:
    checks: [smtp]
    members:
      relay1: {address: 192.0.2.11}
      relay2: {address: 192.0.2.12}
"""

CHECK = "smtp: {type: smtp}\n"


def texts(zone: str = POOL, check: str = CHECK, node: str = "", head: str = HEAD) -> dict[str, str]:
    """A configuration of one zone (`head` + `zone`), one file of checks and gslb.yaml."""
    return {"gslb.yaml": node, "checks/c.yaml": check, "zones/z.yaml": head + zone}


def faults(files: Mapping[str, str]) -> list[str]:
    """Every fault these files are refused with; none when they are accepted."""
    try:
        load_texts(files)
    except ConfigError as error:
        return [str(fault) for fault in error.faults]
    return []


def warnings(files: Mapping[str, str]) -> list[str]:
    """Every warning about these files, which are accepted."""
    return [str(warning) for warning in load_texts(files).warnings]


def accepted(zone: str = POOL, check: str = CHECK, node: str = "", head: str = HEAD) -> Config:
    """The configuration of one zone, which has no fault."""
    return load_texts(texts(zone, check, node, head))
