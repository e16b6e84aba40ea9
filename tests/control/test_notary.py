"""Keys and signatures: what is read, what is done in a thread, and what outlives the process."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gslb.answers.dnssec.signatures import Signatures
from gslb.control import notary as module
from gslb.control.notary import SIGNATURES, Notary, keys_of
from gslb.control.pipeline import Pipeline
from gslb.errors import KeysError
from gslb.health.ledger import Ledger
from gslb.model.settings import Config
from tests.kit.controlled import NOW, placed, two_tiers
from tests.kit.signed import signed_estate

ZONE = "mail.example.com"


def ready(config: Config, notary: Notary) -> Pipeline:
    """A pipeline that has decided, with nothing signed yet."""
    made = Pipeline(config, Ledger(config), serials={ZONE: 1}, now=NOW, ready=True, signatures=notary.signatures)
    made.sign(notary.keys, NOW)
    made.on_start(NOW)
    return made


@pytest.mark.parametrize("small", [0, 10_000])
async def test_everything_is_signed_before_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: int) -> None:
    """On the loop where it is little, else in a thread; nothing is left for the image."""
    monkeypatch.setattr(module, "SMALL", small)
    config = signed_estate(tmp_path)
    notary = Notary(config, lambda: NOW)
    pipeline = ready(config, notary)

    assert await notary.prepare(pipeline) is False
    made = notary.signatures.made
    pipeline.image(1, NOW)

    assert pipeline.waiting() == (0, 0)
    assert notary.signatures.made == made > 0
    assert repr(notary).startswith("<Notary 1 zones")


async def test_what_can_wait_is_done_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two batches a table goes out; the last one leaves nothing."""
    monkeypatch.setattr(module, "SMALL", 0)
    monkeypatch.setattr(module, "BATCH", 3)
    config = signed_estate(tmp_path)
    notary = Notary(config, lambda: NOW)
    pipeline = ready(config, notary)
    await notary.prepare(pipeline)
    pipeline.sign({ZONE: (*notary.keys[ZONE], *Notary(signed_estate(tmp_path, number=1), lambda: NOW).keys[ZONE])}, NOW)
    before = pipeline.waiting()

    left = [await notary.prepare(pipeline), pipeline.waiting()[1]]
    while await notary.prepare(pipeline):
        pass

    assert before[1] > 3
    assert left == [True, before[1] - 3]
    assert pipeline.waiting() == (0, 0)


async def test_signatures_outlive_the_process(tmp_path: Path) -> None:
    """The next one signs nothing that was signed."""
    config = signed_estate(tmp_path)
    first = Notary(config, lambda: NOW)
    ready(config, first).image(1, NOW)
    assert first.has_news
    await first.save()

    second = Notary(config, lambda: NOW + 60)
    ready(config, second).image(1, NOW + 60)

    assert not first.has_news
    assert (len(second.signatures), second.signatures.made) == (len(first.signatures), 0)


async def test_a_state_dir_that_refuses_costs_no_more_than_time(tmp_path: Path) -> None:
    """Neither what cannot be written nor what cannot be read stops anything."""
    config = signed_estate(tmp_path)
    (config.node.state_dir / SIGNATURES).mkdir()

    with capture_logs() as logs:
        notary = Notary(config, lambda: NOW)
        await notary.save()

    assert [line["event"] for line in logs if line["log_level"] == "warning"] == [
        "signatures are not recalled",
        "signatures cannot be kept",
    ]
    assert not list(config.node.state_dir.glob("*.new"))


async def test_new_keys_are_found(tmp_path: Path) -> None:
    """Key files that say something new are taken; the same ones again are no news."""
    config = signed_estate(tmp_path)
    notary = Notary(config, lambda: NOW)
    news: list[int] = []

    await notary.look(config, lambda: news.append(len(notary.keys[ZONE])))
    signed_estate(tmp_path, number=1)
    await notary.look(config, lambda: news.append(len(notary.keys[ZONE])))

    assert news == [2]


async def test_key_files_that_cannot_be_used_change_nothing(tmp_path: Path) -> None:
    """The keys that were read sign on, and it is told once; at a start there is nothing to go on with."""
    config = signed_estate(tmp_path)
    notary = Notary(config, lambda: NOW)
    before = notary.keys
    (private,) = (config.node.state_dir / "keys").glob("*.private")
    private.chmod(0o644)

    with capture_logs() as logs:
        await notary.look(config, lambda: pytest.fail("no news"))
        notary.accept(config)
        private.chmod(0o600)
        await notary.look(config, lambda: pytest.fail("no news"))

    assert notary.keys == before
    assert [line["event"].split(";")[0] for line in logs] == ["key files cannot be used", "key files can be used again"]
    private.chmod(0o644)
    with pytest.raises(KeysError):
        Notary(config, lambda: NOW)


def test_another_configuration(tmp_path: Path) -> None:
    """Zones that are signed no more have no keys; those that are new have theirs."""
    config = signed_estate(tmp_path)
    plain = placed(two_tiers(), tmp_path)
    notary = Notary(plain, lambda: NOW)
    assert notary.keys == {}

    notary.accept(config)
    assert notary.keys == keys_of(config) != {}
    notary.accept(plain)
    assert notary.keys == {}


async def test_looks_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Key files are read and signatures kept, again and again."""
    monkeypatch.setattr(module, "EVERY", 0.0)
    notary = Notary(signed_estate(tmp_path), lambda: NOW)
    kept: list[int] = []

    async def keep() -> None:
        kept.append(len(kept))
        if len(kept) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await notary.run(lambda: signed_estate(tmp_path), lambda: None, keep)
    assert isinstance(notary.signatures, Signatures)
