from gslb.control.views import ReloadOutcome
from gslb.errors import Fault
from tests.api.conftest import Client
from tests.kit.controlled import Controlled


async def test_every_error_is_told(trusted: Client) -> None:
    """422 holds each fault with its place and its line."""
    answer = await trusted.post("/api/v1/reload")
    found = await answer.json()

    assert (answer.status, found["accepted"]) == (422, False)
    assert all({"path", "line", "column", "key", "message", "text"} == set(error) for error in found["errors"])
    assert found["errors"]


async def test_a_good_reload_is_told(made: Controlled, trusted: Client) -> None:
    """200 tells the digest that runs, and the warnings."""

    async def good() -> ReloadOutcome:
        return ReloadOutcome(accepted=True, digest="d", warnings=(Fault(path="zones/a.yaml", message="odd"),))

    made.reloader.reload = good  # type: ignore[method-assign] # the files of a whole configuration are not at hand
    answer = await trusted.post("/api/v1/reload")
    found = await answer.json()

    assert (answer.status, found["digest"], found["warnings"][0]["text"]) == (200, "d", "zones/a.yaml: odd")
