"""The form of Generate: its entries, and the command that they mean. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tui.data.form import Entry, Form
from tui.data.offers import FULL, RECIPE, Checked, ProfileOffer, Setting

ALL = "all"
SETTING = "setting."
"""Keys of the values of a recipe begin so."""


def entries_of(offers: Sequence[ProfileOffer], form: Form, checked: Checked) -> list[Entry]:
    """What can be chosen now: models of the profile, presets, and the recipe of the model."""
    names = tuple(offer.name for offer in offers)
    profile = profile_of(offers, form)
    entries = [
        Entry(
            "profile",
            "profile",
            _one_of(form.value("profile"), names),
            names,
            help="The profile whose recipe makes the data.",
        )
    ]
    if profile is None or profile.problem:
        return entries
    models = tuple(model.name for model in profile.models if model.has_recipe)
    if not models:
        return entries
    offered = (*models, ALL) if len(models) > 1 else models
    model = _one_of(form.value("model"), offered)
    found = profile.model(model)
    entries += [
        Entry(
            "model",
            "model",
            model,
            offered,
            help=f"The data of {', '.join(models)}." if model == ALL else f"Task {found.task}." if found else "",
        ),
        Entry("preset", "preset", _one_of(form.value("preset"), profile.presets), profile.presets, help=PRESET_HELP),
        Entry(
            "seed",
            "seed",
            form.value("seed"),
            hint=f"{checked.seed}, the profile's own" if checked.seed is not None else "the profile's own",
            help="A whole number; the same seed makes the same examples.",
        ),
    ]
    if model != ALL:
        entries += [_setting(setting, form, model) for setting in checked.settings]
    return entries


PRESET_HELP = "`full` is the profile as it stands; others change some of its values."


def profile_of(offers: Sequence[ProfileOffer], form: Form) -> ProfileOffer | None:
    """The profile that is chosen; the first that can be used where none is."""
    chosen = next((offer for offer in offers if offer.name == form.value("profile")), None)
    return chosen or next((offer for offer in offers if not offer.problem), offers[0] if offers else None)


def overrides_of(form: Form, settings: Sequence[Setting]) -> list[str]:
    """What was typed that is not what the profile and the preset say, as `--set` takes it. `settings` are theirs."""
    model = form.value("model")
    own = {setting.name: setting.value for setting in settings}
    said = []
    for entry in form.entries:
        name = entry.key.removeprefix(SETTING)
        if entry.key.startswith(SETTING) and name in own and entry.value.strip() != own[name]:
            said.append(f"{model}.{RECIPE}.{name}={entry.value.strip()}")
    return said


def problem_in(offers: Sequence[ProfileOffer], form: Form) -> str:
    """What is wrong that the form itself can tell; empty where nothing is."""
    profile = profile_of(offers, form)
    if profile is None:
        return "There is no profile: write one to profiles/NAME.yaml."
    if profile.problem:
        return profile.problem
    if not any(model.has_recipe for model in profile.models):
        return f"{profile.name} has no data recipe: import files for it (Esc, then i)."
    seed = form.value("seed")
    if seed and not (seed.isascii() and seed.isdigit() and len(seed) <= 18):
        return f"{seed[:40]!r} is not a seed: write a whole number from 0 on, or nothing."
    empty = next(
        (entry.title for entry in form.entries if entry.key.startswith(SETTING) and not entry.value.strip()), ""
    )
    return f"{empty} is empty: write a value." if empty else ""


def arguments_of(offers: Sequence[ProfileOffer], form: Form, overrides: Sequence[str]) -> list[str]:
    """Those of `engine data`."""
    profile = profile_of(offers, form)
    assert profile is not None
    model, seed = form.value("model"), form.value("seed")
    models = [one.name for one in profile.models if one.has_recipe] if model == ALL else [model]
    said = ["generate", str(profile.path), *models, "--preset", form.value("preset") or FULL]
    for override in overrides:
        said += ["--set", override]
    return [*said, "--seed", seed] if seed else said


def _setting(setting: Setting, form: Form, model: str) -> Entry:
    key = SETTING + setting.name
    return Entry(
        key,
        setting.name,
        setting.value,
        setting.choices,
        origin=setting.origin,
        help=setting.help,
        group=f"Recipe of {model}",
    )


def _one_of(value: str, choices: Sequence[str]) -> str:
    return value if value in choices else choices[0] if choices else ""
