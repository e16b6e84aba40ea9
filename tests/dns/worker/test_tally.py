"""What workers count and hand over."""

from gslb.dns.worker.tally import BLOCK, KEPT, Sent, Tally
from gslb.handoff.messages import Counts
from gslb.handoff.specs import EntrySpec
from gslb.handoff.table import Table, in_memory
from gslb.handoff.writer import names_file, part_file


def counting(generation: int, counters: int = 1000) -> Table:
    """A table with so many counters."""
    part, _ = part_file({n: EntrySpec() for n in range(counters)}, slots=counters, generation=generation)
    return in_memory(names_file([], [], generation=generation), [part])


def counts(generation: int, *pairs: tuple[int, int]) -> Counts:
    """A report of part 0."""
    return Counts(generation=generation, part=0, pairs=pairs)


def test_totals() -> None:
    """Replies are counted by rcode, by name where it has one."""
    tally = Tally()

    tally.replied(0, truncated=True)
    tally.replied(16, truncated=False)
    tally.replied(77, truncated=False)
    tally.add("tcp_refused", 2)

    assert {name: total for name, total in tally.totals.items() if total} == {
        "rcode_NOERROR": 1, "rcode_BADVERS": 1, "rcode_other": 1, "truncated": 1, "tcp_refused": 2,
    }  # fmt: skip


def test_taken_once() -> None:
    """Counts are handed over once; then they begin at zero."""
    sent = Sent()
    sent.begin(counting(1))
    sent.add(((0, 3), (0, 999), (0, 3)))

    assert sent.take() == (counts(1, (3, 2), (999, 1)),)
    assert sent.take() == ()


def test_kept_over_a_new_table() -> None:
    """What was counted under an earlier table is handed over under its generation, first."""
    sent = Sent()
    sent.begin(counting(1))
    sent.add(((0, 3),))
    sent.begin(counting(2))
    sent.add(((0, 4),))

    assert sent.take() == (counts(1, (3, 1)), counts(2, (4, 1)))
    assert sent.take() == ()


def test_bounded_at_once() -> None:
    """A report holds whole blocks up to a bound; the rest comes in the next one."""
    sent = Sent()
    sent.begin(counting(1))
    sent.add(tuple((0, counter) for counter in range(0, 1000, 10)))

    first, second = sent.take(1), sent.take()

    assert max(counter for counter, _ in first[0].pairs) < BLOCK
    assert len(first[0].pairs) + len(second[0].pairs) == 100


def test_bounded_while_control_is_away() -> None:
    """Of many earlier tables the oldest counts go."""
    sent = Sent()
    dropped = 0
    for generation in range(1, KEPT + 3):
        dropped += sent.begin(counting(generation))
        sent.add(((0, 1),))
    dropped += sent.begin(counting(99))

    assert dropped == 2
    assert [one.generation for one in sent.take()] == list(range(3, KEPT + 3))


def test_a_part_that_stays_counts_on() -> None:
    """A table that shares a part with the one before goes on counting in it, under the generation it was made in."""
    sent, before = Sent(), counting(1)
    sent.begin(before)
    sent.add(((0, 3),))
    sent.begin(Table(before.manifest, before.names, before.parts))
    sent.add(((0, 3),))

    assert sent.take() == (counts(1, (3, 2)),)


def test_counters_do_not_wrap() -> None:
    """A full counter stays full."""
    sent = Sent()
    sent.begin(counting(1))
    sent._parts[0]._counters[5] = 2**32 - 1
    sent.add(((0, 5),))

    assert sent.take() == (counts(1, (5, 2**32 - 1)),)
