"""Validates a tree against a pydantic model and words every complaint with its place and its fix."""

from __future__ import annotations

import difflib
import re
import typing
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from engine.profiles.document import Node
from engine.profiles.problems import Problem

LONGEST_LIST = 12
"""More valid names than this are not listed in a message."""


def validate(schema: type[BaseModel], node: Node) -> tuple[BaseModel | None, list[Problem]]:
    """The validated model, or None and every problem."""
    try:
        model = schema.model_validate(node.plain())
    except ValidationError as error:
        return None, problems_of(error, schema, node)
    problems = _truths_as_numbers(model.model_dump(), node)
    return (None if problems else model), problems


def problems_of(error: ValidationError, schema: type[BaseModel], node: Node) -> list[Problem]:
    """Each complaint of pydantic as a Problem; one per place and field."""
    found: dict[tuple[str, str], Problem] = {}
    for details in error.errors(include_url=False):
        problem = _problem(details, schema, node)
        found.setdefault((str(problem.place), problem.field), problem)
    return list(found.values())


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant."""
    candidates = list(names)
    lowered = {candidate.lower(): candidate for candidate in candidates}
    close = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return lowered[close[0]] if close else None


def advice(name: str, names: Iterable[str]) -> str | None:
    """What to write in place of a name that does not exist."""
    candidates = sorted(names)
    near = nearest(name, candidates)
    if near is not None:
        return f"write {near}"
    if not candidates:
        return "remove it"
    if len(candidates) > LONGEST_LIST:
        return f"there are {', '.join(candidates[:LONGEST_LIST])} and {len(candidates) - LONGEST_LIST} more"
    return f"there {'is' if len(candidates) == 1 else 'are'} {', '.join(candidates)}"


def fields_at(schema: type[BaseModel], path: Sequence[str | int]) -> set[str]:
    """Names that can stand in the mapping at `path` of a document of this schema."""
    types: list[Any] = [schema]
    for step in path:
        inner: list[Any] = []
        for each in types:
            if isinstance(each, type) and issubclass(each, BaseModel):
                if step in each.model_fields:
                    inner += _reachable(each.model_fields[str(step)].annotation)
            else:
                inner += [found for argument in typing.get_args(each) for found in _reachable(argument)]
        types = inner or types  # a step that names a branch of a union leads nowhere new
    models = [each for each in types if isinstance(each, type) and issubclass(each, BaseModel)]
    return {field.alias or name for model in models for name, field in model.model_fields.items()}


def _reachable(annotation: Any) -> list[Any]:
    """The models and containers that an annotation may stand for; unions and Annotated are looked through."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _reachable(typing.get_args(annotation)[0])
    if origin is None or origin in {dict, list, tuple, set, frozenset}:
        return [annotation]
    return [found for argument in typing.get_args(annotation) for found in _reachable(argument)]


def _problem(details: Any, schema: type[BaseModel], root: Node) -> Problem:
    node, rest = root, []
    for step in details["loc"]:
        child = _child(node, step)
        if child is None:
            rest.append(step)
        else:
            node = child
    kind = details["type"]
    if kind == "extra_forbidden":
        name = node.path.rsplit(".", 1)[-1] if not details["loc"] else str(details["loc"][-1])
        near = advice(name, fields_at(schema, details["loc"][:-1]))
        return Problem(node.key or node.place, node.path, "no such field", near)
    if kind == "missing":
        name = str(rest[-1]) if rest else ""
        path = f"{node.path}.{name}".strip(".")
        return Problem(node.key or node.place, path, "is missing", f"add `{name}:`")
    if "[key]" in rest:
        return Problem(node.key or node.place, node.path, _name_rule(details))
    place = (node.key or node.place) if isinstance(node.value, dict) else node.place
    return Problem(place, node.path, *_wording(details, node))


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(node.value, dict):
        return node.value.get(str(step))
    if isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
        return node.value[step]
    return None


def _name_rule(details: Any) -> str:
    if details["type"] == "string_pattern_mismatch":
        return "a name has small letters, digits and hyphens, and begins with a letter"
    return _sentence(details["msg"])


def _wording(details: Any, node: Node) -> tuple[str, str | None]:
    kind, message, given = details["type"], details["msg"], _short(node.value)
    if kind == "string_pattern_mismatch":
        return f"{_name_rule(details)}: not {given}", None
    if kind in {"literal_error", "enum"}:
        names = re.findall(r"'([^']*)'", str(details.get("ctx", {}).get("expected", "")))
        near = nearest(str(node.value), names)
        return f"{_sentence(message)}, not {given}", f"write {near}" if near else None
    if kind == "string_type" and isinstance(node.value, int | float | bool):
        return f"must be text, not {given}", "put it in quotes"
    if kind in {"value_error", "assertion_error"}:
        return _sentence(message), None
    if kind in {"model_type", "dict_type", "model_attributes_type", "dataclass_type"}:
        return f"must be a mapping (`key: value` lines), not {given}", None
    return f"{_sentence(message)}, not {given}", None


def _sentence(message: str) -> str:
    message = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    message = re.sub(r"^Input should be (a valid )?", lambda m: "must be " + ("a valid " if m[1] else ""), message)
    message = re.sub(r"^[A-Z][a-z]+ should ", "must ", message)
    message = message.replace("a valid integer, unable to parse string as an integer", "a whole number")
    message = message.replace("a valid integer, got a number with a fractional part", "a whole number")
    message = message.replace("a valid number, unable to parse string as a number", "a number")
    message = message.replace("a valid integer", "a whole number").replace("a valid number", "a number")
    message = message.replace("a valid string", "text").replace("a valid list", "a list")
    return message.replace("a valid boolean, unable to interpret input", "true or false")


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}…"


def _truths_as_numbers(dumped: Any, node: Node) -> list[Problem]:
    """`true` where a number is due: pydantic reads it as 1, which nobody means."""
    if isinstance(node.value, dict) and isinstance(dumped, dict):
        return [p for name, child in node.value.items() for p in _truths_as_numbers(dumped.get(name), child)]
    if isinstance(node.value, bool) and isinstance(dumped, int | float) and not isinstance(dumped, bool):
        return [Problem(node.place, node.path, f"must be a number, not {_short(node.value)}")]
    return []
