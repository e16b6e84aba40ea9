"""Asking as `gslb bench` does, of a server of the test's own that may lose packets."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path

import dns.flags
import dns.message
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from gslb.cli.bench.asker import Asker, Load
from gslb.cli.bench.figures import Run, Times
from gslb.cli.main import gslb
from gslb.errors import Unreachable

QUERY = dns.message.make_query("smtp.mail.example.com", "A", use_edns=0).to_wire()


@contextmanager
def answering(loses: Callable[[int], bool] = lambda _: False) -> Iterator[tuple[tuple[str, int], list[bytes]]]:
    """A server on loopback, and what it was sent; of packets that `loses` says of, by number, none is answered."""
    heard: list[bytes] = []
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                packet, peer = sock.recvfrom(4096)
                if not packet:
                    return
                heard.append(packet)
                if not loses(len(heard)):
                    sock.sendto(packet[:2] + b"\x84\x00" + packet[4:], peer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield sock.getsockname(), heard
        sock.sendto(b"", sock.getsockname())
        thread.join()


def asked(server: tuple[str, int], *, seconds: float = 0.2, rate: float = 0.0, window: int = 20) -> Run:
    """One short run."""
    load = Load(server=server, queries=[QUERY], seconds=seconds, rate=rate, window=window, sockets=3, timeout=0.1)
    return Asker(load).ask()


def test_every_question_is_answered() -> None:
    """Each reply is counted once, with its rcode and its time; several sockets ask."""
    with answering() as (server, heard):
        run = asked(server)

    assert run.answered == run.asked == run.rcodes[0] == len(heard)
    assert (run.again, run.failed, run.late) == (0, 0, 0)
    assert run.rate > 0
    assert 0 < run.times.quantiles()[0.5] <= run.times.most < 0.1
    assert {packet[2:] for packet in heard} == {QUERY[2:]}


def test_what_is_lost_is_asked_again_once() -> None:
    """A question whose reply was lost is asked a second time, and is no failure where that is answered."""
    with answering(loses=lambda number: number == 5) as (server, heard):
        run = asked(server)

    assert (run.again, run.failed) == (1, 0)
    assert run.answered == run.asked == len(heard) - 1


def test_lost_twice() -> None:
    """What nobody answers fails, and the run ends all the same."""
    with answering(loses=lambda _: True) as (server, _):
        run = asked(server, seconds=0.05, window=4)

    assert (run.answered, run.failed, run.again) == (0, run.asked, run.asked)
    assert run.times.quantiles() == {}


def test_a_rate_is_kept() -> None:
    """No more is asked than wanted."""
    with answering() as (server, _):
        run = asked(server, seconds=0.3, rate=200)

    assert 20 <= run.asked <= 61


@given(st.lists(st.floats(1e-6, 60), min_size=1, max_size=50), st.floats(0, 1))
def test_quantiles(each: list[float], part: float) -> None:
    """The least time that so many of all do not exceed, within a per cent."""
    times = Times()
    for seconds in each:
        times.note(seconds)
    exact = sorted(each)[max(1, ceil(part * len(each))) - 1]

    assert times.quantiles((part,))[part] == pytest.approx(exact, rel=0.01)
    assert (len(times), times.most) == (len(each), max(each))


def test_times_take_no_more_room() -> None:
    """However many replies come, and however late: what is kept of their times is bounded."""
    times = Times()
    for number in range(100_000):
        times.note(60 * (number + 1) / 100_000)
    times.note(0.0)

    assert len(times._steps) < 4_000


def bench(*words: str) -> tuple[int, str]:
    """Exit code and output."""
    result = CliRunner().invoke(gslb, ["bench", *words])
    if isinstance(result.exception, Unreachable):
        return 3, str(result.exception)
    return result.exit_code, result.output


def test_the_command(tmp_path: Path) -> None:
    """It asks for each service's types at the first listener, and tells figures to people or programs."""
    with answering() as (server, heard):
        (tmp_path / "zones").mkdir()
        (tmp_path / "gslb.yaml").write_text(f"dns: {{listen: ['127.0.0.1:{server[1]}']}}\n")
        (tmp_path / "zones" / "mail.yaml").write_text(
            "zone: mail.example.com\ncontact: h@example.com\nnameservers: {ns1.example.net.: }\n"
            "services: {smtp: {records: [MX, A], members: {a: {address: 192.0.2.1}}}}\n"
        )
        code, text = bench("-c", str(tmp_path), "--seconds", "0.1", "--json")
        told = bench("-c", str(tmp_path), "--seconds", "0.1")

    figures = json.loads(text)
    assert (code, figures["failed_twice"], figures["rcodes"]) == (0, 0, {"0": figures["answered"]})
    assert {dns.message.from_wire(packet).question[0].to_text() for packet in heard} == {
        "smtp.mail.example.com. IN MX", "smtp.mail.example.com. IN A",
    }  # fmt: skip
    assert told[0] == 0
    assert "a second (NOERROR" in told[1]


