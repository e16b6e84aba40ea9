from gslb.model.values import Family
from gslb.steering.draft import Draft, Seen
from gslb.steering.weights import share
from tests.kit.estate import healths, member, pool, service, zone

SITE = zone(pool("relays", member("r1", "192.0.2.1")), services=(service("smtp", "relays"),))


def answering(*weights: int) -> Draft:
    """A draft in which members of these weights answer."""
    draft = Draft(SITE, SITE.services["smtp"], Family.IPV4, healths(), ready=True)
    one = member("r", "192.0.2.1")
    draft.answering = [Seen(one, {}, eligible=True, weight=weight) for weight in weights]
    share(draft)
    return draft


def test_shares_follow_weights() -> None:
    """A share is the weight over the sum of weights."""
    assert [seen.share for seen in answering(40, 30, 20, 10).answering] == [0.4, 0.3, 0.2, 0.1]
    assert all(seen.chosen for seen in answering(1, 65535).answering)


def test_nobody_answers() -> None:
    """Where nobody answers there is nothing to share."""
    assert answering().answering == []
