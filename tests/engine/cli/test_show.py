"""`engine predict --show`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from engine import api
from engine.cli.main import main
from engine.cli.show import show_objects

OBJECTS = {"objects": [{"label": "crossarm", "box": [10.0, 20.0, 60.0, 24.0], "confidence": 0.8312}]}


@pytest.fixture
def image(tmp_path: Path) -> str:
    path = tmp_path / "scene.png"
    Image.new("RGB", (128, 96), "#336699").save(path)
    return str(path)


def test_without_colours_there_is_a_plain_table(image: str, capsys: pytest.CaptureFixture[str]) -> None:
    show_objects([{"image": image}, {"image": image}], [OBJECTS, {"objects": []}])
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
    show_objects([{"image": image}], [OBJECTS], coloured=True)
    shown = capsys.readouterr().out
    assert "48;2;51;102;153" in shown and "crossarm 0.83" in shown
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()
    assert sum("▀" in line for line in plain) == 30 and max(map(len, plain[1:31])) == 80


def test_an_image_that_only_the_model_can_read_still_has_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    show_objects([{"image": "/nowhere.png"}], [OBJECTS], coloured=True)
    said = capsys.readouterr()
    assert "crossarm" in said.out and "there is no such picture" in said.err


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
