"""What fires, what does not, and why: every condition, the cool-down, and one run at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from engine.errors import ProfileError
from engine.registry.promotion import promote
from engine.registry.store import register
from engine.triggers.check import Answer, check
from engine.triggers.firing import carry_on
from engine.triggers.log import FILE, Closed, add, remembered
from engine.webhooks.endpoints import add_endpoint
from engine.webhooks.spool import Spool
from engine.workspace import Workspace
from tests.engine.registry.made import ended_run

from .conftest import judge

HOUR = 3600.0
SUNDAY = 1_794_700_800.0
"""2026-11-15 00:00 UTC."""
WEEKLY = 'name: weekly, cool_down: 24, schedule: {cron: "0 3 * * 1"}'
Write = Callable[..., Path]


def only(answers: list[Answer]) -> Answer:
    (answer,) = answers
    return answer


def close(home: Path, t: float) -> None:
    firing = remembered(home).open
    assert firing is not None
    add(home, Closed(t=t, id=firing.intent.id, outcome="staged", why=""))


def test_a_schedule_counts_from_when_it_was_first_seen(
    workspace: Workspace, profile: Write, no_worker: list[str]
) -> None:
    path = profile(WEEKLY)
    first = only(check(workspace, [path], SUNDAY))
    assert not first.fired
    assert first.why == "next 2026-11-16 03:00 UTC"
    assert first.next == SUNDAY + 27 * HOUR
    assert not only(check(workspace, [path], SUNDAY + 26.9 * HOUR)).fired
    fired = only(check(workspace, [path], SUNDAY + 27 * HOUR))
    assert fired.fired
    assert fired.why == "'0 3 * * 1' was due 2026-11-16 03:00 UTC"
    assert [fired.run] == no_worker


def test_weeks_in_which_nobody_looked_count_once(
    workspace: Workspace, home: Path, profile: Write, no_worker: list[str]
) -> None:
    path = profile(WEEKLY)
    check(workspace, [path], SUNDAY)
    late = SUNDAY + 52 * 24 * HOUR
    assert only(check(workspace, [path], late)).fired
    close(home, late)
    assert not only(check(workspace, [path], late + 100 * HOUR)).fired
    assert len(no_worker) == 1


def test_a_changed_schedule_is_a_new_one(workspace: Workspace, profile: Write, no_worker: list[str]) -> None:
    check(workspace, [profile(WEEKLY)], SUNDAY)
    changed = profile('name: weekly, schedule: {cron: "0 4 1 * *"}')
    assert not only(check(workspace, [changed], SUNDAY + 7 * 24 * HOUR)).fired


def test_so_many_new_examples_fire(workspace: Workspace, profile: Write, no_worker: list[str]) -> None:
    path = profile("name: more, data: {examples: 5}")
    judge(workspace, right=4, wrong=0)
    answer = only(check(workspace, [path]))
    assert not answer.fired
    assert answer.why == "4 images of feedback came since the last training, and 5 fire"
    judge(workspace, right=0, wrong=1)
    answer = only(check(workspace, [path]))
    assert answer.fired
    assert answer.numbers == {"examples": 5}


def test_answers_that_were_too_often_wrong_fire(
    workspace: Workspace, home: Path, profile: Write, no_worker: list[str]
) -> None:
    path = profile("name: wrong, cool_down: 0, performance: {at_least: 0.85, window: 100, minimum: 20}")
    judge(workspace, right=16, wrong=3, t=SUNDAY)
    assert only(check(workspace, [path], SUNDAY + 1)).why == "19 judged answers of 20 that it needs"
    judge(workspace, right=0, wrong=1, t=SUNDAY + 1)
    answer = only(check(workspace, [path], SUNDAY + 2))
    assert answer.fired
    assert answer.why == (
        "accuracy 0.800 is under 0.85 (16 of the last 20 judged answers were right, 95 % interval 0.584 to 0.919)"
    )
    close(home, SUNDAY + 3)
    # What led to a training says nothing of the model after it.
    assert only(check(workspace, [path], SUNDAY + 4)).why == "0 judged answers of 20 that it needs"


def test_what_was_said_before_a_promotion_is_no_longer_held_against_the_model(
    workspace: Workspace, profile: Write, no_worker: list[str]
) -> None:
    path = profile("name: wrong, performance: {at_least: 0.85, minimum: 20}")
    judge(workspace, right=10, wrong=10, t=SUNDAY)
    promote(workspace, register(workspace, ended_run(workspace, profile="p")).name)
    assert not only(check(workspace, [path])).fired


def test_outcomes_of_requests_count_where_there_are_any(
    workspace: Workspace, home: Path, profile: Write, no_worker: list[str]
) -> None:
    path = profile("name: wrong, performance: {at_least: 0.85, window: 30, minimum: 20}")
    version = register(workspace, ended_run(workspace, profile="p"))
    promote(workspace, version.name)
    judge(workspace, right=100, wrong=0)
    later = time.time() + 60
    log = home / "traffic" / "production-1-0"
    log.mkdir(parents=True)
    lines = [
        {
            "request": f"1-{at}-0",
            "key": "k",
            "arm": "production",
            "share": 0,
            "version": 1,
            "correct": at % 2,
            "t": later,
        }
        for at in range(40)
    ]
    told = [{**line, "correct": bool(line["correct"])} for line in lines]
    told += [{**told[0], "correct": True}, {**told[2], "version": 2, "request": "other"}]
    (log / "outcomes.jsonl").write_bytes(b"\n".join(map(msgspec.json.encode, told)) + b'\n{"torn')
    answer = only(check(workspace, [path], later + 60))
    assert answer.fired
    assert answer.numbers["judged"] == 30


def test_a_trigger_is_silent_after_any_firing_of_the_model(
    workspace: Workspace, home: Path, profile: Write, no_worker: list[str]
) -> None:
    hourly = 'schedule: {cron: "0 * * * *"}'
    path = profile(f"name: more, cool_down: 10, {hourly}", f"name: too, cool_down: 30, {hourly}")
    check(workspace, [path], SUNDAY - HOUR)
    first, second = check(workspace, [path], SUNDAY)
    assert (first.fired, second.fired) == (True, False)
    assert second.held_back == f"the firing of more is going on (run {first.run})"
    close(home, SUNDAY + HOUR)
    first, second = check(workspace, [path], SUNDAY + 9 * HOUR)
    assert first.held_back == "more fired 9.0 h ago, and it is silent for 1.0 h more"
    assert second.held_back == "more fired 9.0 h ago, and it is silent for 21.0 h more"
    first, second = check(workspace, [path], SUNDAY + 10 * HOUR)
    assert (first.fired, second.fired) == (True, False)
    assert len(no_worker) == 2


def test_a_dry_run_leaves_no_trace(workspace: Workspace, profile: Write, no_worker: list[str]) -> None:
    path = profile(WEEKLY, "name: more, data: {examples: 1}")
    judge(workspace, right=1, wrong=0)
    assert [answer.fired for answer in check(workspace, [path], SUNDAY, dry_run=True)] == [False, True]
    assert no_worker == []
    assert not workspace.models.exists()
    assert not workspace.runs.exists()


def test_training_on_feedback_waits_for_feedback(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text(
        "finetop: 1\nname: f\nmodels:\n  m:\n    task: object-detection\n    config: {labels: [a]}\n"
        '    triggers: [{name: weekly, schedule: {cron: "0 3 * * 1"}}]\n'
    )
    check(workspace, [path], SUNDAY)
    answer = only(check(workspace, [path], SUNDAY + 8 * 24 * HOUR))
    assert not answer.fired
    assert answer.held_back == "no feedback came since the last training on it"


def test_a_run_that_cannot_be_started_closes_its_firing_with_the_reason(
    workspace: Workspace, home: Path, profile: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = profile("name: more, cool_down: 1, data: {examples: 1}")
    judge(workspace, right=1, wrong=0)
    workspace.root.mkdir(exist_ok=True)
    workspace.datasets.write_text("in the way")
    answer = only(check(workspace, [path], SUNDAY))
    assert answer.run is None
    assert answer.held_back
    last = remembered(home).last("more")
    assert last is not None
    assert last.closed is not None
    assert last.closed.outcome == "given up"
    assert only(check(workspace, [path], SUNDAY + 60)).held_back.startswith("more fired 0.0 h ago")


def test_a_model_that_another_process_looks_at_is_left_to_it(
    workspace: Workspace, home: Path, profile: Write, no_worker: list[str]
) -> None:
    from engine.triggers.log import alone

    judge(workspace, right=1, wrong=0)
    path = profile("name: more, data: {examples: 1}")
    with alone(home):
        answer = only(check(workspace, [path]))
    assert not answer.fired
    assert answer.why == "another process is looking at this model at this moment"


def test_a_named_profile_that_cannot_be_used_is_an_error(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("finetop: 1\nname: x\nmodels: {}\n")
    with pytest.raises(ProfileError):
        check(workspace, [path])


def test_an_endpoint_is_told_of_the_firing_once(
    workspace: Workspace, home: Path, profile: Write, no_worker: list[str]
) -> None:
    endpoint = add_endpoint(workspace, "https://example.org/hook")
    judge(workspace, right=1, wrong=0)
    path = profile("name: more, data: {examples: 1}")
    answer = only(check(workspace, [path], time.time() + 1))
    spool = Spool(workspace, endpoint.id)
    (delivery,) = spool.waiting()
    body = msgspec.json.decode(spool.body(delivery) or b"")
    assert (body["kind"], body["run"], body["reason"]) == ("trigger.fired", answer.run, answer.why)
    firing = remembered(home).open
    assert firing is not None
    carry_on(workspace, home, replace(firing, started=None), time.time())
    assert len(spool.waiting()) == 1


def test_the_audit_log_of_the_model_tells_of_the_firing(
    workspace: Workspace, home: Path, profile: Write, no_worker: list[str]
) -> None:
    from engine.registry.history import read_history
    from engine.registry.paths import ModelHome

    judge(workspace, right=1, wrong=0)
    answer = only(check(workspace, [profile("name: more, data: {examples: 1}")]))
    (entry,) = read_history(ModelHome(home))
    assert (entry.action, entry.who, entry.why) == ("trigger", "trigger more", answer.why)
    assert entry.detail["run"] == answer.run
    assert (home / FILE).exists()
