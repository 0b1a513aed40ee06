"""Loads a profile, or says everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path

from engine.profiles.document import Node, read_document
from engine.profiles.finding import find_profile
from engine.profiles.problems import InvalidProfileError, Problem
from engine.profiles.schema import FULL, Profile
from engine.profiles.settings import layered, settle, task_of
from engine.profiles.validation import advice, validate
from engine.tasks.contract import Task


def load_profile(name_or_path: str | Path) -> Profile:
    """A profile that is valid in all its models and presets. Raises ProfileError."""
    profile, problems = _read(find_profile(name_or_path))
    if profile is None:
        raise InvalidProfileError(problems)
    return profile


def check(name_or_path: str | Path) -> list[Problem]:
    """Everything that is wrong with a profile, in the order of its lines. Empty when it can be used."""
    return _read(find_profile(name_or_path))[1]


def _read(path: Path) -> tuple[Profile | None, list[Problem]]:
    document, problems = read_document(path)
    if problems:
        return None, problems
    profile, problems = validate(Profile, document)
    problems += _content_problems(document)
    if problems or not isinstance(profile, Profile):
        once = {(str(problem.place), problem.field): problem for problem in reversed(problems)}
        return None, sorted(once.values(), key=_position)
    profile._source = document
    return profile, []


def _content_problems(document: Node) -> list[Problem]:
    """What the schema alone cannot see: fields of tasks, and presets of models that do not exist."""
    models = _entries(document, "models")
    presets = _entries(document, "presets")
    problems = []
    for name, preset in presets.items():
        if name == FULL and preset.key is not None:
            what = "is the name of the profile as it stands"
            problems.append(Problem(preset.key, preset.path, what, "give the preset another name"))
        for model, node in _entries(preset, "models").items():
            if model not in models and node.key is not None:
                problems.append(Problem(node.key, node.path, "no such model", advice(model, models)))
    for model in models:
        task, found = task_of(document, model)
        problems += found
        if task is not None:
            problems += _settings_problems(document, task, model, list(presets))
            problems += _trigger_problems(document, task, model, [FULL, *presets])
    return problems


def _trigger_problems(document: Node, task: Task, model: str, presets: list[str]) -> list[Problem]:
    """Triggers that train with a preset that is not there, or on feedback where the task learns from none."""
    problems = []
    triggers = document.get("models", model, "triggers")
    for trigger in triggers.value if triggers is not None and isinstance(triggers.value, list) else []:
        preset, train = trigger.get("preset"), trigger.get("train")
        if preset is not None and isinstance(preset.value, str) and preset.value not in presets:
            problems.append(Problem(preset.place, preset.path, "no such preset", advice(preset.value, presets)))
        wants_feedback = train is None or train.value == "feedback"
        if isinstance(trigger.value, dict) and wants_feedback and not task.feedback:
            node = train or trigger
            what = f"{task.name} does not learn from feedback"
            problems.append(Problem(node.place, node.path, what, "write `train: full`"))
    return problems


def _settings_problems(document: Node, task: Task, model: str, presets: list[str]) -> list[Problem]:
    """Problems of a model as it stands, then those that a preset adds."""
    problems = settle(task, layered(document, model, FULL))[1]
    known = {(problem.field, problem.what) for problem in problems}
    for preset in presets:
        for problem in settle(task, layered(document, model, preset))[1]:
            if (problem.field.removeprefix(f"presets.{preset}."), problem.what) not in known:
                problems.append(problem)
    return problems


def _entries(node: Node, name: str) -> dict[str, Node]:
    found = node.get(name)
    return found.value if found is not None and isinstance(found.value, dict) else {}


def _position(problem: Problem) -> tuple[int, int]:
    return problem.place.line or 0, problem.place.column or 0
