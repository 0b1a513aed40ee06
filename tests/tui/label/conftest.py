"""A library of folders to label, a profile with its taxonomies, and the console on them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.folders.labelling.log import log_path, read_log
from engine.folders.labelling.state import LabelState, replay
from engine.folders.samples.sample import TrainingSample
from engine.folders.samples.training_db import Prediction, training_db

RUN = "20261120-143408-folders-folder-7f3a"
PROFILE = """\
finetop: 1
name: folders
title: Folders of an asset library
taxonomies:
  v2:
    description: What a folder is about.
    labels:
      creator_or_studio: Who made it
      content_subject: What it shows
      theme_or_genre: The world that it belongs to
      asset_type: Map, token, music or sound
      other: Anything else
      unknown: Nothing to tell it by
  v1:
    labels: {content: What it shows, other: Anything else}
models:
  folder:
    task: text-classification
    config: {taxonomy: v2}
presets:
  quick:
    description: Two CPU cores, minutes.
    models: {folder: {config: {epochs: 1}}}
"""
CREATORS = ("Crooked Staff", "Tom Cartos", "Heroic Maps", "Beneos")
SUBJECTS = ("Forest Road", "Swamp Temple", "Harbour", "Ice Cave")
VARIANTS = ("Gridded", "Night", "Print", "VTT")


def write_profile(folder: Path) -> Path:
    """`profiles/folders.yaml` in a folder."""
    path = folder / "profiles" / "folders.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(PROFILE)
    return path


def make_database(path: Path, *, run: str = "") -> Path:
    """84 folders of four creators; with predictions where a run is named."""
    with training_db(path, create=True) as db:
        db.put(folders())
        if run:
            labels = {1: "creator_or_studio", 2: "content_subject", 3: "asset_type"}
            found = [
                Prediction(one.id, labels[one.depth], round(0.4 + (one.id * 37 % 55) / 100, 2))
                for one in db.samples()
            ]
            db.put_predictions(run, "v2", found)
    return path


def folders() -> list[TrainingSample]:
    """Every creator with its subjects, and their variants."""
    made = []
    for creator in CREATORS:
        made.append(_folder(creator, siblings=CREATORS, children=SUBJECTS))
        for subject in SUBJECTS:
            made.append(_folder(f"{creator}/{subject}", siblings=SUBJECTS, children=VARIANTS))
            for variant in VARIANTS:
                files = {"jpg": 24, "webp": 12, "pdf": 1} if variant == "Print" else {"webp": 30, "txt": 1}
                made.append(_folder(f"{creator}/{subject}/{variant}", siblings=VARIANTS, extensions=files))
    return made


def _folder(
    path: str,
    *,
    siblings: tuple[str, ...],
    children: tuple[str, ...] = (),
    extensions: dict[str, int] | None = None,
) -> TrainingSample:
    parts = path.split("/")
    held = extensions or {}
    return TrainingSample(
        path=path,
        name=parts[-1].lower(),
        tokens=tuple(path.lower().replace("/", " ").split()),
        creator=parts[0].lower(),
        parent=parts[-2].lower() if len(parts) > 1 else "",
        siblings=tuple(name.lower() for name in siblings if name != parts[-1]),
        children=tuple(name.lower() for name in children),
        depth=len(parts),
        files=sum(held.values()),
        folders=len(children),
        bytes=sum(held.values()) * 1_310_000,
        extensions=held,
    )


@pytest.fixture
def library(tmp_path: Path, workspace: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with 84 folders and the profile that labels them; nothing is predicted."""
    from engine.profiles import finding

    monkeypatch.setattr(finding, "shipped_profiles", lambda: tmp_path / "none")
    monkeypatch.chdir(tmp_path)
    write_profile(tmp_path)
    workspace.root.mkdir()
    return make_database(workspace.root / "training.db")


@pytest.fixture
def label(console: Any, until: Any) -> Callable[..., Any]:
    """Opens the console on Label: `async with label() as (app, pilot)`."""

    @contextlib.asynccontextmanager
    async def opened(size: tuple[int, int] = (120, 40), **options: Any) -> Any:
        app = console(**({"labeller": "anna"} | options))
        async with app.run_test(size=size) as pilot:
            await pilot.press("6")
            await until(pilot, lambda: app.screen.query("LabelPanes"), "the screen")
            await pilot.pause()
            yield app, pilot

    return opened


@pytest.fixture
def predicted(library: Path) -> str:
    """The run that has predicted every folder of the library."""
    library.unlink()
    make_database(library, run=RUN)
    return RUN


@pytest.fixture
def state_of() -> Callable[..., LabelState]:
    """What the log of a database says."""

    def replayed(database: Path, taxonomy: str = "v2") -> LabelState:
        return replay(read_log(log_path(database)).entries, taxonomy)

    return replayed


@pytest.fixture
def labelled(library: Path) -> int:
    """Forty folders that anna labelled at eight seconds each, and a note; how many they are."""
    from engine.folders.labelling.log import Entry, LabelLog
    from engine.folders.labelling.opening import open_labelling
    from engine.folders.labelling.sitting import Sitting

    log = LabelLog(log_path(library))
    by_depth = {1: "creator_or_studio", 2: "content_subject", 3: "asset_type"}
    with training_db(library) as db:
        sitting = Sitting(open_labelling(library, "v2"), db, tuple(by_depth.values()), "anna", lambda: 0.0)
        samples = sitting.ahead(40)
    for place, one in enumerate(samples):
        label = "theme_or_genre" if place % 9 == 4 else by_depth[one.depth]
        at = 1_795_180_000.0 + 8 * place
        log.append(Entry(id=f"e-{place}", t=at, act="label", taxonomy="v2", who="anna", path=one.path, label=label))
    return len(samples)
