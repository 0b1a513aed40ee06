"""`engine predict --show` of models that put a label on a picture."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.cli.show_labels import show_labels, verdict
from engine.pictures import kitty
from engine.pictures.graphics import Graphics

NEAR = [
    {"image": "files/a.png", "label": "hot-spot", "similarity": 0.97},
    {"image": "files/gone.png", "label": "cell", "similarity": 0.9},
    {"image": "files/b.png", "label": "hot-spot", "similarity": 0.81},
]
ANSWER: dict[str, Any] = {
    "label": "hot-spot",
    "known": True,
    "confidence": 0.934,
    "calibrated": True,
    "scores": {"cell": 0.4, "hot-spot": 0.6},
    "neighbours": NEAR,
}


@pytest.fixture
def dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in {"COLUMNS": "80", "LINES": "40", "TERM": "xterm-256color", "TMUX": ""}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)
    (tmp_path / "files").mkdir()
    for name, colour in (("query.png", "#336699"), ("files/a.png", "#aa0000"), ("files/b.png", "#00aa00")):
        Image.new("RGB", (60, 60), colour).save(tmp_path / name)
    return tmp_path


def shown(dataset: Path, answer: dict[str, Any], graphics: Graphics, capsys: pytest.CaptureFixture[str]) -> str:
    sample = {"image": str(dataset / "query.png")}
    show_labels([sample], [answer], references=dataset, graphics=graphics)
    return capsys.readouterr().out


def test_into_a_pipe_go_words_alone(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(dataset, ANSWER, Graphics.NONE, capsys)
    assert "known: hot-spot, confidence 0.93 (calibrated)\nlabel     votes\nhot-spot    0.6\n" in text
    assert re.search(r"nearest +similarity +image\nhot-spot +0.97 +files/a.png\n", text) and "\x1b" not in text


def test_in_half_blocks_the_references_stand_beside_the_picture(
    dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(dataset, ANSWER, Graphics.BLOCKS, capsys)
    # Four of nineteen columns; one of them is missing, and its room stays empty.
    first = next(line for line in text.splitlines() if "▀" in line)
    colours = re.findall(r"38;2;(\d+;\d+;\d+)", first)
    assert colours == ["51;102;153", "170;0;0", "0;170;0"]
    plain = re.sub(r"\x1b\[[0-9;]*m", "", first)
    assert plain.rstrip() == " ".join(["▀" * 19, "▀" * 19, " " * 19, "▀" * 19])
    assert "this picture        0.970 hot-spot      0.900 cell          0.810 hot-spot\n" in text


@pytest.mark.parametrize(("way", "start"), [(Graphics.KITTY, "\x1b_G"), (Graphics.SIXEL, "\x1bP0;1q")])
def test_in_pixels_each_starts_at_its_column_of_the_same_line(
    dataset: Path, way: Graphics, start: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(dataset, ANSWER, way, capsys)
    assert re.findall(r"\x1b7(?:\x1b\[(\d+)C)?" + re.escape(start), text) == ["", "20", "60"]
    assert text.count("\x1b8") == 3 and "0.970 hot-spot" in text


def test_in_tmux_rows_of_text_stand_for_all_of_them(
    dataset: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    text = shown(dataset, ANSWER, Graphics.KITTY, capsys)
    rows = [line for line in text.splitlines() if kitty.PLACEHOLDER in line and "38;5;" in line]
    colours = [re.findall(r"38;5;(\d+)m", row.rpartition("\\")[2]) for row in rows]
    assert rows and all(len(set(each)) == 3 for each in colours)


def test_a_path_that_leaves_the_dataset_is_not_opened(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    away = [{"image": "../query.png", "label": "cell", "similarity": 0.9}]
    sample = {"image": str(dataset / "query.png")}
    show_labels([sample], [{**ANSWER, "neighbours": away}], references=dataset / "files", graphics=Graphics.BLOCKS)
    first = next(line for line in capsys.readouterr().out.splitlines() if "▀" in line)
    assert len(re.findall(r"38;2;", first)) == 1


@pytest.mark.parametrize(
    ("made", "says"),
    [
        ({"label": "ada", "known": False, "confidence": 0.3}, "unknown, most like ada, confidence 0.30"),
        ({"label": "ada", "confidence": 0.3, "calibrated": False}, "ada, confidence 0.30 (heuristic)"),
    ],
)
def test_the_verdict_is_a_sentence(made: dict[str, Any], says: str) -> None:
    assert verdict(made) == says
