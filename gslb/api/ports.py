"""What the faces need of control, and nothing more. gslb.control.desk satisfies it."""

from typing import Protocol

from gslb.control.override_views import OverrideOutcome, OverrideRequest, OverrideStatus
from gslb.control.views import Explanation, Readiness, ReloadOutcome, ServiceHealth, Status
from gslb.model.settings import HttpListener
from gslb.model.values import Network
from gslb.model.zones import EVERYBODY


class Desk(Protocol):
    """Answers questions with frozen records, as of the moment they are asked."""

    @property
    def http(self) -> HttpListener:
        """For whom HTTP is served, as configured now."""

    def readiness(self) -> Readiness:
        """Whether this node may be sent queries, and what it waits for."""

    def service_health(self, zone: str, service: str, view: str = EVERYBODY) -> ServiceHealth | None:
        """The short word on one service, as one of its views sees it; None for one that does not exist."""

    def status(self, *, results: bool = True) -> Status:
        """Everything; with the latest results of each target, or without."""

    async def surveyed(self, *, results: bool = True) -> Status:
        """The same, put together beside the probes: with 10,000 members it takes seconds."""

    async def override(self, request: OverrideRequest) -> OverrideOutcome:
        """An operator speaks of a TARGET: done at once, unless a service would lose its last healthy member."""

    def overrides(self) -> tuple[OverrideStatus, ...]:
        """Every override that stands."""

    def explain(self, name: str, rtype: str, client: str | None, ecs: Network | None = None) -> Explanation | str:
        """The decision behind one answer, or in a sentence why there is nothing to explain."""

    async def metrics_text(self) -> bytes:
        """Everything measured, in Prometheus' text format."""

    def believe(self, check: str) -> bool:
        """The operator says that a suspected check is right; False when it was not suspected."""

    def failback(self, zone: str, service: str) -> dict[str, str] | None:
        """Have a service come back to an earlier tier now: the tiers in use, by family; empty: nothing waited; None: no
        such service."""

    async def reload(self) -> ReloadOutcome:
        """Take the files as they are now, all or nothing."""
