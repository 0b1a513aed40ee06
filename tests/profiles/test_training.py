"""Every shipped profile and preset trains: two steps of the real task on data of its own recipe."""

from pathlib import Path

import pytest

import engine
from engine.base_models import PACKAGED_MINILM
from engine.profiles import list_profiles, load_profile

CASES = [
    (path.stem, name, model.task, preset)
    for path in list_profiles()
    for profile in [load_profile(str(path))]
    for preset in profile.preset_names
    for name, model in profile.models.items()
]


@pytest.mark.slow
@pytest.mark.parametrize(("profile", "model", "task", "preset"), CASES)
def test_two_steps_of_every_model_and_preset_end_with_a_report(
    profile: str, model: str, task: str, preset: str, tmp_path: Path
) -> None:
    # The full preset's own base may need a network; one that is here stands in, all else is as shipped.
    bases = {
        "object-detection": "scratch:yolov8n",
        "image-classification": "scratch:resnet-8",
        "image-feature-extraction": "scratch:resnet-8",
    }
    base = bases.get(task, PACKAGED_MINILM)
    overrides = [f"base={base}", "max_steps=2", f"batch_size={8 if task == 'image-feature-extraction' else 4}"]
    overrides += {
        "object-detection": ["data.recipe.images=40", "image_size=160"],
        "image-classification": [
            "data.recipe.images=120",
            "data.recipe.people=6",
            "data.recipe.unseen_people=2",
            "image_size=32",
        ],
        "token-classification": ["data.recipe.examples=300"],
        "sentence-similarity": ["data.recipe.pairs=200", "data.recipe.unlabelled=60"],
        "image-feature-extraction": ["data.recipe.images=120", "data.recipe.individuals=3", "image_size=16"],
        "text-classification": [
            "data.recipe.folders=1200",
            "data.recipe.per_label=8",
            "data.recipe.held_out_per_label=6",
            "max_length=32",
        ],
    }.get(task, [])
    (handle,) = engine.train(profile, [model], preset=preset, overrides=overrides, workspace=tmp_path)
    view = handle.wait(timeout=280)
    assert (view.state, view.reason) == ("done", "done"), handle.paths.log.read_text()[-2000:]
    assert handle.report().metrics[handle.spec.headline] is not None
    steps = 0 if handle.spec.config["epochs"] == 0 else 2  # a preset may train nothing
    assert len(handle.metrics.series("train", "loss").step) >= steps
