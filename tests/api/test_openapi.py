import re

from gslb.api.app import PATHS
from gslb.api.openapi import FAILURES, QUERIES, RECORDS, TEXTS, document
from tests.api.conftest import Client


async def test_every_path_is_described(client: Client) -> None:
    """Each with its method and a sentence, and nothing that is not there."""
    described = (await (await client.get("/openapi.json")).json())["paths"]
    here = {(method.lower(), re.sub(r":[^}]*}", "}", path)) for method, path, _, _ in PATHS}

    assert {(method, path) for path, methods in described.items() for method in methods} == here
    assert all(operation["summary"] for methods in described.values() for operation in methods.values())


def test_what_is_said_of_a_path_is_about_one_that_exists() -> None:
    """The tables of records, queries, failures and texts name no other."""
    paths = {re.sub(r":[^}]*}", "}", path) for _, path, _, _ in PATHS}

    assert RECORDS.keys() | TEXTS.keys() | {path for _, path in (*QUERIES, *FAILURES)} <= paths


def test_every_reference_leads_somewhere() -> None:
    """A generator of clients can follow it."""
    found = document(PATHS)
    references = set(re.findall(r"#/components/schemas/(\w+)", str(found)))

    assert references <= found["components"]["schemas"].keys()
    assert "MemberStatus" in references


async def test_a_status_is_as_described(client: Client) -> None:
    """The fields of the record are those of the answer."""
    described = document(PATHS)["paths"]["/api/v1/status"]["get"]["responses"]["200"]["content"]["application/json"]
    status = await (await client.get("/api/v1/status")).json()

    assert described["schema"]["properties"].keys() == status.keys()
