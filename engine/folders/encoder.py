"""By whose embeddings folders are compared: a run's encoder, or the untrained base of a profile's model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import InputError
from engine.folders.profile import TASK, classifier_of
from engine.folders.samples.text import DEFAULT_TEMPLATE

if TYPE_CHECKING:
    from engine.workspace import Workspace

Embed = Callable[[Sequence[str]], Any]
"""Texts → a vector of length 1 for each: an array of (texts, width)."""
Tick = Callable[[int, int], None]


@dataclass(frozen=True)
class FolderEncoder:
    """An encoder that is not loaded yet, and what a folder's text and a head on its embeddings are like."""

    template: str
    regularization: float
    _load: Callable[[str, Tick | None], Embed]

    def embedder(self, device: str = "cpu", tell: Tick | None = None) -> Embed:
        """Load it: texts → vectors of length 1, kept in the workspace."""
        return self._load(device, tell)


def encoder_of(run: str | None, profile: str, taxonomy: str, workspace: Workspace) -> FolderEncoder:
    """That of a run where one is named, else that which the profile's model starts from.

    Raises NotFoundError, InputError for a run that has no model or is of another task, ProfileError.
    """
    from engine.tasks.catalog import find_task

    task = find_task(TASK)
    if run is None:
        classifier = classifier_of(profile, taxonomy, any_taxonomy=True)

        def base(device: str, tell: Tick | None) -> Embed:
            embed: Embed = task.module("embedding").base_embedder(classifier.config, workspace, device, tell=tell)
            return embed

        return FolderEncoder(classifier.template, classifier.config.head_regularization, base)
    from engine.trained import find_trained

    found = find_trained(workspace, run)
    if found.task != TASK:
        raise InputError(f"the model does {found.task}", where=found.name, fix=f"name one of {TASK}")
    config: Any = task.config_class.model_validate(found.config)

    def trained(device: str, tell: Tick | None) -> Embed:
        embed: Embed = task.module("embedding").trained_embedder(found.directory, workspace, device, tell=tell)
        return embed

    return FolderEncoder(config.template or DEFAULT_TEMPLATE, config.head_regularization, trained)
