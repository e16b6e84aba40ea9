import os

import pytest

from gslb.control.heartbeat import Heartbeat


@pytest.fixture
def pipe() -> tuple[int, int]:
    """A pipe, reading end first."""
    return os.pipe()


def test_readiness_is_told_when_it_changes(pipe: tuple[int, int]) -> None:
    """Beats are dots; R and N stand between them once each."""
    heart = Heartbeat(pipe[1])
    for ready in (False, True, True, False):
        heart.beat()
        heart.tell(ready=ready)

    assert os.read(pipe[0], 100) == b"..R..N"
    for end in pipe:
        os.close(end)


def test_a_full_pipe_is_no_end(pipe: tuple[int, int]) -> None:
    """A supervisor that is slow is not gone, and readiness is told once it reads again."""
    heart = Heartbeat(pipe[1])
    for _ in range(70_000):
        heart.beat()
    heart.tell(ready=True)
    assert (heart.gone, heart.told_ready) == (False, False)

    os.read(pipe[0], 70_000)
    heart.tell(ready=True)

    assert heart.told_ready
    for end in pipe:
        os.close(end)


def test_a_closed_pipe_is_the_end(pipe: tuple[int, int]) -> None:
    """When nobody can read any more, the supervisor is gone."""
    os.close(pipe[0])
    heart = Heartbeat(pipe[1])

    heart.beat()

    assert heart.gone
    assert "gone=True" in repr(heart)
    os.close(pipe[1])


def test_nobody_listens_to_a_control_started_by_hand() -> None:
    """Without a descriptor all is said to nobody."""
    heart = Heartbeat(None)
    heart.beat()
    heart.tell(ready=True)

    assert (heart.gone, heart.told_ready) == (False, True)
