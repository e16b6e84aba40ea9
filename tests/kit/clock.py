"""One service decided again and again, with time passing and with what each decision remembers."""

from dataclasses import dataclass, field

from gslb.model.decisions import Decision
from gslb.model.pasts import NEW, Past
from gslb.model.values import Family
from gslb.model.zones import Zone
from gslb.steering.decide import decide
from tests.kit.estate import healths


@dataclass
class Clock:
    """One service decided again and again, each time with what it remembered."""

    of: Zone
    family: Family = Family.IPV4
    name: str = "smtp"
    now: float = 1000.0
    past: Past = NEW
    said: list[Decision] = field(default_factory=list)

    def after(self, seconds: float, *, ready: bool = True, **states: object) -> Decision:
        """The decision so much later; states as for `healths`."""
        self.now += seconds
        look = healths(**states)  # type: ignore[arg-type]  # the caller's words are those of healths
        made = decide(
            self.of, self.of.services[self.name], self.family, look, ready=ready, past=self.past, now=self.now
        )
        self.past = made.past
        self.said.append(made)
        return made


def shares(decision: Decision) -> dict[str, float]:
    """Rounded, by member."""
    return {view.member.name: round(view.share, 3) for view in decision.chosen}
