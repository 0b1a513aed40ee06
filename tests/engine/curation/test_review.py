"""Decisions are on the disk when they are made, beside those of others, and a kill leaves a whole file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.curation.curate import curate
from engine.curation.decisions import write_decisions
from engine.curation.review import Review
from engine.curation.settings import settings_from
from engine.datasets.store import Dataset
from engine.errors import InputError, NotFoundError
from engine.workspace import Workspace


@pytest.fixture
def review(workspace: Workspace, faulty: Dataset) -> Review:
    curate(workspace, faulty, settings_from(["exposure", "duplicates"]))
    return Review(workspace, faulty)


def test_a_decision_is_there_for_whoever_opens_the_review(review: Review, workspace: Workspace) -> None:
    before = review.counts()
    made = review.decide(("train", 2), "Relabel: class-3", "why not")
    other = Review.open(workspace, "faces-recogniser")
    assert made in other.items and made.settled == "relabel:class-3"
    assert other.counts().decided == 1 and other.counts().relabel == before.relabel + 1
    assert other.counts().drop == before.drop - 1 and other.counts().problems == before.problems
    other.decide(("train", 2), "")
    review.refresh()
    assert review.counts().decided == 0 and review.items[0].place == other.items[0].place


def test_two_who_review_do_not_undo_each_other(review: Review, workspace: Workspace, faulty: Dataset) -> None:
    other = Review(workspace, faulty)
    review.decide(("train", 2), "keep")
    other.decide(("train", 42), "keep")
    assert {item.place for item in Review(workspace, faulty).items if item.decision} == {("train", 2), ("train", 42)}


def test_what_a_spreadsheet_saved_is_taken_over(review: Review) -> None:
    assert not review.refresh()
    from dataclasses import replace

    write_decisions(review.paths.decisions, [replace(item, note="seen") for item in review.items])
    assert review.refresh() and {item.note for item in review.items} == {"seen"}


def test_what_is_no_decision_changes_nothing(review: Review) -> None:
    content = review.paths.decisions.read_bytes()
    with pytest.raises(InputError, match="'perhaps' is no decision; write keep"):
        review.decide(("train", 2), "perhaps")
    with pytest.raises(InputError, match="'class-9' is no label of the dataset; write class-"):
        review.decide(("train", 2), "relabel:class-9")
    with pytest.raises(NotFoundError, match="line 999 of train is not among the decisions"):
        review.decide(("train", 999), "keep")
    assert review.paths.decisions.read_bytes() == content


def test_pictures_are_named_by_their_path(review: Review) -> None:
    for item in review.items:
        assert review.picture(item).is_file()
        other = review.other_picture(item)
        assert other is None or other.is_file()


KILLED = """
import sys
from engine.curation.review import Review
from engine.workspace import Workspace
review = Review.open(Workspace.locate(sys.argv[1]), "faces-recogniser")
print("open", flush=True)
for turn in range(10**6):
    review.decide(("train", 2), ("keep", "drop")[turn % 2], f"turn {turn}")
    print(turn, flush=True)
"""


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_a_whole_file(review: Review, workspace: Workspace, faulty: Dataset) -> None:
    places = [item.place for item in review.items]
    for after in (3, 17, 40):
        root = Path(__file__).parents[3]
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(workspace.root)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
        )
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == str(after):
                break
        process.send_signal(signal.SIGKILL)
        process.wait()
        again = Review(workspace, faulty)
        assert [item.place for item in again.items] == places
        note = next(item.note for item in again.items if item.place == ("train", 2))
        assert int(note.removeprefix("turn ")) >= after
