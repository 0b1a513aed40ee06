"""A dataset with planted faults, from the search to the dataset without them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine import api
from engine.cli.main import main
from engine.curation.curate import curate
from engine.curation.decisions import Decision
from engine.curation.descriptors import appearance, normalised
from engine.curation.findings import entries_of
from engine.curation.reading import read_grey
from engine.curation.review import Review
from engine.curation.search import Rows, search
from engine.curation.settings import Settings, settings_from
from engine.datasets.store import Dataset, open_dataset
from engine.errors import DataError, InputError
from engine.evaluation.report import read_report
from engine.workspace import Workspace

from .drawing import drawn, png, stored


@pytest.fixture(scope="module")
def curated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Dataset, Review]:
    """The faulty dataset, curated once; tests that change something copy it."""
    from .conftest import faulty

    workspace = Workspace(tmp_path_factory.mktemp("curated"))
    dataset = faulty.__wrapped__(workspace)  # type: ignore[attr-defined]
    curate(workspace, dataset)
    return workspace, dataset, Review(workspace, dataset)


def by_line(review: Review) -> dict[tuple[str, int], Decision]:
    return {item.place: item for item in review.items}


@pytest.mark.slow
def test_every_planted_fault_is_found_with_what_to_do_about_it(curated: tuple[Workspace, Dataset, Review]) -> None:
    found = by_line(curated[2])
    expected = {1: ("blur", "drop"), 2: ("exposure", "drop"), 11: ("label", "relabel:class-1")}
    expected |= {41: ("duplicate", "drop"), 42: ("leak", "drop"), 43: ("unreadable", "drop")}
    assert {line: (found["train", line].problems[0], found["train", line].suggested) for line in expected} == expected
    assert len(found) <= len(expected) + 2  # 50 rows
    assert review_other(curated[2], found["train", 42]) == curated[2].picture(found["train", 42])


def review_other(review: Review, item: Decision) -> Path | None:
    """Line 42 is the very file of line 1 of test."""
    return review.other_picture(item)


@pytest.mark.slow
def test_the_gravest_come_first(curated: tuple[Workspace, Dataset, Review]) -> None:
    assert curated[2].items[0].problems[0] == "leak"


@pytest.mark.slow
def test_the_report_has_tables_and_pictures_of_the_worst(curated: tuple[Workspace, Dataset, Review]) -> None:
    review = curated[2]
    report = read_report(review.paths.report)
    assert report.metrics["leak"] == 1 and report.metrics["unreadable"] == 1
    assert {"What was found", "Rows with the problem leak", "Balance", "Thresholds"} <= {
        t.title for t in report.tables
    }
    for picture in report.pictures:
        assert (review.paths.root / "curation-pictures" / picture.name).read_bytes()[:2] == b"\xff\xd8"
    page = review.paths.page.read_text()
    assert "curation-pictures/leak/01.jpg" in page and "simple descriptors" in page


def test_curating_again_keeps_what_a_person_decided(workspace: Workspace, faulty: Dataset) -> None:
    curate(workspace, faulty, settings_from(["exposure", "duplicates"]))
    review = Review(workspace, faulty)
    review.decide(("train", 2), "keep", "dark on purpose")
    again = curate(workspace, faulty, settings_from(["duplicates"]))
    review.refresh()
    kept = by_line(review)["train", 2]
    assert (kept.settled, kept.note, kept.problems) == ("keep", "dark on purpose", ()) and again.kept_decisions == 1


def test_decisions_that_cannot_be_read_end_a_curation_before_its_work(workspace: Workspace, faulty: Dataset) -> None:
    curate(workspace, faulty, settings_from(["exposure"]))
    path = Review(workspace, faulty).paths.decisions
    path.write_text("picture,split,line,decision\nx,train,1,drop\n")
    stages: list[str] = []
    with pytest.raises(DataError, match="column `picture`"):
        curate(workspace, faulty, watcher=lambda stage, done, total: stages.append(stage))
    assert not stages and path.read_text().endswith("x,train,1,drop\n")


def test_applied_decisions_make_a_new_dataset_that_trainings_take(workspace: Workspace, faulty: Dataset) -> None:
    api.curate(faulty.id, only=["exposure", "duplicates"], workspace=workspace)
    review = Review(workspace, faulty)
    review.decide(("train", 2), "relabel:class-2")
    review.decide(("train", 41), "keep")
    done = api.apply_curation(faulty.id, workspace=workspace)
    before, after = list(faulty.iterate("train")), list(done.dataset.iterate("train"))
    assert done.dataset.id != faulty.id and done.dataset.is_intact() and faulty.is_intact()
    assert done.dropped == {"train": 2, "test": 0} and done.relabelled == 1
    assert after == [before[0], {**before[1], "label": "class-2"}, *before[2:41]]
    manifest = done.dataset.manifest
    assert (manifest.source, manifest.task, manifest.profile) == ("import", faulty.manifest.task, "faces")
    assert manifest.notes["curation"]["from"] == faulty.id
    assert manifest.notes["curation"]["dropped"] == {"train": 2, "test": 0}
    assert manifest.origins[-1]["dataset"] == faulty.id
    assert manifest.classes["train"]["class-2"] == 10 + 1
    assert not (done.dataset.path / before[42]["image"]).exists()


def test_applying_what_changes_or_leaves_nothing_is_refused(workspace: Workspace) -> None:
    dataset = stored(workspace, {"train": [(png(drawn(0, at)), "a") for at in range(2)]})
    api.curate(dataset.id, only=["exposure"], workspace=workspace)
    with pytest.raises(InputError, match="no decision changes the dataset"):
        api.apply_curation(dataset.id, workspace=workspace)
    file = workspace.root / "all.csv"
    names = [row["image"].removeprefix("files/") for row in dataset.iterate("train")]
    lines = [f"{name},train,{at},drop" for at, name in enumerate(names, 1)]
    file.write_text("\n".join(["picture,split,line,decision", *lines]))
    with pytest.raises(InputError, match="leave nothing to train on"):
        api.apply_curation(dataset.id, file, workspace=workspace)
    assert [path.name for path in workspace.datasets.iterdir()] == [dataset.id]


def test_pictures_of_detection_are_searched_for_all_but_labels(workspace: Workspace) -> None:
    samples = [(png(drawn(at % 3, at)), "pole") for at in range(6)]
    dataset = stored(workspace, {"train": [*samples, samples[0]]}, task="object-detection")
    done = curate(workspace, dataset)
    (item,) = Review(workspace, dataset).items
    assert item.place == ("train", 7) and item.problems == ("duplicate",) and done.problems["label"] == 0
    applied = api.apply_curation(dataset.id, workspace=workspace)
    assert applied.dataset.manifest.counts == {"train": 6}


def test_a_dataset_without_pictures_is_refused(workspace: Workspace) -> None:
    from engine.datasets.store import write_dataset

    rows = [{"text": "x", "label": "y"}]
    dataset = write_dataset(
        workspace,
        task="text-classification",
        profile="p",
        model="m",
        splits={"train": rows},
        classes={},
        source="import",
    )
    with pytest.raises(DataError, match="holds rows of text-classification, which are no pictures"):
        curate(workspace, dataset)
    assert not (workspace.root / "curation").exists()


# -- likeness by a model


def test_embeddings_of_a_model_say_what_is_alike(workspace: Workspace, faulty: Dataset) -> None:
    asked: list[int] = []

    def embed(paths: Sequence[Path], tick: Callable[[int, int], None]) -> NDArray[np.float32]:
        """As a model would: near each other what is of a class."""
        asked.append(len(paths))
        return normalised(np.stack([appearance(read_grey(path)[0]) for path in paths]))

    rows = Rows.of(entries_of(faulty))
    done = search(
        rows, faulty.path / "files", Settings(("duplicates",)), labelled=True, watcher=lambda *said: None, embed=embed
    )
    # Line 43 is no picture, and line 42 is the file of a line of test.
    assert asked == [49] and {(one.problem, one.entry) for one in done.findings} >= {("duplicate", 40), ("leak", 41)}


@pytest.mark.slow
def test_a_run_that_sees_no_pictures_cannot_say_what_is_alike(
    workspace: Workspace, faulty: Dataset, scripted_profile: Path
) -> None:
    (handle,) = api.train(str(scripted_profile), ["good"], workspace=workspace)
    handle.wait(timeout=60)
    with pytest.raises(InputError, match="sees no pictures; name one of image-feature-extraction"):
        api.curate(faulty.id, model=handle.id, only=["duplicates"], workspace=workspace)
    assert not (workspace.root / "curation" / faulty.id / "decisions.csv").exists()


# -- the command


@pytest.fixture
def engine(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["data", "curate", *arguments, "--workspace", str(workspace.root)])
        shown = capsys.readouterr()
        return int(left.value.code or 0), shown.out, shown.err

    return call


@pytest.mark.slow
def test_the_command_finds_says_and_applies(engine: Any, workspace: Workspace, faulty: Dataset) -> None:
    code, out, err = engine(faulty.id, "--only", "exposure,duplicates")
    assert code == 0 and "leak" in out and "decisions.csv" in out and "measuring pictures: 50 of 50" in err
    code, out, _ = engine(faulty.id, "--only", "exposure,duplicates", "--json")
    assert code == 0 and json.loads(out)["problems"]["unreadable"] == 1
    code, out, _ = engine(faulty.id, "--apply", "--json")
    assert code == 0 and open_dataset(workspace, json.loads(out)["id"]).manifest.counts["train"] == 39


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "sharpness"], "error: --only: curation cannot look for 'sharpness'"),
        (["--threshold", "blur"], "error: --threshold: 'blur' is no threshold"),
        (["--apply"], "no such file of decisions; run `engine data curate` first"),
        (["--apply", "--only", "blur"], "error: --apply takes no --model, --only or --threshold"),
        (["--file", "x.csv"], "error: --file says which decisions to carry out; add --apply"),
        (["--model", "nothing"], "nothing"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(engine: Any, faulty: Dataset, arguments: list[str], said: str) -> None:
    code, out, err = engine(faulty.id, *arguments)
    assert (code, out) == (2, "") and said in err.splitlines()[-1]
