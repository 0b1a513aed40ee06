"""The dataset of a training on feedback: what is learnt, what is held out, and that it can be made again."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.datasets.files import content_name
from engine.datasets.store import Dataset, write_dataset
from engine.errors import InputError
from engine.feedback.composition import Composition, Mixture, compose, make_dataset
from engine.feedback.forms import OBJECTS
from engine.feedback.intake import take_in
from engine.feedback.records import DetectionRecord, Judged
from engine.feedback.replay import list_sha256
from engine.feedback.store import Feedback, read_feedback
from engine.tasks.object_detection.data import weights_of
from engine.workspace import Workspace

from .sent import a_payload, an_item, picture

LABELS = ("crossarm", "pole")
MIXTURE = Mixture(replay_floor=2, held_out=0.3, validation=0.2)
WHEN = datetime(2026, 3, 1, tzinfo=UTC)


def record(number: int, *labels: str, image: str = "") -> DetectionRecord:
    """A correction as the intake keeps it."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    said: dict[str, Any] = {"source": "review", "who": "me", "when": WHEN}
    return DetectionRecord(
        t=0.0,
        key=digest,
        sent=digest,
        sha256=digest,
        image=image or f"files/{digest[:24]}.png",
        width=40,
        height=30,
        objects=[Judged(label=label, box=[1.0, 2.0, 10.0, 20.0], **said) for label in labels or ("pole",)],
        **said,
    )


def example(image: str, *labels: str) -> dict[str, Any]:
    objects = [{"label": label, "box": [1.0, 2.0, 10.0, 20.0]} for label in labels]
    return {"image": image, "width": 40, "height": 30, "objects": objects, "slice": "seen"}


def old(number: int) -> str:
    return f"files/{number:024x}.png"


TRAIN = [example(old(number), *(LABELS if number < 2 else ("pole",))) for number in range(40)]
ORIGINAL = {
    "train": TRAIN,
    "validation": [example(old(number), "pole") for number in range(40, 50)],
    "test": [example(old(number), "pole") for number in range(50, 60)],
}


def images(rows: list[dict[str, Any]], part: str) -> set[str]:
    return {row["image"] for row in rows if row["slice"] == part}


def composed(count: int, mixture: Mixture = MIXTURE) -> Composition:
    return compose(ORIGINAL, [record(number) for number in range(count)], mixture, OBJECTS)


def test_old_and_new_images_stand_in_each_split_as_slices() -> None:
    made = composed(30)
    assert sum(made.feedback.values()) == 30 and min(made.feedback.values()) > 0
    for split in ("validation", "test"):
        assert images(made.splits[split], "original") == {row["image"] for row in ORIGINAL[split]}
    for split, count in made.feedback.items():
        assert len(images(made.splits[split], "feedback")) == count


def test_as_many_old_images_are_replayed_as_new_ones_are_trained_on() -> None:
    made = composed(30)
    assert len(made.replay) == made.feedback["train"]
    assert images(made.splits["train"], "original") < {row["image"] for row in TRAIN}


def test_new_images_count_as_much_as_old_ones_where_the_best_weights_are_chosen() -> None:
    rows = composed(12).splits["validation"]
    old, new = (sum(weights_of(row for row in rows if row["slice"] == part)) for part in ("original", "feedback"))
    assert old == 10 and abs(new - old) <= 2
    assert set(weights_of(composed(600).splits["validation"])) == {1}


def test_a_rare_class_is_replayed_as_often_as_the_floor_says() -> None:
    train = composed(12).splits["train"]
    assert sum(any(one["label"] == "crossarm" for one in row["objects"]) for row in train) == 2


def test_without_replay_no_old_image_is_trained_on() -> None:
    made = composed(12, Mixture(train_replay=0))
    assert made.replay == () and images(made.splits["train"], "original") == set()


def test_an_image_once_held_out_stays_held_out() -> None:
    before, after = composed(20), composed(60)
    for split in ("train", "validation", "test"):
        assert images(before.splits[split], "feedback") < images(after.splits[split], "feedback")


def test_a_correction_of_an_old_training_image_takes_its_place() -> None:
    made = compose(
        ORIGINAL, [record(number, image=old(number)) for number in range(10)], Mixture(train_replay=100), OBJECTS
    )
    shown = [row["image"] for row in made.splits["train"]]
    assert len(shown) == len(set(shown))
    assert images(made.splits["train"], "original") == {row["image"] for row in TRAIN[10:]}


