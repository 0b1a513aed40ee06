"""30 corrected images of a new kind are added to a trained detector: what it gains, and what it forgets.

    uv run python benchmarks/feedback.py                      all of it: four trainings, about 5 minutes on 2 cores
    uv run python benchmarks/feedback.py --workspace DIR      goes on from what is in DIR already

The detector is that of `thermal`, preset quick: oil-filled transformers outdoors, ironbow and grey. What comes back
are dry-type transformers in a room, by a camera that shows blue to yellow and has twice the noise. Old is the
original test split, new are 60 images of the new kind of which none was sent. Recall is where each class operates.
The last column is mAP50-95 on validation at the start, after the best epoch and after the last one. Where the start
is best, it is kept, and what such a training would have forgotten shows there alone.
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
import time
from pathlib import Path
from typing import Any

SENT, UNSENT = 30, 60
BLUE_TO_YELLOW = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))
"""A palette that no drawn scene has, from cold to hot."""
ARMS: dict[str, dict[str, Any]] = {
    "no replay": {"replay": False},
    "replay 1 : 1": {},
    "replay 4 : 1": {"overrides": ["feedback.train_replay=4"]},
}


def main() -> None:
    """Train the detector and every way of adding the feedback to it; print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--arms", default=",".join(ARMS), help="which ways; names as in the table")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        compare(arguments.workspace or Path(directory), arguments.arms.split(","))


def compare(workspace: Path, arms: list[str]) -> None:
    """One line for the detector as it was, one for each way."""
    import engine
    from engine.feedback.finetune import FinetuneRequest

    first = trained(workspace)
    sent, new = drawn(workspace)
    before = engine.evaluate(first, split="test", workspace=workspace).metrics
    print(f"{'':<14}{'old mAP50-95':>13}{'old recall':>11}{'new mAP50-95':>13}{'new recall':>11}{'s':>6}  ", end="")
    print("promotable  validation")
    line("before", before, engine.evaluate(first, dataset=new, workspace=workspace).metrics)
    for name in arms:
        request = FinetuneRequest(
            "thermal", "faults", feedback=[sent], start=first, **{**ARMS[name], "overrides": overrides(name)}
        )
        summary = engine.finetune(request, workspace=workspace)
        handle = engine.run(summary.run, workspace)
        view = handle.wait(timeout=600)
        if view.state != "done":
            raise SystemExit(f"{summary.run}: {view.state}, {view.message}")
        found = json.loads(handle.paths.metrics.read_bytes())
        took = f"{(view.ended or 0) - (view.started or 0):.0f}"
        after = engine.evaluate(summary.run, dataset=new, workspace=workspace).metrics
        watched = handle.metrics.series("validation", "map50_95").value
        said = f"{took:>6}  {'yes' if found['promotable'] else 'no':<10}  "
        said += f"{watched[0]:.3f}, {max(watched):.3f}, {watched[-1]:.3f}"
        line(name, found["evaluation"]["original"]["after"], after, said)


def overrides(arm: str) -> list[str]:
    """Every run stays on disk: they are compared."""
    return ["feedback.keep_runs=0", *ARMS[arm].get("overrides", [])]


def trained(workspace: Path) -> str:
    """The newest finished first training of the detector in the workspace; made where there is none."""
    import engine
    from engine.feedback.lineage import runs_of
    from engine.runs.state import look
    from engine.workspace import Workspace

    for paths, spec in runs_of(Workspace(workspace), "thermal", "faults"):
        if spec.continues is None and look(paths).state == "done":
            return spec.id
    (handle,) = engine.train("thermal", ["faults"], preset="quick", workspace=workspace)
    view = handle.wait(timeout=600)
    print(f"{handle.id}: {view.state} after {(view.ended or time.time()) - (view.started or 0):.0f} s")
    return handle.id


def drawn(workspace: Path) -> tuple[Path, str]:
    """A payload of corrected images of the new kind, and a dataset of others of that kind."""
    import numpy as np
    from PIL import Image

    from engine.datasets.files import content_name
    from engine.datasets.store import write_dataset
    from engine.tasks.object_detection.recipe import Recipe
    from engine.tasks.object_detection.scenes.thermograms import Kind, draw
    from engine.workspace import Workspace

    recipe = Recipe(scene="thermograms", thermograms={"kind": "b"}, noise={"sensor": 0.04})
    kind = Kind("grey", "indoors", (18.0, 30.0))
    stops = np.array(BLUE_TO_YELLOW)
    colours = np.stack([np.interp(np.arange(256), np.linspace(0, 255, 5), one) for one in stops.T], 1)
    files, rows = {}, []
    for number in range(SENT + UNSENT):
        scene = draw(recipe, kind, np.random.default_rng([29, number]))
        buffer = io.BytesIO()
        Image.fromarray(colours.astype(np.uint8)[scene.pixels[..., 0]]).save(
            buffer, "JPEG", quality=recipe.noise.jpeg_quality, subsampling=0
        )
        content = buffer.getvalue()
        name = content_name(content, ".jpg")
        files[name] = content
        rows.append({"image": f"files/{name}", "width": 256, "height": 192, "objects": scene.objects})
    dataset = write_dataset(
        Workspace(workspace),
        task="object-detection",
        profile="thermal",
        model="faults",
        splits={"test": rows[SENT:]},
        classes={},
        source="recipe",
        files=files,
    )
    return payload(workspace / "sent", rows[:SENT], files), dataset.id


def payload(folder: Path, rows: list[dict[str, Any]], files: dict[str, bytes]) -> Path:
    """What the field would send: the images with every fault that is on them."""
    folder.mkdir(parents=True, exist_ok=True)
    items = []
    for row in rows:
        name = Path(row["image"]).name
        (folder / name).write_bytes(files[name])
        judged = {"source": "benchmark", "who": "the program that drew it", "when": "2026-11-01T12:00:00Z"}
        items.append({"image": name, "objects": row["objects"], "group": "indoors", **judged})
    path = folder / "corrections.json"
    path.write_text(json.dumps({"profile": "thermal", "model": "faults", "items": items}))
    return path


def line(name: str, old: dict[str, Any], new: dict[str, Any], said: str = "") -> None:
    """A row of the table."""
    values = "".join(
        f"{metrics[metric]:>{width}.3f}"
        for metrics in (old, new)
        for metric, width in (("map50_95", 13), ("recall", 11))
    )
    print(f"{name:<14}{values}{said}", flush=True)


if __name__ == "__main__":
    main()
