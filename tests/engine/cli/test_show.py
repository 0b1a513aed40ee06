"""`engine predict --show`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from rich.cells import cell_len

from engine import api
from engine.cli.main import main
from engine.cli.show import graphics_for_stdout, show_objects
from engine.pictures import kitty
from engine.pictures.graphics import Graphics

OBJECTS = {"objects": [{"label": "crossarm", "box": [10.0, 20.0, 60.0, 24.0], "confidence": 0.8312}]}


@pytest.fixture
def image(tmp_path: Path) -> str:
    path = tmp_path / "scene.png"
    Image.new("RGB", (128, 96), "#336699").save(path)
    return str(path)


def test_without_colours_there_is_a_plain_table(image: str, capsys: pytest.CaptureFixture[str]) -> None:
    show_objects([{"image": image}, {"image": image}], [OBJECTS, {"objects": []}], graphics=Graphics.NONE)
    shown = capsys.readouterr().out
    assert "\x1b" not in shown and "▀" not in shown
    assert re.search(r"object +confidence +left +top +width +height\ncrossarm +0.8312 +10 +20 +50 +4\n", shown)
    assert "nothing found" in shown


def test_with_colours_the_boxes_are_on_the_picture(
    image: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "40")
    monkeypatch.delenv("NO_COLOR", raising=False)
    show_objects([{"image": image}], [OBJECTS], graphics=Graphics.BLOCKS)
    shown = capsys.readouterr().out
    assert "48;2;51;102;153" in shown and "crossarm 0.83" in shown
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()
    assert sum("▀" in line for line in plain) == 30 and max(map(len, plain[1:31])) == 80


def test_an_image_that_only_the_model_can_read_still_has_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    show_objects([{"image": "/nowhere.png"}], [OBJECTS], graphics=Graphics.BLOCKS)
    said = capsys.readouterr()
    assert "crossarm" in said.out and "there is no such picture" in said.err


@pytest.mark.parametrize(("way", "start"), [(Graphics.KITTY, "\x1b_G"), (Graphics.SIXEL, "\x1bP0;1q")])
def test_pixels_are_drawn_above_the_table_after_room_was_made_for_them(
    image: str, way: Graphics, start: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"COLUMNS": "80", "LINES": "40", "TERM": "xterm-256color", "TMUX": ""}.items():
        monkeypatch.setenv(name, value)
    show_objects([{"image": image}], [OBJECTS], graphics=way)
    shown = capsys.readouterr().out
    # 640 × 480 pixels are 64 × 24 cells; the picture leaves the cursor, which then goes below it.
    made = re.search(r"\n(\n{25})\x1b\[25A\x1b7(.*)\x1b8\x1b\[24B(.*)", shown, re.DOTALL)
    assert made is not None and made[2].startswith(start) and made[2].endswith("\x1b\\")
    assert made[3].startswith("object") and "\x1b" not in made[3]
    if way is Graphics.KITTY:
        assert ",c=64,r=24," in made[2]
    else:
        assert '"1;1;640;480' in made[2]


def test_in_tmux_the_pixels_pass_through_and_text_stands_for_them(
    image: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"COLUMNS": "80", "LINES": "40", "TMUX": "/tmp/tmux-0/default,1,0"}.items():
        monkeypatch.setenv(name, value)
    show_objects([{"image": image}], [OBJECTS], graphics=Graphics.KITTY)
    shown = capsys.readouterr().out
    passed = re.findall(r"\x1bPtmux;((?:\x1b\x1b|[^\x1b])*)\x1b\\", shown)
    assert passed and all(code.startswith("\x1b\x1b_G") for code in passed)
    (id,) = re.findall(r"U=1,.*?i=(\d+)", passed[0])
    lines = re.findall(r"\x1b\[38;5;(\d+)m(\U0010eeee[^\x1b]*)\x1b\[39m\n", shown)
    assert len(lines) == 24 and all(cell_len(line) == 64 for _, line in lines)
    # The colour and the third mark are the picture's number.
    low, high = int(lines[0][0]), kitty.MARKS.index(lines[0][1][3])
    assert high << 24 | low == int(id)


def test_into_a_pipe_go_words_and_no_question(
    image: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-kitty")
    monkeypatch.setenv("FINETOP_GRAPHICS", "kitty")
    monkeypatch.setattr("engine.pictures.terminal.ask", lambda: pytest.fail("it was asked"))
    way = graphics_for_stdout()
    show_objects([{"image": image}], [OBJECTS], graphics=way)
    assert way is Graphics.NONE and "\x1b" not in capsys.readouterr().out


def test_graphics_without_show_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["predict", "@latest", "a.png", "--graphics", "sixel", "--workspace", str(tmp_path)])
    assert left.value.code == 2
    assert capsys.readouterr().err == "error: --graphics says how --show draws; add --show\n"


def test_an_image_is_a_path_for_a_task_on_images_and_a_text_for_others() -> None:
    assert api.as_row("a.png", "image") == {"image": "a.png"}
    assert api.as_row("~/a.png", "image") == {"image": str(Path.home() / "a.png")}
    assert api.as_row("a.png") == {"text": "a.png"}


def test_show_on_a_task_without_images_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = tmp_path / "scripted.yaml"
    profile.write_text(
        "finetop: 1\nname: scripted\ntitle: Follows a script\nmodels:\n  good:\n    task: noop\n"
        "    config:\n      script:\n        - report: {loss: 0.5}\n"
    )
    (handle,) = api.train(str(profile), workspace=tmp_path)
    handle.wait(timeout=60)
    with pytest.raises(SystemExit) as left:
        main(["predict", handle.id, "a text", "--show", "--workspace", str(tmp_path)])
    assert left.value.code == 2
    assert capsys.readouterr().err == "error: noop predicts on texts; leave --show out\n"
