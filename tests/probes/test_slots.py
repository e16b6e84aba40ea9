"""The caps and the queue before them."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gslb.probes.slots import Slots, Ticket


def ticket(scheduled, *, host=1, port=25, suspect=False, groups=(), mailbox=None):
    """A ticket with a number of its own."""
    ticket.number += 1
    host = bytes([192, 0, 2, host])
    return Ticket(float(scheduled), ticket.number, "t", host, port, suspect=suspect, groups=groups, mailbox=mailbox)


ticket.number = 0


def asked(slots, *tickets):
    """The tickets, queued in this order."""
    for each in tickets:
        slots.ask(each)
    return tickets


def taken(slots):
    """All that may run now."""
    return list(iter(slots.take, None))


def test_served_in_the_order_of_scheduled_times():
    """Who was due first runs first, whoever asked first."""
    slots = Slots(concurrency=1, per_host=4)
    late, early = asked(slots, ticket(2, host=1), ticket(1, host=2))

    assert taken(slots) == [early]
    slots.release(early)
    assert taken(slots) == [late]


def test_one_at_a_time_per_address_and_port():
    """Two targets of one port never run together; another port of the address does."""
    slots = Slots(concurrency=10, per_host=4)
    first, second, other = asked(slots, ticket(1), ticket(2), ticket(3, port=143))

    assert taken(slots) == [first, other]
    slots.release(first)
    assert taken(slots) == [second]


def test_at_most_so_many_at_once_of_a_group():
    """Whatever their addresses; who is in none does not wait, and a group without a cap is none."""
    slots = Slots(concurrency=10, per_host=2, groups={"dmz": 1})
    first, second = asked(slots, *(ticket(n, host=n, groups=("dmz",)) for n in (1, 2)))
    free, other = asked(slots, ticket(3, host=3), ticket(4, host=4, groups=("lan",)))

    assert taken(slots) == [first, free, other]
    slots.release(first)
    assert taken(slots) == [second]
    slots.resize(concurrency=10, per_host=2)
    asked(slots, third := ticket(5, host=5, groups=("dmz",)))
    assert taken(slots) == [third]


def test_a_mailbox_is_open_to_one_at_a_time():
    """Wherever it is asked for: members may share a store, and POP3 locks."""
    slots = Slots(concurrency=10, per_host=2)
    first, second, other = asked(
        slots, *(ticket(n, host=n, mailbox=("mailbox", user)) for n, user in enumerate("aab", start=1))
    )

    assert taken(slots) == [first, other]
    slots.release(first)
    assert taken(slots) == [second]


def test_at_most_per_host_at_once_per_address():
    """The third port of an address waits where two may run."""
    slots = Slots(concurrency=10, per_host=2)
    first, second, third, elsewhere = asked(slots, *(ticket(n, port=n) for n in (1, 2, 3)), ticket(4, host=2))

    assert taken(slots) == [first, second, elsewhere]
    slots.release(second)
    assert taken(slots) == [third]


def test_suspects_hold_at_most_half_the_slots():
    """Hanging targets leave half of the slots to the rest."""
    slots = Slots(concurrency=4, per_host=4)
    asked(slots, *(ticket(n, host=n, suspect=True) for n in range(1, 9)))
    healthy = asked(slots, ticket(20, host=20), ticket(21, host=21))

    running = taken(slots)

    assert [each.suspect for each in running] == [True, True, False, False]
    assert running[2:] == list(healthy)
    assert (slots.running, slots.queued) == (4, 6)


def test_a_withdrawn_ticket_never_runs_and_blocks_nobody():
    """A target that was removed while it waited gives its chance to the next."""
    slots = Slots(concurrency=10, per_host=4)
    first, gone, last = asked(slots, ticket(1), ticket(2), ticket(3))
    taken(slots)
    slots.withdraw(gone)

    slots.release(first)

    assert taken(slots) == [last]
    assert slots.queued == 0


def test_a_chance_is_handed_on_when_its_taker_is_held_elsewhere():
    """A suspect that leaves its host's queue only to wait for a suspects' slot lets the next of the host through."""
    slots = Slots(concurrency=2, per_host=1)
    hanging, blocker = asked(slots, ticket(1, host=1, suspect=True), ticket(2, host=2))
    taken(slots)
    suspect, ordinary = asked(slots, ticket(3, host=2, port=1, suspect=True), ticket(4, host=2, port=2))
    assert taken(slots) == []

    slots.release(blocker)

    assert taken(slots) == [ordinary]
    assert hanging.suspect
    assert suspect.suspect


def test_resize_lets_more_in():
    """Raised caps hold at once for those who wait."""
    slots = Slots(concurrency=10, per_host=1)
    first, second = asked(slots, ticket(1, port=1), ticket(2, port=2))
    assert taken(slots) == [first]

    slots.resize(concurrency=10, per_host=2)

    assert taken(slots) == [second]


def test_repr_is_a_status_line():
    """The slots say who runs and who waits."""
    slots = Slots(concurrency=1, per_host=1)
    asked(slots, ticket(1), ticket(2))
    taken(slots)

    assert repr(slots) == "<Slots 1/1 running, 1 waiting>"


tickets = st.builds(ticket, st.integers(0, 20), host=st.integers(1, 3), port=st.integers(1, 3), suspect=st.booleans())
steps = st.lists(st.one_of(tickets, st.sampled_from(["take", "release", "withdraw"])), max_size=60)


@given(steps, st.integers(1, 5), st.integers(1, 3), st.randoms(use_true_random=False))
def test_the_first_admissible_ticket_is_always_the_one_taken(steps, concurrency, per_host, random):
    """Whatever was asked, released and withdrawn: `take` gives the earliest ticket that the caps admit, or None."""
    slots = Slots(concurrency=concurrency, per_host=per_host)
    waiting, running = [], []
    for step in steps:
        if step == "release" and running:
            slots.release(running.pop(random.randrange(len(running))))
        elif step == "withdraw" and waiting:
            slots.withdraw(waiting.pop(random.randrange(len(waiting))))
        elif step == "take":
            free = [each for each in waiting if admits(running, each, concurrency, per_host)]
            admissible = sorted(free, key=lambda each: (each.scheduled, each.number))
            assert slots.take() is (admissible[0] if admissible else None)
            for each in admissible[:1]:
                waiting.remove(each)
                running.append(each)
        elif isinstance(step, Ticket):
            waiting.append(replace(step, number=ticket(0).number))
            slots.ask(waiting[-1])
        assert (slots.running, slots.queued) == (len(running), len(waiting))


def admits(running, each, concurrency, per_host):
    """The caps, told without any cleverness."""
    return (
        len(running) < concurrency
        and not any((one.host, one.port) == (each.host, each.port) for one in running)
        and sum(one.host == each.host for one in running) < per_host
        and not (each.suspect and sum(one.suspect for one in running) >= max(1, concurrency // 2))
    )
