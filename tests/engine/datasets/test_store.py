import re
import threading

import pytest

from engine.datasets.store import Dataset, list_datasets, open_dataset, write_dataset
from engine.errors import DataError, NotFoundError
from engine.workspace import Workspace


def store(workspace: Workspace, *texts: str, model: str = "m", **more: object) -> Dataset:
    rows = [{"text": text, "entities": []} for text in texts]
    return write_dataset(
        workspace,
        task="token-classification",
        profile="p",
        model=model,
        splits={"train": rows, "test": rows[:1]},
        classes={"train": {}},
        source="recipe",
        **more,  # type: ignore[arg-type]
    )


def test_rows_come_back_as_they_were_stored(workspace: Workspace) -> None:
    dataset = store(workspace, "eins", "zwei ü")
    assert dataset.rows("train") == [{"text": "eins", "entities": []}, {"text": "zwei ü", "entities": []}]
    assert dataset.manifest.counts == {"train": 2, "test": 1}


def test_the_same_content_is_stored_once_and_other_content_beside_it(workspace: Workspace) -> None:
    first, again, other = store(workspace, "a"), store(workspace, "a"), store(workspace, "b")
    assert first.id == again.id != other.id
    assert first.manifest.created == again.manifest.created
    assert {dataset.id for dataset in list_datasets(workspace)} == {first.id, other.id}


def test_a_damaged_dataset_is_noticed_and_replaced(workspace: Workspace) -> None:
    dataset = store(workspace, "a", "b")
    (dataset.path / "train.jsonl").write_text('{"text": "changed"}\n')
    assert not dataset.is_intact()
    assert store(workspace, "a", "b").is_intact()
    assert [path.name for path in workspace.datasets.iterdir()] == [dataset.id]


def test_a_dataset_that_lacks_a_file_is_not_intact(workspace: Workspace) -> None:
    dataset = store(workspace, "a")
    (dataset.path / "test.jsonl").unlink()
    assert not dataset.is_intact()
    with pytest.raises(DataError, match="cannot be read"):
        dataset.rows("test")


def test_a_dataset_is_found_by_id_prefix_and_path(workspace: Workspace) -> None:
    dataset = store(workspace, "a")
    for name in (dataset.id, dataset.id[:5], str(dataset.path)):
        assert open_dataset(workspace, name).id == dataset.id


@pytest.mark.parametrize("name", ["", "nothing", "*", "../datasets"])
def test_a_name_that_is_no_dataset_is_told(workspace: Workspace, name: str) -> None:
    store(workspace, "a")
    with pytest.raises(NotFoundError, match="engine data list"):
        open_dataset(workspace, name)


def test_an_ambiguous_prefix_says_how_many(workspace: Workspace) -> None:
    store(workspace, "a")
    store(workspace, "b")
    with pytest.raises(NotFoundError, match="2 datasets begin with 'p-m'"):
        open_dataset(workspace, "p-m")


def test_a_manifest_that_cannot_be_read_hides_no_other_dataset(workspace: Workspace) -> None:
    good, bad = store(workspace, "a"), store(workspace, "b")
    (bad.path / "manifest.json").write_text('{"id": 3')
    assert [dataset.id for dataset in list_datasets(workspace)] == [good.id]


def test_a_line_that_is_no_object_is_named_with_file_and_line(workspace: Workspace) -> None:
    dataset = store(workspace, "a", "b")
    path = dataset.path / "train.jsonl"
    path.write_text(path.read_text() + "{oops\n")
    with pytest.raises(DataError, match=re.escape(f"{path}:3: not a JSON object")):
        dataset.rows("train")


def test_an_unknown_split_names_those_there_are(workspace: Workspace) -> None:
    with pytest.raises(DataError, match="use one of train, test"):
        store(workspace, "a").rows("validation")


def test_two_writers_of_the_same_content_both_get_it(workspace: Workspace) -> None:
    barrier, got = threading.Barrier(4), []

    def write() -> None:
        barrier.wait()
        got.append(store(workspace, "a", "b").id)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 4
    assert len(set(got)) == 1
    assert [path.name for path in workspace.datasets.iterdir()] == [got[0]]
