"""All that Train knows at one moment. Frozen: what is read makes another one of it; stale answers change nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tui.train.choices import profile_of, with_profile
from tui.train.desk import DeviceSeen, ProfileSeen
from tui.train.draft import Draft
from tui.train.sheet import Row, Wanted, rows_of

if TYPE_CHECKING:
    from engine.plan import Plan
    from engine.profiles.setting import SettingsSheet

NO_PROFILE = "There is no profile: write one to profiles/NAME.yaml; `engine profiles schema` says what it may hold."
NO_MODEL = "Choose at least one model: Space ticks it."


@dataclass(frozen=True)
class Picture:
    """What is asked for, and what was read of it so far."""

    profiles: tuple[ProfileSeen, ...] = ()
    devices: tuple[DeviceSeen, ...] = ()
    draft: Draft = field(default_factory=Draft)
    sheet: SettingsSheet | None = None
    plans: tuple[Plan, ...] = ()
    planned: bool = False
    """Whether the plans are all there are of this draft."""
    slots: int = 1
    problems: tuple[str, ...] = ()
    """Why this draft cannot be started."""
    bad_line: bool = False
    """Whether the line of changes cannot be read; what it said before holds."""
    wanted: Wanted = field(default_factory=Wanted)
    read: bool = False
    """Whether profiles have been read at least once."""

    @property
    def profile(self) -> ProfileSeen | None:
        """The chosen profile."""
        return profile_of(self.profiles, self.draft)

    @property
    def complete(self) -> bool:
        """Whether the draft names something that could be trained."""
        return self.profile is not None and not self.profile.problems and bool(self.draft.models)

    @property
    def can_start(self) -> bool:
        """Whether nothing is known that would refuse it."""
        return self.complete and not self.problems

    @property
    def rows(self) -> list[Row]:
        """The settings that are looked for."""
        return rows_of(self.sheet, self.draft, self.wanted) if self.sheet is not None else []

    @property
    def empty(self) -> str:
        """What stands in place of the settings where there are none."""
        if not self.read:
            return "Reading the profiles …"
        if self.problems:
            return "  ".join(self.problems)
        if self.profile is None:
            return NO_PROFILE
        if not self.draft.models:
            return NO_MODEL
        if self.sheet is None:
            return "Reading the settings …"
        return (
            "Nothing is changed." if self.wanted.changed and not self.wanted.words else "No setting has these words."
        )


def with_desk(
    picture: Picture, profiles: Sequence[ProfileSeen], devices: Sequence[DeviceSeen], newest: str = ""
) -> Picture:
    """Profiles were read. Where none is chosen, or it is gone: that of the newest run, else the first that can be
    used."""
    now = replace(picture, profiles=tuple(profiles), devices=tuple(devices), read=True)
    if now.profile is not None:
        return with_draft(now, now.draft)
    usable = [one for one in profiles if not one.problems] or list(profiles)
    first = next((one for one in usable if one.name == newest), usable[0] if usable else None)
    return with_draft(now, with_profile(Draft(), first) if first is not None else Draft())


def with_draft(picture: Picture, draft: Draft) -> Picture:
    """Something else is asked for: what was read of the last draft stays in sight until there is more."""
    now = replace(picture, draft=draft, planned=False, problems=(), bad_line=False)
    if now.complete:
        return now
    problems = now.profile.problems if now.profile is not None else ()
    return replace(now, sheet=None, plans=(), problems=problems)


def with_bad_line(picture: Picture, problem: str) -> Picture:
    """The line of changes cannot be read."""
    return replace(picture, problems=(f"Changes: {problem}",), bad_line=True, planned=False)


def with_words(picture: Picture, words: str) -> Picture:
    """Only settings in which these words stand."""
    return replace(picture, wanted=replace(picture.wanted, words=words))


def with_only_changed(picture: Picture, changed: bool) -> Picture:
    """Only settings that the operator changed, or all."""
    return replace(picture, wanted=replace(picture.wanted, changed=changed))


def with_sheet(picture: Picture, draft: Draft, sheet: SettingsSheet | None, problem: str) -> Picture:
    """The settings under a draft were read."""
    if draft != picture.draft or picture.bad_line:
        return picture
    refused = sheet.refused if sheet is not None else ()
    problems = (problem,) if problem else tuple(f"{one.text}: {one.problem}" for one in refused)
    return replace(picture, sheet=sheet, problems=problems)


def with_plans(
    picture: Picture, draft: Draft, plans: Sequence[Plan], slots: int, complete: bool, problem: str = ""
) -> Picture:
    """Plans of a draft were made; those of other models stay until theirs come."""
    if draft != picture.draft or picture.bad_line:
        return picture
    if problem:
        return replace(picture, plans=(), planned=False, problems=picture.problems or (problem,))
    new = {plan.model: plan for plan in plans}
    old = {} if complete else {plan.model: plan for plan in picture.plans}
    found = (new.get(model) or old.get(model) for model in draft.models)
    return replace(picture, plans=tuple(plan for plan in found if plan), planned=complete, slots=slots)
