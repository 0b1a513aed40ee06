"""The reference set on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import InputError
from engine.retrieval.references import References, saved_references


def references(model: str = "m") -> References:
    vectors = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    return References(
        vectors, ["a", "b", "a", "c"], ["1.png", "2.png", "3.png", "4.png"], ["x", None, "y", "x"], model
    )


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    references().save(tmp_path / "references")
    read = saved_references(tmp_path / "references")
    assert (read.vectors == references().vectors).all()
    assert (read.labels, read.images, read.groups, read.model) == (
        references().labels,
        references().images,
        references().groups,
        "m",
    )
    assert (read.names, read.numbers.tolist()) == (["a", "b", "c"], [0, 1, 0, 2])
    assert read.fingerprint == references().fingerprint


def test_the_fingerprint_changes_with_vectors_labels_and_model() -> None:
    one = references()
    others = [
        references("other"),
        References(one.vectors + 1, one.labels, one.images, one.groups, one.model),
        References(one.vectors, list("abad"), one.images, one.groups, one.model),
    ]
    assert len({one.fingerprint, *(other.fingerprint for other in others)}) == 4


def test_a_person_is_removed_by_label_group_or_picture() -> None:
    assert references().without(labels=["a"]).images == ["2.png", "4.png"]
    assert references().without(groups=["x"]).images == ["2.png", "3.png"]
    assert references().without(images=["4.png"], labels=["b"]).images == ["1.png", "3.png"]
    left = references().without(labels=["a", "b", "c"])
    assert (len(left), left.vectors.shape) == (0, (0, 3))


def test_no_byte_of_what_was_removed_stays_in_the_directory(tmp_path: Path) -> None:
    references().save(tmp_path / "references")
    gone = references().vectors[0].tobytes()
    saved_references(tmp_path / "references").without(groups=["x"]).save(tmp_path / "references")
    left = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert gone not in left and b"1.png" not in left
    assert [path.name for path in tmp_path.iterdir()] == ["references"]


def test_nothing_left_is_a_reference_set_too(tmp_path: Path) -> None:
    references().without(labels=["a", "b", "c"]).save(tmp_path / "none")
    assert saved_references(tmp_path / "none").vectors.shape == (0, 3)


@pytest.mark.parametrize("file", ["references.json", "vectors.safetensors"])
def test_torn_or_foreign_files_are_refused_in_a_sentence(tmp_path: Path, file: str) -> None:
    directory = tmp_path / "references"
    references().save(directory)
    content = (directory / file).read_bytes()
    for torn in (b"", content[:-4], content[: len(content) // 2], content[:-1] + b"\x7f", b"\xff" * 64):
        (directory / file).write_bytes(torn)
        with pytest.raises(InputError, match="references of the model cannot be read"):
            saved_references(directory)
    (directory / file).unlink()
    with pytest.raises(InputError, match="cannot be read"):
        saved_references(directory)


def test_columns_of_different_length_and_numbers_that_are_none_are_no_references() -> None:
    with pytest.raises(ValueError, match="a label, a picture and a group"):
        References(np.ones((2, 3), np.float32), ["a"], ["1.png"], [None], "m")
    with pytest.raises(ValueError, match="not finite"):
        References(np.full((1, 3), np.inf, np.float32), ["a"], ["1.png"], [None], "m")
