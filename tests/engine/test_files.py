"""Writing that survives a crash."""

from pathlib import Path

import pytest

from engine.files import atomic_file, read_json, write_atomic, write_json


def test_a_reader_sees_the_old_content_until_the_new_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "file"
    write_atomic(target, "old")
    with atomic_file(target) as aside:
        aside.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"


def test_a_failed_write_leaves_the_old_content_and_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "file"
    write_atomic(target, "old")
    with pytest.raises(RuntimeError), atomic_file(target) as aside:
        aside.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_json_carries_no_nan(tmp_path: Path) -> None:
    write_json(tmp_path / "x.json", {"loss": float("nan")})
    assert read_json(tmp_path / "x.json") == {"loss": None}


def test_json_that_is_no_object_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[1]")
    with pytest.raises(ValueError, match="expected a JSON object"):
        read_json(tmp_path / "x.json")
