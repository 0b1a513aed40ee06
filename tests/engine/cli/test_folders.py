"""`engine folders`, from a tree on the disk to a dataset."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from engine.cli.main import main
from engine.folders.samples.training_db import training_db


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six creators with two packs each, in the working directory."""
    monkeypatch.chdir(tmp_path)
    for creator in "ABCDEF":
        for pack in ("Ruins", "=Night"):
            folder = tmp_path / "assets" / f"Creator{creator}" / f"{pack} {creator}"
            folder.mkdir(parents=True)
            (folder / "map.JPG").write_bytes(b"x")
    return tmp_path


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["folders", *arguments])
    return int(left.value.code or 0)


def ready() -> None:
    assert run("gather", "assets", "--db", "index.db", "--readers", "1") == 0
    assert run("features", "--db", "index.db", "--training-db", "training.db", "--snapshot", "1") == 0


def test_from_a_tree_to_a_dataset(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ready()
    assert run("samples", "--training-db", "training.db", "--size", "100", "--diversity", "0") == 0
    with Path("samples.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 18 and {row["label"] for row in rows} == {""}
    assert "there are no more between depth 1 and 10" in capsys.readouterr().err
    for row in rows:
        row["label"] = "Primary author" if row["depth"] == "1" else "collection"
    # As LibreOffice saves it in a country of decimal commas, with the columns moved.
    with Path("labelled.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["label", *(name for name in rows[0] if name != "label")], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    assert run("labels", "apply", "labelled.csv", "--training-db", "training.db", "--json") == 0
    assert json.loads(capsys.readouterr().out)["new"] == 18
    assert run("dataset", "--training-db", "training.db", "--workspace", "place", "--json") == 0
    manifest = json.loads(capsys.readouterr().out)
    assert sum(manifest["counts"].values()) == 18 and (manifest["profile"], manifest["model"]) == (
        "folders",
        "classifier",
    )
    assert run("labels", "export", "--training-db", "training.db", "--output", "out.csv") == 0
    assert run("labels", "apply", "out.csv", "--training-db", "training.db") == 0


def test_errors_are_one_message_and_leave_nothing_behind(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ready()
    cases = [
        (("features", "--db", "no.db", "--training-db", "t.db", "--snapshot", "1"), "there is no index"),
        (("features", "--db", "index.db", "--training-db", "t.db", "--snapshot", "7"), "there is no snapshot 7"),
        (("samples", "--training-db", "no.db"), "there is no training database"),
        (
            ("samples", "--training-db", "training.db", "--taxonomy", "v3"),
            "there is no taxonomy 'v3'; use one of legacy, v1, v2",
        ),
        (("samples", "--training-db", "training.db", "--diversity", "7"), "a diversity of 7"),
        (("labels", "apply", "no.csv", "--training-db", "training.db"), "cannot be read"),
        (("dataset", "--training-db", "training.db"), "0 folders are labelled in legacy"),
    ]
    for arguments, said in cases:
        assert run(*arguments) == 2
        assert said in capsys.readouterr().err
    assert not {"t.db", "no.db", "samples.csv", "workspace"} & {path.name for path in tree.iterdir()}


@pytest.mark.slow
def test_a_diverse_sample_is_compared_by_the_untrained_base(tree: Path) -> None:
    ready()
    assert run("samples", "--training-db", "training.db", "--size", "6", "--diversity", "1", "--workspace", "w") == 0
    assert list(Path("w/stores/embeddings").glob("*/vectors-*.bin"))
    with training_db(Path("training.db")) as db, Path("samples.csv").open(encoding="utf-8-sig", newline="") as file:
        chosen = [db.sample(int(row["key"][1:].split("-")[0])) for row in csv.DictReader(file)]
    assert len({sample.creator for sample in chosen}) == 6
