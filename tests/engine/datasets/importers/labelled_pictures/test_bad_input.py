"""Each bad input of labelled pictures is one sentence: what, where, what to do. Nothing is written."""

from __future__ import annotations

import os
import struct
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.errors import DataError, InputError

GOOD = "path,label\n" + "".join(f"{number}.png,{'ab'[number % 2]}\n" for number in range(10))
MORE = "path,label,light,person\n" + "".join(f"{n}.png,{'ab'[n % 2]},dim,p{n}\n" for n in range(10))
WIDE = ",".join(f"column{number}" for number in range(41))


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 60,000 × 60,000 pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:60])


def link_out(path: Path) -> None:
    outside = path.parents[2] / "elsewhere.png"
    path.rename(outside)
    path.symlink_to(outside)


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def dangling(path: Path) -> None:
    path.unlink()
    path.symlink_to("gone.png")


MANIFESTS: list[tuple[str, str | bytes, dict[str, Any], str]] = [
    # name of the file, content, options, what the sentence says
    ("x.csv", "", {}, "x.csv: the manifest is empty; give it a row with path and label for each picture"),
    ("x.jsonl", "", {}, "x.jsonl: the manifest is empty; give it a row with path and label"),
    ("x.csv", "name,label\n0.png,a\n", {}, "x.csv:1: no column among name, label holds the picture's path; name it"),
    ("x.csv", "path,colour\n0.png,a\n", {}, "x.csv:1: no column among path, colour holds its label; name it label,"),
    ("x.csv", "path,label,Path\n", {}, "x.csv:1: the column 'path' stands twice; give each column its own name"),
    ("x.csv", GOOD + "0.png,\n", {}, "x.csv:12: the column 'label' is empty; correct the row"),
    ("x.csv", GOOD + " ,a\n", {}, "x.csv:12: the column 'path' is empty; correct the row"),
    ("x.csv", GOOD + "7.png\n", {}, "x.csv:12: 1 fields where there should be 2; correct the row"),
    ("x.csv", GOOD + "gone.png,a\n", {}, "x.csv:12: there is no picture 'gone.png' under"),
    ("x.csv", GOOD + "/etc/passwd,a\n", {}, "x.csv:12: there is no picture '/etc/passwd' under"),
    ("x.csv", GOOD + "../secret.png,a\n", {}, "x.csv:12: there is no picture '../secret.png' under"),
    ("x.csv", GOOD + "inner,a\n", {}, "x.csv:12: 'inner' is a folder and no picture; correct the path"),
    ("x.csv", GOOD + "x" * 5000 + ",a\n", {}, "x.csv:12: there is no picture 'xxxx"),
    ("x.csv", GOOD + "x.csv,a\n", {}, "x.csv:12: x.csv: the file is no image that can be decoded (no kind that is k"),
    ("x.csv", GOOD + "0.png,b\n", {}, "x.csv:12: 0.png, labelled 'b', is the same picture as that of"),
    ("x.csv", GOOD.encode() + b"0.png,\xff\n", {}, "x.csv:12: the line is not utf-8 (byte 0xff at position 7); name"),
    ("x.csv", GOOD + "0.png,\0\n", {}, "x.csv:12: the line holds a NUL byte, which no text has; remove it"),
    ("x.csv", GOOD.encode("utf-16"), {}, "x.csv: the file is UTF-16; save it as UTF-8"),
    ("x.csv", GOOD + "0.png,\x1b[2J\n", {}, r"x.csv:12: `label` '\x1b[2J' holds control characters, or bytes that a"),
    ("x.csv", GOOD + "0.png," + "n" * 201 + "\n", {}, "x.csv:12: `label` has 201 letters, more than the 200 of a na"),
    ("x.csv", GOOD + '"0.png,a\n', {}, "x.csv:12: a quote is opened and never closed"),
    ("x.csv", "path,label,split\n0.png,a,fold1\n", {}, "x.csv:2: there is no split 'fold1' (column 'split': train,"),
    ("x.csv", f"path,label,{WIDE}\n", {}, "x.csv:1: 41 columns are conditions, more than the 40 that reports break"),
    ("x.csv", "path,label,\x1b]0;\n0.png,a,dim\n", {}, r"x.csv:2: `conditions` '\x1b]0;' holds control characters"),
    ("x.jsonl", "{oops\n", {}, "x.jsonl:1: the line is not JSON"),
    ("x.jsonl", '[{"path": "0.png", "label": "a"}]\n', {}, "x.jsonl:1: the file is a JSON array; write one object a"),
    ("x.jsonl", '{"path": "0.png", "label": ["a"]}\n', {}, "x.jsonl:1: the column 'label' holds a list; correct the"),
    ("x.jsonl", '{"path": "0.png", "label": "a", "who": {}}\n', {}, "x.jsonl:1: the column 'who' holds a object"),
    ("x.jsonl", '{"path": "a\\u0000.png", "label": "a"}\n', {}, r"x.jsonl:1: there is no picture 'a\x00.png' under"),
    ("x.csv", MORE, {"group_columns": ("persn",)}, "x.csv:1: there is no column 'persn' among path, label, light, p"),
    ("x.csv", MORE, {"condition_columns": ("angle",)}, "x.csv:1: there is no column 'angle' among path, label, ligh"),
    ("x.csv", MORE, {"condition_columns": ("light", "light")}, "--condition-column: the column 'light' is named twi"),
    ("x.csv", MORE, {"label_column": "path"}, "x.csv:1: the column 'path' cannot be the picture's path and its labe"),
    ("x.csv", GOOD, {"root": "/nowhere"}, "--root /nowhere: there is no such folder; check the path"),
    ("x.csv", GOOD, {"split_by": "groups"}, "--split-by: there is no way 'groups' to split; write 'group'"),
    ("x.csv", GOOD, {"unseen_share": 1.5}, "--unseen-share: 1.5 is no part of the labels that can be put aside; giv"),
    ("x.csv", GOOD, {"unseen_share": float("nan")}, "--unseen-share: nan is no part of the labels"),
    ("x.csv", GOOD, {"format": "yolo"}, "x.csv: the format 'yolo' is not known for labelled pictures; name it with"),
    ("x.csv", GOOD, {"format": "folders"}, "x.csv: a file, where the format `folders` needs a folder; name a folder"),
    ("x.csv", GOOD, {"encoding": "utf-7"}, "x.csv: the encoding 'utf-7' is not known; use one of utf-8"),
    ("x.csv", "path,label\n0.png,a\n", {}, "x.csv:2: 1 pictures are too few, or in too few groups, to draw validati"),
    ("x.csv", "path,label,split\n0.png,a,test\n", {}, "x.csv:2: there are no training examples; name the pictures t"),
    ("x.bin", "what is this", {}, "x.bin: neither name nor content tells what kind of file it is; name a folder of"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "options", "says"), MANIFESTS, ids=[case[3][:60] for case in MANIFESTS])
