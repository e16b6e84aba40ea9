import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.health.saved import MAX_AGE, from_plain, to_plain
from gslb.model.observations import Degraded, Failed, Inconclusive, Passed, Phase, Reason
from gslb.model.verdicts import State, Verdict, VerdictKey

NOW = 1_700_000_000.0
KEY = VerdictKey("smtp", "0123456789abcdef")
OTHER = VerdictKey("imap", "0")
BOOK = {
    KEY: Verdict(state=State.UP, since=NOW - 60, failures=1, last=Passed(), last_at=NOW - 3, transitions=2),
    VerdictKey("imap", "1"): Verdict(state=State.DOWN, last=Failed(Phase.TLS, Reason.TLS_TIMEOUT)),
    VerdictKey("imap", "2"): Verdict(
        state=State.UP, degraded=True, last=Degraded(Phase.GREETING, Reason.BUSY, load=True)
    ),
    VerdictKey("imap", "3"): Verdict(state=State.UP, last=Inconclusive(Phase.CONNECT, Reason.LOCAL_BIND)),
    VerdictKey("imap", "4"): Verdict(state=State.UP, provisional=True),
    VerdictKey("imap", "5"): Verdict(),
}


ENTRY: dict[str, Any] = {
    "check": "smtp",
    "target": KEY.target,
    "state": "up",
    "since": NOW - 60,
    "successes": 0,
    "failures": 1,
    "degraded": False,
    "degraded_run": 0,
    "transitions": 2,
    "provisional": False,
    "temporary": 0,
    "penalty": 0.0,
    "penalized_at": 0.0,
    "suppressed": False,
    "loaded": False,
    "loaded_run": 0,
    "factor": 1.0,
    "last_at": NOW - 3,
    "last": {"kind": "passed"},
}
"""The first of BOOK, as releases of format 1 wrote it."""


def damaged(**changes: Any) -> dict[str, Any]:
    """A good file of format 1 with one verdict in which some keys are changed; `...` takes a key away."""
    entry = {name: value for name, value in {**ENTRY, **changes}.items() if value is not ...}
    return {"format": 1, "saved_at": NOW, "verdicts": [entry]}


def spoiled(name: str, value: object, **more: object) -> dict[str, Any]:
    """A good file with two verdicts, in the first of which something is changed; `more` of the whole file."""
    data: Any = to_plain({KEY: BOOK[KEY], OTHER: BOOK[KEY]}, NOW)
    data["verdicts"][name][0] = value
    return {**data, **more}


def test_round_trip_through_json() -> None:
    """What is known comes back as it was, marked saved; what is unknown is not kept."""
    saved = from_plain(json.loads(json.dumps(to_plain(BOOK, NOW))), NOW + 10)

    known = {key: verdict for key, verdict in BOOK.items() if verdict.state is not State.UNKNOWN}
    assert set(saved.verdicts) == set(known)
    assert all(saved.verdicts[key] == replace(verdict, saved=True) for key, verdict in known.items())
    assert saved.ignored == ()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (None, "format"),
        ([], "format"),
        ({"format": 3}, "format"),
        ({"format": [2]}, "format"),
        ({"format": 1}, "when"),
        ({"format": 1, "saved_at": True}, "when"),
        ({"format": 1, "saved_at": float("nan")}, "when"),
        ({"format": 1, "saved_at": NOW - MAX_AGE - 1, "verdicts": []}, "301 s old"),
        ({"format": 1, "saved_at": NOW + MAX_AGE + 1, "verdicts": []}, "old"),
        ({"format": 1, "saved_at": NOW}, "no list"),
        ({"format": 2, "saved_at": NOW}, "not in columns"),
        ({"format": 2, "saved_at": NOW, "outcomes": [], "verdicts": {}}, "not in columns"),
        ({"format": 2, "saved_at": NOW, "outcomes": [], "verdicts": {"check": 7}}, "not in columns"),
        ({"format": 2, "saved_at": NOW, "outcomes": [], "verdicts": {"check": [], "target": [1]}}, "not in columns"),
        ({"format": 2, "saved_at": NOW, "verdicts": to_plain(BOOK, NOW)["verdicts"]}, "not in columns"),
        ({"format": 2, "saved_at": NOW, "outcomes": [], "verdicts": {"check": [], "state": []}}, "lack degraded, "),
    ],
)
def test_whole_file_ignored(data: object, text: str) -> None:
    """A file of another format, without an age or too old counts for nothing, and it is told why."""
    saved = from_plain(data, NOW)

    assert saved.verdicts == {}
    assert text in saved.ignored[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "sideways"},
        {"state": "unknown"},
        {"state": ...},
        {"state": {}},
        {"check": 7},
        {"failures": -1},
        {"failures": True},
        {"failures": 1.5},
        {"since": "yesterday"},
        {"since": float("inf")},
        {"since": 10**400},
        {"degraded": 1},
        {"last": "passed"},
        {"last": {}},
        {"last": {"kind": "failed", "phase": "dinner", "reason": "ok"}},
        {"last": {"kind": "degraded", "phase": "greeting", "reason": "busy", "load": "heavy"}},
    ],
)
def test_unreadable_verdict_ignored(changes: dict[str, Any]) -> None:
    """A verdict that is not exactly as written is left out, and told by its place."""
    saved = from_plain(damaged(**changes), NOW)

    assert saved.verdicts == {}
    assert saved.ignored[0].startswith("saved verdict 1 cannot be read: ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "sideways"),
        ("check", 7),
        ("degraded", 1),
        ("failures", -1),
        ("failures", True),
        ("since", float("inf")),
        ("since", "yesterday"),
        ("last", 1),
        ("last", -1),
        ("last", "passed"),
        ("last", True),
    ],
)
def test_one_bad_verdict_spoils_no_other(name: str, value: object) -> None:
    """The rest of a damaged file still counts."""
    saved = from_plain(spoiled(name, value), NOW)

    assert saved.verdicts == {OTHER: replace(BOOK[KEY], saved=True)}
    assert [sentence[:31] for sentence in saved.ignored] == ["saved verdict 1 cannot be read:"]


