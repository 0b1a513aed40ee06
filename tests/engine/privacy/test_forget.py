"""Who is forgotten is found nowhere any more, and everybody else is as before."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine.datasets.files import content_name
from engine.datasets.store import list_datasets, open_dataset
from engine.errors import InputError, NotFoundError, WorkError
from engine.evaluation.report import read_report
from engine.events.tail import Tail
from engine.feedback.store import read_feedback
from engine.privacy import journal
from engine.privacy.audit import is_about
from engine.privacy.forget import Forgotten
from engine.privacy.keys import ENVIRONMENT_VARIABLE, new_key
from engine.registry.history import read_history
from engine.registry.integrity import problems_of
from engine.registry.store import find_version
from engine.runs.locks import try_lock
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec
from engine.triggers.recent import recent_folder
from engine.workspace import Workspace

from .places import NAMESAKE, WHO, Filled, a_run, an_item, face, faces, feedback, filled, place_of, taken, traces


@pytest.fixture
def place(tmp_path: Path) -> Filled:
    return filled(tmp_path)


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> tuple[Filled, Forgotten]:
    """A workspace, for those who look only, in which somebody was forgotten."""
    place = filled(tmp_path_factory.mktemp("forgotten"))
    return place, engine.forget(WHO, workspace=place.workspace)


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_no_file_of_the_workspace_holds_anything_of_who_was_forgotten(place: Filled) -> None:
    before = traces(place.workspace.root, place.own)
    assert {line.rsplit(": ", 1)[1] for line in before} == {"bytes", "sha256", "name", "base64", "the person"}
    assert len(before) > 40
    done = engine.forget(WHO, workspace=place.workspace)
    assert traces(place.workspace.root, place.own) == []
    assert (done.left, done.mentions) == ((), ())
    assert (done.rows, done.feedback, done.pictures, done.shared) == (6, 2, 8, ())


def test_everybody_else_is_as_before(place: Filled) -> None:
    others = {row["image"]: row for split in place.dataset.splits for row in place.dataset.iterate(split)}
    done = engine.forget(WHO, workspace=place.workspace)
    dataset = open_dataset(place.workspace, done.datasets[place.dataset.id])
    rows = {row["image"]: row for split in dataset.splits for row in dataset.iterate(split)}
    assert rows == {image: row for image, row in others.items() if row["label"] != WHO}
    assert dataset.is_intact() and dataset.manifest.created == place.dataset.manifest.created
    assert set(dataset.manifest.classes["train"]) == {"kim", "lee", NAMESAKE}
    assert len(dataset.manifest.notes["replay"]["images"]) == 18
    for content in place.others[:18]:
        assert (dataset.path / "files" / content_name(content, ".png")).read_bytes() == content
    left = read_feedback(place.workspace, "faces", "recogniser")
    assert len(left.current()) == 6 and left.unreadable == 0
    assert all(path.is_file() for path in left.files().values())


def test_a_run_finds_the_dataset_that_stands_in_place_of_its_own(after: tuple[Filled, Forgotten]) -> None:
    place, done = after
    spec = RunSpec.read(place.run.spec)
    assert spec.dataset == place.dataset.id
    assert open_dataset(place.workspace, spec.dataset).id == done.datasets[place.dataset.id]
    assert len(list_datasets(place.workspace)) == 2


def test_the_runs_whose_weights_have_seen_them_are_listed_with_those_on_top(after: tuple[Filled, Forgotten]) -> None:
    place, done = after
    assert done.trained == (place.run.id, "20261120-140200-faces-recogniser-7f3a")


def test_versions_are_mended_stay_whole_and_stay_in_use(after: tuple[Filled, Forgotten]) -> None:
    place, done = after
    assert done.versions == ("faces/recogniser@1",)
    version = find_version(place.workspace, "faces/recogniser@production")
    assert problems_of(version.paths, version.manifest, whole=True) == []
    assert [entry.action for entry in read_history(version.home)] == ["promote", "forget"]


def test_what_was_damaged_before_is_not_blessed(place: Filled) -> None:
    version = find_version(place.workspace, "faces/recogniser@1")
    (version.paths.model / "weights.bin").write_bytes(b"planted")
    names = {name.split()[0] for name in problems_of(version.paths, version.manifest, whole=True)}
    engine.forget(WHO, workspace=place.workspace)
    found = find_version(place.workspace, "faces/recogniser@1")
    assert {name.split()[0] for name in problems_of(found.paths, found.manifest, whole=True)} == names


def test_vectors_of_inputs_and_of_training_data_go_with_the_versions_that_they_describe(place: Filled) -> None:
    home = find_version(place.workspace, "faces/recogniser@1").home
    kept = [recent_folder(home.root, 2) / "1000-1-1.npz"]
    gone = [recent_folder(home.root, 1) / "1000-1-1.npz", place.workspace.stores / "references" / "0f.npz"]
    for path in (*kept, *gone):
        path.parent.mkdir(parents=True)
        np.savez(path, vectors=np.ones((2, 3)))
    engine.forget(WHO, workspace=place.workspace)
    assert [path.exists() for path in (*kept, *gone)] == [True, False, False]


def test_what_belongs_to_another_profile_is_not_written(place: Filled) -> None:
    before = contents(place.untouched.root)
    engine.forget(WHO, workspace=place.workspace)
    assert contents(place.untouched.root) == before


def test_a_model_keeps_its_head_with_a_pseudonym_in_the_place_of_the_name(after: tuple[Filled, Forgotten]) -> None:
    place, _ = after
    card = json.loads((place.run.model / "finetop.json").read_text())
    first, second, pseudonym, namesake = card["labels"]
    assert (first, second, namesake) == ("kim", "lee", NAMESAKE) and pseudonym.startswith("forgotten-")
    config = json.loads((place.run.model / "config.json").read_text())
    assert config == {"id2label": {"2": pseudonym}, "label2id": {pseudonym: 2, "lee": 1}}
    assert RunSpec.read(place.run.spec).config["labels"] == card["labels"]
    assert not place.run.checkpoints.exists()


def test_reference_sets_lose_their_vectors_and_indexes_go_as_a_whole(after: tuple[Filled, Forgotten]) -> None:
    place, _ = after
    from engine.retrieval.references import saved_references

    left = saved_references(place.run.model / "references")
    assert left.labels == ["lee", "kim", NAMESAKE] and len(left.vectors) == 3
    assert not (place.run.model / "index").exists()


def test_samples_of_others_stay_and_events_keep_their_numbers(after: tuple[Filled, Forgotten]) -> None:
    place, _ = after
    expected = json.loads((place.run.model / "expected.json").read_text())
    assert [sample["label"] for sample in expected["samples"]] == ["lee"]
    assert expected["predictions"] == [{"label": "lee"}]
    batch = Tail(place.run.events).read()
    assert batch.skipped == 0 and [event.seq for event in batch.events] == list(range(7))
    kinds = [type(event).__name__ for event in batch.events]
    assert kinds == ["RunEvent", "LogEvent", "LogEvent", "SampleEvent", "LogEvent", "MetricsEvent", "LogEvent"]


def test_a_report_is_still_a_report(after: tuple[Filled, Forgotten]) -> None:
    place, _ = after
    report = read_report(place.run.report)
    assert report.metrics["accuracy"] == 0.5 and len(report.metrics) == 2
    assert [row[1] for row in report.tables[0].rows] == [0.25, 1.0, 0.5]
    assert report.tables[1].rows == [["files/other.png", 0.2]]
    assert [error["label"] for error in report.errors] == ["lee"]
    assert [picture.name for picture in report.pictures] == ["roc.svg"]
    assert "| lee | 1 |" in place.run.report.with_suffix(".md").read_text()


def test_decisions_of_a_curation_on_others_stay_with_the_new_dataset(after: tuple[Filled, Forgotten]) -> None:
    place, done = after
    new = done.datasets[place.dataset.id]
    folder = place.workspace.root / "curation"
    assert [path.name for path in folder.iterdir()] == [new]
    with (folder / new / "decisions.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["label"], row["other picture"], row["why"], row["decision"]) for row in rows] == [
        ("kim", "", "a double", ""),
        (NAMESAKE, "", "dark, and blurred", "keep"),
    ]
    splits, lines = place_of(open_dataset(place.workspace, new), [f"files/{row['picture']}" for row in rows])
    assert [(row["split"], int(row["line"])) for row in rows] == list(zip(splits, lines, strict=True))
    assert not list((folder / new / "pictures").iterdir())


def test_a_picture_that_somebody_else_shows_too_stays_for_them(tmp_path: Path) -> None:
    place = filled(tmp_path)
    both = place.own[0]
    feedback(place.workspace, tmp_path / "more", [], [both])
    done = engine.forget(WHO, workspace=place.workspace)
    name = content_name(both, ".png")
    assert done.shared == (name,) and done.pictures == 7 and done.left == ()
    assert [path.parent.parent.name for path in place.workspace.root.rglob(name)] == ["faces-recogniser"]
    assert traces(place.workspace.root, place.own[1:]) == []


def test_an_older_judgement_of_a_picture_goes_with_the_newest(place: Filled, tmp_path: Path) -> None:
    """What was sent as a picture of lee, and corrected since to be of them, is theirs."""
    (tmp_path / "late").mkdir()
    (tmp_path / "late" / "a.png").write_bytes(face(77))
    items = [an_item("a.png", "lee"), an_item("a.png", WHO, when="2026-04-01T00:00:00Z")]
    request = {"profile": "faces", "model": "recogniser", "items": items}
    taken(place.workspace, request, tmp_path / "late")
    assert engine.forget(WHO, workspace=place.workspace).feedback == 4
    assert traces(place.workspace.root, [*place.own, face(77)]) == []


def test_a_dry_run_says_the_same_and_writes_nothing(place: Filled) -> None:
    before = contents(place.workspace.root)
    planned = engine.forget(WHO, dry_run=True, workspace=place.workspace)
    assert contents(place.workspace.root) == before
    done = engine.forget(WHO, workspace=place.workspace)
    for name in ("rows", "feedback", "pictures", "trained"):
        assert getattr(planned, name) == getattr(done, name)
    assert planned.datasets.keys() == done.datasets.keys()


def test_the_audit_says_that_it_was_done_and_not_of_whom(after: tuple[Filled, Forgotten]) -> None:
    place, _ = after
    folder = journal.privacy_folder(place.workspace)
    (line,) = map(json.loads, (folder / "audit.jsonl").read_text().splitlines())
    assert (line["what"], line["rows"], line["pictures"], line["left"]) == ("forget", 6, 8, 0)
    assert is_about(line, WHO) and not is_about(line, "lee")
    assert WHO not in json.dumps(line)
    assert not list(folder.glob("*begun*"))


def test_a_group_is_a_subject_too(place: Filled) -> None:
    from engine.privacy.subject import is_of

    assert all(is_of(row, "monday") for row in ({"text": "x", "group": "monday"}, {"subject": "monday"}))
    assert is_of({"image": "a", "label": "lee", "conditions": {"subject": "p7"}}, "p7")
    assert not is_of({"text": "x", "label": "monday"}, "monday")  # a class of texts is nobody


def test_who_was_all_there_was_leaves_no_dataset(tmp_path: Path) -> None:
    workspace = filled(tmp_path).workspace
    alone = faces(workspace, [face(number) for number in range(6)], [])
    done = engine.forget(WHO, workspace=workspace)
    assert done.datasets[alone.id] == ""
    with pytest.raises(NotFoundError, match="nothing is left of the dataset"):
        open_dataset(workspace, alone.id)


def test_a_picture_that_was_lost_before_keeps_nobody_from_being_forgotten(place: Filled) -> None:
    (place.dataset.path / "files" / content_name(place.others[0], ".png")).unlink()
    done = engine.forget(WHO, workspace=place.workspace)
    made = open_dataset(place.workspace, done.datasets[place.dataset.id])
    assert sum(made.manifest.counts.values()) == 17 and made.is_intact()
    assert traces(place.workspace.root, place.own) == []


def test_only_what_belongs_to_the_profile_that_is_named(place: Filled) -> None:
    with pytest.raises(NotFoundError, match=f"of folders in .* is of '{WHO}'"):
        engine.forget(WHO, profile="folders", workspace=place.workspace)
    engine.forget(WHO, profile="faces", workspace=place.workspace)
    outside = place.workspace.root / "downloads"
    assert [line for line in traces(place.workspace.root, place.own) if str(outside) not in line] == []


def test_encrypted_pictures_are_forgotten_and_the_others_stay_encrypted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path / "key"))
    new_key(tmp_path / "key")
    place = filled(tmp_path, encrypt=True)
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path / "nothing"))
    before = contents(place.workspace.datasets)
    with pytest.raises(InputError, match="the key cannot be read"):
        engine.forget(WHO, workspace=place.workspace)
    assert contents(place.workspace.datasets) == before
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path / "key"))
    done = engine.forget(WHO, workspace=place.workspace)
    made = open_dataset(place.workspace, done.datasets[place.dataset.id])
    assert made.manifest.sealed and made.is_intact()
    assert traces(place.workspace.root, place.own) == []
    assert traces(made.path, place.others) != []  # their names; their bytes are sealed
    assert not any(line.endswith(": bytes") for line in traces(made.path, place.others))


@pytest.mark.parametrize(
    ("subject", "sentence"),
    [
        ("", "the subject has no name"),
        ("a\nb", "is no name that a label or group can have"),
        (" lee", "begins or ends with a blank"),
        ("label", "is a word of the files' own format"),
        ("x" * 300, "is no name that a label or group can have"),
        ("mara-lumd", "write mara-lund"),
        ("nobody at all", "write the label, or the value of the group column"),
    ],
)
def test_a_subject_that_cannot_be_is_refused_with_a_sentence(subject: str, sentence: str, place: Filled) -> None:
    with pytest.raises(InputError, match=sentence) as refused:
        engine.forget(subject, workspace=place.workspace)
    assert refused.value.exit_code == 2 and "\n" not in str(refused.value)
    assert not (journal.privacy_folder(place.workspace) / "audit.jsonl").exists()


def test_a_run_that_is_going_on_is_not_written_under(place: Filled) -> None:
    going = a_run(place.workspace, 9, place.dataset.id, state="running")
    lock = try_lock(going.lock)
    assert lock is not None
    before = contents(place.workspace.datasets)
    try:
        with pytest.raises(
            InputError, match=f"{going.id} is going on and is trained on .*engine runs stop {going.id}"
        ):
            engine.forget(WHO, workspace=place.workspace)
        assert contents(place.workspace.datasets) == before
    finally:
        os.close(lock)
    engine.forget(WHO, workspace=place.workspace)
    assert traces(place.workspace.root, place.own) == []


def test_two_removals_at_once_are_refused(place: Filled) -> None:
    with journal.alone(place.workspace), pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "_PATIENCE_S", 0.0)
        with pytest.raises(WorkError, match="another removal is going on"):
            engine.forget(WHO, workspace=place.workspace)


def test_what_cannot_be_removed_is_named(place: Filled) -> None:
    odd = place.run.model / "weights.bin"
    odd.write_bytes(b"\0" * 5000 + place.own[0] + b"\0" * 10)
    (place.run.model / "head.bin").write_bytes(b"\0\0" + WHO.encode() + b"\0")
    done = engine.forget(WHO, workspace=place.workspace)
    assert done.left == (f"{odd}: a picture",)
    assert done.mentions == (str(place.run.model / "head.bin"),)


FORGET = """
import sys
from engine import api
api.forget(sys.argv[1], workspace=sys.argv[2])
"""
STEPS = [0.0, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2]


@pytest.mark.slow
def test_killed_at_any_moment_it_is_finished_by_the_next_call(tmp_path: Path) -> None:
    interrupted = 0
    for number, delay in enumerate(STEPS):
        (tmp_path / str(number)).mkdir()
        place = filled(tmp_path / str(number))
        interrupted += killed_after_it_began(place, delay)
        left = engine.forget(WHO, workspace=place.workspace) if still_there(place) else None
        assert left is None or left.left == ()
        assert traces(place.workspace.root, place.own) == [], delay
        assert all(dataset.is_intact() for dataset in list_datasets(place.workspace))
        assert read_feedback(place.workspace, "faces", "recogniser").unreadable == 0
        assert read_report(place.run.report).examples == 8
        assert not list(place.workspace.root.rglob(".*.tmp"))
    assert interrupted >= 3


def killed_after_it_began(place: Filled, delay: float) -> bool:
    """Kill -9 so long after the journal was written; whether it was not at its end then."""
    command = [sys.executable, "-c", FORGET, WHO, str(place.workspace.root)]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(Path(engine.__file__).parents[1])})
    folder = journal.privacy_folder(place.workspace)
    while process.poll() is None and not list(folder.glob("begun-*.json")):
        time.sleep(0.0005)
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return bool(list(folder.glob("begun-*.json")))


def still_there(place: Filled) -> bool:
    folder = journal.privacy_folder(place.workspace)
    return bool(list(folder.glob("begun-*.json"))) or not (folder / "audit.jsonl").exists()


class Died(BaseException):
    """A process that was killed changes nothing any more."""


CHANGES = ("replace", "rename", "unlink", "rmdir", "mkdir")


def dies_at(number: int, patch: pytest.MonkeyPatch) -> list[int]:
    """Let no change of the disk happen from the `number`-th on; the list counts those that were tried."""
    count = [0]

    def mortal(call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **more: Any) -> Any:
            count[0] += 1
            if count[0] > number:
                raise Died
            return call(*given, **more)

        return counted

    for name in CHANGES:
        patch.setattr(os, name, mortal(getattr(os, name)))
    return count


@pytest.mark.slow
def test_wherever_it_dies_the_next_call_finishes_it(tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    first = filled(tmp_path / "first")
    place, number, died = first, 0, 0
    while True:
        place = copied(first, tmp_path / "again")
        with pytest.MonkeyPatch.context() as patch:
            dies_at(number, patch)
            try:
                engine.forget(WHO, workspace=place.workspace)
                break
            except Died:
                died += 1
        if still_there(place):
            assert engine.forget(WHO, workspace=place.workspace).left == ()
        assert traces(place.workspace.root, place.own) == [], number
        assert all(dataset.is_intact() for dataset in list_datasets(place.workspace))
        assert read_report(place.run.report).examples == 8
        number += STRIDE
    assert died > 10


STRIDE = 7


def copied(place: Filled, root: Path) -> Filled:
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(place.workspace.root, root)
    return replace(place, workspace=Workspace(root), run=RunPaths(root / "runs" / place.run.id))


def test_what_a_killed_writer_left_goes_and_what_another_is_writing_stays(place: Filled) -> None:
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    left = place.run.model / f".finetop.json.{int(gone.stdout)}.0a1b2c.tmp"
    written = place.run.model / f".finetop.json.{os.getpid()}.0a1b2c.tmp"
    left.touch()
    written.touch()
    engine.forget(WHO, workspace=place.workspace)
    assert not left.exists() and written.exists()


@pytest.mark.parametrize("half_way", [False, True])
def test_references_that_a_killed_writer_left_aside_are_found(place: Filled, half_way: bool) -> None:
    """Killed between two renames the set is whole, but in nobody's place; killed after them the old one is left."""
    from engine.retrieval.references import References, saved_references

    where = place.run.model / "references"
    vectors = np.eye(3, dtype=np.float32)
    References(vectors, [WHO, "lee", "lee"], [f"files/{at}.png" for at in "abc"], [None] * 3, "m" * 64).save(where)
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    aside = where.with_name(f".references.{int(gone.stdout)}.0a1b2c.tmp")
    shutil.copytree(where, aside)
    if half_way:
        shutil.rmtree(where)
    engine.forget(WHO, workspace=place.workspace)
    assert saved_references(where).labels == ["lee", "lee"] and not aside.exists()


@pytest.mark.parametrize("written", [[], ["vectors.safetensors"], [".references.json.1.0a1b2c.tmp"]])
def test_references_that_were_cut_off_before_they_could_be_used_go(place: Filled, written: list[str]) -> None:
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    aside = place.run.model / f".references.{int(gone.stdout)}.0a1b2c.tmp"
    aside.mkdir()
    for name in written:
        (aside / name).write_bytes(b"")
    engine.forget(WHO, workspace=place.workspace)
    assert not aside.exists()
