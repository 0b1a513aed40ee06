import pytest

from engine.registry.gate import (
    Beside,
    GateResult,
    check_files,
    check_forgetting,
    check_latency,
    check_regression,
    check_targets,
)
from engine.runs.spec import PromotionPolicy, Target


def beside(production, candidate, interval=None, mode="max"):
    return Beside(
        metric="f1",
        mode=mode,
        production=production,
        candidate=candidate,
        interval=interval,
        p_value=0.2,
        test="paired bootstrap",
        detectable=0.03,
        rows=200,
    )


@pytest.mark.parametrize(
    ("rule", "production", "candidate", "interval", "passes"),
    [
        ("observed", 0.90, 0.95, (0.01, 0.09), True),
        ("observed", 0.90, 0.89, (-0.05, 0.03), True),
        ("observed", 0.90, 0.88, (-0.06, 0.02), False),
        ("observed", 0.90, 0.88, None, False),
        ("proved", 0.90, 0.88, (-0.06, 0.02), True),
        ("proved", 0.90, 0.80, (-0.15, -0.05), False),
        ("proved", 0.90, 0.80, None, True),
        ("ruled-out", 0.90, 0.92, (-0.005, 0.05), True),
        ("ruled-out", 0.90, 0.92, (-0.03, 0.07), False),
        ("ruled-out", 0.90, 0.92, None, False),
    ],
)
def test_a_loss_beyond_the_allowance_is_refused_by_the_rule_of_the_profile(
    rule, production, candidate, interval, passes
):
    policy = PromotionPolicy(allowed_regression=0.01, regression=rule)
    assert check_regression(beside(production, candidate, interval), policy).passed is passes


def test_where_less_is_better_a_rise_is_the_loss():
    policy = PromotionPolicy(allowed_regression=0.01)
    assert check_regression(beside(0.30, 0.25, (-0.1, 0.0), "min"), policy).passed
    worse = check_regression(beside(0.30, 0.35, (0.0, 0.1), "min"), policy)
    assert not worse.passed
    assert worse.value == pytest.approx(-0.05)


def test_the_answer_names_the_number_that_failed_and_what_the_rows_could_show():
    sentence = check_regression(beside(0.9, 0.85, (-0.1, 0.0)), PromotionPolicy()).sentence
    assert sentence == (
        "f1 0.85 against 0.9 in production on 200 rows (-0.0500, 95 % -0.1000 to +0.0000, p 0.2 by paired bootstrap, "
        "so many rows could show 0.03); it loses more than the allowed 0.01."
    )


def test_each_target_is_asked_and_one_that_nobody_measured_is_missed():
    targets = [Target("f1", at_least=0.8), Target("ece", at_most=0.05), Target("recall", at_least=0.5)]
    checks = check_targets(targets, {"f1": 0.85, "ece": 0.06})
    assert [check.passed for check in checks] == [True, False, False]
    assert [check.name for check in checks] == ["target f1", "target ece", "target recall"]
    assert "was not measured" in checks[2].sentence


@pytest.mark.parametrize(
    ("measured", "budget", "passes"),
    [(12.0, 20.0, [True]), (25.0, 20.0, [False]), (None, 20.0, [False]), (9.0, None, [])],
)
def test_a_prediction_has_a_budget_where_the_profile_gives_one(measured, budget, passes):
    checks = check_latency(measured, PromotionPolicy(latency_ms=budget))
    assert [check.passed for check in checks] == passes


def test_what_a_training_on_feedback_forgot_counts():
    assert check_forgetting(None) == []
    assert [check.passed for check in (*check_forgetting(True), *check_forgetting(False))] == [True, False]


def test_one_failed_check_refuses_and_is_named():
    result = GateResult(
        candidate="p/m@2", production=None, checks=[check_files([]), check_files(["model/a has 3 bytes"])]
    )
    assert not result.passed
    assert result.sentence == "p/m@2 does not pass the gate: Files are not intact: model/a has 3 bytes."
