"""Small configurations as pictures, and sights made by hand."""

from gslb.answers.variants import split, thresholds
from gslb.health.overrides import Overrides
from gslb.model.settings import Config
from gslb.model.values import RecordType
from gslb.model.verdicts import MemberKey
from gslb.simulation.pictures import Picture, Question, Sight, picture
from tests.kit.configs import accepted

ZONE = "mail.example.com"
POOLS = """\
pools:
  relays:
    members:
      r1: {address: 192.0.2.11, weight: 60, machine: esx1}
      r2: {address: 192.0.2.12, weight: 40}
  dr:
    members:
      d1: {address: 192.0.2.21}
"""


def services(text: str, pools: str = POOLS, node: str = "") -> Config:
    """A configuration with these services (YAML flow mappings, one a line) over two tiers of pools."""
    lines = "".join(f"  {line}\n" for line in text.strip().splitlines())
    return accepted(pools + "services:\n" + lines, check="", node=node)


def pictured(config: Config, book: Overrides | None = None) -> Picture:
    """All healthy, under a book of overrides."""
    return picture(config, override_of=(book or Overrides()).of(0.0))


def shares(seen: Picture, service: str, rtype: RecordType, view: str = "") -> dict[str, float]:
    """By member's name, in points to a hundredth."""
    found = seen.sights[Question(ZONE, service, rtype, view)].shares
    return {key.member: round(100 * share, 2) for key, share in found}


def sight(number: int, weights: dict[str, int], *, ttl: int = 30) -> Sight:
    """A service of its own pool, one member in each answer."""
    whole = sum(weights.values())
    drawn = {name: weight for name, weight in weights.items() if weight}
    return Sight(
        question=Question(ZONE, f"s{number}", RecordType.A, ""),
        mode="normal",
        tier=1,
        reason="",
        ttl=ttl,
        longest_ttl=ttl,
        shares=tuple((MemberKey(ZONE, f"p{number}", name), weight / whole) for name, weight in drawn.items()),
        thresholds=thresholds(split(1 << 32, list(drawn.values()))) if drawn else (),
        loads=tuple(((place, 1.0),) for place in range(len(drawn))),
    )