def test_a_file_of_questions(tmp_path: Path) -> None:
    """One to a line, as dnsperf reads them, asked in turn; with DO where signatures are wanted."""
    (tmp_path / "queries").write_text("; comment\nwww.example.com A\n\n# another\nexample.com. mx\n")
    with answering() as (server, heard):
        words = ("--server", f"127.0.0.1:{server[1]}", "--seconds", "0.1", "--dnssec")
        code, _ = bench("--queries", str(tmp_path / "queries"), *words)

    asked = [dns.message.from_wire(packet) for packet in heard[:2]]
    assert [one.question[0].to_text() for one in asked] == ["www.example.com. IN A", "example.com. IN MX"]
    assert all(one.ednsflags & dns.flags.DO for one in asked)
    assert code == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [("a.example A\nb.example", "line 2: write NAME TYPE"), ("a NOPE", "line 1: NOPE"), (";", "nothing")],
)
def test_a_file_that_says_nothing(tmp_path: Path, text: str, said: str) -> None:
    """What is wrong with it is told by its line."""
    (tmp_path / "queries").write_text(text)
    code, told = bench("--queries", str(tmp_path / "queries"), "--server", "127.0.0.1:9")

    assert code == 2
    assert said in told


def test_names_and_losses() -> None:
    """Names can be given; a question that failed twice is bad news."""
    with answering(loses=lambda number: number <= 4) as (server, heard):
        words = ("--server", f"127.0.0.1:{server[1]}", "--seconds", "0.3", "--timeout", "0.05", "--window", "2")
        code, text = bench("www.example.com", "AAAA", *words)

    assert dns.message.from_wire(heard[0]).question[0].to_text() == "www.example.com. IN AAAA"
    assert "asked again: 2; failed twice: 2" in text
    assert code == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("a.example", "A", "--server", "192.0.2.1:53"), 2, "not loopback"),
        (("a.example", "--server", "127.0.0.1:53"), 2, "a type is missing"),
        (("a.example", "A", "--queries", "-", "--server", "127.0.0.1:53"), 2, "not both"),
        (("a.example", "NOPE", "--server", "127.0.0.1:53"), 2, "NOPE: one of"),
        (("a..example", "A", "--server", "127.0.0.1:53"), 2, "empty label"),
        (("a.example", "A", "--server", "localhost"), 2, "no address and port"),
        (("a.example", "A", "--server", "127.0.0.1:9", "--seconds", "0.1", "--timeout", "0.05"), 3, "no reply"),
    ],
)
def test_what_cannot_be_asked(words: tuple[str, ...], code: int, said: str) -> None:
    """Wrong words are usage; a server that says nothing is out of reach."""
    assert (found := bench(*words))[0] == code, found
    assert said in found[1].replace("\n", " ")
