import httpx
import pytest

from gslb.cli.ask import why


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            PermissionError(13, "Permission denied"),
            "permission denied; the control socket is for the server's own user",
        ),
        (httpx.ReadTimeout("slow"), "did not answer within 60 s"),
        (FileNotFoundError(2, "No such file or directory"), "is `gslb run` running, with this -c?"),
        (ValueError("no JSON"), "no server answers at /run/gslb/control.sock (no JSON)"),
    ],
)
def test_each_way_not_to_be_answered_has_its_sentence(error: Exception, told: str) -> None:
    """Nobody there, nobody allowed, nobody quick enough: three remedies."""
    said = why(error, "/run/gslb/control.sock")

    assert "/run/gslb/control.sock" in said
    assert told in said
