"""Views that cannot be: nobody in them, two of them alike, chains that lead nowhere."""

import pytest

from tests.kit.configs import POOL, faults, texts

SERVICE = POOL + "services:\n  smtp: {pools: [relays]%s}\n"


@pytest.mark.parametrize(
    ("node", "told"),
    [
        ("views: {east: {}}", "views.east: holds nobody: write networks or countries"),
        ("views: {east: {ecs: [10.0.0.1]}}", "views.east: holds nobody"),
        ("views: {east: {networks: [10.1.2.3/16]}}", "views.east.networks[0]: '10.1.2.3/16' is no network: bits are"),
        (
            "views: {east: {networks: [10.0.0.0/8]}, west: {networks: [192.0.2.0/24, 10.0.0.0/8]}}",
            "views.west.networks[1]: 10.0.0.0/8 is in the view east already, and neither is the narrower",
        ),
        ("views: {east: {networks: [10.0.0.0/8, 10.0.0.0/8]}}", "views.east.networks[1]: 10.0.0.0/8 stands twice"),
        ("views: {east: {networks: ['::/0'], ecs: ['::1', '::1']}}", "views.east.ecs[1]: ::1/128 stands twice"),
        (
            "geoip: x.mmdb\nviews: {a: {countries: [DE]}, b: {countries: [FR, de]}}",
            "views.b.countries[1]: DE is in the view a already",
        ),
        ("views: {a: {countries: [DE]}}", "views.a.countries: needs geoip, the path of a MaxMind country file"),
        ("views: {a: {network: ['::/0']}}", "did you mean networks?"),
        ("views: {A_b: {networks: ['::/0']}}", "views.A_b: "),
    ],
)
def test_views_that_cannot_be(node: str, told: str) -> None:
    """Each is refused at the key that is wrong, with a remedy where there is one."""
    assert any(told in fault for fault in faults(texts(SERVICE % "", node=node)))


@pytest.mark.parametrize(
    ("chain", "told"),
    [
        ("{est: [relays]}", "services.smtp.views.est: no view is named est in gslb.yaml; did you mean east?"),
        ("{east: [relais]}", "services.smtp.views.east[0]: no pool is named relais; did you mean relays?"),
        ("{east: [relays, relays]}", "services.smtp.views.east[1]: relays stands twice"),
        ("{east: []}", "services.smtp.views.east: "),
    ],
)
def test_chains_that_lead_nowhere(chain: str, told: str) -> None:
    """A chain names views and pools that there are, each pool once."""
    found = faults(texts(SERVICE % f", views: {chain}", node="views: {east: {networks: [10.0.0.0/8]}}"))

    assert len(found) == 1
    assert told in found[0]


def test_a_view_that_is_wrong_inside_is_told_once() -> None:
    """A view refused for its network is not unknown to services as well, nor empty."""
    found = faults(texts(SERVICE % ", views: {east: [relays]}", node="views: {east: {networks: [10.0.0.1/8]}}"))

    assert len(found) == 1


def test_an_alias_has_no_views_of_its_own() -> None:
    """It answers every view as its service does."""
    node = "views: {east: {networks: [10.0.0.0/8]}}"
    zone = SERVICE % "" + "  mx: {alias: smtp, views: {east: [relays]}}\n"

    assert any(
        "services.mx.views: an alias answers as its service does" in one for one in faults(texts(zone, node=node))
    )


def test_views_beyond_number() -> None:
    """There are 4,096 views at most."""
    views = ", ".join(f"v{n}: {{networks: ['10.{n >> 8}.{n & 255}.0/24']}}" for n in range(4_097))

    assert any("views: 4097 views: 4096 at most" in one for one in faults(texts(node=f"views: {{{views}}}")))
