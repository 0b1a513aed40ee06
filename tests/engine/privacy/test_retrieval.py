"""A model that compares pictures forgets a class: its references, its index and its report know it no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine.datasets.files import content_name
from engine.datasets.store import write_dataset
from engine.events.writer import EventWriter
from engine.runs.paths import RunPaths
from engine.runs.verify import verify
from engine.tasks.contract import Job, Stop
from engine.workspace import Workspace

from .places import WHO, a_run, traces

LABELS = ("lee", "kim", WHO)


def portrait(label: int, source: np.random.Generator) -> bytes:
    """A bright patch whose place says who it is."""
    import io

    from PIL import Image

    pixels = source.normal(80, 15, (12, 12))
    pixels[1 + 3 * label : 4 + 3 * label, 2:10] += 100
    buffer = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def trained(workspace: Workspace) -> tuple[RunPaths, list[bytes]]:
    """A run that was trained, verified and evaluated; the subject's pictures."""
    from engine.tasks.image_feature_extraction import TASK

    source = np.random.default_rng(1)
    own: list[bytes] = []
    files: dict[str, bytes | Path] = {}
    splits: dict[str, list[dict[str, Any]]] = {}
    for split, count in {"train": 36, "validation": 36, "test": 18}.items():
        splits[split] = []
        for at in range(count):
            content = portrait(at % 3, source)
            name = content_name(content, ".png")
            files[name] = content
            own += [content] if LABELS[at % 3] == WHO else []
            row = {"image": f"files/{name}", "width": 12, "height": 12, "label": LABELS[at % 3]}
            splits[split].append({**row, "group": f"{split} {at}"})
    dataset = write_dataset(
        workspace,
        task=TASK.name,
        profile="faces",
        model="recogniser",
        splits=splits,
        classes={split: TASK.count_classes(rows) for split, rows in splits.items()},
        source="import",
        files=files,
    )
    settings = {"base": "scratch:resnet-8", "image_size": 12, "epochs": 2, "batch_size": 24, "projection": 8}
    config = TASK.config_class.model_validate(settings)
    paths = a_run(workspace, 1, dataset.id, config=config.model_dump(mode="json", by_alias=True), task=TASK.name)
    events = EventWriter(paths.events)
    TASK.train(Job(paths.id, config, dataset, "cpu", paths, events, lambda: Stop.NO, "map"))
    events.close()
    verify(paths, "cpu")
    return paths, own


@pytest.mark.slow
def test_a_trained_model_answers_on_without_whom_it_was_to_forget(tmp_path: Path) -> None:
    from engine.tasks.image_feature_extraction import TASK

    workspace = Workspace(tmp_path / "workspace")
    paths, own = trained(workspace)
    before = traces(workspace.root, own, but=())
    assert any("references.json" in line for line in before) and any("report" in line for line in before)
    done = engine.forget(WHO, workspace=workspace)
    assert (done.left, done.mentions) == ((), ()) and done.trained == (paths.id,)
    assert traces(workspace.root, own, but=()) == []
    stranger = tmp_path / "somebody.png"
    stranger.write_bytes(own[0])
    retriever = TASK.load(paths.model, "cpu")
    (answer,) = retriever.predict([{"image": str(stranger)}])
    assert WHO not in str(answer)
    assert traces(workspace.root, own, but=()) == []
    assert engine.evaluate(paths.id, workspace=workspace).examples == 12
