"""Every command's help holds an example, and the example works."""

import importlib
import io
import json
import re
import shlex
from pathlib import Path

import pytest
import typer
from PIL import Image

from engine import api
from engine.cli.main import COMMANDS, main
from engine.datasets.files import content_name
from engine.datasets.store import write_dataset
from engine.folders import api as folders
from engine.folders.drawn_library.on_disk import write_library
from engine.folders.snapshots.gather import gather
from engine.registry.history import Entry, append
from engine.registry.store import register
from engine.workspace import Workspace
from tests.engine.registry.made import ended_run

NEEDS_A_TRAINING = {
    "demo",
    "train",
    "evaluate",
    "compare",
    "feedback train",
    "runs stop",
    "runs resume",
    "runs remove",
    "models gate",
    "models promote",
    "models rollback",
    "models retire",
    "models traffic",
    "models ramp",
    "models withdraw",
    "models export",
    "serve",
    "attach",
    "tokens revoke",
}
"""Run by the tests of training, of runs, of the registry and of the service; here their example must parse."""
NEEDS_AN_ENDPOINT = {f"webhooks {verb}" for verb in ("remove", "enable", "disable", "test")}
"""The same, by the tests of webhooks."""
DRAWS_IMAGES, EMBEDS_TEXTS = {"plan"}, {"folders labels check"}


def examples() -> list[tuple[str, str]]:
    """(verb, example) of every command."""
    found = []
    apps: list[tuple[str, typer.Typer]] = [
        (noun, importlib.import_module(module).app) for noun, (module, _) in COMMANDS.items()
    ]
    for noun, app in apps:
        for info in app.registered_commands:
            text = (info.callback.__doc__ or "") if info.callback else ""
            match = re.search(r"Example: engine (.+)", text)
            name = info.name or (info.callback.__name__ if info.callback else "")
            verb = noun if len(app.registered_commands) == 1 and name == noun else f"{noun} {name}"
            found.append((verb, match[1] if match else ""))
        apps += [(f"{noun} {group.name}", group.typer_instance) for group in app.registered_groups]
    return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the utility data and one ended run."""
    root = tmp_path_factory.mktemp("examples")
    api.generate("utility", ["ner", "embeddings"], preset="quick", workspace=root)
    profile = root / "scripted.yaml"
    profile.write_text(
        "finetop: 1\nname: scripted\ntitle: Follows a script\nmodels:\n  good:\n    task: noop\n"
        "    config:\n      script:\n        - report: {loss: 0.5}\n"
    )
    (handle,) = api.train(str(profile), workspace=root)
    handle.wait(timeout=60)
    Image.new("RGB", (64, 48)).save(root / "pole.png")
    item = {"image": "pole.png", "objects": [], "source": "review", "who": "me", "when": "2026-03-01T12:00:00Z"}
    (root / "correction.json").write_text(json.dumps({"profile": "utility", "model": "yolo", "items": [item]}))
    for name in ("train", "test"):
        rows = [f"Inspect\tO\npole\tB-EQUIPMENT\n{name}{number}\tO\n\n" for number in range(20)]
        (root / f"{name}.conll").write_text("".join(rows))
    (root / "detect" / "train7").mkdir(parents=True)
    (root / "detect" / "train7" / "results.csv").write_text("epoch,time,train/box_loss\n1,10,1.5\n")
    _labelled_folders(root)
    _pictures(root)
    _versions(root)
    return root


def _versions(root: Path) -> None:
    """Three versions of a model, one of them in production."""
    for _ in range(3):
        version = register(Workspace(root), ended_run(Workspace(root), profile="utility", model="ner"))
    append(version.home, Entry(who="ada", action="promote", alias="production", to_version=1))


def _pictures(root: Path) -> None:
    """Pictures of somebody who can be forgotten."""
    files: dict[str, bytes | Path] = {}
    for tone in range(0, 240, 20):
        buffer = io.BytesIO()
        Image.linear_gradient("L").resize((24, 24)).point(lambda value, tone=tone: (value + tone) % 256).save(
            buffer, "PNG"
        )
        files[content_name(buffer.getvalue(), ".png")] = buffer.getvalue()
    rows = [{"image": f"files/{name}", "width": 24, "height": 24, "label": "s12"} for name in files]
    task, classes = "image-classification", {"train": {"s12": len(rows)}}
    write_dataset(
        Workspace(root),
        task=task,
        profile="faces",
        model="recogniser",
        splits={"train": rows},
        classes=classes,
        source="import",
        files=files,
    )


def _labelled_folders(root: Path) -> None:
    """A drawn library with its snapshot and samples, and what half of its folders are."""
    write_library(root / "assets", folders=150, seed=1, labels=root / "labelled.csv")
    gather(root / "assets", root / "index.db", readers=1)
    folders.make_features(root / "index.db", root / "training.db", 1)
    known = (root / "labelled.csv").read_bytes().splitlines(keepends=True)
    (root / "labelled.csv").write_bytes(b"".join(known[:1] + known[1::2]))
    folders.apply_labels(root / "training.db", root / "labelled.csv")


@pytest.mark.parametrize(
    ("verb", "example"),
    [
        pytest.param(verb, example, id=verb, marks=[pytest.mark.slow] if verb in DRAWS_IMAGES | EMBEDS_TEXTS else [])
        for verb, example in examples()
    ],
)
def test_the_example_of_a_command_works(
    verb: str, example: str, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert example, f"engine {verb} has no example"
    assert example.startswith(verb)
    monkeypatch.chdir(place)
    # What is imported would make the prefix in the other examples ambiguous.
    at = place / "imported" if verb in ("data import", "runs import") else place
    arguments = [
        *shlex.split(example),
        *(["--help"] if verb in NEEDS_A_TRAINING | NEEDS_AN_ENDPOINT else ["--workspace", str(at)]),
    ]
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert not left.value.code, capsys.readouterr().err
