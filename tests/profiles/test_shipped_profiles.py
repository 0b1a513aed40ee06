"""Every profile that is shipped, and each of its presets, can be used as it stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from engine.profiles import Profile, check, load_profile, profile_json_schema, resolve
from engine.profiles.document import read_document
from engine.profiles.finding import shipped_profiles
from engine.tasks.catalog import find_task

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(shipped_profiles().glob("*.yaml"))
PRESETS = [(path, preset) for path in SHIPPED for preset in load_profile(path).preset_names]


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return profile_json_schema()


def test_profiles_are_shipped() -> None:
    assert "utility" in {path.stem for path in SHIPPED}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_profile_has_no_problems(path: Path) -> None:
    assert check(path) == []


@pytest.mark.parametrize(("path", "preset"), PRESETS, ids=lambda part: getattr(part, "stem", part))
def test_every_preset_resolves_for_every_model(path: Path, preset: str) -> None:
    profile = load_profile(path)
    for model in profile.models:
        resolved = resolve(profile, model, preset=preset)
        assert resolved.profile == path.stem
        assert resolved.targets, "a shipped model has a target"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_profile_explains_itself(path: Path) -> None:
    profile = load_profile(path)
    assert profile.title
    for model in profile.models.values():
        assert len(model.description.split()) >= 10
    for preset in profile.presets.values():
        assert len(preset.description.split()) >= 5


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_profile_has_a_quick_preset_that_needs_no_network(path: Path) -> None:
    profile = load_profile(path)
    assert "quick" in profile.presets
    for model in profile.models:
        base = resolve(profile, model, preset="quick").config.base
        assert base == "all-MiniLM-L6-v2" or base.startswith("scratch:")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_json_schema_accepts_a_shipped_profile(path: Path, schema: dict[str, Any]) -> None:
    document, _ = read_document(path)
    validator = jsonschema.Draft202012Validator(schema)
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document.plain())] == []


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("models", "ner", "config", "epoch"), 3),
        (("models", "ner", "config", "epochs"), "many"),
        (("models", "ner", "config", "loss"), "cosine"),
        (("models", "embeddings", "config", "lora_rank"), 4),
        (("models", "ner", "task"), "nothing"),
        (("models", "ner", "targets", "f1"), "high"),
        (("presets", "quick", "models", "ner", "config", "epoch"), 3),
        (("policy", "retry"), 3),
    ],
)
def test_the_json_schema_refuses_what_the_check_refuses(
    schema: dict[str, Any], where: tuple[str, ...], value: object
) -> None:
    plain = read_document(shipped_profiles() / "utility.yaml")[0].plain()
    inner = plain
    for name in where[:-1]:
        inner = inner[name]
    inner[where[-1]] = value
    assert not jsonschema.Draft202012Validator(schema).is_valid(plain)


def test_the_json_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(profile_json_schema())


def test_the_json_schema_explains_every_hyperparameter(schema: dict[str, Any]) -> None:
    text = json.dumps(schema)
    for task in ("token-classification", "sentence-similarity", "object-detection", "image-classification"):
        for name, field in find_task(task).config_class.model_fields.items():
            assert field.description, name
            assert json.dumps(field.description) in text


def test_the_schema_for_editors_is_current(schema: dict[str, Any]) -> None:
    """Made by `engine profiles schema > docs/profile.schema.json`."""
    stored = json.loads((ROOT / "docs" / "profile.schema.json").read_text())
    assert stored == json.loads(json.dumps(schema))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_editors_find_the_schema_from_the_first_line(path: Path) -> None:
    header, _, schema = path.read_text().splitlines()[0].partition("$schema=")
    assert header == "# yaml-language-server: "
    assert (path.parent / schema).resolve() == ROOT / "docs" / "profile.schema.json"


def test_the_settings_of_utility_are_those_that_were_asked_for() -> None:
    profile: Profile = load_profile("utility")
    ner = resolve(profile, "ner")
    assert ner.config.base == "bert-base-uncased"
    assert (ner.config.method, ner.config.batch_size, ner.config.epochs, ner.config.patience) == ("lora", 16, 20, 5)
    assert ner.config.labels == ["STANDARD", "MEASURE", "EQUIPMENT", "EXEMPTION"]
    assert 1e-4 <= ner.config.learning_rate <= 1e-3
    assert [str(target) for target in ner.targets] == ["f1 ≥ 0.85", "precision ≥ 0.82"]
    embeddings = resolve(profile, "embeddings")
    assert embeddings.config.base == "all-MiniLM-L6-v2"
    assert (embeddings.config.unsupervised_epochs, embeddings.config.epochs) == (5, 10)
    assert (embeddings.config.batch_size, embeddings.config.learning_rate) == (32, 2e-5)
    assert [str(target) for target in embeddings.targets] == ["correlation ≥ 0.85"]
    yolo = resolve(profile, "yolo")
    assert yolo.config.base == "yolov8m.pt"
    assert (yolo.config.epochs, yolo.config.patience, yolo.config.focal_gamma) == (100, 30, 2.0)
    assert yolo.config.class_weights == {"pole": 1.0, "crossarm": 3.0, "underground": 1.5}
    assert (yolo.config.mosaic, yolo.config.mosaic_off_epochs) == (1.0, 0)
    assert (yolo.config.scale, yolo.config.copy_paste) == (0.7, 0.3)
    assert [str(target) for target in yolo.targets] == ["map50_95 ≥ 0.6", "crossarm/recall ≥ 0.5"]


def test_thermal_learns_the_faults_that_its_scenes_draw_and_says_how_it_learns_from_feedback() -> None:
    profile = load_profile("thermal")
    faults, quick = resolve(profile, "faults"), resolve(profile, "faults", preset="quick")
    assert faults.config.labels == ["hot_spot", "loose_joint", "overload"]
    assert faults.recipe is not None and faults.recipe.scene == "thermograms"
    assert (faults.feedback.train_replay, faults.feedback.keep_runs, faults.feedback.frozen_layers) == (1.0, 3, 10)
    assert faults.feedback.learning_rate <= faults.config.learning_rate / 5
    assert faults.feedback.epochs < faults.config.epochs
    assert quick.feedback.frozen_layers == 0, "a backbone from random weights has to move along"
    assert (quick.feedback.train_replay, quick.feedback.keep_runs) == (1.0, 3)


def test_faces_learns_as_it_was_asked_to_and_forgets_nobody() -> None:
    profile = load_profile("faces")
    people, quick = resolve(profile, "recogniser"), resolve(profile, "recogniser", preset="quick")
    assert (people.config.trained_layers, people.config.hidden_size, people.config.head_dropout) == (4, 512, 0.3)
    assert (people.config.epochs, people.config.patience, people.config.class_weights) == (20, 5, "balanced")
    assert (people.config.schedule, people.config.plateau_factor, people.config.plateau_patience) == (
        "plateau",
        0.5,
        3,
    )
    rates = people.config.learning_rate, people.config.learning_rate * people.config.head_rate_factor
    assert all(1e-5 <= rate <= 1.0001e-4 for rate in rates)
    assert people.config.augment.flip == quick.config.augment.flip == 0
    assert quick.config.trained_layers == "all", "random weights have to learn"
    assert people.feedback.train_replay >= 1 and people.feedback.replay_floor > 0
    assert profile.models["recogniser"].privacy.consent == "required"
    for resolved in (people, quick):
        assert {"auc", "tar_at_far_1e-2", "largest_gap"} <= {target.metric for target in resolved.targets}
