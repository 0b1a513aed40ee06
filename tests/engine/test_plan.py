"""A plan says what would run and what to mind, and touches nothing."""

from __future__ import annotations

import math
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from engine.datasets.store import write_dataset
from engine.events.schema import Event, ProgressEvent, RunEvent
from engine.events.writer import EventWriter
from engine.plan import DataPlan, DevicePlan, DiskPlan, Plan, TimePlan, lines, plan, tried
from engine.plan.cautions import cautions, half_width
from engine.plan.earlier import NO_EARLIER, merge, pace_of
from engine.plan.making import disk_needed_mib
from engine.plan.outline import BasePlan
from engine.plan.text import duration, size
from engine.profiles import ResolvedModel, load_profile, resolve
from engine.runs.spec import RunPolicy, RunSpec, Target
from engine.runs.store import create_run, new_run_id
from engine.tasks.catalog import find_task
from engine.tasks.token_classification.config import Config
from engine.training.config import PhaseOutline, TrainingConfig
from engine.workspace import Workspace

GOOD = Plan(
    profile="p",
    model="m",
    task="t",
    preset="full",
    description="",
    base=BasePlan("b", "/somewhere", 90.0),
    values=(),
    data=DataPlan(
        "ready",
        "p-m-1",
        {"train": 1000, "validation": 200, "test": 600},
        {"train": {"A": 900, "B": 500}, "test": {"A": 400, "B": 200}},
    ),
    phases=(PhaseOutline("training", 1000, 16, 3),),
    steps=189,
    targets=(Target("f1", at_least=0.85),),
    device=DevicePlan("auto", ("cpu",)),
    disk=DiskPlan(500, 50_000, 100_000),
    time=TimePlan(None, "no earlier run"),
)
METRICS = ("precision", "recall", "f1", "*/f1")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def quick() -> ResolvedModel:
    return resolve(load_profile("utility"), "ner", preset="quick")


def said(changed: Plan, config: TrainingConfig | None = None) -> str:
    return "\n".join(cautions(changed, config or Config(), METRICS))


def test_a_good_plan_has_no_warnings() -> None:
    assert said(GOOD) == ""


@pytest.mark.parametrize(
    ("changed", "config", "warning"),
    [
        ({"data": DataPlan("missing", note="import it")}, {}, "there is no data: import it"),
        ({"device": DevicePlan("cuda:7", ())}, {}, "this machine has no device 'cuda:7'"),
        ({"base": BasePlan("b", None, None)}, {}, "not on this machine: the run downloads it first"),
        ({"base": BasePlan("b", None, None, hub_is_off=True)}, {}, "the Hub is switched off: the run would fail"),
        ({"disk": DiskPlan(500, 400, 100_000)}, {}, "the disk has 400 MiB left and the run needs up to 500 MiB"),
        ({"disk": DiskPlan(500, 4000, 100_000)}, {}, "the disk is nearly full: 4000 MiB left"),
        ({"phases": (PhaseOutline("training", 10, 16, 3),)}, {}, "batch of 16 is larger than the 10 examples"),
        ({}, {"method": "lora", "learning_rate": 2e-5}, "LoRA hardly learns at a learning rate of 2e-05"),
        ({}, {"method": "full", "learning_rate": 1e-3}, "full fine-tuning usually diverges"),
        ({}, {"patience": 5, "epochs": 5}, "a patience of 5 evaluations never acts within 5 epochs"),
        ({}, {"labels": ["A", "B", "Bb"]}, "the label Bb has no training example; did you mean B?"),
        ({"targets": ()}, {}, "no target is set"),
        ({"targets": (Target("f2", at_least=0.5),)}, {}, "the task does not report f2, so its target can never be"),
    ],
)
def test_each_danger_is_said(changed: dict[str, object], config: dict[str, object], warning: str) -> None:
    assert warning in said(replace(GOOD, **changed), Config(**config))


def test_rare_and_unseen_classes_are_said() -> None:
    data = replace(GOOD.data, classes={"train": {"A": 900, "B": 9}, "test": {"A": 500, "B": 50, "C": 50}})
    text = said(replace(GOOD, data=data))
    assert "the class B has 9 training examples" in text
    assert "training never sees C" in text


def test_a_small_test_split_is_said_with_its_interval() -> None:
    data = replace(GOOD.data, splits={"train": 1000, "test": 50}, classes={})
    assert "with 50 test examples f1 is known to about ±0.10 (95 %)" in said(replace(GOOD, data=data))
    assert "there is no test split" in said(replace(GOOD, data=replace(data, splits={"train": 1000})))


def test_a_metric_of_a_class_is_one_that_the_task_reports() -> None:
    assert said(replace(GOOD, targets=(Target("EQUIPMENT/f1", at_least=0.5),))) == ""


def test_a_model_from_scratch_needs_no_base() -> None:
    assert said(replace(GOOD, base=BasePlan("scratch:mini", None, None))) == ""


