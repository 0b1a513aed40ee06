"""With which values a training on feedback runs. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.feedback.composition import Mixture
from engine.feedback.payload import TrainingSettings
from engine.profiles.schema import FeedbackTraining

AS_BEFORE, OF_PROFILE, OF_REQUEST = "the run it starts from", "feedback of the profile", "request"
OF_SECTION = ("epochs", "learning_rate", "batch_size", "frozen_layers")
_OF_REQUEST = (*OF_SECTION, "seed")


@dataclass(frozen=True)
class Values:
    """Hyperparameters with their origins, and how the dataset is mixed."""

    config: dict[str, Any]
    origins: dict[str, str]
    mixture: Mixture


def values_of(
    before: Mapping[str, Any],
    section: FeedbackTraining,
    requests: Iterable[TrainingSettings],
    given: Mapping[str, Any],
    *,
    fields: Collection[str],
    replay: bool = True,
) -> Values:
    """The run it starts from < the profile's section `feedback` < requests, the last one first < `--set`.

    `before`: config of the run that it starts from; what shapes the network and its input stays so. `given`: fields
    of the config that stand in `--set`. `fields`: those that the task's config has; what a section or request says of
    others is left out.
    """
    asked: dict[str, Any] = {}
    for request in requests:
        asked |= request.model_dump(exclude_none=True)
    # A limit of the first training, such as that of a trial, is none of this one.
    config = {**before, **({"max_steps": 0} if "max_steps" in fields else {})}
    origins = dict.fromkeys(config, AS_BEFORE)
    for origin, layer in (
        (OF_PROFILE, {name: getattr(section, name) for name in OF_SECTION}),
        (OF_REQUEST, {name: asked.get(name) for name in _OF_REQUEST}),
        ("--set", dict(given)),
    ):
        layer = {
            name: value
            for name, value in layer.items()
            if name in fields and (value is not None or origin == "--set")
        }
        config |= layer
        origins |= dict.fromkeys(layer, origin)
    mixture = Mixture(
        train_replay=(asked.get("train_replay", section.train_replay)) if replay else 0.0,
        replay_floor=section.replay_floor,
        held_out=section.held_out,
        validation=section.validation,
        seed=asked.get("seed", section.seed),
    )
    return Values(config, {f"config.{name}": origin for name, origin in origins.items()}, mixture)


def with_labels(values: Values, known: Sequence[str], new: Sequence[str]) -> Values:
    """The same with labels that the feedback brings: behind those that the model knows, so that its head stays as it
    is and grows."""
    if not new or "labels" not in values.config:
        return values
    return replace(values, config={**values.config, "labels": [*known, *new]})
