"""The model card says what was measured, what was missed first, and is what the Hub reads."""

from __future__ import annotations

import msgspec
import pytest
from huggingface_hub import ModelCard

from engine.evaluation.report import Report
from engine.registry.card import Usage, licence_id, model_card
from engine.registry.licences import libraries_of, licences_of
from engine.registry.manifest import FileFact, Manifest
from engine.runs.spec import Target

MANIFEST = Manifest(
    profile="utility",
    model="ner",
    version=3,
    task="token-classification",
    created=1_795_000_000.0,
    run="20261121-074702-utility-ner-a701",
    dataset="utility-ner-6aa4ec6097",
    dataset_sha256="ab" * 32,
    base="all-MiniLM-L6-v2",
    preset="quick",
    config={"epochs": 3, "labels": ["STANDARD", "MEASURE"]},
    headline="f1",
    targets=[Target("f1", at_least=0.85), Target("precision", at_least=0.95)],
    metrics={"utility-ner-6aa4ec6097/test": {"f1": 0.8688, "precision": 0.8415, "loss": None}},
    intervals={"f1": (0.834, 0.901), "precision": (0.802, 0.880)},
    calibration={"calibration": {"kind": "temperature", "temperature": 1.25, "curve": [0.1, 0.2]}},
    thresholds={"automatic": 0.9, "class/pole": 0.3415},
    libraries={"torch": "2.15.0"},
    licences=["base model all-MiniLM-L6-v2: Apache-2.0", "torch: BSD-3-Clause"],
    files={"model/model.safetensors": FileFact("cd" * 32, 9)},
)
REPORT = Report(
    task="token-classification",
    dataset="utility-ner-6aa4ec6097",
    split="test",
    examples=1200,
    metrics={"precision": 0.8415, "f1": 0.8688, "loss": None},
    intervals={"f1": (0.834, 0.901)},
    slices={"seen": {"f1": 0.98}, "unseen": {"f1": 0.77}},
    baseline={"f1": 0.0, "precision": 0.0},
    notes=["Target missed: precision ≥ 0.95 is not reached.", "A <script>note</script> | with ![x](y)\n# marks."],
)


def test_the_hub_reads_its_front_matter() -> None:
    data = ModelCard(model_card(MANIFEST, REPORT)).data
    assert (data.license, data.base_model) == ("apache-2.0", "sentence-transformers/all-MiniLM-L6-v2")
    assert (data.pipeline_tag, data.language) == ("token-classification", ["en"])
    found = {result.metric_type: result.metric_value for result in data.eval_results or []}
    assert found == {"f1": 0.8688, "precision": 0.8415}
    assert (data.eval_results or [])[0].dataset_split == "test"


def test_what_was_missed_stands_before_what_was_reached() -> None:
    card = model_card(MANIFEST, REPORT)
    limits, results = card.index("## Limits"), card.index("## Results")
    assert limits < card.index("precision ≥ 0.95 is not reached, precision is 0.84") < results
    assert card.count("is not reached") == 1


def test_it_holds_the_figures_and_where_they_come_from() -> None:
    card = model_card(MANIFEST, REPORT, counts={"train": 4000, "test": 1200})
    assert "| `f1` | 0.8688 | 0.834 – 0.901 | 0 | 0.98 | 0.77 |" in card
    assert "| `loss` | – |" in card
    assert "- calibration: kind temperature, temperature 1.25\n" in card
    for said in (
        "4,000",
        MANIFEST.run,
        MANIFEST.dataset_sha256,
        "cd" * 32,
        "torch 2.15.0",
        "epochs: 3",
        "automatic",
        "`class/pole`: 0.3415",
    ):
        assert said in card


def test_words_of_others_are_no_markup() -> None:
    card = model_card(MANIFEST, REPORT)
    assert "<script>" not in card
    assert "\\<script\\>note\\</script\\> \\| with \\!\\[x\\](y) \\# marks." in card
    labels = msgspec.structs.replace(MANIFEST, config={"labels": ["```\n---\nlicense: mit"]})
    again = model_card(labels, REPORT)
    assert ModelCard(again).data.license == "apache-2.0"
    assert "````yaml" in again


def test_an_export_says_how_others_load_it() -> None:
    card = model_card(MANIFEST, REPORT, usage=Usage("transformers", "Ask the pipeline."))
    assert ModelCard(card).data.library_name == "transformers"
    assert "Ask the pipeline." in card


def test_a_version_without_targets_base_or_report_has_a_card() -> None:
    bare = msgspec.structs.replace(MANIFEST, base="scratch:resnet-8", targets=[], licences=[], metrics={})
    card = model_card(bare, None)
    assert ModelCard(card).data.license == "unknown"
    assert "random weights" in card
    assert "Nothing was measured" in card


@pytest.mark.parametrize(
    ("licences", "wanted"),
    [
        ([], "unknown"),
        (["base model m: MIT", "torch: BSD"], "mit"),
        (["base model m: not known here, read its page before you pass the model on"], "unknown"),
        (["torch: BSD", "ultralytics: AGPL-3.0 (who passes on: what)"], "agpl-3.0"),
        (["base model best.pt: AGPL-3.0 if its weights come from Ultralytics (who …)"], "agpl-3.0"),
    ],
)
def test_the_licence_is_that_which_binds_most(licences: list[str], wanted: str) -> None:
    assert licence_id(licences) == wanted


def test_libraries_and_licences_are_those_that_are_installed() -> None:
    assert set(libraries_of("token-classification")) >= {"torch", "transformers", "safetensors"}
    lines = licences_of("object-detection", {"base": "scratch:yolov8n"})
    assert any(line.startswith("ultralytics: AGPL-3.0") for line in lines)
    assert licences_of("sentence-similarity", {"base": "all-MiniLM-L6-v2"})[0] == (
        "base model all-MiniLM-L6-v2: Apache-2.0"
    )
    assert not any(line.startswith("base model") for line in lines)
    assert licences_of("noop", {}) == []
