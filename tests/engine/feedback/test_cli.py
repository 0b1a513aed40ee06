"""`engine feedback add`: exit codes, sentences, JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.cli.main import main

from .sent import a_request, an_item, picture
from .servers import Server


@pytest.fixture
def add(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: Any) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["feedback", "add", *map(str, arguments), "--workspace", str(tmp_path / "workspace")])
        shown = capsys.readouterr()
        return int(left.value.code or 0), shown.out, shown.err

    return call


def written(folder: Path, name: str, *items: Any, **changes: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps(a_request(*items, **changes)))
    return path


def test_all_items_taken_in_is_0(add: Any, photos: Path) -> None:
    code, out, err = add(written(photos, "one.json", an_item(), an_item("b.jpg")))
    assert (code, err) == (0, "")
    assert out.splitlines()[1].split() == ["utility/yolo", "2", "0", "0", "0", "0", "pole", "2"]


def test_an_item_that_failed_is_1_and_named(add: Any, photos: Path) -> None:
    path = written(photos, "one.json", an_item(), an_item("nothing.png"))
    code, out, err = add(path, "--json")
    assert code == 1
    assert err == f"{path}: item 2 (nothing.png): no such file; give a path relative to the payload's folder\n"
    (summary,) = json.loads(out)
    assert (summary["added"], summary["failed"][0]["number"]) == (1, 2)


def test_a_payload_that_cannot_be_used_is_2_and_nothing_of_any_is_taken_in(
    add: Any, photos: Path, tmp_path: Path
) -> None:
    good, bad = written(photos, "good.json", an_item()), written(photos, "bad.json", an_item(), profile="nothing")
    code, out, err = add(good, bad)
    assert (code, out) == (2, "")
    assert err.startswith("error: ") and err.count("\n") == 1
    assert not (tmp_path / "workspace").exists()


def test_settings_of_the_command_allow_a_server_and_a_folder(
    add: Any, photos: Path, tmp_path: Path, server: Server
) -> None:
    server.answers["/c.png"] = picture((30, 50))
    other = tmp_path / "other"
    other.mkdir()
    path = written(other, "one.json", an_item("a.png"), an_item(server.url("/c.png")))
    assert add(path)[0] == 1
    assert add(path, "--allow-private", "--allow-path", photos)[0] == 0


def test_a_profile_is_named_by_its_path(add: Any, photos: Path, scripted_profile: Path) -> None:
    path = written(photos, "one.json", an_item(), profile="scripted", model="good")
    code, _, err = add(path, "--profile", scripted_profile)
    assert code == 2
    assert "scripted/good does noop, which takes no feedback" in err
    code, _, err = add(written(photos, "two.json", an_item(), model="good"), "--profile", scripted_profile)
    assert code == 2
    assert "is for the profile utility, not scripted; name its profile" in err
