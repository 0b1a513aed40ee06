"""What a payload may hold, and what is said of one that cannot be used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from engine import api
from engine.errors import InputError
from engine.feedback.payload import MAX_ITEMS, MAX_OBJECTS, FeedbackRequest, feedback_json_schema
from engine.feedback.reading import MAX_BYTES, read_payload, shown_image, take_payload

from .sent import a_request, an_item

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("feedback-*.json"))


def problem_with_file(path: Path) -> str:
    with pytest.raises(InputError) as refused:
        api.read_feedback(path)
    assert refused.value.exit_code == 2
    return str(refused.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not JSON: Expecting value"),
        (b'{"profile": "utility",\n "model": }', "2:11: not JSON"),
        (b'\n{"profile": "\xff"}', ":2: not UTF-8 text; save it as UTF-8"),
        (b"[]", "must be a JSON object with profile, model and items"),
        (b'{"profile": NaN}', "NaN is no number of JSON"),
        (b'{"model": "a", "model": "b"}', "the key 'model' stands twice in one object"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"items": ' + b"9" * 5000 + b"}", "Exceeds the limit"),
    ],
)
def test_a_file_that_is_no_payload_is_refused(content: bytes, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "payload.json"
    path.write_bytes(content)
    said = problem_with_file(path)
    assert sentence in said and "payload.json" in said and "\n" not in said


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"items": []}, "holds no items; add at least one"),
        ({"items": [1] * (MAX_ITEMS + 1)}, f"holds 10001 items, more than {MAX_ITEMS}; send several payloads"),
        ({"items": "all"}, "items: must be a list, not 'all'"),
        ({"profile": None}, "profile: must be text"),
        ({"profile": "../utility"}, "a name has small letters, digits and hyphens"),
        ({"modle": "yolo"}, "modle: no such field; write model"),
        ({"finetop": 2}, "is of version 2 of the format, newer than the 1 that is read"),
        ({"settings": {"epoch": 3}}, "settings.epoch: no such field; write epochs"),
        ({"settings": {"epochs": 0}}, "settings.epochs: must be greater than or equal to 1, not 0"),
        ({"settings": {"epochs": "3"}}, "settings.epochs: must be a whole number, not '3'"),
        ({"settings": {"epochs": True}}, "settings.epochs: must be a whole number, not true"),
        ({"settings": {"train_replay": -1}}, "settings.train_replay: must be greater than or equal to 0"),
        ({"settings": {"learning_rate": 5}}, "settings.learning_rate: must be less than or equal to 1, not 5"),
        ({"profile": "utilty"}, "there is no profile 'utilty'; write utility"),
        ({"model": "yoloo"}, "yolo"),
        ({"model": "ner"}, "utility/ner does token-classification, which takes no feedback"),
    ],
)
def test_a_request_that_cannot_be_used_as_a_whole_is_refused(
    changes: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "payload.json"
    path.write_text(
        json.dumps(a_request(an_item(), **changes) if "items" not in changes else {**a_request(), **changes})
    )
    said = problem_with_file(path)
    assert sentence in said and "\n" not in said


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "nothing.json: no such file" in problem_with_file(tmp_path / "nothing.json")


def test_a_file_of_gigabytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "payload.json"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES * 64)
    assert "longer than 64 MiB; send it in several payloads" in problem_with_file(path)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(InputError, match="model: is missing"):
        take_payload({"profile": "utility", "items": [an_item()]})


def one_object(**changes: Any) -> dict[str, Any]:
    return {"objects": [{"label": "pole", "box": [1, 2, 10, 40]} | changes]}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"who": ""}, "who: must have at least 1 character, not ''"),
        ({"whom": "me"}, "whom: no such field; write who"),
        ({"image": 7}, "image: must be text, not 7"),
        ({"image": "a\x1b[2J.png"}, "image: holds a control character"),
        ({"image": "a\ud800.png"}, "image: must be text"),
        ({"image": "x" * 5000}, "image: must have at most 4096 characters"),
        ({"when": "yesterday"}, "when: must be a valid datetime"),
        ({"when": "2026-03-01T12:00:00"}, "when: has no time zone"),
        ({"when": 1772366400}, "when: must be a date and time as text"),
        ({"when": "1970-01-01T00:00:00Z"}, "when: lies before the year 2000"),
        ({"sha256": "abc"}, "sha256: must be 64 hex digits"),
        ({"objects": None}, "objects: must be a list, not empty"),
        ({"objects": [1]}, "objects.1: must be a mapping"),
        ({"objects": [{"label": "pole", "box": [0, 0, 1, 1]}] * (MAX_OBJECTS + 1)}, "objects: holds 1001 objects"),
        (one_object(box=[1, 2, 3]), "objects.1.box: must be four numbers [x0, y0, x1, y1] in pixels"),
        (one_object(box=[1, 2, 3, "4"]), "objects.1.box: must be four numbers"),
        (one_object(box=[1, 2, 3, True]), "objects.1.box: must be four numbers"),
        (one_object(box=[1, 2, 3, float("inf")]), "objects.1.box: must be four numbers"),
        (one_object(box=[1, 2, 3, 10**400]), "objects.1.box: must be four numbers"),
        (one_object(label="  "), "objects.1.label: must have at least 1 character"),
        (one_object(label="a" * 101), "objects.1.label: must have at most 100 characters"),
        (one_object(confidence=0.4), "objects.1.confidence: no such field"),
    ],
)
def test_a_bad_item_has_its_sentence_and_the_others_stand(changes: dict[str, Any], sentence: str) -> None:
    payload = take_payload(a_request(an_item(), an_item(**changes), an_item("b.jpg")))
    assert [entry.item is not None for entry in payload.entries] == [True, False, True]
    assert payload.entries[1].problem.startswith(sentence)
    assert payload.entries[1].problem.isprintable()


def test_an_item_that_is_no_object_fails_alone() -> None:
    payload = take_payload(a_request("a.png", an_item()))
    assert payload.entries[0].problem.startswith("must be an object with image")
    assert payload.entries[1].item is not None


def test_several_problems_of_an_item_are_counted() -> None:
    payload = take_payload(a_request({"image": "a.png", "objects": []}))
    assert payload.entries[0].problem == "source: is missing (and 2 more); add `source:`"


def test_a_typed_request_is_taken_like_its_json() -> None:
    request = FeedbackRequest.model_validate(a_request(an_item(), settings={"epochs": 2}))
    payload = take_payload(request)
    same = take_payload(a_request(an_item(), settings={"epochs": 2}))
    assert (payload.entries, payload.settings) == (same.entries, same.settings)
    assert payload.settings.epochs == 2


def test_what_may_be_secret_in_a_url_is_not_shown() -> None:
    assert shown_image("https://me:pass@host/a.png?token=1#x") == "https://host/a.png"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_shipped_example_is_a_payload(path: Path) -> None:
    payload = read_payload(path)
    assert all(entry.item is not None for entry in payload.entries)
    labels = api.read_feedback(path).labels
    assert labels is None or {o.label for e in payload.entries if e.item for o in e.item.objects} <= set(labels)
    jsonschema.validate(json.loads(path.read_text()), feedback_json_schema())


def test_two_examples_are_shipped() -> None:
    assert len(EXAMPLES) == 2


@pytest.mark.parametrize(
    "changes", [{"items": []}, {"modle": "a"}, {"profile": "No"}, {"settings": {"epochs": 0}}, one_object(box=[1, 2])]
)
def test_the_schema_refuses_what_the_intake_refuses(changes: dict[str, Any]) -> None:
    request = a_request(an_item(**changes)) if "objects" in changes else {**a_request(an_item()), **changes}
    assert not jsonschema.Draft202012Validator(feedback_json_schema()).is_valid(request)


def test_the_published_schema_is_current() -> None:
    """Made by `engine feedback schema > docs/feedback.schema.json`."""
    stored = json.loads((ROOT / "docs" / "feedback.schema.json").read_text())
    assert stored == json.loads(json.dumps(feedback_json_schema()))
    jsonschema.Draft202012Validator.check_schema(stored)
