"""What is too old goes, by its own date or by its model's, and what is young stays."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

import engine
from engine.datasets.store import MANIFEST, Dataset, open_dataset
from engine.feedback.composition import Mixture, make_dataset
from engine.feedback.store import read_feedback
from engine.files import read_json, write_json
from engine.privacy.expire import DAY_S, expire
from engine.workspace import Workspace

from .places import OTHERS, an_item, face, faces, taken, traces

NOW = time.time()
PROFILE = """\
finetop: 1
name: faces
models:
  recogniser:
    task: noop
    config: {epochs: 1, script: []}
    privacy: {retention_days: 90}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "faces.yaml"
    path.write_text(PROFILE)
    return path


def made_long_ago(dataset: Dataset, days: float) -> None:
    write_json(dataset.path / MANIFEST, {**read_json(dataset.path / MANIFEST), "created": NOW - days * DAY_S})


def sent(workspace: Workspace, folder: Path, *items: tuple[bytes, dict[str, Any]]) -> None:
    folder.mkdir(exist_ok=True)
    said = []
    for number, (content, more) in enumerate(items):
        (folder / f"{number}.png").write_bytes(content)
        said.append(an_item(f"{number}.png", "lee", **{"when": at(-1), **more}))
    taken(workspace, {"profile": "faces", "model": "recogniser", "items": said}, folder)


def at(days: float) -> str:
    return (datetime.fromtimestamp(NOW, UTC) + timedelta(days=days)).isoformat()


def test_what_has_expired_by_its_own_date_goes_whatever_the_profile_says(
    workspace: Workspace, tmp_path: Path
) -> None:
    sent(workspace, tmp_path / "sent", (face(1), {"expires": at(2)}), (face(2), {"expires": at(20)}), (face(3), {}))
    assert expire(workspace, now=NOW).models == ()
    (one,) = expire(workspace, now=NOW + 3 * DAY_S).models
    assert (one.profile, one.model, one.removed.feedback, one.removed.pictures) == ("faces", "recogniser", 1, 1)
    assert traces(workspace.root, [face(1)]) == []
    assert len(read_feedback(workspace, "faces", "recogniser").records) == 2


def test_what_is_older_than_the_profile_lets_it_be_goes(workspace: Workspace, profile: Path, tmp_path: Path) -> None:
    sent(workspace, tmp_path / "sent", (face(1), {"when": at(-100)}), (face(2), {"when": at(-80)}))
    done = expire(workspace, [profile], now=NOW)
    assert done.unknown == () and done.models[0].retention_days == 90
    assert traces(workspace.root, [face(1)]) == [] and traces(workspace.root, [face(2)]) != []


def test_a_dataset_that_is_too_old_goes_as_a_whole_and_a_young_one_stays(workspace: Workspace, profile: Path) -> None:
    old = faces(workspace, [], [face(number) for number in range(6)])
    young = faces(workspace, [], [face(number) for number in range(10, 16)])
    made_long_ago(old, 91)
    made_long_ago(young, 89)
    (one,) = expire(workspace, [profile], now=NOW).models
    assert one.removed.datasets == {old.id: ""}
    assert open_dataset(workspace, young.id).is_intact()


def test_in_a_dataset_of_old_examples_and_feedback_each_has_its_own_age(
    workspace: Workspace, profile: Path, tmp_path: Path
) -> None:
    original = faces(workspace, [], [face(number) for number in range(12)])
    made_long_ago(original, 80)
    sent(
        workspace,
        tmp_path / "sent",
        *[(face(100 + number), {"expires": at(5 if number < 10 else 50)}) for number in range(20)],
    )
    mixture = Mixture(held_out=0.3, validation=0.2)
    feedback = read_feedback(workspace, "faces", "recogniser")
    made, _ = make_dataset(workspace, open_dataset(workspace, original.id), feedback, mixture, labels=OTHERS)
    young = [face(100 + number) for number in range(10, 20)]
    expired = expire(workspace, [profile], now=NOW + 6 * DAY_S).models[0].removed
    assert expired.rows == 10 and expired.datasets.keys() == {made.id}
    assert traces(workspace.root, [face(100 + number) for number in range(10)]) == []
    left = expire(workspace, [profile], now=NOW + 11 * DAY_S).models[0].removed
    assert left.datasets.keys() == {original.id, expired.datasets[made.id]}
    assert traces(workspace.root, [face(number) for number in range(12)]) == []
    dataset = open_dataset(workspace, made.id)
    rows = [row for split in dataset.splits for row in dataset.iterate(split)]
    assert len(rows) == 10 and {row["slice"] for row in rows} == {"feedback"}
    assert len(traces(dataset.path, young)) >= 20


def test_a_dry_run_says_what_would_go_and_writes_nothing(workspace: Workspace, profile: Path) -> None:
    old = faces(workspace, [], [face(number) for number in range(6)])
    made_long_ago(old, 100)
    planned = expire(workspace, [profile], dry_run=True, now=NOW)
    assert planned.models[0].removed.rows == 6 and planned.models[0].removed.dry_run
    assert open_dataset(workspace, old.id).is_intact() and not (workspace.root / "privacy").exists()


def test_a_profile_that_is_not_found_by_its_name_is_named(workspace: Workspace) -> None:
    sent_by = faces(workspace, [], [face(1)])
    manifest = msgspec.to_builtins(sent_by.manifest)
    write_json(sent_by.path / MANIFEST, {**manifest, "profile": "nowhere", "created": 0.0})
    assert expire(workspace, now=NOW).unknown == ("nowhere",)
    assert open_dataset(workspace, sent_by.id).is_intact()


def test_the_audit_says_that_something_was_too_old(workspace: Workspace, tmp_path: Path) -> None:
    sent(workspace, tmp_path / "sent", (face(1), {"expires": at(2)}))
    expire(workspace, now=NOW + 3 * DAY_S)
    (line,) = map(json.loads, (workspace.root / "privacy" / "audit.jsonl").read_text().splitlines())
    assert (line["what"], line["subject_scrypt"], line["feedback"]) == ("expire", None, 1)


def test_the_verb_stands_in_python_too(workspace: Workspace) -> None:
    assert engine.expire(workspace=workspace).models == ()