def test_an_image_of_the_original_validation_or_test_is_never_trained_on() -> None:
    sent = [record(number, image=old(number)) for number in range(38, 60)]
    made = compose(ORIGINAL, sent, Mixture(held_out=0, validation=0), OBJECTS)
    assert images(made.splits["train"], "feedback") == {old(38), old(39)}
    assert made.feedback == {"train": 2, "validation": 0, "test": 20}


# -- on disk


def shade(number: int) -> bytes:
    return picture((40, 30), color=f"#{number:02x}{255 - number:02x}40")


@pytest.fixture
def original(workspace: Workspace) -> Dataset:
    contents = [shade(number) for number in range(6)]
    rows = [example(f"files/{content_name(content, '.png')}", "pole") for content in contents]
    return write_dataset(
        workspace,
        task="object-detection",
        profile="utility",
        model="yolo",
        splits={"train": rows[:4], "validation": rows[4:5], "test": rows[5:]},
        classes={},
        source="import",
        files={Path(row["image"]).name: content for row, content in zip(rows, contents, strict=True)},
    )


@pytest.fixture
def send(workspace: Workspace, tmp_path: Path) -> Any:
    """Takes pictures in, as the field sends them; all feedback as it then stands."""
    folder = tmp_path / "field"
    folder.mkdir()

    def call(*contents: bytes, when: str = "2026-03-01T12:00:00Z", label: str = "pole") -> Feedback:
        items = []
        for number, content in enumerate(contents):
            (folder / f"{number}.png").write_bytes(content)
            objects = [{"label": label, "box": [1, 2, 10, 20]}]
            items.append(an_item(f"{number}.png", objects=objects, when=when))
        assert not take_in(workspace, a_payload(folder, *items, labels=None)).failed
        return read_feedback(workspace, "utility", "yolo")

    return call


ALL_TRAINED = Mixture(held_out=0, validation=0)


def test_the_dataset_names_its_replayed_images_and_is_found_again(
    workspace: Workspace, original: Dataset, send: Any
) -> None:
    batch = [shade(number) for number in range(40, 43)]
    dataset, made = make_dataset(workspace, original, send(*batch), ALL_TRAINED, labels=LABELS)
    replay = dataset.manifest.notes["replay"]
    assert len(replay["images"]) == 4, "three for three, and a floor of ten takes all there are"
    assert replay["images"] == list(made.replay) and replay["sha256"] == list_sha256(made.replay)
    assert (replay["of"], replay["seed"]) == (original.id, ALL_TRAINED.seed)
    assert {f"files/{name}" for name in replay["images"]} == images(dataset.rows("train"), "original")
    assert dataset.is_intact() and dataset.manifest.source == "feedback"

    again, _ = make_dataset(workspace, original, send(*batch), ALL_TRAINED, labels=LABELS)
    assert (again.id, again.manifest.created) == (dataset.id, dataset.manifest.created)


def test_the_newest_correction_of_an_image_counts(workspace: Workspace, original: Dataset, send: Any) -> None:
    send(shade(40), when="2026-03-02T12:00:00Z", label="crossarm")
    feedback = send(shade(40), when="2026-03-01T12:00:00Z", label="pole")
    dataset, _ = make_dataset(workspace, original, feedback, ALL_TRAINED, labels=LABELS)
    [new] = [row for row in dataset.rows("train") if row["slice"] == "feedback"]
    assert [one["label"] for one in new["objects"]] == ["crossarm"]


def refused(
    workspace: Workspace, original: Dataset, *records: DetectionRecord, mixture: Mixture = ALL_TRAINED
) -> str:
    with pytest.raises(InputError) as refusal:
        make_dataset(workspace, original, Feedback(workspace.root, records), mixture, labels=LABELS)
    return str(refusal.value)


def test_feedback_that_cannot_be_trained_on_is_said(workspace: Workspace, original: Dataset) -> None:
    assert "there is no feedback for utility/yolo" in refused(workspace, original)
    assert "shows 'bird', which the model was not trained on" in refused(workspace, original, record(1, "bird"))
    below = [one for number in range(99) if (one := record(number)).sha256[0] == "0"][:1]
    said = refused(workspace, original, *below, mixture=Mixture(held_out=0.5))
    assert "none of the 1 images of feedback for utility/yolo is left to train on" in said