def test_one_bad_outcome_spoils_those_that_had_it_alone() -> None:
    """A verdict with another last outcome is read."""
    data: Any = to_plain(BOOK, NOW)
    data["outcomes"][1] = "failed"

    saved = from_plain(data, NOW)

    assert set(BOOK) - set(saved.verdicts) == {VerdictKey("imap", "1"), VerdictKey("imap", "5")}
    assert saved.ignored == ("saved verdict 2 cannot be read: its last outcome is not a mapping",)


def test_columns_that_came_later_may_be_missing() -> None:
    """A release before them wrote no such thing."""
    data: Any = to_plain(BOOK, NOW)
    del data["verdicts"]["factor"], data["verdicts"]["loaded"]

    assert from_plain(data, NOW) == from_plain(to_plain(BOOK, NOW), NOW)


@given(st.floats(-2, 4), st.floats(NOW - 9, NOW + 9), st.sampled_from(("since", "penalized_at", "last_at")))
def test_columns_are_read_as_entries_are(factor: float, at: float, name: str) -> None:
    """What is out of bounds is put into them, and nothing else differs."""
    data = spoiled("factor", factor)
    data["verdicts"][name][0] = at
    verdict = from_plain(damaged(factor=factor, **{name: at}), NOW).verdicts[KEY]

    assert from_plain(data, NOW).verdicts[KEY] == verdict


def test_times_from_the_future_are_pulled_back() -> None:
    """A verdict saved before the clock was set back did not begin after now."""
    saved = from_plain(damaged(since=NOW + 9, last_at=NOW + 9), NOW)

    assert (saved.verdicts[KEY].since, saved.verdicts[KEY].last_at) == (NOW, NOW)


def test_what_an_earlier_release_saved_is_read() -> None:
    """Keys that came later are missing there, and whole seconds stand without a point."""
    later = ("temporary", "penalty", "penalized_at", "suppressed", "loaded", "loaded_run", "factor")
    data = damaged(since=int(NOW - 60), last_at=int(NOW - 3), **dict.fromkeys(later, ...))

    saved = from_plain(data, NOW)

    assert saved.verdicts == {KEY: replace(BOOK[KEY], saved=True)}
    assert saved.ignored == ()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(json_values, st.sampled_from([*ENTRY, "else"]))
def test_junk_never_raises(junk: object, name: str) -> None:
    """Whatever stands in the file, or in any key of a verdict, reading it raises nothing."""
    columns: Any = to_plain({KEY: BOOK[KEY]}, NOW)["verdicts"]
    from_plain(junk, NOW)
    from_plain({"format": 1, "saved_at": junk, "verdicts": []}, NOW)
    from_plain({"format": 1, "saved_at": NOW, "verdicts": junk}, NOW)
    from_plain(damaged(**{name: junk}), NOW)
    for outcomes in (junk, [junk], [{"kind": "passed"}]):
        from_plain({"format": 2, "saved_at": NOW, "outcomes": outcomes, "verdicts": {**columns, name: [junk]}}, NOW)
        from_plain({"format": 2, "saved_at": NOW, "outcomes": outcomes, "verdicts": {**columns, name: junk}}, NOW)
