"""Pydantic's errors as sentences of ours: a key path, what is wrong, what is allowed, and the name that was meant."""

from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gslb.config.positions import Path
from gslb.config.values import shown

Told = tuple[Path, str]

_YAML_11 = {"yes": "true", "on": "true", "no": "false", "off": "false"}


def did_you_mean(word: object, known: Any) -> str:
    """A clause with the nearest of the known words, or nothing."""
    spelled = {str(one).lower(): one for one in known}
    near = get_close_matches(str(word).lower(), spelled, n=1, cutoff=0.65)
    return f"; did you mean {spelled[near[0]]}?" if near else ""


def listed(words: Any) -> str:
    """Words as a list in a sentence."""
    return ", ".join(str(word) for word in words)


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
        return str(context["error"])
    if kind == "extra_forbidden":
        return _unknown(detail["loc"], model)
    if kind == "missing":
        return f"required: {_description(detail['loc'], model)}"
    if kind == "literal_error":
        allowed = _literals(context["expected"])
        return f"{shown(value)} is not one of {listed(allowed)}{did_you_mean(value, allowed)}"
    return f"{shown(value)} {_WANTED.get(kind, 'cannot stand here: ' + detail['msg'])}{_hint(kind, value)}"


_WANTED = {
    "model_type": "is no table of keys",
    "model_attributes_type": "is no table of keys",
    "dict_type": "is no table of keys",
    "list_type": "is no list: write [one, two]",
    "bool_type": "is neither true nor false",
    "string_type": "is no text: put it in quotes",
    "too_short": "is empty: at least one is needed",
}


def _hint(kind: str, value: object) -> str:
    word = _YAML_11.get(str(value).lower()) if kind == "bool_type" else None
    return f"; in YAML 1.2 write {word}" if word else ""


def _literals(expected: str) -> list[str]:
    return [word.strip(" '") for word in expected.replace(" or ", ", ").split(", ")]


def _unknown(where: tuple[int | str, ...], model: type[BaseModel]) -> str:
    known = list(_fields(model, where[:-1]))
    return f"unknown key{did_you_mean(where[-1], known)}; allowed: {listed(known)}"


def _description(where: tuple[int | str, ...], model: type[BaseModel]) -> str:
    field = _fields(model, where[:-1]).get(str(where[-1]))
    return str(field.description) if field else "it has no default"


def _fields(model: Any, where: tuple[int | str, ...]) -> dict[str, Any]:
    for part in where:
        model = _inside(model, part)
    model = _bare(model)
    return dict(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else {}


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
