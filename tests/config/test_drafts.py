from gslb.config.documents import Document
from gslb.config.drafts import addresses_of, check_drafts, node_draft, zone_draft
from tests.kit.configs import HEAD, POOL


def no_file(path: str) -> str:
    """No records file exists."""
    raise PermissionError(13, "Permission denied")


def test_every_form_of_pool_is_a_pool() -> None:
    """Declared pools and those of short forms stand side by side, and know where their keys are."""
    zone = HEAD + POOL + "services: {web: {checks: [http], members: {a: {address: 192.0.2.1}}}}\n"

    draft = zone_draft(Document("z.yaml", zone), no_file)

    assert draft is not None
    assert {pool.name: (pool.path, pool.checks.names, pool.short_form) for pool in draft.pools.values()} == {
        "relays": (("pools", "relays"), ("smtp",), False),
        "web": (("services", "web"), ("http",), True),
    }


def test_a_zone_without_its_head_still_has_pools() -> None:
    """Required keys that are missing are told, and the rest is judged all the same."""
    document = Document("z.yaml", POOL)

    draft = zone_draft(document, no_file)

    assert draft is not None
    assert "relays" in draft.pools
    assert [fault.key for fault in document.faults] == ["zone", "contact", "nameservers"]


def test_a_records_file_that_cannot_be_read_is_told() -> None:
    """With the system's own words."""
    document = Document("z.yaml", HEAD + "records_file: x\n")

    zone_draft(document, no_file)

    assert [fault.message for fault in document.faults] == ["x cannot be read: Permission denied"]


def test_an_empty_file_of_checks_has_none() -> None:
    """A file of comments is fine, and one that is no YAML has no checks."""
    assert check_drafts(Document("c.yaml", "# nothing yet\n")) == []
    assert check_drafts(Document("c.yaml", "a: [")) == []


def test_a_broken_node_file_stands_for_defaults() -> None:
    """The rest is still judged against something."""
    assert node_draft(Document("gslb.yaml", "a: [")).dns.workers == 0


def test_both_spellings_are_addresses() -> None:
    """One address, or a list."""
    draft = zone_draft(Document("z.yaml", HEAD + POOL), no_file)

    assert draft is not None
    assert [str(address) for address in addresses_of(draft.pools["relays"].members["relay1"])] == ["192.0.2.11"]
