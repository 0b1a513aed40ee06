"""What a dataset would hold, before anything is written."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from engine import api
from engine.datasets.preview import Preview
from engine.datasets.previewing import EXAMPLES
from engine.errors import DataError, InputError
from engine.workspace import Workspace

PROFILE = """\
finetop: 1
name: rehearsal
title: Numbers, poles and texts
models:
  quick:
    task: noop
    data: {recipe: {examples: 40}}
    config: {script: []}
  yolo:
    task: object-detection
    data: {recipe: {images: 400, size: [64, 64]}}
  ner:
    task: token-classification
    config: {labels: [MEASURE]}
"""


@pytest.fixture
def profile(tmp_path: Path) -> str:
    path = tmp_path / "rehearsal.yaml"
    path.write_text(PROFILE)
    return str(path)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def test_a_preview_counts_as_the_dataset_will(profile: str, workspace: Workspace) -> None:
    (preview,) = api.preview_generate(profile, ["quick"], seed=3, workspace=workspace)
    assert not workspace.root.exists() and preview.whole and not preview.exists and len(preview.examples) == EXAMPLES
    (made,) = api.generate(profile, ["quick"], seed=3, workspace=workspace)
    assert (preview.counts, preview.classes) == (made.manifest.counts, made.manifest.classes)
    assert all(row in made.rows("train") for row in preview.examples)
    (again,) = api.preview_generate(profile, ["quick"], seed=3, workspace=workspace)
    assert again.exists == made.id


def test_of_pictures_few_are_drawn_and_carried(profile: str, workspace: Workspace) -> None:
    stages: list[tuple[str, int, int]] = []
    (preview,) = api.preview_generate(profile, ["yolo"], told=lambda *said: stages.append(said), workspace=workspace)
    assert not preview.whole and sum(preview.counts.values()) == 30 and not workspace.root.exists()
    assert all(row["image"].startswith("data:image/jpeg;base64,") for row in preview.examples)
    assert stages[-1] == ("pictures drawn", 30, 30)
    assert msgspec.json.decode(msgspec.json.encode(preview), type=Preview) == preview


def test_a_model_without_a_recipe_has_no_preview(profile: str, workspace: Workspace) -> None:
    with pytest.raises(InputError, match="has no data recipe"):
        api.preview_generate(profile, ["ner"], workspace=workspace)


def test_an_import_is_shown_with_its_format_and_shares(profile: str, tmp_path: Path) -> None:
    file = tmp_path / "spans.conll"
    file.write_text("\n\n".join(f"{number} B-MEASURE\nfeet I-MEASURE" for number in range(40)) + "\n")
    preview = api.preview_import(profile, "ner", [str(file)], shares="80/10/10")
    assert preview.counts == {"train": 32, "validation": 4, "test": 4} and preview.formats == ["conll"]


def test_the_first_bad_line_ends_a_preview_or_is_counted(profile: str, tmp_path: Path) -> None:
    file = tmp_path / "spans.conll"
    good = "\n\n".join(f"{number} B-MEASURE\nfeet I-MEASURE" for number in range(20))
    file.write_text(good + "\n\nlost X-Y-Z\n")
    with pytest.raises(DataError, match=r"spans\.conll:61"):
        api.preview_import(profile, "ner", [str(file)])
    preview = api.preview_import(profile, "ner", [str(file)], skip_bad=True)
    assert preview.skipped == 1 and "spans.conll:61" in preview.problems[0]


@pytest.mark.parametrize("shares", ["80/10", "a/b/c", "80/20/0", "-1/1/1", "inf/1/1"])
def test_shares_that_are_none_are_named(profile: str, tmp_path: Path, shares: str) -> None:
    file = tmp_path / "spans.conll"
    file.write_text("18 B-MEASURE\n")
    with pytest.raises(DataError, match="no shares of three splits"):
        api.preview_import(profile, "ner", [str(file)], shares=shares)


@pytest.mark.slow
def test_an_interrupted_command_leaves_nothing(profile: str, workspace: Workspace) -> None:
    command = [
        sys.executable,
        "-m",
        "engine",
        "data",
        "generate",
        profile,
        "yolo",
        "--set",
        "yolo.data.recipe.images=90000",
    ]
    with subprocess.Popen(
        [*command, "--workspace", str(workspace.root)],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell that starts the tests in the background lets them, and all they start, ignore the signal.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        assert process.stderr is not None
        assert "pictures drawn" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    assert not workspace.datasets.exists() or not list(workspace.datasets.iterdir())
