"""Files beside the rows: named by content, written with them or not at all, missed when they are gone."""

from pathlib import Path

import pytest

from engine.datasets.files import content_name
from engine.datasets.store import Dataset, write_dataset
from engine.errors import DataError
from engine.workspace import Workspace

RED, BLUE = b"red picture", b"blue picture"


def stored(workspace: Workspace, files: dict[str, bytes | Path], named: list[str] | None = None) -> Dataset:
    rows = [{"image": f"files/{name}", "objects": []} for name in (files if named is None else named)]
    return write_dataset(
        workspace,
        task="object-detection",
        profile="p",
        model="m",
        splits={"train": rows},
        classes={"train": {}},
        source="import",
        files=files,
    )


def test_files_are_stored_from_memory_and_from_disk(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "blue.JPG").write_bytes(BLUE)
    red, blue = content_name(RED, ".png"), content_name(BLUE, ".JPG")
    dataset = stored(workspace, {red: RED, blue: tmp_path / "blue.JPG"})
    assert (dataset.path / "files" / red).read_bytes() == RED
    assert (dataset.path / "files" / blue).read_bytes() == BLUE
    assert (len(red), blue.endswith(".jpg")) == (24 + len(".png"), True)
    assert dataset.is_intact()
    assert dataset.manifest.files == 2


def test_a_file_that_is_gone_or_empty_is_noticed_and_the_dataset_made_anew(workspace: Workspace) -> None:
    name = content_name(RED, ".png")
    path = stored(workspace, {name: RED}).path / "files" / name
    path.write_bytes(b"")
    assert not stored_and_untouched(workspace)
    assert stored(workspace, {name: RED}).is_intact()
    path.unlink()
    assert not stored_and_untouched(workspace)
    assert stored(workspace, {name: RED}).is_intact()
    assert len(list(workspace.datasets.iterdir())) == 1


def stored_and_untouched(workspace: Workspace) -> bool:
    from engine.datasets.store import list_datasets

    return list_datasets(workspace)[0].is_intact()


def test_a_file_that_no_row_names_is_left_out(workspace: Workspace) -> None:
    red, blue = content_name(RED, ".png"), content_name(BLUE, ".png")
    dataset = stored(workspace, {red: RED, blue: BLUE}, named=[red])
    assert [path.name for path in (dataset.path / "files").iterdir()] == [red]


def test_a_file_that_changed_since_it_was_read_leaves_nothing_behind(workspace: Workspace, tmp_path: Path) -> None:
    source = tmp_path / "red.png"
    source.write_bytes(BLUE)
    with pytest.raises(DataError, match=r"red\.png: the file changed while it was stored"):
        stored(workspace, {content_name(RED, ".png"): source})
    assert list(workspace.datasets.iterdir()) == []


def test_a_source_that_went_away_is_told(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.png: cannot be read"):
        stored(workspace, {content_name(RED, ".png"): tmp_path / "gone.png"})


def test_rows_that_name_no_file_need_no_folder(workspace: Workspace) -> None:
    dataset = stored(workspace, {}, named=[])
    assert dataset.is_intact()
    assert not (dataset.path / "files").exists()


def test_a_row_that_names_a_file_nobody_gave_is_a_mistake_of_the_caller(workspace: Workspace) -> None:
    red, blue = content_name(RED, ".png"), content_name(BLUE, ".png")
    with pytest.raises(ValueError, match="which was not given"):
        stored(workspace, {red: RED}, named=[red, blue])
    assert not workspace.datasets.exists()
