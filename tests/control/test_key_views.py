"""Keys in the status."""

from dataclasses import replace
from pathlib import Path

from gslb.control.key_views import dnssec_status
from gslb.model.zones import Dnssec, Zone
from tests.kit.configs import POOL, accepted
from tests.kit.controlled import Controlled
from tests.kit.signed import signed_estate
from tests.kit.zonekeys import ALWAYS, NOW, key


def signed() -> Zone:
    """A zone that is to be signed."""
    return replace(accepted(POOL).zones[0], dnssec=Dnssec(keys=Path("keys"), denial="nsec3"))


def test_a_key_has_state_and_next_date() -> None:
    """And nothing that signs; a key without plans has neither date nor word."""
    ending = key(times=replace(ALWAYS, retire=NOW + 60, remove=NOW + 90, ds_publish=NOW))
    status = dnssec_status(signed(), (key(times=replace(ALWAYS, ds_publish=NOW), number=1), ending), NOW)

    assert status is not None
    assert (status.denial, status.to_do) == ("nsec3", ())
    assert [(each.state, each.next_at, each.next) for each in status.keys] == [
        ("active", None, None),
        ("active", NOW + 60, "signs no more"),
    ]
    assert "sign=" not in repr(status)


def test_a_zone_that_is_to_be_signed_and_has_no_key_says_what_to_do() -> None:
    """One that is not to be signed has no such status at all."""
    status = dnssec_status(signed(), (), NOW)

    assert status is not None
    assert "gslb keys generate" in status.to_do[0]
    assert dnssec_status(accepted(POOL).zones[0], (), NOW) is None


def open_to_others(folder: Path) -> None:
    """Key files that must not be used."""
    next(folder.glob("state/keys/*.private")).chmod(0o644)


async def test_the_status_and_metrics_of_a_server_hold_its_keys(tmp_path: Path) -> None:
    """What was read when it started; files that cannot be used any more are told, and the keys stay."""
    made = Controlled(signed_estate(tmp_path))
    await made.serving()
    open_to_others(tmp_path)
    await made.owner.notary.look(made.config, lambda: None)
    (dnssec,) = [zone.dnssec for zone in made.desk.status().zones]
    lines = (await made.desk.metrics_text()).decode().splitlines()

    assert dnssec is not None
    assert [each.state for each in dnssec.keys] == ["active"]
    assert "opens a private key to others" in dnssec.error
    assert f'gslb_keys_failing{{zone="{made.config.zones[0].text}"}} 1.0' in lines
    assert f'gslb_keys_to_do{{zone="{made.config.zones[0].text}"}} 1.0' in lines
