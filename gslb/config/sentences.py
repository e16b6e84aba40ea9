"""Pydantic's errors as sentences of ours: a key path, what is wrong, what is allowed, and the name that was meant."""

from collections.abc import Callable
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gslb.config import hints
from gslb.config.described import descriptions
from gslb.config.hints import did_you_mean, listed
from gslb.config.positions import Path
from gslb.config.values import shown

Told = tuple[Path, str]

_UNDESCRIBED = "it has no default"


def told(error: ValidationError, model: type[BaseModel], prefix: Path, *, at_most: int) -> list[Told]:
    """The errors of one validation, each with the key path it stands at."""
    details = error.errors(include_url=False)[:at_most]
    return [((*prefix, *_path(detail)), _sentence(detail, model)) for detail in details]


def _path(detail: ErrorDetails) -> Path:
    where = detail["loc"]
    return where[:-1] if where and where[-1] == "[key]" else where


def _sentence(detail: ErrorDetails, model: type[BaseModel]) -> str:
    kind, value = detail["type"], detail["input"]
    context = detail.get("ctx", {})
    if kind == "value_error":
        more = "; several go under addresses" if detail["loc"][-1:] == ("address",) and isinstance(value, list) else ""
        return str(context["error"]) + more
    if kind == "extra_forbidden":
        return _unknown(detail["loc"], model)
    if kind == "missing":
        more = hints.out_of_place(detail["loc"])
        description = _description(detail["loc"], model)
        return f"required: {description.removesuffix('.') if more else description}{more}"
    if kind == "literal_error":
        allowed = _literals(context["expected"])
        near = hints.meant(detail["loc"], _word(value)) or did_you_mean(value, allowed)
        return f"{shown(value)} is not one of {listed(allowed)}{near}"
    wanted = _WANTED.get(kind)
    if wanted is None:
        return f"{shown(value)} cannot stand here: {detail['msg']}"
    return f"{shown(value)} {wanted[0]}{wanted[1](_path(detail), value)}"


def _word(value: object) -> str:
    return shown(value) if isinstance(value, bool) else str(value)


_WANTED: dict[str, tuple[str, Callable[[Path, object], str]]] = {
    "model_type": ("is no table of keys", hints.as_table),
    "model_attributes_type": ("is no table of keys", hints.as_table),
    "dict_type": ("is no table of keys", hints.as_table),
    "list_type": ("is no list: ", lambda _, value: hints.as_list(value)),
    "bool_type": ("is neither true nor false", lambda _, value: hints.truth(value)),
    "string_type": ("is no text: put it in quotes", lambda *_: ""),
    "too_short": ("is empty: at least one is needed", lambda *_: ""),
}
"""What each of pydantic's kinds comes to, and who knows a remedy."""


def _literals(expected: str) -> list[str]:
    return [word.strip(" '") for word in expected.replace(" or ", ", ").split(", ")]


def _unknown(where: tuple[int | str, ...], model: type[BaseModel]) -> str:
    known = list(_fields(model, where[:-1]))
    near = did_you_mean(where[-1], known) or hints.out_of_place(where)
    return f"unknown key{near}; allowed: {listed(known)}"


def _description(where: tuple[int | str, ...], model: type[BaseModel]) -> str:
    table = _table(model, where[:-1])
    return descriptions(table).get(str(where[-1]), _UNDESCRIBED) if table else _UNDESCRIBED


def _fields(model: Any, where: tuple[int | str, ...]) -> dict[str, Any]:
    table = _table(model, where)
    return dict(table.model_fields) if table else {}


def _table(model: Any, where: tuple[int | str, ...]) -> type[BaseModel] | None:
    for part in where:
        model = _inside(model, part)
    model = _bare(model)
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def _inside(annotation: Any, part: int | str) -> Any:
    annotation = _bare(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = annotation.model_fields.get(str(part))
        return field.annotation if field else None
    arguments = get_args(annotation)
    return arguments[-1] if arguments else None


def _bare(annotation: Any) -> Any:
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, UnionType):
            annotation = next(one for one in get_args(annotation) if one is not type(None))
        else:
            return annotation
