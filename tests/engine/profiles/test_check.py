"""`check` lists every problem with its place; `load_profile` raises the first and says how many."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import ProfileError
from engine.profiles import check, find_profile, list_profiles, load_profile
from engine.profiles.schema import Policy
from engine.runs.spec import RunPolicy
from engine.training.config import TrainingConfig
from tests.any_text import any_text

Write = Callable[..., Path]


def problems(path: Path) -> list[str]:
    return [str(problem) for problem in check(path)]


def test_a_good_profile_has_no_problems(write: Write) -> None:
    assert problems(write()) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("epochs: 20", "epoch: 20", "demo.yaml:9:7: models.ner.config.epoch: no such field; write epochs"),
        ("epochs: 20", "epochs: 20.5", "demo.yaml:9:15: models.ner.config.epochs: must be a whole number, not 20.5"),
        ("epochs: 20", "epochs: true", "models.ner.config.epochs: must be a number, not true"),
        ("epochs: 20", "method: lra", "must be 'full' or 'lora', not 'lra'; write lora"),
        ("epochs: 20", "rank: 100", "demo.yaml:8:5: models.ner.config: a rank above 64 needs method: lora"),
        ("labels: [A, B]", "labels: [A, 7]", "models.ner.config.labels.1: must be text, not 7; put it in quotes"),
        ("labels: [A, B]", "labels: A", "models.ner.config.labels: must be a list, not 'A'"),
        ("    config:\n      epochs: 20", "    config: 3\n    x:\n      epochs: 20", "models.ner.config: must be a"),
        (
            "    task: toy\n    desc",
            "    task: toi\n    desc",
            "models.ner.task: there is no task 'toi'; write 'toy'",
        ),
        ("    task: toy\n    desc", "    desc", "demo.yaml:5:3: models.ner.task: is missing; add `task:`"),
        ("finetop: 1", "finetop: 2", "demo.yaml:1:10: finetop: must be 1, not 2"),
        ("name: demo", "name: De mo", "a name has small letters, digits and hyphens, and begins with a letter"),
        ("  other:", "  Other_1:", "demo.yaml:23:3: models.Other_1: a name has small letters, digits and hyphens"),
        ("  quick:", "  full:", "presets.full: is the name of the profile as it stands"),
        ("f1: 0.85", "f1: high", "models.ner.targets.f1: must be a number (at least), or `{at_least: …}`"),
        ("{at_most: 1.5}", "{at_mots: 1.5}", "no such field; write at_most"),
        ("{at_most: 1.5}", "{}", "holds no threshold"),
        ("[diverged]", "[diverge]", "models.ner.early_stop_on.0: must be"),
        ("examples: 500", "examples: 0", "models.ner.data.recipe.examples: must be greater than or equal to 1"),
        ("A: [ay]", "A: ay", "models.ner.data.recipe.vocabulary.A: must be a list"),
        ("epochs: 2\n", "epocs: 2\n", "presets.quick.models.ner.config.epocs: no such field; write epochs"),
        ("B: [be, b]", "B: 5", "presets.quick.models.ner.data.recipe.vocabulary.B: must be a list"),
        ("backoff_s", "backof_s", "policy.backof_s: no such field; write backoff_s"),
        ("retries: 0", "retries: -1", "presets.quick.policy.retries: must be greater than or equal to 0, not -1"),
        ("title: A", "titel: A", "demo.yaml:3:1: titel: no such field; write title"),
    ],
)
def test_each_mistake_names_place_field_and_fix(write: Write, old: str, new: str, message: str) -> None:
    found = problems(write(**{old: new}))
    assert any(message in line for line in found), found


def test_a_preset_of_a_model_that_does_not_exist_is_found(write: Write) -> None:
    path = write(**{"    description: Fast.\n    models:\n      ner:": "    models:\n      nre:"})
    assert any("presets.quick.models.nre: no such model; write ner" in line for line in problems(path))


def test_all_problems_are_listed_in_the_order_of_their_lines(write: Write) -> None:
    path = write(**{"title:": "titel:", "epochs: 20": "epoch: 20", "f1: 0.85": "f1: x", "retries: 0": "retris: 0"})
    found = check(path)
    assert [problem.field for problem in found] == [
        "titel",
        "models.ner.config.epoch",
        "models.ner.targets.f1",
        "presets.quick.policy.retris",
    ]
    with pytest.raises(ProfileError) as caught:
        load_profile(path)
    assert str(caught.value).startswith("demo.yaml:3:1: titel: no such field; write title")
    assert "3 more problems: see `engine profiles check`" in str(caught.value)


def test_a_mistake_of_the_profile_is_said_once_and_not_again_for_each_preset(write: Write) -> None:
    assert len(problems(write(**{"learning_rate: 1e-4": "learning_rat: 1e-4"}))) == 1


def test_a_mistake_between_two_values_is_said_once(write: Write) -> None:
    assert len(problems(write(**{"epochs: 20": "rank: 100"}))) == 1


def test_a_preset_that_breaks_what_the_profile_set_is_found(write: Write) -> None:
    path = write(**{"epochs: 20": "rank: 100\n      method: lora", "epochs: 2\n": "method: full\n"})
    assert problems(path) == ["demo.yaml:31:9: presets.quick.models.ner.config: a rank above 64 needs method: lora"]


def test_a_task_that_cannot_be_imported_is_a_problem(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "toy_task.config", None)
    assert "the task 'toy' cannot be loaded" in problems(write())[0]


def test_an_empty_section_says_nothing(write: Write) -> None:
    path = write(
        **{"    early_stop_on: [diverged]": "    early_stop_on: []", "  other:\n": "  other:\n    config:\n"}
    )
    assert problems(path) == []


FIELDS = "finetop name models presets policy ner task config data recipe targets f1 quick full epochs labels"
WORDS = [*FIELDS.split(), "vocabulary", "at_least", "early_stop_on", "seed", "x", ""]
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(WORDS), inner | st.just("toy") | st.just(1), max_size=5)
    ),
    max_leaves=30,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(junk)
def test_any_junk_gives_a_profile_error_or_a_profile(write: Write, value: object) -> None:
    path = write(json.dumps(value))
    try:
        load_profile(path)
    except ProfileError as error:
        assert str(error).isprintable()
        assert check(path)
    else:
        assert check(path) == []


def test_the_policy_has_the_fields_and_defaults_of_a_run() -> None:
    assert set(Policy.model_fields) == {field.name for field in dataclasses.fields(RunPolicy)}
    assert RunPolicy(**Policy().model_dump()) == RunPolicy()


def test_every_hyperparameter_has_a_meaning_and_a_default() -> None:
    for name, field in {**TrainingConfig.model_fields, **Policy.model_fields}.items():
        assert field.description, name
        assert not field.is_required(), name


def test_a_profile_is_found_by_name_or_path(write: Write, tmp_path: Path) -> None:
    path = write()
    (tmp_path / "profiles").mkdir()
    own = path.rename(tmp_path / "profiles" / "own.yaml")
    assert find_profile("own") == own
    assert find_profile("profiles/own.yaml").resolve() == own
    assert find_profile(own) == own
    assert own in list_profiles()


def test_ones_own_profile_goes_before_a_shipped_one(write: Write, tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    own = write().rename(tmp_path / "profiles" / "utility.yaml")
    assert find_profile("utility") == own
    assert [path for path in list_profiles() if path.stem == "utility"] == [own]


def test_an_unknown_profile_names_the_nearest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProfileError, match=r"there is no profile 'utilty'; write utility"):
        find_profile("utilty")
    with pytest.raises(ProfileError, match=r"missing.yaml: no such file"):
        find_profile("missing.yaml")
