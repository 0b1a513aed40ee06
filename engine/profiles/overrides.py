"""Reads `--set KEY=VALUE`: `epochs=3` for every model that has it, `ner.epochs=3` for one,
`ner.data.recipe.examples=200` for any other section."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import ProfileError
from engine.profiles.document import Node, parse_value, plain_scalar
from engine.profiles.problems import InvalidProfileError, Place
from engine.profiles.schema import Data, Policy, Profile
from engine.profiles.settings import SECTIONS, SET, task_of
from engine.profiles.validation import advice, fields_at

_DEEP_FIELDS = {"policy": set(Policy.model_fields), "data": set(Data.model_fields)}


def overrides_for(profile: Profile, model: str, overrides: Sequence[str], among: Sequence[str]) -> list[Node]:
    """The overrides that concern `model`, each as a tree of sections.

    Raises ProfileError for one that concerns none of the models in `among`.
    """
    return [_tree(path, text) for text in overrides if (path := _path_for(profile, model, text, among)) is not None]


def _path_for(profile: Profile, model: str, text: str, among: Sequence[str]) -> list[str] | None:
    """Section and field names for this model, or None when the override is another model's."""
    key, equals, _ = text.partition("=")
    names = [part.strip() for part in key.split(".")]
    if not equals or not all(names):
        raise ProfileError("needs KEY=VALUE", where=f"{SET} {text}", fix=f"write for example {SET} epochs=3")
    if names[0] in profile.models and len(names) > 1:
        if names[0] != model:
            return None
        return _with_section(names[1:])
    path = _with_section(names)
    takers = [name for name in among if _has(profile, name, path)]
    if not takers:
        raise _unknown(profile, names, path, among, text)
    return path if model in takers else None


def _with_section(names: list[str]) -> list[str]:
    return names if names[0] in SECTIONS else ["config", *names]


def _has(profile: Profile, model: str, path: list[str]) -> bool:
    """Whether a setting exists for a model. Targets take any metric; the value is checked later."""
    if path[0] in _DEEP_FIELDS and len(path) > 1 and path[1] not in _DEEP_FIELDS[path[0]]:
        return False
    task, _ = task_of(profile.source, model)
    if task is None:
        return False
    if path[0] == "config":
        return len(path) == 1 or path[1] in task.config_class.model_fields
    if path[:2] == ["data", "recipe"] and len(path) > 2:
        return path[2] in task.recipe_class.model_fields
    return True


def _unknown(profile: Profile, names: list[str], path: list[str], among: Sequence[str], text: str) -> ProfileError:
    known: set[str] = set()
    for model in among:
        task, _ = task_of(profile.source, model)
        if task is not None and path[0] == "config":
            known |= fields_at(task.config_class, ())
        elif task is not None and path[:2] == ["data", "recipe"]:
            known |= fields_at(task.recipe_class, ())
    if path[0] in _DEEP_FIELDS and not known:
        known = _DEEP_FIELDS[path[0]]
    wrong = names[-1] if path[0] != "config" or len(names) == 1 else names[0]
    if path[0] == "config" and len(names) > 1:
        known = {*profile.models, *SECTIONS}
    return ProfileError(f"no such setting: {wrong}", where=f"{SET} {text}", fix=advice(wrong, known))


def _tree(path: list[str], text: str) -> Node:
    """`{section: {field: value}}`, each node placed at the option that brought it."""
    place = Place(f"{SET} {text}")
    node = _value(text.partition("=")[2].strip(), place, ".".join(path))
    for depth in range(len(path) - 1, -1, -1):
        node = Node({path[depth]: node}, place, place, ".".join(path[:depth]))
    return node


def _value(text: str, place: Place, path: str) -> Node:
    """A list, mapping or quoted text in YAML; anything else is one plain value, whatever signs it holds."""
    if not text.startswith(("[", "{", '"', "'")):
        return Node(plain_scalar(text), place, place, path)
    parsed, problems = parse_value(text, str(place))
    if problems:
        raise InvalidProfileError(problems)
    return _placed(parsed, place, path)


def _placed(node: Node, place: Place, path: str) -> Node:
    """The tree with every node placed at the option: it has no lines."""
    if isinstance(node.value, dict):
        inner = {name: _placed(child, place, f"{path}.{name}") for name, child in node.value.items()}
        return Node(inner, place, place, path)
    if isinstance(node.value, list):
        return Node(
            [_placed(child, place, f"{path}.{at}") for at, child in enumerate(node.value)], place, place, path
        )
    return Node(node.value, place, place, path)
