"""Precedence and origins: task defaults < profile < preset < --set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import ProfileError
from engine.profiles import ResolvedModel, load_profile, resolve, resolve_models
from engine.runs.spec import RunPolicy, Target

Write = Callable[..., Path]


def settled(write: Write, model: str = "ner", preset: str = "full", overrides: tuple[str, ...] = ()) -> ResolvedModel:
    return resolve(load_profile(write()), model, preset=preset, overrides=overrides)


def line_of(text: str, path: Path) -> int:
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if text in line)


def test_a_value_that_nobody_writes_is_the_tasks_default(write: Write) -> None:
    resolved = settled(write)
    assert resolved.config.rank == 8
    assert resolved.origins["config.rank"] == "default"


def test_the_profile_wins_over_the_default_and_names_its_line(write: Write) -> None:
    resolved = settled(write)
    assert resolved.config.epochs == 20
    assert resolved.origins["config.epochs"] == f"profile demo.yaml:{line_of('epochs: 20', Path('demo.yaml'))}"


def test_a_preset_wins_over_the_profile(write: Write) -> None:
    resolved = settled(write, preset="quick")
    assert resolved.config.epochs == 2
    assert resolved.origins["config.epochs"] == "preset quick"
    assert resolved.origins["config.learning_rate"].startswith("profile demo.yaml:")


def test_set_wins_over_the_preset(write: Write) -> None:
    resolved = settled(write, preset="quick", overrides=("ner.epochs=3",))
    assert resolved.config.epochs == 3
    assert resolved.origins["config.epochs"] == "--set"


def test_the_last_set_wins(write: Write) -> None:
    assert settled(write, overrides=("epochs=3", "ner.epochs=4")).config.epochs == 4


def test_mappings_merge_and_lists_replace(write: Write) -> None:
    resolved = settled(write, preset="quick")
    assert resolved.recipe.vocabulary == {"A": ["ay"], "B": ["be", "b"]}
    assert resolved.config.labels == ["A"]
    assert resolved.origins["data.recipe.vocabulary.A"].startswith("profile")
    assert resolved.origins["data.recipe.vocabulary.B"] == "preset quick"


def test_a_preset_can_take_a_target_away(write: Write) -> None:
    assert settled(write).targets == (
        Target("f1", at_least=0.85),
        Target("loss/validation", at_most=1.5),
    )
    assert settled(write, preset="quick").targets == (Target("f1", at_least=0.85),)


def test_every_leaf_has_an_origin(write: Write) -> None:
    resolved = settled(write)
    assert {f"config.{name}" for name in resolved.config.model_dump()} <= set(resolved.origins)
    assert resolved.origins["data.seed"].startswith("profile")
    assert resolved.origins["targets.f1"].startswith("profile")
    assert resolved.origins["early_stop_on"].startswith("profile")
    assert resolved.origins["policy.retries"] == "default"
    assert resolved.origins["policy.backoff_s"].startswith("profile")


def test_the_policy_merges_like_everything_else(write: Write) -> None:
    assert settled(write, preset="quick").policy == RunPolicy(retries=0, backoff_s=1.5)


def test_a_model_without_a_recipe_has_none(write: Write) -> None:
    resolved = settled(write, "other")
    assert resolved.recipe is None
    assert resolved.data_seed == 7


@pytest.mark.parametrize(
    ("override", "read"),
    [
        ("learning_rate=1e-3", lambda r: r.config.learning_rate == 1e-3),
        ("base=./a: b #c", lambda r: r.config.base == "./a: b #c"),
        ('base="12"', lambda r: r.config.base == "12"),
        ("labels=[X, 'no']", lambda r: r.config.labels == ["X", "no"]),
        ("config.rank=9", lambda r: r.config.rank == 9),
        ("ner.data.recipe.examples=200", lambda r: r.recipe.examples == 200),
        ("data.recipe.vocabulary.C=[see]", lambda r: r.recipe.vocabulary["C"] == ["see"]),
        ("data.seed=11", lambda r: r.data_seed == 11),
        ("targets.f1=0.5", lambda r: r.targets[0] == Target("f1", at_least=0.5)),
        ("targets.f1=null", lambda r: all(target.metric != "f1" for target in r.targets)),
        ("early_stop_on=[plateau]", lambda r: r.early_stop_on == ("plateau",)),
        ("policy.retries=5", lambda r: r.policy.retries == 5),
        ("other.epochs=99", lambda r: r.config.epochs == 20),
    ],
)
def test_set_reaches_every_section(write: Write, override: str, read: Callable[[ResolvedModel], bool]) -> None:
    assert read(settled(write, overrides=(override,)))


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("epochs", "--set epochs: needs KEY=VALUE; write for example --set epochs=3"),
        ("epoch=3", "--set epoch=3: no such setting: epoch; write epochs"),
        ("config.epoch=3", "--set config.epoch=3: no such setting: epoch; write epochs"),
        ("data.sed=3", "--set data.sed=3: no such setting: sed; write seed"),
        ("nre.epochs=3", "--set nre.epochs=3: no such setting: nre; write ner"),
        ("policy.retrys=3", "--set policy.retrys=3: no such setting: retrys; write retries"),
        ("data.recipe.example=3", "--set data.recipe.example=3: no such setting: example; write examples"),
        ("ner.epoch=3", "--set ner.epoch=3: config.epoch: no such field; write epochs"),
        ("epochs=many", "--set epochs=many: config.epochs: must be a whole number, not 'many'"),
        ("epochs=", "--set epochs=: config.epochs: must be a whole number, not empty"),
        ("epochs=true", "--set epochs=true: config.epochs: must be a number, not true"),
        ("rank=0", "--set rank=0: config.rank: must be greater than or equal to 1, not 0"),
        ("method=lorra", "--set method=lorra: config.method: must be 'full' or 'lora', not 'lorra'; write lora"),
        ("rank=65", "config: a rank above 64 needs method: lora"),
        ("labels=[", "--set labels=["),
        ("targets.f1=high", "--set targets.f1=high: targets.f1: must be a number (at least)"),
    ],
)
def test_a_wrong_set_says_what_to_write(write: Write, override: str, message: str) -> None:
    with pytest.raises(ProfileError) as caught:
        settled(write, overrides=(override,))
    assert message in str(caught.value)


def test_an_override_must_fit_one_of_the_chosen_models(write: Write) -> None:
    profile = load_profile(write())
    assert resolve(profile, "other", overrides=["data.recipe.examples=9"]).recipe.examples == 9
    with pytest.raises(ProfileError, match="no such setting: epoch; write epochs"):
        resolve_models(profile, ["other"], overrides=["epoch=1"])


def test_an_unknown_model_or_preset_names_the_nearest(write: Write) -> None:
    profile = load_profile(write())
    with pytest.raises(ProfileError, match="has no model 'nerr'; write ner"):
        resolve(profile, "nerr")
    with pytest.raises(ProfileError, match="has no preset 'quik'; write quick"):
        resolve(profile, "ner", preset="quik")


def test_all_models_are_resolved_when_none_is_named(write: Write) -> None:
    profile = load_profile(write())
    assert [resolved.model for resolved in resolve_models(profile)] == ["ner", "other"]


def test_resolving_leaves_the_profile_as_it_was(write: Write) -> None:
    profile = load_profile(write())
    before = profile.model_dump(), profile.source.plain()
    resolve(profile, "ner", preset="quick", overrides=["epochs=1"])
    assert (profile.model_dump(), profile.source.plain()) == before


def test_how_a_model_learns_from_feedback_has_defaults_that_preset_and_set_override(write: Write) -> None:
    assert settled(write).feedback.train_replay == 1.0
    assert not any(name.startswith("feedback.") for name in settled(write).origins)
    resolved = settled(write, overrides=("feedback.train_replay=2", "ner.feedback.keep_runs=1"))
    assert (resolved.feedback.train_replay, resolved.feedback.keep_runs) == (2.0, 1)
    assert resolved.origins["feedback.keep_runs"] == "--set"
    with pytest.raises(ProfileError, match="no such setting: keep; write keep_runs"):
        settled(write, overrides=("feedback.keep=1",))
