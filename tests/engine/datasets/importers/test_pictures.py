"""Pictures are judged by their content; one that cannot be used is named and takes nothing else with it."""

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.datasets.importers import pictures
from engine.datasets.importers.pictures import UnusablePicture, find_picture, read_picture
from engine.errors import DataError

PUBLIC = Path(os.environ.get("FINETOP_SHARED_DATA", Path(__file__).parents[4].parent / "shared" / "data"))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it has very many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no image that can be decoded (it is empty)"),
        (b"this is text", "no image that can be decoded"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no image that can be decoded"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no image that can be decoded"),
        (bomb(12_000, 12_000), "the image has 12000 x 12000 pixels, more than the 100 megapixels that are read"),
        (bomb(60_000, 60_000), "more than the 100 megapixels that are read"),
        (bomb(10, 10), "no image that can be decoded"),
    ],
)
def test_what_is_no_picture_is_told_in_words(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(content)
    with pytest.raises(UnusablePicture) as told:
        read_picture(path)
    assert says in str(told.value)


@pytest.mark.parametrize("name", ["x.jpg", "x.png"])
def test_a_picture_cut_short_is_told(tmp_path: Path, make_picture: Any, name: str) -> None:
    path = make_picture(tmp_path / name)
    path.write_bytes(path.read_bytes()[:-600])
    with pytest.raises(UnusablePicture, match="no image that can be decoded"):
        read_picture(path)


def test_a_file_that_is_too_large_is_not_opened(
    tmp_path: Path, make_picture: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_picture(tmp_path / "x.png")
    monkeypatch.setattr(pictures, "MAX_BYTES", 100)
    with pytest.raises(UnusablePicture, match="more than the 0 that are read"):
        read_picture(path)


def test_the_content_tells_the_kind_and_not_the_name(tmp_path: Path, make_picture: Any) -> None:
    path = make_picture(tmp_path / "x.png")
    renamed = path.rename(tmp_path / "x.jpg")
    picture = read_picture(renamed)
    assert picture.name.endswith(".png")
    assert picture.content == renamed


@pytest.mark.parametrize("suffix", [".bmp", ".webp", ".tiff", ".gif", ".ppm"])
def test_other_kinds_are_stored_as_png(tmp_path: Path, make_picture: Any, suffix: str) -> None:
    picture = read_picture(make_picture(tmp_path / f"x{suffix}"))
    assert picture.name.endswith(".png")
    assert isinstance(picture.content, bytes) and picture.content.startswith(b"\x89PNG")


def test_a_picture_that_was_held_sideways_is_stored_upright(tmp_path: Path, make_picture: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = read_picture(make_picture(tmp_path / "x.jpg", size=(100, 80), exif=exif))
    assert (picture.width, picture.height) == (80, 100)
    assert picture.name.endswith(".png")


def test_a_picture_is_found_by_the_longest_ending_of_its_path_and_never_outside(
    tmp_path: Path, make_picture: Any
) -> None:
    root = tmp_path / "root"
    deep, flat = make_picture(root / "a" / "1.jpg"), make_picture(root / "1.jpg")
    make_picture(tmp_path / "secret.jpg")
    assert find_picture("/home/someone/data/a/1.jpg", [root]) == deep
    assert find_picture("C:\\pictures\\1.jpg", [root]) == flat
    assert find_picture("../secret.jpg", [root]) is None
    assert find_picture(str(tmp_path / "secret.jpg"), [root]) is None
    assert find_picture("a\0b", [root]) is None
    assert find_picture("x" * 5000, [root]) is None


def test_bad_pictures_are_named_and_the_others_imported(yolo: Callable[..., Path], import_boxes: Any) -> None:
    folder = yolo()
    images = folder / "images"
    (images / "1.jpg").write_bytes(b"no picture")
    (images / "2.jpg").write_bytes((images / "3.jpg").read_bytes())
    with pytest.raises(DataError, match=r"images/1\.jpg: the file is no image that can be decoded .*; replace the"):
        import_boxes(folder)
    dataset, summary = import_boxes(folder, skip_bad=True)
    assert summary.skipped == 2
    assert "3.jpg is the same image as that of" in summary.problems[1]
    assert sum(summary.rows.values()) == 8
    assert dataset.is_intact()


def test_a_failed_import_leaves_nothing(yolo: Callable[..., Path], import_boxes: Any, workspace: Any) -> None:
    folder = yolo("0 0.5 0.5 nan 1\n")
    with pytest.raises(DataError):
        import_boxes(folder)
    assert not workspace.root.exists()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: folder.mkdir(), "the folder holds no labels of a kind that is known"),
        (lambda folder: folder.write_text("[1]"), "neither COCO nor an export of Label Studio"),
        (lambda folder: folder.write_text("{"), "the file is not JSON"),
    ],
)
def test_a_source_of_no_known_kind_is_told(tmp_path: Path, import_boxes: Any, make: Any, says: str) -> None:
    source = tmp_path / "x.json"
    make(source)
    with pytest.raises(DataError, match=says):
        import_boxes(source)


def test_an_unknown_format_names_those_there_are(yolo: Callable[..., Path], import_boxes: Any) -> None:
    with pytest.raises(DataError, match="name it with --format: yolo, coco, voc, labelstudio"):
        import_boxes(yolo(), format="darknet")


@pytest.mark.slow
@pytest.mark.shared_data
@pytest.mark.skipif(not PUBLIC.exists(), reason="the public data sets are not on this machine")
def test_real_photographs_are_imported_whole_with_their_splits(import_boxes: Any) -> None:
    dataset, summary = import_boxes(PUBLIC / "detect" / "insulators")
    assert summary.rows == {"train": 240, "validation": 60, "test": 59}
    assert summary.skipped == 0
    assert sum(counts["insulator"] for counts in dataset.manifest.classes.values()) == 631
    assert dataset.is_intact()


def test_a_class_that_the_model_does_not_know_is_named_with_the_nearest(
    yolo: Callable[..., Path], import_boxes: Any
) -> None:
    source = yolo(names="names: [poles, crossarm]\n")
    says = r"the class 'poles' is not among crossarm, pole; did you mean 'pole'\?.*add it to the model's labels"
    with pytest.raises(DataError, match=says):
        import_boxes(source, labels=["crossarm", "pole"])


def test_rows_of_unknown_classes_can_be_left_out(yolo: Callable[..., Path], import_boxes: Any) -> None:
    source = yolo(names="names: [insulator, crossarm]\n")
    dataset, summary = import_boxes(source, labels=["crossarm"], skip_bad=True)
    labels = {thing["label"] for split in summary.rows for row in dataset.rows(split) for thing in row["objects"]}
    assert labels <= {"crossarm"}
    assert summary.skipped == 1
