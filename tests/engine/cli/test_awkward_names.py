"""Folders of any name that a disk allows go the whole way, from the disk to predictions, and are the same folders."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

NAMES = (
    b"not \xff text",
    b"\\xff in letters",
    b"two\nlines",
    b'a "quote"; and, comma',
    b"=HYPERLINK(1)",
    b" blanks ",
    "é".encode() * 127 + b"x",
    "e\u0301 of a Mac".encode(),
    b"turns\x1b[2J red",
    "🗺 maps".encode(),
)
ASCII_ONLY = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
"""Without its two ways out of it, Python takes every byte above 127 for no letter."""


def engine(place: Path, *words: str, locale: dict[str, str]) -> str:
    """What a command says on stderr. It must end well."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    command = [sys.executable, "-m", "engine", *words]
    done = subprocess.run(command, cwd=place, env=environment | locale, capture_output=True, check=False)
    said = done.stderr.decode("utf-8", "backslashreplace")
    assert done.returncode == 0, f"{words}: {said}"
    assert b"\x1b" not in done.stdout + done.stderr
    return said


def read(sheet: Path) -> list[dict[str, str]]:
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def on_disk(place: Path) -> set[bytes]:
    """Paths below the root, in bytes."""
    root = os.fsencode(place / "assets")
    return {os.path.relpath(folder, root) for folder, *_ in os.walk(root)} - {b"."}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with a tree of creators, each with a folder of each name."""
    for creator in range(6):
        for name in NAMES:
            folder = os.fsencode(tmp_path) + b"/root \xff/%d " % creator + name[:253] + b"/" + name
            os.makedirs(folder)  # noqa: PTH103 (bytes)
            with open(folder + b"/map.\xfe\xff", "wb"):  # noqa: PTH123 (bytes)
                pass
    (tmp_path / "assets").symlink_to("root \udcff")
    return tmp_path


@pytest.mark.slow
def test_whatever_a_folder_is_called_it_goes_the_whole_way(place: Path) -> None:
    """In a locale of ASCII alone. Once as one of UTF-8 shows the same folders, the rest is the same files."""
    label_all(place, ASCII_ONLY)
    said = {name: (place / name).read_bytes() for name in SHEETS}
    for name in (*SHEETS, "index.db", "training.db"):
        (place / name).unlink()
    rows = label_all(place, {"LC_ALL": "C.UTF-8"})
    assert said == {name: (place / name).read_bytes() for name in SHEETS}
    db, locale = ("--training-db", "training.db"), ASCII_ONLY
    engine(place, "folders", "dataset", *db, locale=locale)
    engine(place, "train", "folders", "--preset", "quick", "--set", "train.method=frozen", locale=locale)
    engine(place, "predict", "@latest", *db, "--save-predictions", "--output", "predictions.csv", locale=locale)
    predicted = read(place / "predictions.csv")
    assert len(predicted) == len(rows)
    assert {row["key"] for row in predicted} >= {row["key"] for row in read(place / "samples.csv")}
    assert stored_paths(place) == on_disk(place)


SHEETS = ("samples.csv", "labelled.csv", "without_keys.csv")


def label_all(place: Path, locale: dict[str, str]) -> list[dict[str, str]]:
    """From the disk to labels of all folders, which it gives."""
    db = ("--training-db", "training.db")
    folders = ("folders",)
    engine(place, *folders, "gather", "assets", "--db", "index.db", "--readers", "1", locale=locale)
    engine(place, *folders, "features", "--db", "index.db", *db, "--snapshot", "1", locale=locale)
    engine(place, *folders, "samples", *db, "--size", "500", "--diversity", "0", locale=locale)
    rows = read(place / "samples.csv")
    assert len(rows) == len(on_disk(place)) == 2 * 6 * len(NAMES)
    for row in rows:
        row["label"] = "primary_author" if row["depth"] == "1" else "collection"
    with (place / "labelled.csv").open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.DictWriter(file, rows[0])
        sheet.writeheader()
        sheet.writerows(rows)
    engine(place, *folders, "labels", "apply", "labelled.csv", *db, locale=locale)
    # By its path alone, too: without the key, as people cut sheets down.
    for row in rows:
        row["key"] = ""
    with (place / "without_keys.csv").open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.DictWriter(file, rows[0])
        sheet.writeheader()
        sheet.writerows(rows)
    said = engine(place, *folders, "labels", "apply", "without_keys.csv", *db, locale=locale)
    assert f"0 new labels, 0 changed, {len(rows)} as before" in said
    return rows


def stored_paths(place: Path) -> set[bytes]:
    """What the training database calls the labelled folders, in the bytes of the disk."""
    from engine.folders.samples.training_db import training_db

    with training_db(place / "training.db") as db:
        return {os.fsencode(sample.path) for sample in db.samples() if sample.path}
