from tests.kit.controlled import REFUSED, RELAY1, ZONE, Controlled


async def test_explaining_shows_what_the_table_answers(made: Controlled) -> None:
    """Shares of the workers' own answers, with the records."""
    await made.serving()

    found = made.desk.explain(f"smtp.{ZONE}", "A", "198.51.100.1")

    assert not isinstance(found, str)
    assert [(sample.share, sample.records) for sample in found.samples] == [
        (0.6, (f"smtp.{ZONE}. 30 A {RELAY1}",)),
        (0.4, (f"smtp.{ZONE}. 30 A 192.0.2.12",)),
    ]
    assert found.decision is not None
    assert any("198.51.100.1" in line for line in found.lines)


async def test_extended_errors_are_told(made: Controlled) -> None:
    """Before the first round the table says that it is not ready; later, that all are down."""
    made.owner.start(None)
    await made.owner.publisher.publish()
    starting = made.desk.explain("smtp", "A", None)
    made.round(lambda _address: REFUSED)
    await made.owner.publisher.publish()
    down = made.desk.explain("smtp", "A", None)

    assert not isinstance(starting, str)
    assert not isinstance(down, str)
    assert [(each.rcode, each.extended_error) for each in starting.samples] == [("SERVFAIL", "14")]
    assert {each.extended_error for each in down.samples} == {"0: all members down"}
    assert "table: 100.0% SERVFAIL, extended error 14" in starting.lines
