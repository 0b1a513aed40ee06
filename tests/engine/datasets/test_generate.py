"""The shipped profile's datasets: the same everywhere, found again, without leaks."""

import subprocess
import sys
from pathlib import Path

import pytest

from engine.datasets.generate import dataset_for, recipe_sha256
from engine.datasets.leaks import Known, plain
from engine.errors import ProfileError
from engine.profiles import load_profile, resolve
from engine.workspace import Workspace

CODE = """
import sys
from pathlib import Path
from engine.datasets.generate import dataset_for
from engine.profiles import load_profile, resolve
from engine.workspace import Workspace
resolved = resolve(load_profile("utility"), sys.argv[2])
print(dataset_for(Workspace(Path(sys.argv[1])), resolved).manifest.content_sha256)
"""


@pytest.mark.slow
@pytest.mark.parametrize("model", ["ner", "embeddings"])
def test_two_processes_with_other_hash_seeds_make_the_same_dataset(tmp_path: Path, model: str) -> None:
    hashes = {
        subprocess.run(
            [sys.executable, "-c", CODE, str(tmp_path / seed), model],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(hashes) == 1


@pytest.mark.parametrize("model", ["ner", pytest.param("embeddings", marks=pytest.mark.slow)])
def test_a_recipe_finds_its_dataset_again_and_another_seed_makes_another(workspace: Workspace, model: str) -> None:
    resolved = resolve(load_profile("utility"), model)
    first = dataset_for(workspace, resolved)
    assert dataset_for(workspace, resolved).manifest.created == first.manifest.created
    assert dataset_for(workspace, resolved, seed=8).id != first.id
    assert first.manifest.seed == resolved.data_seed
    assert first.manifest.recipe_sha256 == recipe_sha256(resolved.task, resolved.recipe, resolved.data_seed)


@pytest.mark.slow
def test_a_dataset_that_was_damaged_is_made_anew(workspace: Workspace) -> None:
    resolved = resolve(load_profile("utility"), "ner")
    dataset = dataset_for(workspace, resolved)
    (dataset.path / "train.jsonl").write_text("")
    assert dataset_for(workspace, resolved).is_intact()


def test_a_changed_recipe_makes_another_dataset(workspace: Workspace) -> None:
    profile = load_profile("utility")
    first = dataset_for(workspace, resolve(profile, "ner", overrides=["ner.data.recipe.examples=90"]))
    other = dataset_for(workspace, resolve(profile, "ner", overrides=["ner.data.recipe.examples=100"]))
    assert first.id != other.id
    assert sum(other.manifest.counts.values()) == 100


def test_a_model_without_a_recipe_says_what_to_do(workspace: Workspace, scripted_profile: Path) -> None:
    with pytest.raises(ProfileError, match="has no data recipe; write one"):
        dataset_for(workspace, resolve(load_profile(scripted_profile), "good"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [7, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 12345))])
def test_unseen_entities_and_templates_of_the_test_stand_nowhere_in_training(workspace: Workspace, seed: int) -> None:
    dataset = dataset_for(workspace, resolve(load_profile("utility"), "ner"), seed=seed)
    learnt = dataset.rows("train") + dataset.rows("validation")
    known = Known(row["text"] for row in learnt)
    unseen = [row for row in dataset.rows("test") if row["slice"] == "unseen"]
    assert len(unseen) >= 60
    assert not {row["group"] for row in unseen} & {row["group"] for row in learnt}
    for row in dataset.rows("test"):
        assert not known.has(row["text"])
    for row in unseen:
        for entity in row["entities"]:
            assert not known.holds(row["text"][entity["start"] : entity["end"]]), row


@pytest.mark.slow
@pytest.mark.parametrize("seed", [7, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 12345))])
def test_no_sentence_of_validation_or_test_pairs_stands_in_training(workspace: Workspace, seed: int) -> None:
    dataset = dataset_for(workspace, resolve(load_profile("utility"), "embeddings"), seed=seed)

    def sentences(split: str) -> set[str]:
        return {plain(text) for row in dataset.rows(split) for text in (row["a"], row["b"])}

    learnt = sentences("train") | {plain(row["text"]) for row in dataset.rows("unlabelled")}
    assert not learnt & sentences("validation")
    assert not (learnt | sentences("validation")) & sentences("test")
    assert {row["slice"] for row in dataset.rows("test")} == {"seen", "unseen"}
