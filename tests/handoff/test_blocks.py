from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.handoff.blocks import _encoded, block
from gslb.handoff.layout import UNIT
from gslb.handoff.reader import Entry, Part, Section
from gslb.handoff.specs import Chunk, EntrySpec, VariantSpec
from gslb.handoff.writer import part_of_blocks

DATA = st.binary(max_size=40)
CHUNKS = st.builds(Chunk, data=DATA, plain_count=st.integers(0, 9), plain_length=st.none(), signed_count=st.none())
VARIANTS = st.builds(
    VariantSpec,
    data=DATA,
    count=st.integers(0, 9),
    start=st.just(0),
    length=st.none(),
    signed_length=st.none(),
    signed_count=st.none(),
)
SPECS = st.builds(
    EntrySpec,
    rcode=st.integers(0, 15),
    authoritative=st.booleans(),
    ede=st.none() | st.integers(0, 30),
    ede_text=st.text(max_size=20),
    variants=st.lists(VARIANTS, max_size=5).map(tuple),
    authority=CHUNKS,
    additional=CHUNKS,
).map(
    lambda spec: EntrySpec(
        rcode=spec.rcode,
        authoritative=spec.authoritative,
        ede=spec.ede,
        ede_text=spec.ede_text,
        variants=spec.variants,
        thresholds=tuple(2**32 - len(spec.variants) + n for n in range(len(spec.variants))),
        authority=spec.authority,
        additional=spec.additional,
    )
)


@settings(deadline=None, max_examples=60)
@given(SPECS)
def test_the_short_way_gives_the_same(spec: EntrySpec) -> None:
    """A block made of the head of another of its shape is the one made piece by piece."""
    assert block(spec) == block(spec) == _encoded(spec)


def section(part: Part, found: Section) -> bytes:
    """The octets of a tail section."""
    return part.octets(found.at, 0, found.signed_length) if found.at else b""


def said(part: Part, entry: Entry) -> tuple[object, ...]:
    """All that an entry says, offsets followed."""
    variants = [part.variant(entry, number) for number in range(entry.variant_count)]
    return (
        entry.rcode, entry.flags, entry.ede, part.ede_text(entry),
        [(part.octets(v.at, v.start, v.plain_length) if v.at else b"", v.plain_count) for v in variants],
        section(part, entry.authority), section(part, entry.additional),
        [part.choose(entry, 2**32 - len(variants) + n) for n in range(len(variants))],
    )  # fmt: skip


def meant(spec: EntrySpec) -> tuple[object, ...]:
    """The same of a spec."""
    return (
        spec.rcode, int(spec.authoritative), spec.ede, spec.ede_text.encode(),
        [(variant.data, variant.count) for variant in spec.variants],
        spec.authority.data, spec.additional.data,
        list(range(len(spec.variants))) if len(spec.variants) > 1 else [0] * len(spec.variants),
    )  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(SPECS, min_size=1, max_size=6))
def test_blocks_say_the_same_wherever_they_stand(specs: list[EntrySpec]) -> None:
    """Any entries, one after another in a part, are read as they were meant."""
    blocks = {slot: block(spec) for slot, spec in enumerate(specs)}
    part = Part(memoryview(part_of_blocks(blocks, slots=len(specs), generation=1)[0]))

    for slot, spec in enumerate(specs):
        entry = part.entry(slot)
        assert entry is not None
        assert said(part, entry) == meant(spec)


def test_signed_forms_have_lengths_of_their_own() -> None:
    """The plain form is a prefix of the signed one; without signatures both are the same."""
    spec = EntrySpec(
        variants=(VariantSpec(data=b"abcdef", count=1, length=4, signed_length=6, signed_count=2),),
        authority=Chunk(data=b"ghij", plain_count=1, plain_length=3, signed_count=2),
        additional=Chunk(data=b"kl", plain_count=1),
    )
    part = Part(memoryview(part_of_blocks({0: block(spec)}, slots=1, generation=1)[0]))
    entry = part.entry(0)
    assert entry is not None

    assert part.variant(entry, 0)[2:] == (4, 1, 6, 2)
    assert entry.authority[1:] == (3, 1, 4, 2)
    assert entry.additional[1:] == (2, 1, 2, 1)


def test_equal_bytes_stand_once() -> None:
    """A ring read from three starts is one chunk."""
    three = tuple(VariantSpec(data=b"abc" * 200, count=3, start=start, length=300) for start in (0, 100, 200))
    made = block(EntrySpec(variants=three, thresholds=(1, 2, 2**32 - 1)))

    assert made.units * UNIT < 1000
    assert made.counters == 3


def test_long_texts_are_cut() -> None:
    """The text of an extended error has at most 255 octets."""
    part = Part(memoryview(part_of_blocks({0: block(EntrySpec(ede=0, ede_text="x" * 300))}, slots=1, generation=1)[0]))
    entry = part.entry(0)
    assert entry is not None

    assert part.ede_text(entry) == b"x" * 255
