"""A trained run over the folders of a training database: the command, a kill in the middle, the untrained base."""

from __future__ import annotations

import csv
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.cli.main import main
from engine.errors import InputError
from engine.folders.predictions.predict import BASELINE, Outcome, Wanted, predict_folders
from engine.folders.samples.sample import TrainingSample
from engine.folders.samples.training_db import Label, training_db
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec
from engine.tasks.contract import Job
from engine.tasks.text_classification.at_scale import load_at_scale
from engine.tasks.text_classification.predict import load
from engine.workspace import Workspace
from tests.engine.tasks.text_classification.conftest import TOPICS, labelled

pytestmark = pytest.mark.slow

RUN = "20261120-143215-folders-legacy-0001"
MAPPINGS = {"maps": "picture", "tokens": "picture", "music": "sound"}


@pytest.fixture
def place(tmp_path: Path, trained: Job) -> Path:
    """A workspace with the trained run, a profile with two taxonomies, and a training database of 300 folders."""
    workspace = Workspace(tmp_path / "workspace")
    paths = RunPaths(workspace.runs / RUN)
    shutil.copytree(trained.paths.model, paths.model)
    profile = tmp_path / "library.yaml"
    profile.write_text(
        json.dumps(
            {
                "finetop": 1,
                "name": "library",
                "title": "Drawn",
                "models": {"m": {"task": "noop"}},
                "taxonomies": {
                    "legacy": {"labels": dict.fromkeys(TOPICS, "x"), "mappings": {"v1": MAPPINGS}},
                    "v1": {"labels": {"picture": "x", "sound": "x"}},
                },
            }
        )
    )
    config: dict[str, Any] = {"taxonomy": "legacy", "template": "{name}"}
    RunSpec(id=RUN, profile=str(profile), model="m", task="text-classification", dataset="", config=config).write(
        paths.spec
    )
    with training_db(tmp_path / "training.db", create=True) as db:
        rows = labelled(300, 9)
        db.put(
            TrainingSample(
                path=f"{row['group']}/{at}", name=row["text"], tokens=(), creator=row["group"], parent="", depth=2
            )
            for at, row in enumerate(rows)
        )
        db.put_labels(
            Label(at, "legacy", row["label"], "test" if at % 2 else "train") for at, row in enumerate(rows[:40], 1)
        )
    return tmp_path


def predict(place: Path, wanted: Wanted) -> Outcome:
    return predict_folders(RUN, place / "training.db", wanted, workspace=place / "workspace")


def test_what_is_stored_is_what_the_model_says_of_each_text(place: Path, trained: Job) -> None:
    done = predict(place, Wanted(save=True))
    assert (done.folders, done.embedded, done.labelled) == (300, len({row["text"] for row in labelled(300, 9)}), 40)
    plain = load(trained.paths.model, "cpu").predict(labelled(300, 9))
    with training_db(place / "training.db") as db:
        stored = list(db.predictions(RUN, "legacy"))
    assert [one.label for one in stored] == [one["label"] for one in plain]
    assert np.allclose([one.confidence for one in stored], [one["confidence"] for one in plain], atol=0.02)


def test_a_second_call_embeds_nothing_and_a_new_folder_alone(place: Path) -> None:
    first = predict(place, Wanted(save=True))
    again = predict(place, Wanted())
    assert again.embedded == 0 and again.labels == first.labels and again.accuracy == first.accuracy
    with training_db(place / "training.db") as db:
        db.put([TrainingSample(path="new", name="map map map", tokens=(), creator="c", parent="", depth=1)])
    assert predict(place, Wanted()).embedded == 1


