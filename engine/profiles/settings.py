"""Lays the values of a model over each other, and knows of each where it comes from.

Task defaults < profile < preset < `--set`. Mappings merge key by key; anything else replaces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from engine.errors import InputError
from engine.profiles.document import Node, empty, merge
from engine.profiles.problems import Place, Problem
from engine.profiles.schema import FULL, Policy, Settings
from engine.profiles.validation import validate
from engine.tasks.catalog import find_task
from engine.tasks.contract import Task

SECTIONS = ("config", "data", "targets", "early_stop_on", "feedback", "policy")
SET = "--set"
DEFAULT = "default"


@dataclass(frozen=True)
class Settled:
    """The settings of one model under one preset, validated."""

    config: BaseModel
    recipe: BaseModel | None
    settings: Settings
    policy: Policy
    origins: dict[str, str]
    """`config.epochs` → `default`, `profile utility.yaml:31`, `preset quick` or `--set`."""


def task_of(document: Node, model: str) -> tuple[Task | None, list[Problem]]:
    """The task that a model names."""
    node = document.get("models", model, "task")
    if node is None or not isinstance(node.value, str):
        return None, []  # said by the schema
    try:
        task = find_task(node.value)
        _ = task.config_class  # a task that cannot be imported shows here
        if document.get("models", model, "data", "recipe") is not None:
            _ = task.recipe_class
    except InputError as problem:
        return None, [Problem(node.place, node.path, problem.what, problem.fix)]
    except (ImportError, AttributeError) as problem:
        what = f"the task {node.value!r} cannot be loaded ({problem})"
        return None, [Problem(node.place, node.path, what, "install what brings it, or correct it")]
    return task, []


def layered(document: Node, model: str, preset: str, overrides: Sequence[Node] = ()) -> Node:
    """The sections of one model with everything laid over them; values keep their places."""
    merged = _sections(document.get("models", model), document.get("policy"))
    if preset != FULL:
        root = ("presets", preset)
        merged = merge(merged, _sections(document.get(*root, "models", model), document.get(*root, "policy")))
    for override in overrides:
        merged = merge(merged, override)
    return merged


def settle(task: Task, tree: Node) -> tuple[Settled | None, list[Problem]]:
    """Validate a layered tree against the task. Every problem of every section is found."""
    sections = tree.value if isinstance(tree.value, dict) else {}
    without_policy = Node({name: node for name, node in sections.items() if name != "policy"}, tree.place)
    settings, problems = validate(Settings, without_policy)
    policy, found = validate(Policy, tree.get("policy") or empty(tree.place))
    problems += found
    config, found = validate(task.config_class, _mapping(tree, "config"))
    problems += found
    recipe = None
    if tree.get("data", "recipe") is not None and tree.get("data", "recipe").plain() is not None:  # type: ignore[union-attr]
        recipe, found = validate(task.recipe_class, _mapping(tree, "data", "recipe"))
        problems += found
    if problems or not isinstance(settings, Settings) or not isinstance(policy, Policy) or config is None:
        return None, _once(problems)
    settled = Settled(config, recipe, settings, policy, {})
    settled.origins.update(_origins(settled, tree))
    return settled, []


def origin_of(node: Node) -> str:
    """Which layer a value stands in."""
    if node.place.line is None:
        return SET
    if node.path.startswith("presets."):
        return f"preset {node.path.split('.')[1]}"
    return f"profile {node.place.source.rsplit('/', 1)[-1]}:{node.place.line}"


def _sections(model: Node | None, policy: Node | None) -> Node:
    entries = dict(model.value) if model is not None and isinstance(model.value, dict) else {}
    entries = {name: node for name, node in entries.items() if name in SECTIONS and name != "policy"}
    if policy is not None:
        entries["policy"] = policy
    place = model.place if model is not None else Place("")
    # A section that is written but left empty (`config:`) says nothing; it must not wipe the layer below.
    return Node({name: node for name, node in entries.items() if node.value is not None}, place)


def _mapping(tree: Node, *names: str) -> Node:
    node = tree.get(*names)
    return node if node is not None else empty(tree.place)


def _once(problems: list[Problem]) -> list[Problem]:
    return list({(str(problem.place), problem.field): problem for problem in reversed(problems)}.values())[::-1]


def _origins(settled: Settled, tree: Node) -> dict[str, str]:
    """The origin of every leaf of the validated values."""
    written = {path: origin_of(node) for path, node in tree.leaves()}
    values: dict[str, Any] = {
        "config": settled.config.model_dump(),
        "data": {"seed": settled.settings.data.seed},
        "targets": {
            metric: bound.at_least if bound.at_most is None else bound.model_dump(exclude_none=True)
            for metric, bound in settled.settings.targets.items()
            if bound is not None
        },
        "early_stop_on": settled.settings.early_stop_on,
        "policy": settled.policy.model_dump(),
    }
    if settled.recipe is not None:
        values["data"]["recipe"] = settled.recipe.model_dump()
    if settled.settings.feedback is not None:
        values["feedback"] = settled.settings.feedback.model_dump()
    return {".".join(path): _written_at(path, written) for path in _leaf_paths(values)}


def _written_at(path: tuple[str, ...], written: dict[tuple[str, ...], str]) -> str:
    """Origin of a leaf: written as such, as part of a bigger value, or as several smaller ones."""
    for length in range(len(path), 0, -1):
        if path[:length] in written:
            return written[path[:length]]
    inside = [origin for other, origin in written.items() if other[: len(path)] == path]
    return inside[-1] if inside else DEFAULT


def _leaf_paths(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict) and value:
        for name, child in value.items():
            yield from _leaf_paths(child, (*path, str(name)))
    elif path:
        yield path
