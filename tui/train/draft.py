"""What the operator asks for. Frozen: each key makes another one, and what was read for an older one is stale."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

NEWEST = ""
"""In place of a dataset: the newest that was imported, else the recipe's, made first where it is not there."""


@dataclass(frozen=True)
class Draft:
    """A training that is not started yet."""

    profile: str = ""
    """Path."""
    models: tuple[str, ...] = ()
    preset: str = "full"
    datasets: tuple[tuple[str, str], ...] = ()
    """(Model, dataset) where one was chosen."""
    device: str = "auto"
    changes: tuple[str, ...] = ()
    """`KEY=VALUE` as for `--set`, in their order: a later one wins."""
    run: str = ""
    """The run whose settings were copied."""
    copied: frozenset[str] = frozenset()
    """Those changes that came with it."""

    def dataset(self, model: str) -> str:
        """The dataset that was chosen for a model."""
        return dict(self.datasets).get(model, NEWEST)

    @property
    def chosen_datasets(self) -> dict[str, str]:
        """Model → dataset, of the models that are chosen."""
        return {model: dataset for model, dataset in self.datasets if model in self.models and dataset}


def with_dataset(draft: Draft, model: str, dataset: str) -> Draft:
    """Another dataset for a model."""
    others = {name: chosen for name, chosen in draft.datasets if name != model}
    return replace(draft, datasets=tuple((others | ({model: dataset} if dataset else {})).items()))


def with_value(draft: Draft, model: str, name: str, value: str) -> Draft:
    """A value for a setting of one model; what a run brought for it goes."""
    text = f"{model}.{name}={value}"
    others = tuple(change for change in draft.changes if _names(change, model) != name)
    return _with_changes(draft, (*others, text))


def without_value(draft: Draft, model: str, name: str, takers: Collection[str]) -> Draft:
    """A setting as profile and preset have it. Where a change speaks to all models, the other `takers` keep it."""
    kept: list[str] = []
    for change in draft.changes:
        if _names(change, model) == name:
            continue
        key, _, value = change.partition("=")
        if _plain(key) == name:
            kept += [f"{other}.{name}={value}" for other in takers if other != model]
        else:
            kept.append(change)
    return _with_changes(draft, kept)


def with_line(draft: Draft, line: str) -> tuple[Draft, str]:
    """The changes as somebody wrote them, and what is wrong with the line."""
    try:
        changes = shlex.split(line)
    except ValueError:
        return draft, "a quote is not closed"
    return _with_changes(draft, changes), ""


def line_of(changes: Sequence[str]) -> str:
    """Changes on one line, as `with_line` reads them."""
    return " ".join(_quoted(change) for change in changes)


def change_of(draft: Draft, model: str, name: str) -> str | None:
    """The change that decides a setting: the last that names it."""
    for change in reversed(draft.changes):
        if _names(change, model) == name or _plain(change.partition("=")[0]) == name:
            return change
    return None


def _with_changes(draft: Draft, changes: Iterable[str]) -> Draft:
    changes = tuple(changes)
    copied = draft.copied & set(changes)
    return replace(draft, changes=changes, copied=copied, run=draft.run if copied else "")


def _names(change: str, model: str) -> str | None:
    """The setting that a change names for this model alone."""
    owner, dot, name = change.partition("=")[0].strip().partition(".")
    return _plain(name) if dot and owner == model else None


def _plain(key: str) -> str:
    return key.strip().removeprefix("config.")


def _quoted(change: str) -> str:
    return shlex.quote(change) if any(sign.isspace() or sign in "'\"\\" for sign in change) else change
