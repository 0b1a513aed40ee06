"""`engine folders samples --strategy` and `labels check`, on the real base."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cli.main import main

PROFILE = """\
finetop: 1
name: library
models:
  classifier:
    task: text-classification
    config: {base: all-MiniLM-L6-v2, taxonomy: kinds, template: "{name} in {parent}"}
taxonomies:
  kinds:
    labels: {maps: battle maps, music: songs and loops}
"""
Call = Callable[..., int]


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls `engine folders …` in a directory with a profile and a training database of 48 folders."""
    monkeypatch.chdir(tmp_path)
    Path("library.yaml").write_text(PROFILE)
    for creator in range(6):
        for number in range(4):
            Path(f"tree/creator {creator}/dungeon map {number}").mkdir(parents=True)
            Path(f"tree/creator {creator}/tavern song {number}").mkdir(parents=True)

    def call(*arguments: str) -> int:
        with pytest.raises(SystemExit) as left:
            main(["folders", *arguments, "--workspace", "ws"])
        return int(left.value.code or 0)

    assert not call("gather", "tree", "--db", "index.db")
    assert not call("features", "--db", "index.db", "--training-db", "training.db", "--snapshot", "1")
    return call


def read(sheet: str) -> list[dict[str, str]]:
    return list(csv.DictReader(Path(sheet).read_text(encoding="utf-8-sig").splitlines()))


def fill_in(sheet: str, *, wrong: int = 0) -> str:
    """The sheet with every label, the first `wrong` ones turned round."""
    rows = read(sheet)
    for at, row in enumerate(rows):
        row["label"] = "maps" if ("map" in row["name"]) != (at < wrong) else "music"
    with Path("filled.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return "filled.csv"


PROPOSE = ("samples", "--training-db", "training.db", "--taxonomy", "kinds", "--profile", "library.yaml")
APPLY = ("--training-db", "training.db", "--taxonomy", "kinds", "--profile", "library.yaml", "--split-by", "plain")
DEEP = ("--min-depth", "2", "--size", "12")


@pytest.mark.slow
def test_rounds_of_proposals_suggest_labels_say_when_to_stop_and_doubt_wrong_ones(
    engine: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not engine(*PROPOSE, *DEEP, "--strategy", "mixed", "--output", "first.csv")
    assert "go on: 4 rounds are needed" in capsys.readouterr().err
    assert not engine("labels", "apply", fill_in("first.csv"), *APPLY)
    assert not engine(*PROPOSE, *DEEP, "--strategy", "margin", "--output", "second.csv", "--size", "26")
    rows = read("second.csv")
    assert {row["suggestion"] for row in rows} == {"maps", "music"}
    assert all(row["label"] == "" and 0.5 <= float(row["probability"]) <= 1 for row in rows)
    assert not engine("labels", "apply", fill_in("second.csv", wrong=1), *APPLY)
    capsys.readouterr()
    assert not engine(*PROPOSE, "--min-depth", "2", "--size", "2", "--strategy", "margin", "--json")
    verdict = json.loads(capsys.readouterr().out)
    assert verdict["stop"] and verdict["samples"] == 2 and len(verdict["kappas"]) == 3
    assert not engine("labels", "check", *APPLY[:6], "--output", "doubtful.csv", "--json")
    checked = json.loads(capsys.readouterr().out)
    assert [doubt["path"] for doubt in checked["doubts"]] == [rows[0]["path"]]
    assert Path("doubtful.csv").exists()


def test_a_model_without_a_strategy_is_refused(engine: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert engine(*PROPOSE, "--model", "@latest") == 2
    assert "write --strategy mixed" in capsys.readouterr().err
    assert not Path("samples.csv").exists()
