"""What another machine says, made harmless: text without control codes, values of the types that are shown. Pure."""

from __future__ import annotations

import re
from typing import Any, get_args

import msgspec

from engine.attach.protocol import Facts
from engine.events.schema import ProgressEvent, SignalEvent, SignalKind
from engine.runs.info import RunInfo
from engine.runs.spec import RunSpec, Target
from engine.runs.state import RunView

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""All but tab and newline, with those that turn the direction of writing."""
_ALL = re.compile(_CONTROLS.pattern.replace(r"\x08\x0b", r"\x08\x09\x0a\x0b"))
MOST_DEPTH = 8
_SIGNALS = frozenset(get_args(SignalKind))
"""Those that this console knows."""


def line(text: str) -> str:
    """Text for one line."""
    return _ALL.sub("", text)


def page(text: str) -> str:
    """Text for several lines."""
    return _CONTROLS.sub("", text)


def value(given: Any, depth: int = 0) -> Any:
    """A value of a configuration: every text in it cleaned, and nothing nested deeper than people write."""
    if isinstance(given, str):
        return line(given)
    if depth >= MOST_DEPTH:
        return "…"
    if isinstance(given, dict):
        return {line(str(key)): value(part, depth + 1) for key, part in given.items()}
    if isinstance(given, list | tuple):
        return [value(part, depth + 1) for part in given]
    return given


def spec(text: str) -> RunSpec:
    """A specification as it was sent. Raises ValueError where it is none."""
    return msgspec.convert(value(msgspec.json.decode(text)), RunSpec)


def info(facts: Facts, place: str, clock_ahead_s: float) -> RunInfo:
    """A run as the list shows it. `clock_ahead_s`: how far the clock over there is ahead of this one."""
    seen = facts.seen if isinstance(facts.seen, float | int) else None
    return RunInfo(
        f"{place}:{facts.id}",
        None if facts.state == "unreadable" or not isinstance(facts.state, str) else _view(facts, place),
        problem=line(facts.problem or ""),
        has_model=bool(facts.has_model),
        has_report=bool(facts.has_report),
        last_event_t=None if seen is None else seen - clock_ahead_s,
        place=place,
        signals=tuple(
            SignalEvent(
                t=raised.t - clock_ahead_s,
                seq=raised.seq,
                kind=raised.kind,  # type: ignore[arg-type]
                message=line(raised.message),
            )
            for raised in facts.signals or ()
            if raised.kind in _SIGNALS
        ),
    )


def _view(facts: Facts, place: str) -> RunView:
    steps = facts.progress or None
    return RunView(
        id=f"{place}:{facts.id}",
        profile=line(facts.profile or ""),
        model=line(facts.model or ""),
        task=line(facts.task or ""),
        state=facts.state,  # type: ignore[arg-type]
        reason=line(facts.reason) if facts.reason else None,
        message=line(facts.message or ""),
        attempt=facts.attempt or 1,
        started=facts.started or None,
        ended=facts.ended or None,
        progress=None
        if steps is None
        else ProgressEvent(
            t=steps.t,
            seq=0,
            phase=line(steps.phase),
            step=steps.step,
            steps=steps.steps,
            epoch=steps.epoch,
            epochs=steps.epochs,
            rate=steps.rate,
        ),
        headline=line(facts.headline or ""),
        score=facts.score if isinstance(facts.score, float | int) else None,
        score_split=line(facts.score_split or ""),
        targets=tuple(Target(line(goal.metric), goal.at_least, goal.at_most) for goal in facts.targets or ()),
        device=line(facts.device or ""),
    )
