import pytest

from engine.runs.spec import DecisionPolicy
from engine.traffic.decisions import confidence_of, decide, digest_of, threshold_in_force


@pytest.mark.parametrize(
    ("prediction", "confidence"),
    [
        ({"label": "pole", "confidence": 0.9, "scores": {}}, 0.9),
        ({"label": "ada", "confidence": 0.9, "known": True}, 0.9),
        ({"label": "ada", "confidence": 0.9, "known": False}, None),
        ({"entities": [{"confidence": 0.9}, {"confidence": 0.6}]}, 0.6),
        ({"entities": []}, None),
        ({"objects": [{"confidence": 0.7}]}, 0.7),
        ({"similarity": 0.5}, None),
        ({"label": "odd", "value": 3}, None),
    ],
)
def test_confidence_of_a_prediction(prediction, confidence):
    assert confidence_of(prediction) == confidence


@pytest.mark.parametrize(
    ("confidence", "threshold", "decision"),
    [
        (0.8, 0.8, "automatic"),
        (0.79, 0.8, "human"),
        (None, 0.8, "human"),
        (0.99, None, "human"),
    ],
)
def test_what_is_sure_enough_needs_nobody(confidence, threshold, decision):
    assert decide(confidence, threshold) == decision


@pytest.mark.parametrize(
    ("own", "decided", "threshold"),
    [(0.8, 0, 0.85), (0.8, 499, 0.85), (0.8, 500, 0.8), (0.99, 0, 1.0), (None, 0, None)],
)
def test_a_version_on_probation_must_be_surer(own, decided, threshold):
    assert threshold_in_force(own, DecisionPolicy(), decided) == pytest.approx(threshold)


def test_equal_answers_have_equal_digests():
    spans = [{"start": 0, "end": 3, "label": "A", "confidence": 0.9}, {"start": 5, "end": 6, "label": "B"}]
    assert digest_of({"entities": spans}) == digest_of({"entities": [spans[1], {**spans[0], "confidence": 0.1}]})
    assert digest_of({"entities": []}) != digest_of({"entities": spans})
    assert digest_of({"label": "a", "confidence": 0.3}) == digest_of({"label": "a"})
    assert (
        digest_of({"label": "a", "known": False})
        == digest_of({"label": "b", "known": False})
        != digest_of({"label": "a"})
    )
    assert digest_of({"objects": []}) == digest_of({"similarity": 0.4}) == ""
