"""Corrections of texts are found by those who forget, like everything else that people gave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

import engine
from engine.errors import InputError, NotFoundError
from engine.feedback.texts import Split, correct_text, corrections_file
from engine.privacy.expire import expire
from engine.tasks.catalog import find_task
from engine.workspace import Workspace

WHO = "mara-lund"
WHOSE = ("utility", "ner")
DAY_S = 86_400.0


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def correct(
    workspace: Workspace,
    text: str,
    *,
    split: Split = "train",
    t: float = 1.0,
    who: str = "ada",
    whose: tuple[str, str] = WHOSE,
    **row: Any,
) -> None:
    task = find_task("token-classification")
    given = {"text": text, "entities": [], **row}
    correct_text(workspace, task, whose, given, about={"who": who}, split=split, t=t)


def texts(workspace: Workspace, split: Split = "train", whose: tuple[str, str] = WHOSE) -> list[str]:
    lines = corrections_file(workspace, *whose, split).read_bytes().splitlines()
    return [msgspec.json.decode(line)["text"] for line in lines]


def test_who_is_forgotten_stands_in_no_correction_and_those_of_others_stay(workspace: Workspace) -> None:
    correct(workspace, "Hers.", group=WHO)
    correct(workspace, "Held out.", split="test", group=WHO)
    correct(workspace, "Said by her.", who=WHO)
    correct(workspace, "Another's.", group="lee")
    assert engine.forget(WHO, workspace=workspace, dry_run=True).feedback == 2
    done = engine.forget(WHO, workspace=workspace)
    assert (done.feedback, done.left, done.mentions) == (2, (), ())
    assert texts(workspace) == ["Said by her.", "Another's."] and texts(workspace, "test") == []
    assert WHO.encode() not in corrections_file(workspace, *WHOSE).read_bytes()


def test_a_marked_text_that_names_who_is_forgotten_goes_as_its_marks_would_stand_elsewhere(
    workspace: Workspace,
) -> None:
    mark = {"start": 15, "end": 22, "label": "MEASURE"}
    correct(workspace, "Hers.", group=WHO)
    correct(workspace, f"{WHO} keeps 18 feet.", entities=[mark])
    correct(workspace, f"{WHO} was here.")
    engine.forget(WHO, workspace=workspace)
    (left,) = texts(workspace)
    assert left.startswith("forgotten-") and left.endswith(" was here.")


def test_another_profile_keeps_its_corrections(workspace: Workspace) -> None:
    other = ("utility-b", "ner")
    correct(workspace, "Hers.", group=WHO)
    correct(workspace, "Hers.", group=WHO, whose=other)
    engine.forget(WHO, profile="utility", workspace=workspace)
    assert (texts(workspace), texts(workspace, whose=other)) == ([], ["Hers."])
    with pytest.raises(NotFoundError):
        engine.forget(WHO, profile="utility", workspace=workspace)


def test_two_models_do_not_share_a_folder(workspace: Workspace) -> None:
    correct(workspace, "One.", whose=("a-b", "c"))
    with pytest.raises(InputError, match="a-b/c"):
        correct(workspace, "Two.", whose=("a", "b-c"))


def test_a_correction_that_is_too_old_or_says_that_it_expires_goes(workspace: Workspace) -> None:
    correct(workspace, "Old.", t=1.0)
    correct(workspace, "Until the ninth day.", t=9 * DAY_S, expires="1970-01-10T00:00:00+00:00")
    correct(workspace, "New.", t=9 * DAY_S)
    profile = workspace.root / "utility.yaml"
    profile.write_text(
        "finetop: 1\nname: utility\nmodels:\n  ner:\n    task: token-classification\n"
        "    privacy: {retention_days: 5}\n    config: {labels: [MEASURE]}\n"
    )
    done = expire(workspace, [profile], now=10 * DAY_S)
    assert [one.removed.feedback for one in done.models] == [2]
    assert texts(workspace) == ["New."]
