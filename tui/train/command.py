"""The commands that start the same without a console. Pure."""

from __future__ import annotations

import shlex

from tui.train.draft import Draft


def commands(draft: Draft, profile: str, workspace: str) -> list[str]:
    """`engine train …`: one for all models, and one for each model with a dataset of its own."""
    given = draft.chosen_datasets
    groups = [(tuple(model for model in draft.models if model not in given), "")]
    groups += [((model,), dataset) for model, dataset in given.items()]
    return [_command(draft, profile, models, dataset, workspace) for models, dataset in groups if models]


def _command(draft: Draft, profile: str, models: tuple[str, ...], dataset: str, workspace: str) -> str:
    words = ["engine", "train", profile, *models]
    words += ["--preset", draft.preset] if draft.preset != "full" else []
    for change in draft.changes:
        words += ["--set", change]
    words += ["--dataset", dataset] if dataset else []
    words += ["--device", draft.device] if draft.device != "auto" else []
    return shlex.join([*words, "--workspace", workspace])