def test_a_bad_manifest_is_one_sentence(
    manifest: Callable[..., Path],
    folder: Path,
    import_pictures: Any,
    workspace: Any,
    name: str,
    content: str | bytes,
    options: dict[str, Any],
    says: str,
) -> None:
    (folder / "inner").mkdir()
    (folder.parent / "secret.png").write_bytes((folder / "0.png").read_bytes())
    path = manifest(content, name)
    with pytest.raises(InputError) as told:
        import_pictures(path, **options)
    assert says in str(told.value)
    assert "\n" not in str(told.value)
    assert told.value.exit_code == 2
    assert not workspace.root.exists()


PICTURES: list[tuple[Callable[[Path], object], str]] = [
    (lambda path: path.write_bytes(b""), "a/0.png: the file is no image that can be decoded (it is empty); replace"),
    (lambda path: path.write_bytes(b"no picture"), "a/0.png: the file is no image that can be decoded (no kind that"),
    (truncated, "a/0.png: the file is no image that can be decoded ("),
    (lambda path: path.write_bytes(bomb()), "a/0.png: the image has more than the 100 megapixels that are read"),
    (link_out, "a/0.png: 0.png is a link that leads out of"),
    (dangling, "a/0.png: the image cannot be read (No such file or directory)"),
    (pipe, "a/0.png: a pipe, socket or device stands where an image file should be; replace the image"),
    (lambda path: path.with_name("again.png").write_bytes((path.parents[1] / "b" / "1.png").read_bytes()),
     "b/1.png: 1.png, labelled 'b', is the same picture as that of"),
    (lambda path: path.parent.rename(path.parents[1] / "bell\a"), r"`label` 'bell\x07' holds control characters, or"),
    (lambda path: path.parent.rename(path.parents[1] / "\udcff"), "or bytes that are no text; rename it"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "says"), PICTURES, ids=[case[1][:60] for case in PICTURES])
