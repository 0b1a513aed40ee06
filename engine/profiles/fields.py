"""What a field of a schema may hold, in words: kind, choices, limits."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import annotated_types as limits
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from engine.profiles.writing import set_value

Kind = Literal["truth", "choice", "free"]
NONE = type(None)


@dataclass(frozen=True)
class Rule:
    """What may be written: `rule` says it in words, `choices` are all there is where that can be said."""

    rule: str
    kind: Kind = "free"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Leaf:
    """A field that holds a value of its own, wherever it is nested."""

    path: tuple[str, ...]
    description: str
    unit: str
    rule: Rule
    default: Any
    """`MISSING` where the schema has none."""


MISSING: Any = PydanticUndefined


def leaves_of(schema: type[BaseModel], path: tuple[str, ...] = (), default: Any = MISSING) -> Iterator[Leaf]:
    """Every field, those of nested schemas by their path."""
    for name, info in schema.model_fields.items():
        known = getattr(default, name, MISSING) if default is not MISSING else _default(info)
        here = (*path, info.alias or name)
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from leaves_of(info.annotation, here, known)
            continue
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        rule = rule_of(info.annotation, info.metadata)
        yield Leaf(here, info.description or "", str(extra.get("unit", "")), rule, known)


def rule_of(annotation: Any, metadata: Sequence[Any] = ()) -> Rule:
    """What a field with this annotation may hold."""
    if annotation is bool:
        return Rule("true or false", "truth", ("true", "false"))
    alternatives = list(_alternatives(annotation, tuple(metadata)))
    words = [_words(kind, marks) for kind, marks in alternatives]
    choices = [choice for kind, _ in alternatives for choice in _choices(kind)]
    closed = bool(choices) and all(_is_closed(kind) for kind, _ in alternatives)
    if closed:
        return Rule(_one_of(choices), "choice", tuple(choices))
    return Rule(_one_of([word for word in dict.fromkeys(words) if word]))


def _default(info: FieldInfo) -> Any:
    return info.get_default(call_default_factory=True) if not info.is_required() else MISSING


def _alternatives(annotation: Any, metadata: tuple[Any, ...]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """The members of a union, each with the limits that hold for it."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        inner, *marks = typing.get_args(annotation)
        yield from _alternatives(inner, (*metadata, *marks))
    elif origin in (typing.Union, types.UnionType):
        for member in typing.get_args(annotation):
            yield from _alternatives(member, metadata)
    else:
        yield annotation, metadata


def _is_closed(kind: Any) -> bool:
    return kind is NONE or kind is bool or typing.get_origin(kind) is Literal


def _choices(kind: Any) -> list[str]:
    if kind is NONE:
        return ["null"]
    if kind is bool:
        return ["true", "false"]
    return [set_value(value) for value in typing.get_args(kind)] if typing.get_origin(kind) is Literal else []


def _words(kind: Any, metadata: tuple[Any, ...]) -> str:
    if _is_closed(kind):
        return _one_of(_choices(kind))
    marks = [mark for each in metadata for mark in (each.metadata if isinstance(each, FieldInfo) else (each,))]
    if kind is int or kind is float:
        return ("a whole number" if kind is int else "a number") + _bounds(marks)
    if kind is str:
        return "text"
    origin = typing.get_origin(kind)
    if origin in (list, tuple):
        return "a list: [A, B]"
    if origin is dict:
        return "a mapping: {name: value}"
    return "a mapping" if isinstance(kind, type) and issubclass(kind, BaseModel) else ""


def _bounds(marks: Sequence[Any]) -> str:
    """` from 0 to 1`, `, above 0, up to 1`, `, at least 1`."""
    low = next((set_value(mark.ge) for mark in marks if isinstance(mark, limits.Ge)), None)
    above = next((set_value(mark.gt) for mark in marks if isinstance(mark, limits.Gt)), None)
    high = next((set_value(mark.le) for mark in marks if isinstance(mark, limits.Le)), None)
    below = next((set_value(mark.lt) for mark in marks if isinstance(mark, limits.Lt)), None)
    if low is not None and high is not None:
        return f" from {low} to {high}"
    lower = f"at least {low}" if low is not None else f"above {above}" if above is not None else ""
    upper = f"up to {high}" if high is not None else f"below {below}" if below is not None else ""
    return "".join(f", {part}" for part in (lower, upper) if part)


def _one_of(words: Sequence[str]) -> str:
    return " or ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)
