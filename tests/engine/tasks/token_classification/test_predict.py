"""A model directory, loaded and asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.files import read_json
from engine.tasks.contract import Job
from engine.tasks.token_classification import TASK
from engine.tasks.token_classification.predict import agree

pytestmark = pytest.mark.slow


def test_entities_are_characters_of_the_original_text(trained: Job) -> None:
    text = "  bring the LONG ladder to\tthe old mill, and hurry"
    [prediction] = TASK.load(trained.paths.model, "cpu").predict([{"text": text}])
    assert [(entity["text"], entity["label"]) for entity in prediction["entities"]] == [
        ("LONG ladder", "TOOL"),
        ("old mill", "PLACE"),
    ]
    for entity in prediction["entities"]:
        assert text[entity["start"] : entity["end"]] == entity["text"]
        assert 0 < entity["confidence"] <= 1


def test_the_lean_reading_finds_what_the_transformer_finds(trained: Job) -> None:
    lean, plain = (TASK.load(trained.paths.model, "cpu") for _ in range(2))
    assert lean.tagger.lean is not None
    plain.tagger.lean = None
    samples = read_json(trained.paths.model / "expected.json")["samples"]
    assert all(map(agree, plain.predict(samples), lean.predict(samples)))


def test_entities_beyond_the_models_limit_are_found(trained: Job) -> None:
    sentence = "bring the steel saw to the north gate, please and hurry. "
    [prediction] = TASK.load(trained.paths.model, "cpu").predict([{"text": sentence * 30}])
    found = {(entity["start"], entity["text"]) for entity in prediction["entities"]}
    starts = range(0, 30 * len(sentence), len(sentence))
    wanted = {(start + sentence.index(name), name) for start in starts for name in ("steel saw", "north gate")}
    assert len(found & wanted) >= 0.9 * len(wanted)


def test_a_text_without_words_has_no_entities(trained: Job) -> None:
    predictions = TASK.load(trained.paths.model, "cpu").predict([{"text": ""}, {"text": " \n"}])
    assert predictions == [{"entities": []}, {"entities": []}]


def test_no_samples_have_no_predictions(trained: Job) -> None:
    assert TASK.load(trained.paths.model, "cpu").predict([]) == []


def test_a_fresh_process_predicts_the_same_and_needs_no_peft(trained: Job) -> None:
    expected = read_json(trained.paths.model / "expected.json")
    assert any(prediction["entities"] for prediction in expected["predictions"])
    script = (
        "import sys; sys.modules['peft'] = None\n"
        "from pathlib import Path\n"
        "from engine.files import read_json\n"
        "from engine.tasks.token_classification import TASK\n"
        "from engine.tasks.token_classification.predict import agree\n"
        "model = Path(sys.argv[1]); expected = read_json(model / 'expected.json')\n"
        "got = TASK.load(model, 'cpu').predict(expected['samples'])\n"
        "assert all(map(agree, expected['predictions'], got)), got\n"
    )
    subprocess.run([sys.executable, "-c", script, str(trained.paths.model)], check=True)


def test_predictions_agree_when_entities_are_equal_and_confidences_close() -> None:
    entity = {"start": 1, "end": 3, "label": "A", "text": "bc", "confidence": 0.9}
    assert agree({"entities": [entity]}, {"entities": [entity | {"confidence": 0.905}]})
    assert not agree({"entities": [entity]}, {"entities": [entity | {"confidence": 0.8}]})
    assert not agree({"entities": [entity]}, {"entities": [entity | {"label": "B"}]})
    assert not agree({"entities": [entity]}, {"entities": []})


def test_a_directory_that_holds_no_tagger_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a model of token-classification"):
        TASK.load(tmp_path, "cpu")
