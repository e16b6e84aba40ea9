"""Rules of views: who may be in which, and which chains services have for them."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from gslb.config.documents import Document
from gslb.config.drafts import ZoneDraft
from gslb.config.hints import among
from gslb.config.positions import Path
from gslb.config.schema_node import NodeFile
from gslb.model.values import Network

Item = TypeVar("Item", Network, str)
"""A network, or a country."""

MOST = 4_096
"""Views at most: each costs a service that names it entries of its own."""


def check_views(document: Document, table: NodeFile, zones: list[ZoneDraft]) -> None:
    """Judge the views of gslb.yaml, and the chains that services have for them."""
    if len(table.views) > MOST:
        document.fault(("views",), f"{len(table.views)} views: {MOST} at most")
    networks: dict[Network, str] = {}
    countries: dict[str, str] = {}
    for name, view in table.views.items():
        path: Path = ("views", name)
        if not (view.networks or view.countries or document.is_damaged(path)):
            document.fault(path, "holds nobody: write networks or countries")
        _once(document, (*path, "networks"), view.networks, networks, name)
        _once(document, (*path, "countries"), view.countries, countries, name)
        _once(document, (*path, "ecs"), view.ecs, {}, name)
        if view.countries and table.geoip is None and not document.is_damaged(("geoip",)):
            message = "needs geoip, the path of a MaxMind country file, at the top of gslb.yaml"
            document.fault((*path, "countries"), message)
    known = _written(document) | table.views.keys()
    for zone in zones:
        _chains(zone, known)


def _once(document: Document, path: Path, items: Sequence[Item], holders: dict[Item, str], name: str) -> None:
    """Each network and each country is in one view: of two that hold a client equally neither would be the narrower."""
    seen: set[Item] = set()
    for index, item in enumerate(items):
        holder = holders.setdefault(item, name)
        if holder != name:
            document.fault((*path, index), f"{item} is in the view {holder} already, and neither is the narrower")
        elif item in seen:
            document.fault((*path, index), f"{item} stands twice")
        seen.add(item)


def _written(document: Document) -> set[str]:
    """Every name written as a view: one that is wrong inside is told there, not where it is used."""
    views = document.value.get("views") if isinstance(document.value, dict) else None
    return set(views) if isinstance(views, Mapping) else set()


def _chains(draft: ZoneDraft, known: Collection[str]) -> None:
    document = draft.document
    for name, service in draft.table.services.items():
        for view, pools in service.views.items():
            path: Path = ("services", name, "views", view)
            if view not in known:
                document.fault(path, f"no view is named {view} in gslb.yaml{among(view, known)}")
            for index, pool in enumerate(pools):
                if pool not in draft.pools and not document.is_damaged(("pools", pool)):
                    document.fault((*path, index), f"no pool is named {pool}{among(pool, draft.pools)}")
                elif pool in pools[:index]:
                    document.fault((*path, index), f"{pool} stands twice")
