"""What a filter can ask of a run: its fields, and how their values are written."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

from engine.runs.state import ENDED, RunState, RunView

Kind = Literal["text", "state", "number", "duration", "target"]
Operator = Literal[":", "=", "!=", ">=", "<=", ">", "<"]
STATES: tuple[str, ...] = (*get_args(RunState), "live", "ended")
"""Words behind `status:`; the last two stand for several states."""
TARGETS = ("reached", "missed", "none")
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}


@dataclass(frozen=True)
class RunFacts:
    """What a filter looks at; made once for each look at a run."""

    view: RunView
    host: str = ""
    """The machine that it is on, as the operator names it; empty for this one."""
    names: str = field(init=False)
    """All that a bare word is looked for in."""
    target: str = field(init=False)

    def __post_init__(self) -> None:
        view = self.view
        names = " ".join((view.id, f"{view.profile}/{view.model}", view.task, self.host))
        object.__setattr__(self, "names", names.lower())
        wanted = [target for target in view.targets if target.metric == view.headline]
        reached = "none" if not wanted else "reached" if wanted[0].reached(view.score) else "missed"
        object.__setattr__(self, "target", reached)


@dataclass(frozen=True)
class Field:
    """A word before an operator."""

    name: str
    kind: Kind
    help: str
    example: str
    text: Callable[[RunFacts], tuple[str, ...]] = lambda facts: ()
    """Texts of which one must match."""
    number: Callable[[RunFacts, float], float | None] = lambda facts, now: None
    """Figure at a time; None where there is none, and then nothing is true of it."""


def _progress(facts: RunFacts, now: float) -> float | None:
    progress = facts.view.progress
    return 100.0 * progress.step / progress.steps if progress is not None and progress.steps else None


def _age(facts: RunFacts, now: float) -> float | None:
    return None if facts.view.started is None else now - facts.view.started


def _took(facts: RunFacts, now: float) -> float | None:
    view = facts.view
    return None if view.started is None else (view.ended or now) - view.started


def _silent(facts: RunFacts, now: float) -> float | None:
    return facts.view.last_event_age_s if not facts.view.is_over else None


def initials(task: str) -> str:
    """`tc` of `token-classification`."""
    return "".join(word[0] for word in task.split("-") if word)


FIELDS: tuple[Field, ...] = (
    Field(
        "task", "text", "kind of model, or its short name", "task:ner",
        lambda facts: (facts.view.task, initials(facts.view.task), facts.view.model),
    ),
    Field("status", "state", "state of the run", "status:failed"),
    Field("profile", "text", "profile it was started from", "profile:utility", lambda facts: (facts.view.profile,)),
    Field("model", "text", "model of the profile", "model:yolo", lambda facts: (facts.view.model,)),
    Field("host", "text", "machine it is on", "host:gpu1", lambda facts: (facts.host or "local",)),
    Field("device", "text", "device it trains on", "device:cuda:1", lambda facts: (facts.view.device,)),
    Field("reason", "text", "why it ended", 'reason:"out of memory"', lambda facts: (facts.view.reason or "",)),
    Field("metric", "text", "name of its headline metric", "metric:f1", lambda facts: (facts.view.headline,)),
    Field("id", "text", "id of the run", "id:7f3a", lambda facts: (facts.view.id,)),
    Field("target", "target", "whether the headline target is reached", "target:reached"),
    Field("score", "number", "its headline metric, whichever that is", "score>0.8",
          number=lambda facts, now: facts.view.score),
    Field("age", "duration", "time since it was started", "age<2d", number=_age),
    Field("took", "duration", "how long it trained", "took>1h", number=_took),
    Field("silent", "duration", "time since a live run's last event", "silent>5m", number=_silent),
    Field("progress", "number", "percent of its steps", "progress>50", number=_progress),
    Field("step", "number", "steps done", "step>10k",
          number=lambda facts, now: float(facts.view.progress.step) if facts.view.progress is not None else None),
    Field("epoch", "number", "epochs done", "epoch>=3",
          number=lambda facts, now: facts.view.progress.epoch if facts.view.progress is not None else None),
    Field("attempt", "number", "attempts so far", "attempt>1", number=lambda facts, now: float(facts.view.attempt)),
)  # fmt: skip
"""In the order in which they are offered."""
_OTHER_NAMES = {"state": "status", "machine": "host", "value": "score", "why": "reason"}
BY_NAME = {entry.name: entry for entry in FIELDS} | {
    other: next(entry for entry in FIELDS if entry.name == name) for other, name in _OTHER_NAMES.items()
}


def metric_field(name: str) -> Field:
    """A metric by its own name: true of runs whose headline it is."""
    wanted = name.lower()
    return Field(
        name, "number", "headline metric", f"{name}>0.8",
        number=lambda facts, now: facts.view.score if facts.view.headline.lower() == wanted else None,
    )  # fmt: skip


def text_test(value: str, *, exact: bool) -> Callable[[str], bool]:
    """Whether a text is meant: a part of it, all of it with `=`, a pattern with `*`; capitals do not matter."""
    wanted = value.lower()
    if "*" in wanted or "?" in wanted:
        pattern = re.compile(fnmatch.translate(wanted))
        return lambda text: pattern.match(text.lower()) is not None
    if exact:
        return lambda text: text.lower() == wanted
    return lambda text: wanted in text.lower()


def states_of(word: str) -> frozenset[str]:
    """The states that a word, or its beginning, stands for; none where there are none."""
    wanted = word.lower()
    if wanted in ("ended", "over"):
        return frozenset(ENDED)
    if wanted in ("live", "active"):
        return frozenset(get_args(RunState)) - frozenset(ENDED)
    states = frozenset(state for state in get_args(RunState) if state == wanted)
    return states or frozenset(state for state in get_args(RunState) if wanted and state.startswith(wanted))


def number_of(value: str) -> float | None:
    """`0.8`, `10k`, `2M`, `50%`; None where it is no number."""
    found = re.fullmatch(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([kM%]?)", value, re.ASCII)
    return None if found is None else float(found[1]) * {"k": 1e3, "M": 1e6}.get(found[2], 1.0)


def seconds_of(value: str) -> float | None:
    """`90s`, `5m`, `1h30m`, `2d`, `1w`; None where it is no duration."""
    if not re.fullmatch(r"(?:\d+(?:\.\d+)?[smhdw])+", value, re.ASCII):
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in re.findall(r"([\d.]+)([smhdw])", value))
