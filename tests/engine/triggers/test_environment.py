"""Inputs in use against those of the training: real files of both, through `check`."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.datasets.store import write_dataset
from engine.registry.promotion import promote
from engine.registry.store import register
from engine.tasks.catalog import find_task
from engine.triggers.check import Answer, check
from engine.triggers.log import remembered
from engine.triggers.recent import RecentInputs, recent_folder
from engine.triggers.vectors import describer
from engine.workspace import Workspace
from tests.engine.registry.made import ended_run

HOUR = 3600.0
DAY = 24 * HOUR
NOW = 1_794_700_800.0
Write = Callable[..., Path]
WORDS = ["pole", "wire", "crossarm", "bolt", "rust", "crack", "bird", "nest", "sagging", "line", "broken", "tree"]
NEW = ["solar", "panel", "hail", "shade", "inverter", "string", "soiling", "glare"]


def texts(count: int, words: list[str], seed: int) -> list[str]:
    source = random.Random(seed)
    return [" ".join(source.choices(words, k=8)) for _ in range(count)]


@pytest.fixture
def in_use(workspace: Workspace) -> int:
    """A version in production that was trained on texts about poles, from two places."""
    rows = [
        {"text": text, "label": "even", "location": f"site {at % 2}"} for at, text in enumerate(texts(600, WORDS, 1))
    ]
    splits = {"train": rows[:400], "validation": rows[400:], "test": rows[:10]}
    dataset = write_dataset(
        workspace, profile="p", model="m", task="noop", splits=splits, classes={}, source="import"
    )
    version = register(workspace, ended_run(workspace, profile="p", dataset=dataset.id))
    promote(workspace, version.name)
    return version.number


def arrive(workspace: Workspace, version: int, said: list[str], *, t: float, place: str = "site 0") -> None:
    """Inputs come in over the hour after `t`."""
    memory = RecentInputs(recent_folder(workspace.models / "p" / "m", version), describer(find_task("noop")))
    memory._begin(t)
    for at, text in enumerate(said):
        memory.add([{"text": text, "location": place}], [{"confidence": 0.9}], t=t + at)
    memory.close()


def only(answers: list[Answer]) -> Answer:
    (answer,) = answers
    return answer


@pytest.mark.parametrize("test", ["mmd", "classifier"])
def test_inputs_of_another_kind_fire_and_those_of_the_same_do_not(
    workspace: Workspace, in_use: int, profile: Write, no_worker: list[str], test: str
) -> None:
    path = profile(f"name: drift, environment: {{test: {test}}}")
    arrive(workspace, in_use, texts(120, WORDS, 2), t=NOW)
    same = only(check(workspace, [path], NOW + HOUR))
    assert not same.fired
    assert same.why.startswith("120 recent inputs may well be like those of the training")
    arrive(workspace, in_use, texts(120, WORDS + NEW, 3), t=NOW + 23 * HOUR)
    assert "looked at again in 1.0 h" in only(check(workspace, [path], NOW + DAY)).why
    other = only(check(workspace, [path], NOW + 26 * HOUR))
    assert other.fired
    assert other.why.startswith("120 recent inputs are not like those of the training")
    assert other.numbers[f"{test} p"] <= 0.01 / 30  # type: ignore[operator]
    assert [other.run] == no_worker


def test_no_input_is_tested_twice(workspace: Workspace, home: Path, in_use: int, profile: Write) -> None:
    path = profile("name: drift, environment: {test: mmd}")
    arrive(workspace, in_use, texts(120, WORDS, 2), t=NOW)
    check(workspace, [path], NOW + HOUR)
    assert remembered(home).looked["drift"].until == NOW + 119
    later = only(check(workspace, [path], NOW + 2 * DAY))
    assert later.why == "0 fresh inputs of 100 that a test needs"
    assert remembered(home).looked["drift"].t == NOW + HOUR


def test_an_alarm_that_is_held_back_fires_when_it_may(
    workspace: Workspace, home: Path, in_use: int, profile: Write, no_worker: list[str]
) -> None:
    path = profile(
        'name: clock, cool_down: 0, schedule: {cron: "0 * * * *"}', "name: drift, cool_down: 5, environment: {}"
    )
    arrive(workspace, in_use, texts(120, NEW, 2), t=NOW)
    check(workspace, [path], NOW - HOUR)
    clock, drift = check(workspace, [path], NOW + HOUR)
    assert (clock.fired, drift.fired) == (True, False)
    assert drift.held_back.startswith("the firing of clock is going on")
    from engine.triggers.log import Closed, add

    add(home, Closed(t=NOW + HOUR, id=clock.firing or "", outcome="staged", why=""))
    profile("name: drift, cool_down: 5, environment: {}")
    assert not only(check(workspace, [path], NOW + 5 * HOUR)).fired
    assert only(check(workspace, [path], NOW + 6 * HOUR)).fired


def test_a_place_that_the_training_does_not_know_fires_once(
    workspace: Workspace, home: Path, in_use: int, profile: Write, no_worker: list[str]
) -> None:
    line = "name: place, cool_down: 0, environment: {test: null, new_locations: {minimum: 20}}"
    path = profile(line)
    arrive(workspace, in_use, texts(150, WORDS, 2), t=NOW, place="site 1")
    assert not only(check(workspace, [path], NOW + HOUR)).fired
    arrive(workspace, in_use, texts(25, WORDS, 3), t=NOW + DAY, place="Oslo")
    answer = only(check(workspace, [path], NOW + 2 * DAY))
    assert answer.fired
    assert answer.why == "25 inputs come from 'Oslo', which the training data does not know"
    from engine.triggers.log import Closed, add

    add(home, Closed(t=NOW, id=answer.firing or "", outcome="staged", why=""))
    arrive(workspace, in_use, texts(150, WORDS, 4), t=NOW + 3 * DAY, place="Oslo")
    assert not only(check(workspace, [path], NOW + 5 * DAY)).fired


def test_without_a_version_in_production_there_is_nothing_to_look_at(workspace: Workspace, profile: Write) -> None:
    assert only(check(workspace, [profile("name: drift, environment: {}")])).why == "nothing is in production"


def test_a_version_whose_dataset_is_gone_cannot_be_asked(workspace: Workspace, in_use: int, profile: Write) -> None:
    import shutil

    shutil.rmtree(workspace.datasets)
    arrive(workspace, in_use, texts(120, WORDS, 2), t=NOW)
    answer = only(check(workspace, [profile("name: drift, environment: {}")], NOW + HOUR))
    assert not answer.fired
    assert answer.why.startswith("cannot be asked: ")


def test_a_dry_run_uses_no_input_up(workspace: Workspace, home: Path, in_use: int, profile: Write) -> None:
    path = profile("name: drift, environment: {}")
    arrive(workspace, in_use, texts(120, NEW, 2), t=NOW)
    assert [only(check(workspace, [path], NOW + HOUR, dry_run=True)).fired for _ in range(2)] == [True, True]
    assert remembered(home).looked == {}
