from typing import Any

import pytest

from gslb.config.described import descriptions
from gslb.config.schema import Kind, json_schema
from gslb.config.schema_check import TYPES
from gslb.config.schema_node import NodeFile
from gslb.config.schema_zone import ZoneFile
from gslb.config.tables import Table


def tables(model: type[Table]) -> list[type[Table]]:
    """A table's model and those of the tables in it, however deep."""
    found = {model.__name__: model}
    for table in Table.__subclasses__():
        if table.__module__ == model.__module__:
            found[table.__name__] = table
    return list(found.values())


ALL = [*tables(NodeFile), *tables(ZoneFile), *TYPES.values()]
FIELDS = [(table, name) for table in ALL for name in table.model_fields]


@pytest.mark.parametrize(("table", "name"), FIELDS, ids=[f"{table.__name__}.{name}" for table, name in FIELDS])
def test_every_key_is_described_in_a_sentence(table: type[Table], name: str) -> None:
    """Each key says what it means, as a sentence that ends."""
    description = descriptions(table)[name]

    assert len(description) > 10
    assert description.endswith(".")


@pytest.mark.parametrize("table", ALL, ids=[table.__name__ for table in ALL])
def test_every_table_is_strict(table: type[Table]) -> None:
    """No table lets an unknown key pass or turns one type into another."""
    assert table.model_config["extra"] == "forbid"
    assert table.model_config["strict"] is True


@pytest.mark.parametrize("kind", ["gslb", "zone", "checks"])
def test_each_kind_has_a_schema_of_objects_without_further_keys(kind: Kind) -> None:
    """Editors are told the same: draft 2020-12, and nothing but the keys shown."""
    schema = json_schema(kind)
    objects = [one for one in (schema, *schema["$defs"].values()) if "properties" in one]

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert objects
    assert all(one["additionalProperties"] is False for one in objects)
    assert all(described(schema, field) for one in objects for field in one["properties"].values())


def described(schema: dict[str, Any], field: dict[str, Any]) -> bool:
    """Whether a property, or the table it refers to, says what it is."""
    table = schema["$defs"][name(field)] if "$ref" in field else field
    return bool(table.get("description"))


def test_the_schema_of_checks_shows_each_type_that_is_built() -> None:
    """One choice to a type, named by its word."""
    schema = json_schema("checks")
    words = {schema["$defs"][name(choice)]["properties"]["type"]["const"] for choice in choices(schema)}

    assert words == set(TYPES)


def choices(schema: dict[str, Any]) -> list[dict[str, str]]:
    """The tables one check may be."""
    found: list[dict[str, str]] = schema["additionalProperties"]["oneOf"]
    return found


def name(choice: dict[str, str]) -> str:
    """The definition a reference names."""
    return choice["$ref"].rsplit("/", 1)[1]
