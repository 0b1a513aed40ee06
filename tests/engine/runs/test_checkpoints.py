from pathlib import Path

import pytest

from engine.runs.checkpoints import list_checkpoints, newest_valid, publish, recover


def save(directory: Path, step: int, content: str = "weights", **more: object) -> None:
    with publish(directory, step, **more) as staging:  # type: ignore[arg-type]
        (staging / "state").write_text(content)


def steps(directory: Path) -> list[int]:
    return [checkpoint.step for checkpoint in list_checkpoints(directory)]


def test_the_newest_stay(tmp_path: Path) -> None:
    for step in (1, 2, 10):
        save(tmp_path, step)
    assert steps(tmp_path) == [2, 10]


def test_an_error_while_writing_publishes_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), publish(tmp_path, 1) as staging:
        (staging / "state").write_text("half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["shorten", "change", "remove", "manifest"])
def test_resume_takes_the_one_before_when_the_newest_is_damaged(tmp_path: Path, damage: str) -> None:
    save(tmp_path, 1)
    save(tmp_path, 2)
    state = tmp_path / "step-00000002" / "state"
    match damage:
        case "shorten":
            state.write_text("wei")
        case "change":
            state.write_text("Weights")
        case "remove":
            state.unlink()
        case "manifest":
            (state.parent / "manifest.json").write_text("{")
    found = newest_valid(tmp_path)
    assert found is not None
    assert found.step == 1


def test_the_same_step_is_replaced_by_the_newer(tmp_path: Path) -> None:
    save(tmp_path, 1, "old")
    save(tmp_path, 1, "new")
    found = newest_valid(tmp_path)
    assert found is not None
    assert (found.path / "state").read_text() == "new"


class Killed(BaseException):
    """Stands for SIGKILL: nothing after it runs."""


def kill_before_rename(directory: Path, step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed() -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("engine.runs.checkpoints.shutil.rmtree", lambda *given, **more: None)
        save(directory, step, "newest", when_staged=killed)


def test_what_was_staged_completely_is_published_by_the_next_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path, 1)
    kill_before_rename(tmp_path, 2, monkeypatch)
    assert steps(tmp_path) == [1]
    recover(tmp_path)
    found = newest_valid(tmp_path)
    assert found is not None
    assert (found.step, (found.path / "state").read_text()) == (2, "newest")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-00000001", "step-00000002"]


def test_what_was_staged_by_half_is_removed(tmp_path: Path) -> None:
    save(tmp_path, 1)
    half = tmp_path / ".step-00000002.123.abcdef.tmp"
    half.mkdir()
    (half / "state").write_text("half")
    recover(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000001"]


def test_nothing_to_recover_is_no_error(tmp_path: Path) -> None:
    recover(tmp_path / "never-made")
    assert newest_valid(tmp_path / "never-made") is None
