"""The resolved specification of a run (`run.yaml`): enough to repeat it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.files import write_atomic

FORMAT = 1


@dataclass(frozen=True)
class Target:
    """A metric with a threshold: at least, or at most."""

    metric: str
    at_least: float | None = None
    at_most: float | None = None

    def reached(self, value: float | None) -> bool:
        """Whether `value` meets the threshold. A missing or non-finite value never does."""
        if value is None or value != value:
            return False
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    def __str__(self) -> str:
        if self.at_most is not None and self.at_least is None:
            return f"{self.metric} ≤ {self.at_most:g}"
        return f"{self.metric} ≥ {self.at_least:g}"


@dataclass(frozen=True)
class RunPolicy:
    """What happens around the training: retries and what is kept."""

    retries: int = 2
    """Further attempts after a crash, with back-off."""
    backoff_s: float = 5.0
    """Wait before the first retry; doubles with each."""
    keep_checkpoints: int = 2
    stall_factor: float = 20.0
    """Stalled: no event for this many times the usual gap."""
    hang_after_s: float = 900.0
    """A trainer without an event for so long is killed and retried."""
    stop_grace_s: float = 4.0
    """After "stop now" the trainer has so long to leave before its process group is ended."""
    preempt_grace_s: float = 30.0
    """The same after the worker itself was told to end (TERM, INT)."""


@dataclass(frozen=True)
class Continuation:
    """What a training on feedback goes on from, what it may cost, and what stays on disk after it."""

    run: str
    """The run whose model it starts from."""
    original: str
    """The dataset of the first training, whose examples must not be forgotten."""
    allowed_forgetting: float
    """How much the headline and each class's recall may fall on the original test split."""
    keep_runs: int = 0
    """Newest finished trainings on feedback that stay; 0 keeps all."""


@dataclass(frozen=True)
class PromotionPolicy:
    """What the gate asks of a version before it goes into production."""

    allowed_regression: float = 0.01
    """How much worse than production the headline metric may be, on the same held-out rows."""
    regression: str = "observed"
    """`observed`: the loss that was measured counts; `proved`: only one that these rows prove; `ruled-out`: these
    rows must prove that there is none."""
    latency_ms: float | None = None
    """Most milliseconds of a prediction, 95th percentile, one row at a time on this machine."""


@dataclass(frozen=True)
class DecisionPolicy:
    """Which of a version's answers are acted on without a person."""

    automatic_above: float | None = None
    """Confidence from which they are; None: a person verifies all."""
    probation_raise: float = 0.05
    """How much surer a version must be at first after its promotion, and as long as it is a candidate."""
    probation_decisions: int = 500
    """Decisions after the promotion for which that holds."""


@dataclass(frozen=True)
class RunSpec:
    """Everything that a trainer needs to know, resolved: no profile is read again."""

    id: str
    profile: str
    model: str
    task: str
    dataset: str
    """Directory name under `datasets/`, or an absolute path."""
    config: dict[str, Any]
    """The task's hyperparameters, complete."""
    headline: str = ""
    targets: tuple[Target, ...] = ()
    early_stop_on: tuple[str, ...] = ()
    device: str = "auto"
    """`auto`, `cpu`, `cuda`, `cuda:1`."""
    preset: str = "full"
    origins: dict[str, str] = field(default_factory=dict)
    """Field → where its value comes from: `default`, `profile`, `preset quick`, `--set`."""
    policy: RunPolicy = RunPolicy()
    created: float = 0.0
    launcher: str = "local"
    continues: Continuation | None = None
    """None for a training on a profile's own data."""
    promotion: PromotionPolicy = PromotionPolicy()
    decisions: DecisionPolicy = DecisionPolicy()

    def write(self, path: Path) -> None:
        document = {"finetop": FORMAT, **asdict(self)}
        for name in ("targets", "early_stop_on"):
            document[name] = list(document[name])
        import yaml  # 6 MB that a waiting worker does without

        write_atomic(path, yaml.safe_dump(document, sort_keys=False, allow_unicode=True))

    @classmethod
    def read(cls, path: Path) -> RunSpec:
        """Read `run.yaml`. Raises InputError when it is missing or not one."""
        import yaml

        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            document = yaml.load(path.read_text(), Loader=loader)
        except (OSError, yaml.YAMLError) as problem:
            raise InputError(
                "not a readable run specification", where=str(path), fix="start the run anew"
            ) from problem
        if not isinstance(document, dict) or document.pop("finetop", None) != FORMAT:
            raise InputError("written by another version of finetop", where=str(path), fix="start the run anew")
        try:
            document["targets"] = tuple(Target(**target) for target in document["targets"])
            document["early_stop_on"] = tuple(document["early_stop_on"])
            document["policy"] = RunPolicy(**document["policy"])
            if document.get("continues") is not None:
                document["continues"] = Continuation(**document["continues"])
            if "promotion" in document:
                document["promotion"] = PromotionPolicy(**document["promotion"])
            if "decisions" in document:
                document["decisions"] = DecisionPolicy(**document["decisions"])
            return cls(**document)
        except (KeyError, TypeError) as problem:
            raise InputError(
                f"not a run specification ({problem})", where=str(path), fix="start the run anew"
            ) from problem


def is_run_id(text: str) -> bool:
    """Whether `text` has the form of a run id: `20261120-143215-utility-ner-7f3a`."""
    return re.fullmatch(r"\d{8}-\d{6}-[a-z0-9-]+-[0-9a-f]{4}", text) is not None