def test_the_interval_of_a_correlation_is_fishers() -> None:
    assert half_width(Target("correlation", at_least=0.85), 103) == pytest.approx(1.96 * (1 - 0.85**2) / 10)
    assert half_width(Target("f1", at_least=0.5), 100) == pytest.approx(0.098)


@pytest.mark.parametrize(
    ("outline", "steps"),
    [
        (PhaseOutline("t", 100, 16, 3), 21),
        (PhaseOutline("t", 96, 16, 1), 6),
        (PhaseOutline("t", 100, 16, 3, gradient_accumulation=2), 12),
        (PhaseOutline("t", 100, 16, 3, max_steps=5), 5),
        (PhaseOutline("t", 0, 16, 3), 0),
    ],
)
def test_steps_are_batches_by_accumulation_by_epochs(outline: PhaseOutline, steps: int) -> None:
    assert outline.steps == steps


def test_disk_holds_the_model_and_one_checkpoint_more_than_is_kept() -> None:
    assert disk_needed_mib(100, RunPolicy(keep_checkpoints=2), lora=False) == 100 + 4 * 100 * 3
    assert disk_needed_mib(100, RunPolicy(keep_checkpoints=2), lora=True) == pytest.approx(100 + 4 * 10 * 3)


def test_a_plan_from_a_recipe_knows_splits_and_classes_and_writes_nothing(
    workspace: Workspace, quick: ResolvedModel
) -> None:
    made = plan(workspace, quick)
    assert made.data.state == "to be generated"
    assert made.data.splits["train"] > made.data.splits["validation"] > made.data.splits["test"] > 0
    assert set(quick.config.labels) <= set(made.data.classes["train"])
    assert made.steps == math.ceil(made.data.splits["train"] / quick.config.batch_size) * quick.config.epochs
    assert not workspace.root.exists()


def test_a_recipe_that_is_not_tried_is_estimated_until_somebody_tells(
    workspace: Workspace, quick: ResolvedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tried, "_COUNTS", {})
    data = plan(workspace, quick, try_recipe=False).data
    assert data.note == "sizes estimated: the recipe is not tried yet" and not data.classes
    tried.remember(quick, tried.Counts({"train": 7}, {"train": {"A": 3}}))
    told = plan(workspace, quick, try_recipe=False).data
    assert (told.splits, told.classes, told.note) == ({"train": 7}, {"train": {"A": 3}}, "")


def test_a_plan_on_a_dataset_shows_what_its_manifest_says(workspace: Workspace, quick: ResolvedModel) -> None:
    rows = [{"text": f"row {number}", "entities": []} for number in range(4)]
    dataset = write_dataset(
        workspace,
        task=quick.task,
        profile="utility",
        model="ner",
        splits={"train": rows, "test": rows[:1]},
        classes={"train": {"STANDARD": 4}},
        source="import",
    )
    made = plan(workspace, quick, dataset)
    assert (made.data.state, made.data.dataset) == ("ready", dataset.id)
    assert made.data.splits == {"train": 4, "test": 1}
    assert made.data.classes == {"train": {"STANDARD": 4}}
    assert any("the label MEASURE has no training example" in warning for warning in made.warnings)
    assert any("the batch of" in warning for warning in made.warnings)


def test_a_plan_without_data_says_how_to_get_some(workspace: Workspace, quick: ResolvedModel) -> None:
    made = plan(workspace, replace(quick, recipe=None))
    assert made.data.state == "missing"
    assert "engine data import utility ner" in made.warnings[0]


def test_every_value_stands_in_the_plan_with_its_origin(workspace: Workspace) -> None:
    resolved = resolve(load_profile("utility"), "ner", preset="quick", overrides=["epochs=1", "policy.retries=0"])
    values = {value.name: value for value in plan(workspace, resolved).values}
    assert (values["config.epochs"].value, values["config.epochs"].origin) == (1, "--set")
    assert (values["policy.retries"].value, values["policy.retries"].origin) == (0, "--set")
    assert values["config.base"].origin == "preset quick"
    assert values["config.schedule"].origin == "default"
    assert values["targets.f1"].origin.startswith("profile utility.yaml:")
    assert {f"config.{name}" for name in resolved.config.model_dump()} <= set(values)


def test_the_phases_of_similarity_are_named_as_in_its_events(workspace: Workspace) -> None:
    from engine.tasks.sentence_similarity.config import Config as Similarity

    config = Similarity(unsupervised_epochs=2, epochs=3)
    phases = config.phases({"train": 320, "unlabelled": 80})
    assert [(phase.name, phase.steps) for phase in phases] == [
        ("unsupervised", 20),
        ("supervised", 30),
        ("supervised alone", 30),
    ]
    assert [phase.name for phase in Similarity(unsupervised_epochs=0).phases({"train": 9})] == ["supervised alone"]


def test_a_base_model_that_is_absent_is_seen(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "empty"))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    full = resolve(load_profile("utility"), "ner")
    assert any(
        "bert-base-uncased is not on this machine: the run downloads" in w for w in plan(workspace, full).warnings
    )
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert any("the Hub is switched off" in w for w in plan(workspace, full).warnings)