def test_a_bad_picture_is_one_sentence_or_left_out(
    classes: Any, import_pictures: Any, workspace: Any, spoil: Callable[[Path], object], says: str
) -> None:
    folder = classes("ab", 10)
    spoil(folder / "a" / "0.png")
    with pytest.raises(DataError) as told:
        import_pictures(folder)
    assert says in str(told.value)
    assert "\n" not in str(told.value)
    assert not workspace.root.exists()
    dataset, summary = import_pictures(folder, skip_bad=True)
    assert summary.skipped >= 1
    assert dataset.is_intact()


def empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.rename(folder.parent / path.name)


def flat(folder: Path) -> None:
    for number, path in enumerate([*folder.glob("*/*.png")]):
        path.rename(folder / f"{number}.png")
    for path in [*folder.iterdir()]:
        if path.is_dir():
            path.rmdir()


def without_pictures(folder: Path) -> None:
    for path in folder.glob("*/*.png"):
        path.rename(path.with_suffix(".txt"))


def a_folder_beside_splits(folder: Path) -> None:
    for split in ("train", "test"):
        (folder / split).mkdir()
        (folder / "a").rename(folder / split / "a") if split == "train" else None
    (folder / "test").rmdir()


FOLDERS: list[tuple[Callable[[Path], object], dict[str, Any], str]] = [
    (
        empty,
        {},
        "pictures: the folder is empty; put each picture into a folder named as its label: CLASS/picture, or",
    ),
    (flat, {}, "pictures: the folder holds 20 pictures and no class folders; put each picture into a folder named"),
    (without_pictures, {}, "pictures: no row could be used; see docs/data.md for the formats"),
    (
        a_folder_beside_splits,
        {},
        "the folder 'b' stands beside 'train' and is not a split with class folders; name it",
    ),
    (lambda _: None, {"format": "csv"}, "pictures: the folder holds no manifest in the format csv; name a folder of"),
    (lambda _: None, {"format": "coco"}, "pictures: the format 'coco' is not known for labelled pictures; name it"),
    (
        lambda _: None,
        {"labels": ["a", "bb"]},
        "the class 'b' is not among a, bb; did you mean 'bb'?; rename it, or add",
    ),
]


@pytest.mark.parametrize(("spoil", "options", "says"), FOLDERS, ids=[case[2][:60] for case in FOLDERS])
def test_a_bad_folder_is_one_sentence(
    classes: Any,
    import_pictures: Any,
    workspace: Any,
    spoil: Callable[[Path], object],
    options: dict[str, Any],
    says: str,
) -> None:
    folder = classes("ab", 10)
    spoil(folder)
    with pytest.raises(DataError) as told:
        import_pictures(folder, **options)
    assert says in str(told.value)
    assert "\n" not in str(told.value)
    assert not workspace.root.exists()


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("gone", "gone: there is no such file; check the path"),
        ("a/0.png", "0.png: a single picture has no label; name a folder of class folders, or a manifest"),
        ("trian=a", "there is no split 'trian'; write train=PATH"),
    ],
)
def test_a_source_that_is_none_is_told(
    classes: Any, import_pictures: Any, monkeypatch: pytest.MonkeyPatch, source: str, says: str
) -> None:
    monkeypatch.chdir(classes("ab", 2))
    with pytest.raises(DataError, match=says):
        import_pictures(source)


def test_options_of_pictures_mean_nothing_for_texts(manifest: Any, import_pictures: Any) -> None:
    with pytest.raises(DataError, match="mean nothing for the task 'text-classification'; leave these options out"):
        import_pictures(manifest(GOOD), task="text-classification", split_by="group")


def test_a_failed_import_leaves_no_pictures_on_the_disk(
    classes: Any, import_pictures: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.datasets.importers.spool.IN_MEMORY", 0)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    folder = classes("ab", 10)
    for path in folder.glob("*/*.png"):
        Image.open(path).save(path.with_suffix(".pgm"))
        path.unlink()
    (folder / "b" / "9.pgm").write_bytes(b"")
    with pytest.raises(DataError, match="it is empty"):
        import_pictures(folder)
    assert not any((tmp_path / "temporary").iterdir())
    dataset, _ = import_pictures(folder, skip_bad=True)
    assert dataset.is_intact()
    assert not any((tmp_path / "temporary").iterdir())
