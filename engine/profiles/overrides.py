"""Reads `--set KEY=VALUE`: `epochs=3` for every model that has it, `ner.epochs=3` for one,
`ner.data.recipe.examples=200` for any other section."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import ProfileError
from engine.profiles.document import Node, parse_value, plain_scalar
from engine.profiles.problems import InvalidProfileError, Place
from engine.profiles.schema import Data, FeedbackTraining, Policy, Profile
from engine.profiles.settings import SECTIONS, SET, task_of
from engine.profiles.validation import advice, fields_at


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
    """Whether a setting exists for a model; what lies deeper is validated with its value."""
    known, name = _choices(profile, model, path)
    return known is None or name in known


def _choices(profile: Profile, model: str, path: list[str]) -> tuple[set[str] | None, str]:
    """The names among which one part of the path must be, and that part. None: any name will do, as in targets."""
    task, _ = task_of(profile.source, model)
    match path:
        case ["policy", name, *_]:
            return set(Policy.model_fields), name
        case ["feedback", name, *_]:
            return set(FeedbackTraining.model_fields), name
        case ["data", "recipe", name, *_]:
            return (set() if task is None else fields_at(task.recipe_class, ())), name
        case ["data", name, *_]:
            return set(Data.model_fields), name
        case ["config", name, *_]:
            return (set() if task is None else fields_at(task.config_class, ())), name
    return None, path[-1]


def _unknown(profile: Profile, names: list[str], path: list[str], among: Sequence[str], text: str) -> ProfileError:
    if len(names) > 1 and names[0] not in SECTIONS:
        wrong, known = names[0], {*profile.models, *SECTIONS}
    else:
        choices = [_choices(profile, model, path) for model in among]
        wrong, known = choices[0][1], {name for names, _ in choices for name in names or ()}
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
