"""What a training on feedback starts from."""

from __future__ import annotations

import shutil

import pytest

from engine.errors import InputError, NotFoundError
from engine.feedback.lineage import find_start
from engine.workspace import Workspace

from .runs import ended_run


def start_of(workspace: Workspace, named: str | None = None) -> str:
    return find_start(workspace, "utility", "yolo", named).spec.id


def test_without_a_finished_training_it_is_said_how_to_get_one(workspace: Workspace) -> None:
    ended_run(workspace, 1, state="failed")
    with pytest.raises(InputError, match="`engine train utility yolo`"):
        start_of(workspace)


def test_the_newest_first_training_where_none_on_feedback_is_done(workspace: Workspace) -> None:
    ended_run(workspace, 1)
    newest = ended_run(workspace, 2)
    ended_run(workspace, 3, state="stopped")
    ended_run(workspace, 4, starts_from=newest.id, state="failed")
    ended_run(workspace, 5, model="ner")
    assert start_of(workspace) == newest.id


def test_the_last_training_on_feedback_counts_for_more(workspace: Workspace) -> None:
    base = ended_run(workspace, 1)
    ended_run(workspace, 2, starts_from=base.id)
    last = ended_run(workspace, 3, starts_from=base.id, dataset="mixed")
    ended_run(workspace, 4)
    found = find_start(workspace, "utility", "yolo")
    assert (found.spec.id, found.original, found.labels) == (last.id, "original", ("crossarm", "pole"))


def test_one_that_forgot_too_much_is_passed_over(workspace: Workspace) -> None:
    base = ended_run(workspace, 1)
    good = ended_run(workspace, 2, starts_from=base.id)
    ended_run(workspace, 3, starts_from=good.id, promotable=False)
    assert start_of(workspace) == good.id


def test_the_user_may_name_any_run_of_the_model_that_has_one(workspace: Workspace) -> None:
    base = ended_run(workspace, 1)
    forgetful = ended_run(workspace, 2, starts_from=base.id, promotable=False)
    assert start_of(workspace, base.id) == base.id
    assert start_of(workspace, "@latest") == forgetful.id


def test_a_run_that_cannot_be_started_from_is_named(workspace: Workspace) -> None:
    with pytest.raises(NotFoundError, match="no run"):
        start_of(workspace, "nothing")
    other = ended_run(workspace, 1, model="ner")
    with pytest.raises(InputError, match="is a run of utility/ner, not of utility/yolo"):
        start_of(workspace, other.id)
    bare = ended_run(workspace, 2)
    shutil.rmtree(bare.model)
    with pytest.raises(InputError, match="has no trained model"):
        start_of(workspace, bare.id)
