"""The list in which profile, models, preset, data and device are chosen. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from tui.theme import BOLD, Role
from tui.train.desk import DeviceSeen, ProfileSeen
from tui.train.draft import Draft
from tui.widgets.cells import Line

if TYPE_CHECKING:
    from engine.plan import Plan

Part = Literal["profile", "model", "preset", "dataset", "device"]
_HEADINGS: Mapping[Part, str] = {
    "profile": "Profile",
    "model": "Models",
    "preset": "Preset",
    "dataset": "Data",
    "device": "Device",
}


@dataclass(frozen=True)
class Choice:
    """An entry of the list; without a name it is the heading of its part."""

    part: Part
    name: str
    line: Line

    @property
    def id(self) -> str:
        """Its place in the list, whatever it says."""
        return f"{self.part}/{self.name}"


def profile_of(profiles: Sequence[ProfileSeen], draft: Draft) -> ProfileSeen | None:
    """The chosen profile."""
    return next((one for one in profiles if one.path == draft.profile), None)


def choices(
    profiles: Sequence[ProfileSeen],
    devices: Sequence[DeviceSeen],
    draft: Draft,
    plans: Mapping[str, Plan],
    *,
    ascii_only: bool = False,
) -> list[Choice]:
    """Everything that can be chosen now."""
    found: list[Choice] = []

    def part(name: Part, entries: Sequence[tuple[str, Line]]) -> None:
        if entries:
            found.append(Choice(name, "", ((_HEADINGS[name], Role.MUTED),)))
            found.extend(Choice(name, entry, line) for entry, line in entries)

    def one_of(chosen: bool, name: str, note: str = "", role: int = Role.MUTED) -> Line:
        dot = ("(*)" if chosen else "( )") if ascii_only else ("◉" if chosen else "○")
        return ((f"{dot} ", Role.ACTIVE if chosen else Role.MUTED), *_named(name, note, chosen, role))

    cross = "x cannot be used" if ascii_only else "✗ cannot be used"
    part(
        "profile",
        [
            (
                one.path,
                one_of(
                    one.path == draft.profile,
                    one.name,
                    cross if one.problems else one.title,
                    Role.ERROR if one.problems else Role.MUTED,
                ),
            )
            for one in profiles
        ],
    )
    profile = profile_of(profiles, draft)
    if profile is None or profile.problems:
        return found
    ticked = set(draft.models)
    part("model", [(one.name, _tick(one.name in ticked, one.name, one.task)) for one in profile.models])
    part("preset", [(name, one_of(name == draft.preset, name, note)) for name, note in profile.presets])
    part("dataset", [(model, _data(draft, model, plans.get(model), ascii_only)) for model in draft.models])
    names = [("auto", ""), *((one.name, one.title) for one in devices)]
    known = {name for name, _ in names}
    if draft.device not in known:
        names.append((draft.device, "not on this machine"))
    part("device", [(name, one_of(name == draft.device, name, note)) for name, note in names])
    return found


def chosen(draft: Draft, choice: Choice, profile: ProfileSeen | None) -> Draft:
    """The draft with this choice; a dataset is chosen elsewhere."""
    if choice.part == "profile" and profile is not None:
        return with_profile(draft, profile)
    if choice.part == "model" and profile is not None:
        ticked = set(draft.models) ^ {choice.name}
        return replace(draft, models=tuple(one.name for one in profile.models if one.name in ticked))
    if choice.part == "preset":
        return replace(draft, preset=choice.name)
    if choice.part == "device":
        return replace(draft, device=choice.name)
    return draft


def with_profile(draft: Draft, profile: ProfileSeen) -> Draft:
    """A profile with all its models; the one that is chosen already stays as it is."""
    if profile.path == draft.profile:
        return draft
    preset = draft.preset if draft.preset in dict(profile.presets) else "full"
    names = tuple(model.name for model in profile.models)
    return Draft(profile.path, names, preset, device=draft.device)


def _named(name: str, note: str, bold: bool, role: int = Role.MUTED) -> Line:
    return ((name, Role.TITLE | BOLD if bold else Role.TEXT), (f"  {note}" if note else "", role))


def _tick(ticked: bool, name: str, note: str) -> Line:
    return ((f"[{'x' if ticked else ' '}] ", Role.ACTIVE if ticked else Role.MUTED), *_named(name, note, ticked))


def _data(draft: Draft, model: str, plan: Plan | None, ascii_only: bool) -> Line:
    """What a model is trained on; choosing the entry opens all there is."""
    sign = (("v " if ascii_only else "▾ ", Role.ACTIVE), (f"{model}: ", Role.MUTED))
    given = draft.dataset(model)
    if given:
        return (*sign, (given, Role.TITLE | BOLD))
    if plan is None:
        return (*sign, ("the newest, or made first", Role.TEXT))
    if plan.data.state == "missing":
        return (*sign, ("there is none", Role.ERROR))
    if plan.data.dataset:
        return (*sign, (plan.data.dataset, Role.TEXT), ("  newest", Role.MUTED))
    return (*sign, ("made first", Role.TEXT))
