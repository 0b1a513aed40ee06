"""`engine data import` and `engine data show` of labelled pictures."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.cli.main import main
from engine.datasets.importers import PictureOptions, import_dataset
from engine.datasets.store import Dataset, list_datasets
from engine.workspace import Workspace

pytest.importorskip("engine.tasks.image_feature_extraction.recipe")


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Forty pictures of two labels: ten flights, three lights, a number for each."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    lines = ["photo,kind,flight,light,id"]
    for number in range(40):
        pixels = np.random.default_rng(number).integers(0, 255, (6, 8), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
        lines.append(f"{number}.png,{['cold', 'hot'][number % 2]},f{number // 4},{'abc'[number % 3]},{number}")
    path = tmp_path / "labels.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(word) for word in words])
    return int(left.value.code or 0)


def test_columns_and_splits_are_options_of_the_import(
    manifest: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = ["--path-column", "photo", "--label-column", "kind", "--group-column", "flight"]
    others = ["--condition-column", "light", "--root", tmp_path / "pictures", "--split-by", "group"]
    place = tmp_path / "w"
    code = run("data", "import", "infrared", "targets", manifest, *columns, *others, "--workspace", place)
    assert (code, capsys.readouterr().err) == (
        0,
        "drawn from the training rows: test 10%, validation 20%, every label spread as evenly as its groups allow; "
        "no group in two splits (train 28, test 4, validation 8)\n",
    )
    (dataset,) = list_datasets(Workspace(place))
    row = dataset.rows("test")[0]
    assert row["group"].startswith("f") and set(row["conditions"]) == {"light"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["--group-column", "fligt"],
            "labels.csv:1: there is no column 'fligt' among photo, kind, flight, light, id",
        ),
        (["--split-by", "both"], "--split-by: there is no way 'both' to split; use one of within, group"),
        (["--unseen-share", "2"], "--unseen-share: 2 is no part of the labels"),
        ([], "labels.csv:2: there is no picture '0.png' under"),
    ],
)
def test_bad_input_ends_with_code_2_and_writes_nothing(
    manifest: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    columns = ["--path-column", "photo", "--label-column", "kind"]
    code = run("data", "import", "infrared", "targets", manifest, *columns, *words, "--workspace", tmp_path / "w")
    said = capsys.readouterr().err
    assert (code, said.count("\n")) == (2, 1)
    assert says in said
    assert not (tmp_path / "w").exists()


def test_a_name_from_a_file_does_not_reach_the_terminal_as_a_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "pictures" / "turns\x1b[2J red"
    folder.mkdir(parents=True)
    Image.new("L", (4, 4)).save(folder / "0.png")
    assert run("data", "import", "infrared", "targets", folder.parent, "--workspace", tmp_path / "w") == 2
    assert "\x1b" not in capsys.readouterr().err


def test_groups_slices_and_conditions_are_shown_by_split(
    manifest: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = imported(manifest, tmp_path, group_columns=("flight",))
    assert run("data", "show", dataset.id, "--examples", 1, "--workspace", tmp_path / "w") == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["train", "validation", "test"] in lines
    assert ["pictures", "28", "8", "4"] in lines
    assert ["labels", "2", "2", "2"] in lines
    assert ["groups", "7", "2", "1"] in lines
    assert ["label", "cold", "14", "4", "2"] in lines
    assert [line[:2] for line in lines if line[:1] == ["light"]] == [["light", "a"], ["light", "b"], ["light", "c"]]
    assert [line for line in lines if line[:1] == ["id"]] == [["id", "(40", "values)", "28", "8", "4"]]


def imported(manifest: Path, tmp_path: Path, **options: object) -> Dataset:
    pictures = PictureOptions(root=str(tmp_path / "pictures"), path_column="photo", label_column="kind", **options)  # type: ignore[arg-type]
    task, place = "image-feature-extraction", Workspace(tmp_path / "w")
    return import_dataset(place, "p", "m", task, [str(manifest)], pictures=pictures)[0]
