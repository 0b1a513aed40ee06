"""The JSON Schema of a profile, for editors: fields, meanings, units, defaults and limits of every task."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from engine.errors import InputError
from engine.profiles.schema import Profile
from engine.tasks.catalog import find_task, task_names
from engine.tasks.contract import Task

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def profile_json_schema(tasks: Iterable[str] | None = None) -> dict[str, Any]:
    """A schema that covers `config:` and `data.recipe:` of each task, told apart by the model's `task:`.

    A preset does not say which task its models have, so it may use the fields of any task; `engine
    profiles check` knows better.
    """
    known = [task for name in (tasks or task_names()) if (task := _usable(name)) is not None]
    with_recipe = [task for task in known if _has_recipe(task)]
    classes: list[type[BaseModel]] = [Profile, *(task.config_class for task in known)]
    classes += [task.recipe_class for task in with_recipe]
    references, document = models_json_schema([(each, "validation") for each in classes])
    definitions = document["$defs"]
    configs = {task.name: _name(references[task.config_class, "validation"]) for task in known}
    recipes = {task.name: _name(references[task.recipe_class, "validation"]) for task in with_recipe}
    _tell_models_apart(definitions["Model"], configs, recipes)
    _let_presets_use_any(definitions, configs, recipes)
    schema = definitions.pop("Profile")
    schema["$defs"] = definitions
    return {"$schema": DIALECT, **schema, "title": "finetop profile"}


def _usable(name: str) -> Task | None:
    """A task whose package can be imported; an editor's schema must not fail for a broken one."""
    try:
        task = find_task(name)
        _ = task.config_class
    except (InputError, ImportError, AttributeError):
        return None
    return task


def _has_recipe(task: Task) -> bool:
    try:
        _ = task.recipe_class
    except (ImportError, AttributeError):
        return False
    return True


def _name(reference: dict[str, Any]) -> str:
    return str(reference["$ref"]).rsplit("/", 1)[-1]


def _tell_models_apart(model: dict[str, Any], configs: dict[str, str], recipes: dict[str, str]) -> None:
    model["properties"]["task"]["enum"] = list(configs)
    model["allOf"] = [
        {
            "if": {"properties": {"task": {"const": task}}, "required": ["task"]},
            "then": {
                "properties": {
                    "config": {"$ref": f"#/$defs/{config}"},
                    "data": {"properties": {"recipe": _recipe(recipes.get(task))}},
                }
            },
        }
        for task, config in configs.items()
    ]


def _recipe(name: str | None) -> dict[str, Any]:
    return {"anyOf": [{"$ref": f"#/$defs/{name}"}, {"type": "null"}]} if name else {"type": "null"}


def _let_presets_use_any(definitions: dict[str, Any], configs: dict[str, str], recipes: dict[str, str]) -> None:
    """In presets: every field of every task, none required, since the profile holds the rest."""
    settings, data = definitions["Settings"], copy.deepcopy(definitions["Data"])
    settings["properties"]["config"] = _any_field_of(definitions, configs.values())
    data["properties"]["recipe"] = _any_field_of(definitions, recipes.values())
    definitions["PresetData"] = {**data, "title": "PresetData"}
    settings["properties"]["data"] = {"$ref": "#/$defs/PresetData"}


def _any_field_of(definitions: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    fields: dict[str, list[dict[str, Any]]] = {}
    for name in names:
        for field, schema in definitions[name].get("properties", {}).items():
            without_default = {key: value for key, value in schema.items() if key != "default"}
            if without_default not in fields.setdefault(field, []):
                fields[field].append(without_default)
    properties = {name: kinds[0] if len(kinds) == 1 else {"anyOf": kinds} for name, kinds in fields.items()}
    return {"type": "object", "properties": dict(sorted(properties.items())), "additionalProperties": False}
