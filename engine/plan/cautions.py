"""What to mind before a run: each warning is a small pure function of the plan and the config."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase

from pydantic import BaseModel

from engine.plan.outline import Plan
from engine.profiles.validation import nearest
from engine.runs.spec import Target
from engine.training.config import TrainingConfig

WIDE_INTERVAL = 0.05
FEW_EXAMPLES = 10
LORA_RATE_FROM = 5e-5
"""Below, LoRA hardly learns: published rates are 1e-4 to 1e-3 (Hu et al. 2021, arXiv:2106.09685, table 9)."""
FULL_RATE_TO = 5e-4
"""Above, full fine-tuning of a pretrained encoder usually diverges (Devlin et al. 2018 use 2e-5 to 5e-5)."""
FULL_DISK = 0.95
CORRELATIONS = {"correlation", "spearman", "pearson"}

Caution = Callable[[Plan, BaseModel], Iterator[str]]


def cautions(plan: Plan, config: BaseModel, metrics: Sequence[str]) -> list[str]:
    """Every warning, gravest first. `metrics` are those that the task reports, `*` standing for a class."""
    found = [text for caution in _CAUTIONS for text in caution(plan, config)]
    return [*found, *_unreported_targets(plan, metrics)]


def half_width(target: Target, examples: int) -> float:
    """Half of the 95 % interval that a test split of this size leaves about a score at the target.

    Correlations by Fisher's z (standard error (1 − r²) / √(n − 3)), shares by the normal approximation.
    """
    value = min(0.999, max(0.0, target.at_least if target.at_least is not None else target.at_most or 0.0))
    if target.metric in CORRELATIONS:
        return 1.96 * (1 - value**2) / math.sqrt(max(1, examples - 3))
    return 1.96 * math.sqrt(value * (1 - value) / max(1, examples))


def _no_data(plan: Plan, config: BaseModel) -> Iterator[str]:
    if plan.data.state == "missing":
        yield f"there is no data: {plan.data.note}"
    elif plan.data.splits and not plan.data.splits.get("train"):
        yield "the training split is empty"


def _no_device(plan: Plan, config: BaseModel) -> Iterator[str]:
    if not plan.device.names:
        yield f"this machine has no device {plan.device.wish!r}"


def _absent_base(plan: Plan, config: BaseModel) -> Iterator[str]:
    base = plan.base
    if not base.name or base.place is not None or base.name.startswith("scratch:"):
        return
    if base.hub_is_off:
        yield f"the base model {base.name} is not on this machine and the Hub is switched off: the run would fail"
    else:
        yield f"the base model {base.name} is not on this machine: the run downloads it first, which needs a network"


def _little_disk(plan: Plan, config: BaseModel) -> Iterator[str]:
    disk = plan.disk
    if disk.needed_mib is not None and disk.free_mib < disk.needed_mib:
        yield f"the disk has {disk.free_mib:.0f} MiB left and the run needs up to {disk.needed_mib:.0f} MiB"
    elif disk.total_mib and disk.free_mib < (1 - FULL_DISK) * disk.total_mib:
        yield f"the disk is nearly full: {disk.free_mib:.0f} MiB left"


def _batch_over_data(plan: Plan, config: BaseModel) -> Iterator[str]:
    for phase in plan.phases:
        if phase.examples and phase.batch_size > phase.examples:
            yield f"the batch of {phase.batch_size} is larger than the {phase.examples} examples of {phase.name}"


def _rate_of_lora(plan: Plan, config: BaseModel) -> Iterator[str]:
    method, rate = getattr(config, "method", None), getattr(config, "learning_rate", None)
    if method == "lora" and rate is not None and rate < LORA_RATE_FROM:
        yield f"LoRA hardly learns at a learning rate of {rate:g}: 1e-4 to 1e-3 works"
    if method == "full" and rate is not None and rate > FULL_RATE_TO:
        yield f"full fine-tuning usually diverges at a learning rate of {rate:g}: 2e-5 to 3e-4 works"


def _patience_never_acts(plan: Plan, config: BaseModel) -> Iterator[str]:
    patience, epochs = getattr(config, "patience", 0), getattr(config, "epochs", 0)
    if patience and epochs and patience >= epochs:
        yield f"a patience of {patience} evaluations never acts within {epochs} epochs"


def _rare_classes(plan: Plan, config: BaseModel) -> Iterator[str]:
    train = plan.data.classes.get("train", {})
    for name, count in train.items():
        if 0 < count < FEW_EXAMPLES:
            yield f"the class {name} has {count} training example{'s' if count > 1 else ''}: it will hardly be learnt"
    absent = sorted({name for split in plan.data.classes.values() for name in split} - {n for n in train if train[n]})
    if train and absent:
        yield f"training never sees {', '.join(absent)}, which other splits have"


def _labels_without_examples(plan: Plan, config: BaseModel) -> Iterator[str]:
    labels, train = getattr(config, "labels", None), plan.data.classes.get("train")
    if not labels or not train:
        return
    for label in labels:
        if label not in train:
            near = nearest(label, train)
            yield f"the label {label} has no training example" + (f"; did you mean {near}?" if near else "")


def _no_unlabelled_text(plan: Plan, config: BaseModel) -> Iterator[str]:
    if getattr(config, "unsupervised_epochs", 0) and plan.data.splits and not plan.data.splits.get("unlabelled"):
        yield "the dataset has no split 'unlabelled': the unsupervised phase learns from the training texts"


def _wide_interval(plan: Plan, config: BaseModel) -> Iterator[str]:
    examples = max(plan.data.splits.get("test", 0), sum(plan.data.classes.get("test", {}).values()))
    if not plan.data.splits:
        return
    if not examples:
        yield "there is no test split: nothing will say how good the model is"
        return
    for target in plan.targets:
        width = half_width(target, examples)
        if width > WIDE_INTERVAL and (target.at_least is None or target.at_least <= 1):
            yield f"with {examples} test examples {target.metric} is known to about ±{width:.2f} (95 %)"


def _of_the_task(plan: Plan, config: BaseModel) -> Iterator[str]:
    if isinstance(config, TrainingConfig):
        yield from config.cautions(plan.data.classes.get("train", {}))


def _no_targets(plan: Plan, config: BaseModel) -> Iterator[str]:
    if not plan.targets:
        yield "no target is set: nothing says when the model is good enough"


def _unreported_targets(plan: Plan, metrics: Sequence[str]) -> Iterator[str]:
    for target in plan.targets:
        if metrics and not any(fnmatchcase(target.metric, pattern) for pattern in metrics):
            near = nearest(target.metric, metrics)
            fix = f"write {near}" if near else f"it reports {', '.join(metrics)}"
            yield f"the task does not report {target.metric}, so its target can never be reached; {fix}"


_CAUTIONS: tuple[Caution, ...] = (
    _no_data,
    _no_device,
    _absent_base,
    _little_disk,
    _rate_of_lora,
    _batch_over_data,
    _rare_classes,
    _of_the_task,
    _labels_without_examples,
    _no_unlabelled_text,
    _patience_never_acts,
    _wide_interval,
    _no_targets,
)
