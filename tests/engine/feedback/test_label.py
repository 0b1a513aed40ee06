"""Feedback of labelled pictures: who it shows, why it was collected, and whether it may be used."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from engine.datasets.files import content_name
from engine.datasets.store import Dataset, write_dataset
from engine.errors import InputError
from engine.evaluation.forgetting import compare, with_comparison
from engine.evaluation.report import Report
from engine.evaluation.slices import slices_of
from engine.feedback.composition import Mixture, make_dataset
from engine.feedback.forms import LABEL, OBJECTS, form_of
from engine.feedback.intake import IntakeSummary, take_in
from engine.feedback.payload import TrainingSettings, feedback_json_schema
from engine.feedback.reading import take_payload
from engine.feedback.store import Ledger, read_feedback
from engine.feedback.summary import summaries
from engine.feedback.values import values_of, with_labels
from engine.labelled_pictures import count_classes, problem_with
from engine.privacy.keys import ENVIRONMENT_VARIABLE, new_key
from engine.privacy.sealing import file_is_sealed
from engine.profiles.schema import FeedbackTraining, Privacy
from engine.tasks.catalog import find_task
from engine.workspace import Workspace

from .sent import a_request, picture

CONSENT = {"given": True, "reference": "form-2026-114", "when": "2026-02-01T09:00:00Z"}
IN_A_YEAR = (datetime.now(UTC) + timedelta(days=365)).isoformat()


def a_face(image: str = "a.png", **changes: Any) -> dict[str, Any]:
    return {
        "image": image,
        "label": "lee",
        "kind": "failed-recognition",
        "source": "door-3",
        "who": "reception",
        "when": "2026-03-01T12:00:00Z",
        **changes,
    }


def sent(workspace: Workspace, folder: Path, *items: Any, privacy: Privacy | None = None) -> IntakeSummary:
    payload = take_payload(a_request(*items, profile="faces", model="recogniser"), folder)
    return take_in(workspace, replace(payload, form=LABEL, privacy=privacy or Privacy()))


def problem(workspace: Workspace, folder: Path, *, privacy: Privacy | None = None, **changes: Any) -> str:
    (failure,) = sent(workspace, folder, a_face(**changes), privacy=privacy).failed
    return failure.problem


def test_items_become_rows_of_labelled_pictures(workspace: Workspace, photos: Path) -> None:
    more = {"predicted": "kim", "confidence": 0.4, "conditions": {"light": "dim"}, "group": "monday"}
    summary = sent(
        workspace, photos, a_face(**more, consent=CONSENT, expires=IN_A_YEAR), a_face("b.jpg", label="new")
    )
    assert (summary.added, summary.failed, summary.objects) == (2, (), {"lee": 1, "new": 1})
    first, other = read_feedback(workspace, "faces", "recogniser").rows()
    assert {**first, "expires": "", "image": ""} == {
        "image": "",
        "width": 64,
        "height": 48,
        "label": "lee",
        "kind": "failed-recognition",
        "conditions": {"light": "dim"},
        "group": "monday",
        "expires": "",
        "source": "door-3",
    }
    assert problem_with(first) is None and problem_with(other) is None


def test_what_came_again_changes_nothing_and_a_later_consent_does(workspace: Workspace, photos: Path) -> None:
    sent(workspace, photos, a_face())
    assert sent(workspace, photos, a_face()).repeated == 1
    assert sent(workspace, photos, a_face(consent=CONSENT)).replaced == 1
    (record,) = read_feedback(workspace, "faces", "recogniser").current()
    assert record.consent is not None and record.consent.reference == "form-2026-114"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": "wrong"}, "kind: must be 'failed-recognition'"),
        ({"label": " "}, "label: must have at least 1 character"),
        ({"confidence": 1.5}, "confidence: must be less than or equal to 1, not 1.5"),
        ({"confidence": "0.5"}, "confidence: must be a number"),
        ({"conditions": {"light": ""}}, "conditions.light"),
        ({"conditions": {str(n): "x" for n in range(41)}}, "at most 40 items"),
        ({"objects": []}, "objects: no such field"),
        ({"consent": {**CONSENT, "given": False}}, "consent was not given; leave the image out"),
        ({"consent": True}, "consent: must be a mapping"),
        ({"consent": {"given": True, "when": CONSENT["when"]}}, "consent.reference: is missing"),
        ({"consent": {**CONSENT, "when": "2999-01-01T00:00:00Z"}}, "consent: `when` lies in the future"),
        ({"expires": "2026-03-02"}, "expires: has no time zone"),
        ({"expires": "2026-03-02T00:00:00Z"}, "it expired on 2026-03-02T00:00:00+00:00; leave the image out"),
    ],
)
def test_each_thing_that_is_wrong_with_an_item_is_a_sentence(
    changes: dict[str, Any], sentence: str, workspace: Workspace, photos: Path
) -> None:
    said = problem(workspace, photos, **changes)
    assert sentence in said and "\n" not in said
    assert read_feedback(workspace, "faces", "recogniser").rows() == []


def test_a_model_that_asks_for_consent_takes_nothing_without(workspace: Workspace, photos: Path) -> None:
    asks = Privacy(consent="required", retention_days=None, encrypt=False)
    said = problem(workspace, photos, privacy=asks)
    assert said.startswith("there is no consent, and faces/recogniser takes nothing without it; add consent:")
    assert sent(workspace, photos, a_face(consent=CONSENT), privacy=asks).added == 1


def test_what_has_expired_since_counts_no_more(workspace: Workspace, photos: Path) -> None:
    sent(workspace, photos, a_face(expires=IN_A_YEAR), a_face("b.jpg"))
    feedback = read_feedback(workspace, "faces", "recogniser")
    later = datetime.now(UTC) + timedelta(days=400)
    assert len(feedback.current()) == 2 and len(feedback.current(later)) == 1
    (summary,) = summaries(workspace, later)
    assert (summary.images, summary.expired, summary.kinds) == (1, 1, {"failed-recognition": 1})


def test_pictures_of_feedback_are_sealed_where_the_model_says_so(
    workspace: Workspace, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = Privacy(consent="optional", retention_days=None, encrypt=True)
    payload = a_face()
    with pytest.raises(InputError, match="names no key"):
        sent(workspace, photos, payload, privacy=asks)
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path / "key"))
    new_key(tmp_path / "key")
    sent(workspace, photos, payload)
    (file,) = read_feedback(workspace, "faces", "recogniser").files().values()
    assert not file_is_sealed(file)
    assert sent(workspace, photos, payload, privacy=asks).repeated == 1
    assert file_is_sealed(file)


def test_the_form_follows_from_the_task(workspace: Workspace, photos: Path) -> None:
    assert form_of(find_task("image-classification"), "a/b") is LABEL
    assert form_of(find_task("image-feature-extraction"), "a/b") is LABEL
    assert form_of(find_task("object-detection"), "a/b") is OBJECTS
    with pytest.raises(InputError, match="a/b does token-classification, which takes no feedback"):
        form_of(find_task("token-classification"), "a/b")
    sent(workspace, photos, a_face())
    with pytest.raises(InputError, match=r"another form \(label\) than the model takes now \(objects\)"):
        Ledger(workspace, "faces", "recogniser")


def test_a_setting_that_the_task_has_not_is_left_out_and_new_labels_come_last() -> None:
    section = FeedbackTraining(epochs=2)
    found = values_of(
        {"labels": ["kim"], "epochs": 9}, section, [TrainingSettings()], {}, fields={"labels", "epochs"}
    )
    assert found.config == {"labels": ["kim"], "epochs": 2}
    assert with_labels(found, ["kim"], ["ann"]).config["labels"] == ["kim", "ann"]
    assert with_labels(found, ["kim"], []) is found


def test_the_published_schema_takes_labelled_items() -> None:
    schema = feedback_json_schema()
    good = a_request(a_face(consent=CONSENT, expires=IN_A_YEAR))
    jsonschema.validate(good, schema)
    checker = jsonschema.Draft202012Validator(schema)
    assert not checker.is_valid(a_request(a_face(kind="wrong")))
    assert not checker.is_valid(a_request(a_face(objects=[])))


def old_faces(workspace: Workspace) -> Dataset:
    """Twenty pictures of lee and kim."""
    files = {}
    rows: dict[str, list[dict[str, Any]]] = {"train": [], "validation": [], "test": []}
    for number in range(20):
        content = picture(color=f"#0000{number:02x}")
        name = content_name(content, ".png")
        files[name] = content
        split = "train" if number < 12 else "validation" if number < 16 else "test"
        row = {"image": f"files/{name}", "width": 64, "height": 48, "label": "lee" if number % 2 else "kim"}
        rows[split].append(row)
    return write_dataset(
        workspace,
        task="image-classification",
        profile="faces",
        model="recogniser",
        splits=rows,
        classes={split: count_classes(found) for split, found in rows.items()},
        source="import",
        files=files,
    )


def test_new_identities_are_learnt_beside_a_replay_of_the_old_ones(workspace: Workspace, photos: Path) -> None:
    items = []
    for number in range(30):
        content = picture(color=f"#00{number:02x}ff")
        name = f"{hashlib.sha256(content).hexdigest()[:8]}.png"
        (photos / name).write_bytes(content)
        kind = "re-enrolment" if number % 3 else "failed-recognition"
        items.append(a_face(name, label="ann" if number % 2 else "lee", kind=kind))
    assert not sent(workspace, photos, *items).failed
    mixture = Mixture(replay_floor=2, held_out=0.3, validation=0.2)
    feedback = read_feedback(workspace, "faces", "recogniser")
    dataset, made = make_dataset(workspace, old_faces(workspace), feedback, mixture, labels=("kim", "lee"))
    assert made.new_labels == ("ann",)
    shown = {row["label"] for row in made.splits["train"] if row["slice"] == "original"}
    assert shown == {"kim", "lee"}
    test = dataset.rows("test")
    slices = slices_of(test, dataset)
    assert list(slices) == [
        "original",
        "feedback",
        "feedback/failed-recognition",
        "feedback/re-enrolment",
        "old identities",
        "new identities",
    ]
    assert {test[number]["label"] for number in slices["new identities"]} == {"ann"}
    assert len(slices["original"]) == 4 and len(slices["old identities"]) + len(slices["new identities"]) == len(test)
    assert slices_of(old_faces(workspace).rows("test"), dataset) == {}
    _, without_head = make_dataset(workspace, old_faces(workspace), feedback, mixture, labels=())
    assert without_head.new_labels == ("ann",)


def test_what_the_model_asks_now_holds_for_feedback_that_came_before(workspace: Workspace, photos: Path) -> None:
    sent(workspace, photos, a_face(), a_face("b.jpg"))
    asks = Privacy(consent="required", retention_days=None, encrypt=False)
    feedback = read_feedback(workspace, "faces", "recogniser")
    with pytest.raises(InputError, match="there is no feedback for faces/recogniser"):
        make_dataset(workspace, old_faces(workspace), feedback, Mixture(), labels=("kim", "lee"), privacy=asks)


def test_each_kind_of_collected_case_has_a_row_of_its_own_in_the_report() -> None:
    def report(*values: float) -> Report:
        names = ("original", "feedback", "feedback/low-confidence", "old identities", "new identities")
        slices = {name: {"accuracy": value} for name, value in zip(names, values, strict=True)}
        return Report(
            task="image-classification",
            dataset="d",
            split="test",
            examples=9,
            metrics={"accuracy": 0.5},
            slices=slices,
        )

    before, after = report(0.9, 0.2, 0.1, 0.8, 0.0), report(0.9, 0.7, 0.6, 0.8, 0.9)
    compared = compare(before, after, headline="accuracy", allowed=0.05)
    assert compared.promotable and set(compared.parts) == {"original", "feedback"}
    _, cases = with_comparison(after, compared, before, "accuracy").tables[:2]
    assert (cases.title, cases.rows) == (
        "Collected cases",
        [
            ["low-confidence", 0.1, 0.6, 0.5],
            ["old identities", 0.8, 0.8, 0.0],
            ["new identities", 0.0, 0.9, 0.9],
        ],
    )
