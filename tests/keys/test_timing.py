"""What keys do at a moment, and what comes next."""

from gslb.keys.timing import data_signers, key_signers, next_change, published
from gslb.model.keys import KeyTimes, Role
from tests.kit.zonekeys import ALWAYS, NOW, key

LATER = KeyTimes(publish=NOW + 10, active=NOW + 20, retire=NOW + 30, remove=NOW + 40)


def test_roles_share_the_work() -> None:
    """KSK and CSK sign the keys, ZSK and CSK the data; all of them are published."""
    csk, ksk, zsk = (key(role, number=n) for n, role in enumerate(Role))
    keys = (csk, ksk, zsk)

    assert key_signers(keys, NOW) == (csk, ksk)
    assert data_signers(keys, NOW) == (csk, zsk)
    assert published(keys, NOW) == keys


def test_a_key_that_is_not_published_signs_data_and_no_keys() -> None:
    """A new algorithm signs before it is seen; its signature over a DNSKEY RRset without it would help nobody."""
    unseen = key(times=KeyTimes(active=NOW))

    assert data_signers((unseen,), NOW) == (unseen,)
    assert key_signers((unseen,), NOW) == published((unseen,), NOW) == ()


def test_the_next_change_is_the_first_date_to_come() -> None:
    """Of any key; none is left when all have passed."""
    keys = (key(), key(times=LATER))

    assert [next_change(keys, NOW + t) for t in (0, 10, 39, 40)] == [NOW + 10, NOW + 20, NOW + 40, None]
    assert next_change((key(times=ALWAYS),), NOW - 9e5) == NOW - 8e5