def test_an_unknown_device_is_a_warning_and_no_error(workspace: Workspace, quick: ResolvedModel) -> None:
    made = plan(workspace, quick, device="cuda:99")
    assert made.device.names == ()
    assert any("no device 'cuda:99'" in warning for warning in made.warnings)


# -- time


def progress(t: float, step: int, phase: str = "training") -> ProgressEvent:
    return ProgressEvent(t=t, seq=0, phase=phase, step=step, steps=100)


def test_the_pace_counts_evaluations_and_not_the_gap_before_a_resume() -> None:
    events: list[Event] = [
        RunEvent(t=0, seq=0, id="r"),
        progress(10, 0),
        progress(20, 10),
        progress(25, 10, "evaluation"),
        progress(40, 20),
        RunEvent(t=5000, seq=0, id="r", resumed_step=15),
        progress(5010, 15),
        progress(5020, 25),
    ]
    pace = pace_of(events)
    assert pace.steps == {"training": 30}
    assert pace.seconds == {"training": 40}


def test_what_lies_around_the_steps_counts_once() -> None:
    pace = pace_of([RunEvent(t=0, seq=0, id="r"), progress(10, 0), progress(20, 10), progress(27, 10)])
    assert pace.around_s == 17


def test_each_phase_has_its_own_pace_and_an_unknown_one_that_of_all() -> None:
    one = pace_of([progress(0, 0, "a"), progress(10, 10, "a"), progress(50, 20, "b")])
    together = merge([one, one])
    assert together.seconds_per_step("a") == 1
    assert together.seconds_per_step("b") == 4
    assert together.seconds_per_step("c") == 2.5
    assert pace_of([]).seconds_per_step("a") is None


def write_run(workspace: Workspace, resolved: ResolvedModel, *, host: str, seconds_per_step: float) -> str:
    spec = RunSpec(
        id=new_run_id("utility", "ner"),
        profile="utility",
        model="ner",
        task=resolved.task,
        dataset="",
        config=resolved.config.model_dump(mode="json"),
    )
    paths = create_run(workspace, spec)
    writer = EventWriter(paths.events)
    writer.write(RunEvent(t=0, seq=0, id=spec.id, host=host, device="cpu"))
    writer.write(progress(0, 0))
    writer.write(progress(100 * seconds_per_step, 100))
    writer.close()
    return spec.id


@pytest.mark.slow
def test_time_comes_from_earlier_runs_of_the_same_model(workspace: Workspace, quick: ResolvedModel) -> None:
    assert plan(workspace, quick).time.basis == NO_EARLIER
    run = write_run(workspace, quick, host=socket.gethostname(), seconds_per_step=0.5)
    made = plan(workspace, quick, device="cpu")
    assert made.time.seconds == pytest.approx(made.steps * 0.5)
    assert made.time.basis == f"2 steps/s in {run}"


def test_a_run_of_another_machine_or_base_says_nothing_about_time(workspace: Workspace, quick: ResolvedModel) -> None:
    write_run(workspace, quick, host="elsewhere", seconds_per_step=0.5)
    other = replace(quick, config=quick.config.model_copy(update={"base": "other"}))
    write_run(workspace, other, host=socket.gethostname(), seconds_per_step=0.5)
    assert plan(workspace, quick, device="cpu").time.seconds is None


# -- text


def test_the_text_says_all_that_matters(workspace: Workspace, quick: ResolvedModel) -> None:
    text = "\n".join(lines(plan(workspace, quick, device="cpu")))
    for part in ("utility/ner", "preset quick", "to be generated", "EQUIPMENT", "epochs ×", "f1 ≥ 0.85", "cpu"):
        assert part in text
    assert "not known yet (no earlier run)" in text
    assert text.index("preset quick\n") < text.index("config.schedule")


@pytest.mark.parametrize(("seconds", "text"), [(40, "40 s"), (720, "12 min"), (12_000, "3 h 20 min")])
def test_durations_are_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_sizes_are_short() -> None:
    assert (size(90.2), size(1229)) == ("90 MiB", "1.2 GiB")


def test_the_memory_that_decoded_images_take_is_said_before() -> None:
    config = find_task("object-detection").config_class(image_size=64, image_cache_mb=1)
    assert config.kept_mib({"train": 40}) == 40 * 64 * 64 * 3 / 2**20
    assert config.kept_mib({"train": 4000}) == 1
    assert any("up to 22 MiB of decoded examples" in line for line in lines(replace(GOOD, kept_mib=22.0)))
    assert not any("decoded" in line for line in lines(GOOD))


def test_a_plan_imports_no_heavy_library() -> None:
    code = (
        "import sys; from engine.plan import plan, lines; from engine.profiles import load_profile, resolve;"
        "from engine.workspace import Workspace; from pathlib import Path;"
        "lines(plan(Workspace(Path('/nowhere')), resolve(load_profile('utility'), 'ner')));"
        "print([name for name in ('torch', 'transformers', 'sklearn', 'pandas') if name in sys.modules])"
    )
    root = Path(__file__).parents[2]
    shown = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
