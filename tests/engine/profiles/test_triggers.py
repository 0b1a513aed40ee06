"""The section `triggers:`: what is wrong with it is said with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.profiles import check, load_profile
from engine.profiles.triggers import Environment, looks_in_a_period


def problems(tmp_path: Path, *lines: str, task: str = "object-detection") -> list[str]:
    path = tmp_path / "p.yaml"
    config = "" if task == "noop" else "    config: {labels: [a]}\n"
    triggers = "".join(f"      - {line}\n" for line in lines)
    path.write_text(f"finetop: 1\nname: p\nmodels:\n  m:\n    task: {task}\n{config}    triggers:\n{triggers}")
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in check(path)]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{name: a, schedule: {cron: "0 3 * *"}}', "p.yaml:8:36: models.m.triggers.0.schedule.cron: must have five"),
        ('{name: a, schedule: {cron: "0 25 * * *"}}', "schedule.cron: is no cron expression (Bad hour); write one"),
        ('{name: a, schedule: {cron: "0 3 30 2 *"}}', "schedule.cron: is no cron expression (Bad day-of-month)"),
        ('{name: a, schedule: {cron: "* * * * *", time_zone: ../etc}}', "'../etc' is no time zone that this machine"),
        ("{name: a, performance: {at_least: 85}}", "performance.at_least: must be less than or equal to 1, not 85"),
        ("{name: a, performance: {metric: f1, at_least: 0.8}}", "'accuracy' or 'balanced_accuracy', not 'f1'"),
        ("{name: a, performance: {at_least: 0.8, minimum: 300}}", "asks for 300 answers in a window of 200"),
        ("{name: a, data: {examples: 0}}", "data.examples: must be greater than or equal to 1, not 0"),
        ("{name: a, data: {}}", "models.m.triggers.0.data.examples: is missing; add `examples:`"),
        ("{name: a, environment: {test: ks}}", "environment.test: must be 'mmd' or 'classifier', not 'ks'"),
        ("{name: a, environment: {test: null}}", "environment: looks at nothing; set `test`, `confidence_psi`"),
        ("{name: a, environment: {rate: 0.0001}}", "leaves each test a rate of 3.3e-06, less than 19,999"),
        ("{name: a}", "models.m.triggers.0: has no condition; write exactly one of schedule, performance"),
        (
            "{name: a, data: {examples: 1}, environment: {}}",
            "has 2 conditions (data, environment); write exactly one",
        ),
        ("{name: a, data: {examples: 1}, ends_in: prod}", "must be 'staging' or 'production', not 'prod'"),
        ("{name: a, data: {examples: 1}, preset: quik}", "triggers.0.preset: no such preset"),
        ("{name: a, data: {examples: 1}, cooldown: 3}", "triggers.0.cooldown: no such field; write cool_down"),
        ("{name: A, data: {examples: 1}}", "a name has small letters, digits and hyphens"),
    ],
)
def test_each_mistake_names_place_field_and_fix(tmp_path: Path, line: str, message: str) -> None:
    found = problems(tmp_path, line)
    assert any(message in one for one in found), found


def test_two_triggers_of_a_name_are_told(tmp_path: Path) -> None:
    twice = problems(tmp_path, "{name: a, data: {examples: 1}}", "{name: a, data: {examples: 2}}")
    assert any("models.m: names the trigger a twice" in one for one in twice), twice


def test_training_on_feedback_needs_a_task_that_learns_from_it(tmp_path: Path) -> None:
    found = problems(tmp_path, "{name: a, data: {examples: 1}}", task="noop")
    assert any("triggers.0: noop does not learn from feedback; write `train: full`" in one for one in found), found
    assert problems(tmp_path, "{name: a, train: full, data: {examples: 1}}", task="noop") == []


@pytest.mark.parametrize(
    ("every", "tests", "share"), [(24, 1, 0.01 / 30), (24, 2, 0.01 / 60), (720, 1, 0.01), (17, 1, 0.01 / 43)]
)
def test_the_rate_is_shared_by_all_tests_of_a_period(every: float, tests: int, share: float) -> None:
    wanted = Environment(every=every, confidence_psi=0.2 if tests == 2 else None)
    assert wanted.tests == tests
    assert wanted.rate_per_test == pytest.approx(share)
    assert looks_in_a_period(every) * every >= 720


def test_a_shipped_profile_has_triggers_of_every_kind_but_the_clock() -> None:
    (model,) = load_profile("thermal").models.values()
    assert {trigger.kind for trigger in model.triggers} == {"performance", "data", "environment"}
    assert {trigger.ends_in for trigger in model.triggers} == {"staging"}
