from pathlib import Path

import pytest

from engine.errors import InputError, NotFoundError
from engine.runs.locks import try_lock
from engine.runs.paths import RunPaths
from engine.runs.spec import RunPolicy, RunSpec, Target, is_run_id
from engine.runs.store import create_run, find_run, list_runs, new_run_id, remove_run
from engine.workspace import Workspace


def spec(run_id: str) -> RunSpec:
    return RunSpec(
        id=run_id,
        profile="utility",
        model="ner",
        task="noop",
        dataset="",
        config={"script": [], "größe": 1.5},
        targets=(Target("f1", at_least=0.85), Target("some/metric", at_most=1.0)),
        early_stop_on=("diverged",),
        policy=RunPolicy(retries=1),
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def test_an_id_sorts_by_time_and_has_its_form() -> None:
    assert is_run_id(new_run_id("My Profile/ä", "yolo_v8"))
    assert is_run_id(new_run_id("§", "§"))


def test_a_specification_is_read_as_it_was_written(workspace: Workspace) -> None:
    written = spec("20261120-143215-utility-ner-7f3a")
    assert RunSpec.read(create_run(workspace, written).spec) == written


def test_runs_are_listed_newest_first_and_nothing_else_is(workspace: Workspace) -> None:
    older = create_run(workspace, spec("20261120-143215-utility-ner-7f3a"))
    newer = create_run(workspace, spec("20261121-000000-utility-ner-0001"))
    (workspace.runs / ".half.tmp").mkdir()
    (workspace.runs / "notes").mkdir()
    assert list_runs(workspace) == [newer, older]


def test_a_workspace_without_runs_lists_none(workspace: Workspace) -> None:
    assert list_runs(workspace) == []
    with pytest.raises(NotFoundError):
        find_run(workspace, "@latest")


def test_a_run_is_found_by_id_prefix_and_latest(workspace: Workspace) -> None:
    older = create_run(workspace, spec("20261120-143215-utility-ner-7f3a"))
    newer = create_run(workspace, spec("20261121-000000-utility-ner-0001"))
    assert find_run(workspace, older.id) == older
    assert find_run(workspace, "20261121") == newer
    assert find_run(workspace, "@latest") == newer
    with pytest.raises(NotFoundError, match="2 runs begin"):
        find_run(workspace, "2026")
    for name in ("1999", "", ".."):
        with pytest.raises(NotFoundError):
            find_run(workspace, name)


def test_an_id_is_given_once_and_cannot_leave_the_workspace(workspace: Workspace) -> None:
    create_run(workspace, spec("20261120-143215-utility-ner-7f3a"))
    with pytest.raises(InputError, match="already"):
        create_run(workspace, spec("20261120-143215-utility-ner-7f3a"))
    with pytest.raises(InputError, match="not the id"):
        create_run(workspace, spec("../elsewhere"))


def test_a_run_with_a_living_worker_is_not_removed(workspace: Workspace) -> None:
    run = create_run(workspace, spec("20261120-143215-utility-ner-7f3a"))
    import os

    held = try_lock(run.lock)
    assert held is not None
    with pytest.raises(InputError, match="not over"):
        remove_run(run)
    os.close(held)
    remove_run(run)
    assert list(workspace.runs.iterdir()) == []


@pytest.mark.parametrize(
    "content", ["", "- 1", "finetop: 1\n", "finetop: 2\nid: x\n", "{", "finetop: 1\nid: 3\nx: 4\n"]
)
def test_a_specification_that_is_none_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.yaml").write_text(content)
    with pytest.raises(InputError, match=r"run\.yaml"):
        RunSpec.read(RunPaths(tmp_path).spec)
