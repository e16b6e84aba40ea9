from gslb.control.workers import GRACE, Workers
from gslb.handoff.messages import Ack, Hello, Refused, Tally

NOW = 1000.0


def workers(*pids: int) -> Workers:
    """Workers from number 1 on, each on the link of its number, serving generation 5."""
    made = Workers()
    for number, pid in enumerate(pids, 1):
        made.hello(number, Hello(worker=number, pid=pid))
        made.ack(Ack(worker=number, generation=5), NOW)
    return made


def test_all_must_serve_health() -> None:
    """Not ready while one of two serves an older table, or has not said hello."""
    assert workers(10, 11).missing(expected=2, first_health=5, now=NOW) == ()
    assert workers(10, 11).missing(expected=2, first_health=6, now=NOW)
    (why,) = workers(10).missing(expected=2, first_health=5, now=NOW)
    assert why == "1 of 2 workers serve a table that carries health"


def test_a_worker_may_be_away_for_a_moment() -> None:
    """A worker being replaced makes the node not ready only after a grace."""
    made = workers(10)
    made.lost(1, NOW)

    assert made.missing(expected=1, first_health=5, now=NOW + GRACE) == ()
    assert made.missing(expected=1, first_health=5, now=NOW + GRACE + 1) != ()


def test_a_worker_that_is_replaced_begins_anew() -> None:
    """Another process of the same number serves nothing until it says so."""
    made = workers(10)
    made.hello(2, Hello(worker=1, pid=20))

    assert [(each.pid, each.generation) for each in made.all()] == [(20, 0)]
    assert "(1, 0)" in repr(made)


def test_an_old_link_that_ends_means_nothing() -> None:
    """The late end of a link that has been replaced does not lose the worker."""
    made = workers(10)
    made.hello(2, Hello(worker=1, pid=10))
    made.lost(1, NOW)

    assert [each.left for each in made.all()] == [None]
    made.lost(2, NOW)
    assert [each.left for each in made.all()] == [NOW]


def test_totals_never_fall() -> None:
    """The totals of a worker go on over its replacement, and over a restart that nobody announced."""
    made = workers(10)
    for sent in (5, 8):
        made.tally(Tally(worker=1, totals={"queries_udp": sent}))
    made.hello(2, Hello(worker=1, pid=20))
    for sent in (2, 1):
        made.tally(Tally(worker=1, totals={"queries_udp": sent}, gauges={"tcp_open": 3.0}))

    assert made.totals(1) == {"queries_udp": 8 + 2 + 1}
    assert made.all()[0].gauges == {"tcp_open": 3.0}
    assert made.totals(9) == {}


def test_a_refusal_stands_until_the_next_table() -> None:
    """Why a table was refused is shown until the worker takes one."""
    made = workers(10)
    made.refused(Refused(worker=1, generation=6, why="digest"))
    assert (made.all()[0].refused, made.refusals) == ("digest", 1)

    made.ack(Ack(worker=1, generation=7), NOW)

    assert made.all()[0].refused == ""


def test_strangers_count_for_nothing() -> None:
    """Who never said hello is no worker."""
    made = workers()
    made.ack(Ack(worker=3, generation=5), NOW)
    made.tally(Tally(worker=3, totals={"x": 1}))

    assert made.all() == ()
