"""What a profile says of folders: its taxonomies, and the model that learns one of them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import InputError
from engine.folders.samples.text import DEFAULT_TEMPLATE, fields_of

if TYPE_CHECKING:
    from engine.profiles import ResolvedModel
    from engine.profiles.taxonomies import Taxonomy

PROFILE = "folders"
TAXONOMY = "legacy"
TASK = "text-classification"


@dataclass(frozen=True)
class Classifier:
    """A model of a profile that learns a taxonomy."""

    model: ResolvedModel
    taxonomy: str
    template: str
    """How a folder becomes the text that it reads."""

    @property
    def config(self) -> Any:
        """The task's Config."""
        return self.model.config


def taxonomies_of(profile: str) -> dict[str, Taxonomy]:
    """The taxonomies of a profile. Raises ProfileError, InputError where it has none."""
    from engine.profiles import load_profile

    loaded = load_profile(profile)
    if not loaded.taxonomies:
        raise InputError("has no taxonomies", where=loaded.name, fix="write `taxonomies:`, or name another --profile")
    return dict(loaded.taxonomies)


def check_taxonomy(name: str, taxonomies: Mapping[str, Taxonomy]) -> None:
    """Raises InputError, naming the nearest one, where there is no such taxonomy."""
    if name not in taxonomies:
        near = difflib.get_close_matches(name, taxonomies, n=1)
        fix = f"write {near[0]}" if near else f"use one of {', '.join(taxonomies)}"
        raise InputError(f"there is no taxonomy {name!r}", where="--taxonomy", fix=fix)


def classifier_of(
    profile: str,
    taxonomy: str,
    *,
    model: str | None = None,
    preset: str = "full",
    overrides: Sequence[str] = (),
    any_taxonomy: bool = False,
) -> Classifier:
    """The model of text-classification that learns a taxonomy, the first where there are several, or the one named;
    one that names no taxonomy learns any. With `any_taxonomy` another one will do where there is none: its base and
    its template are all that is asked.

    Raises ProfileError, and InputError where there is none.
    """
    from engine.profiles import load_profile, resolve_models

    loaded = load_profile(profile)
    if loaded.taxonomies:
        check_taxonomy(taxonomy, loaded.taxonomies)
    names = [name for name, each in loaded.models.items() if each.task == TASK]
    if model is not None and model in loaded.models and model not in names:
        raise InputError(f"{loaded.name}/{model} does {loaded.models[model].task}", fix=f"name a model of {TASK}")
    among = [model] if model is not None else names
    every = resolve_models(loaded, among, preset=preset, overrides=overrides) if among else []
    found = next((one for one in every if _learns(one) == taxonomy), None)
    found = found or next((one for one in every if not _learns(one) or any_taxonomy), None)
    if found is None:
        which = f"{loaded.name}/{model} does not learn" if model else f"no model of {loaded.name} learns"
        fix = f"say `--set taxonomy={taxonomy}` here and when you train" if every else f"add one of {TASK}"
        raise InputError(f"{which} the taxonomy {taxonomy}", fix=fix)
    template = getattr(found.config, "template", "") or DEFAULT_TEMPLATE
    fields_of(template)
    return Classifier(found, taxonomy, template)


def _learns(model: ResolvedModel) -> str:
    return str(getattr(model.config, "taxonomy", ""))