def test_the_sheet_says_the_label_of_another_taxonomy(place: Path) -> None:
    done = predict(place, Wanted(taxonomy="v1", output=place / "p.csv"))
    with (place / "p.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 300 and {row["prediction"] for row in rows} <= {"picture", "sound"}
    assert done.labels == {label: sum(row["prediction"] == label for row in rows) for label in done.labels}
    assert all(row["key"].startswith("f") and row["label"] == "" for row in rows)


def test_the_untrained_base_is_stored_apart_and_speaks_of_the_same_folders(place: Path) -> None:
    base = predict(place, Wanted(use_baseline=True, split="test", save=True))
    tuned = predict(place, Wanted(split="test"))
    assert base.folders == base.labelled == tuned.folders == 20
    assert base.accuracy is not None and tuned.accuracy is not None and base.accuracy < tuned.accuracy
    with training_db(place / "training.db") as db:
        assert len(list(db.predictions(f"{BASELINE}{RUN}", "legacy"))) == 20
        assert not list(db.predictions(RUN, "legacy"))


def test_the_command_writes_rows_to_stdout_and_says_what_came_out(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def engine(*more: str) -> tuple[int, str, str]:
        common = ["--training-db", str(place / "training.db"), "--workspace", str(place / "workspace")]
        with pytest.raises(SystemExit) as left:
            main(["predict", RUN, *common, *more])
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    code, out, err = engine("--split", "test")
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and len(lines) == 20 and {"path", "label", "confidence", "truth"} <= lines[0].keys()
    assert "of the 20 labelled ones" in err
    code, out, err = engine("--save-predictions", "--json")
    assert code == 0 and json.loads(out)["folders"] == 300
    for wrong, said in [
        (["--taxonomy", "v2"], "no taxonomy 'v2'"),
        (["--split", "half"], "no split"),
        (["--taxonomy", "v1", "--labelled-only"], "no folder has a label of the taxonomy v1"),
        (["a text"], "leave inputs"),
    ]:
        code, out, err = engine(*wrong)
        assert code == 2 and said in err and not out


def test_folders_are_asked_for_by_the_options_of_folders(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["predict", RUN, "text", "--use-baseline", "--workspace", str(place / "workspace")])
    assert left.value.code == 2 and "--use-baseline speaks of folders" in capsys.readouterr().err


def test_a_kill_costs_what_was_in_hand_and_leaves_no_half_sheet(place: Path) -> None:
    with training_db(place / "training.db") as db:
        db.put(
            TrainingSample(path=f"m/{at}", name=f"map {at} road", tokens=(), creator="m", parent="", depth=2)
            for at in range(7_000)
        )
    workspace, output = place / "workspace", place / "p.csv"
    command = [
        sys.executable, "-m", "engine", "predict", RUN, "--training-db", str(place / "training.db"), "--output",
        str(output), "--save-predictions", "--workspace", str(workspace),
    ]  # fmt: skip
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)

    def known() -> int:
        """Texts in the first arithmetic's cache, which is the fullest."""
        files = (workspace / "stores" / "embeddings").glob("*/keys-*.bin")
        return max((file.stat().st_size // 16 for file in files), default=0)

    until = time.monotonic() + 60
    while not known() and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not output.exists()
    kept = known()
    assert kept
    done = predict(place, Wanted(save=True, output=output))
    texts = 7_000 + len({row["text"] for row in labelled(300, 9)})
    assert done.folders == 7_300 and kept + done.embedded <= texts + 1 and done.embedded < texts
    with training_db(place / "training.db") as db:
        assert sum(1 for _ in db.predictions(RUN, "legacy")) == 7_300
    with output.open(encoding="utf-8-sig", newline="") as file:
        assert sum(1 for _ in csv.reader(file)) == 7_301


def test_bf16_and_fp32_are_kept_apart(place: Path, trained: Job) -> None:
    workspace = Workspace(place / "workspace")
    texts = [row["text"] for row in labelled(50, 5)]
    half = load_at_scale(trained.paths.model, "cpu", workspace, precision="bf16")
    full = load_at_scale(trained.paths.model, "cpu", workspace, precision="fp32")
    difference = np.abs(half.shares(texts) - full.shares(texts)).max()
    assert full.embedded == half.embedded > 0 and 0 < difference < 0.05


def test_few_texts_are_computed_in_fp32_alone_and_nothing_else_is_prepared(place: Path, trained: Job) -> None:
    texts = [row["text"] for row in labelled(50, 5)]
    few = load_at_scale(trained.paths.model, "cpu", Workspace(place / "few"), texts=len(texts))
    exact = load_at_scale(trained.paths.model, "cpu", None, precision="fp32")
    assert np.array_equal(few.shares(texts), exact.shares(texts)) and few.embedded_again == 0
    (cache,) = (place / "few" / "stores" / "embeddings").iterdir()
    many = load_at_scale(trained.paths.model, "cpu", Workspace(place / "many"), texts=100_000)
    caches = {each.name for each in (place / "many" / "stores" / "embeddings").iterdir()}
    assert many.labels == few.labels and cache.name in caches


def test_what_the_quick_arithmetic_leaves_open_is_computed_exactly(
    place: Path, trained: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.tasks.text_classification.certainty.DEVIATIONS", 1e6)
    texts = [row["text"] for row in labelled(50, 5)]
    quick = load_at_scale(trained.paths.model, "cpu", Workspace(place / "workspace"))
    exact = load(trained.paths.model, "cpu").classify(texts).shares
    assert np.allclose(quick.shares(texts), exact, atol=1e-4)
    assert quick.embedded == len(set(texts))


def test_labels_do_not_depend_on_the_order_of_texts_or_on_what_was_there(place: Path, trained: Job) -> None:
    texts = list(dict.fromkeys(row["text"] for row in labelled(200, 6)))
    whole = load_at_scale(trained.paths.model, "cpu", None).shares(texts)
    workspace = Workspace(place / "workspace")
    load_at_scale(trained.paths.model, "cpu", workspace).shares(texts[::7])
    later = load_at_scale(trained.paths.model, "cpu", workspace)
    parts = np.concatenate([later.shares(texts[::-1][at : at + 13]) for at in range(0, len(texts), 13)])[::-1]
    assert np.array_equal(parts.argmax(1), whole.argmax(1)) and np.allclose(parts, whole, atol=1e-5)


def test_int8_that_was_asked_for_is_not_silently_something_else(
    trained: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.tasks.text_classification.arithmetics.lean_encoder", lambda *_: None)
    with pytest.raises(InputError, match="int8"):
        load_at_scale(trained.paths.model, "cpu", None, precision="int8")
    texts = [row["text"] for row in labelled(30, 5)]
    plain = load(trained.paths.model, "cpu").classify(texts)
    assert np.array_equal(load_at_scale(trained.paths.model, "cpu", None).shares(texts).argmax(1), plain.numbers)
