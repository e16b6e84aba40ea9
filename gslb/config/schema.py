"""JSON Schema of each file kind, for editors; it shows only what is built."""

from typing import Any, Literal, TypeAlias

from pydantic import TypeAdapter

from gslb.config.schema_check import TYPES
from gslb.config.schema_node import NodeFile
from gslb.config.schema_zone import ZoneFile

Kind: TypeAlias = Literal["gslb", "zone", "checks"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of gslb.yaml, zones/*.yaml or checks/*.yaml."""
    if kind == "gslb":
        return {"$schema": _DIALECT, **NodeFile.model_json_schema()}
    if kind == "zone":
        return {"$schema": _DIALECT, **ZoneFile.model_json_schema()}
    return {"$schema": _DIALECT, **_checks()}


def _checks() -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    choices = []
    for model in TYPES.values():
        schema = TypeAdapter(model).json_schema(ref_template="#/$defs/{model}")
        definitions.update(schema.pop("$defs", {}))
        definitions[model.__name__] = schema
        choices.append({"$ref": f"#/$defs/{model.__name__}"})
    return {
        "title": "checks",
        "description": "checks/*.yaml: named checks, any number to a file.",
        "type": "object",
        "additionalProperties": {"oneOf": choices},
        "$defs": definitions,
    }
