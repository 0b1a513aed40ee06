"""The settings of the chosen models as rows: what stands there, where it comes from, what is wrong with it. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.theme import BOLD, Role
from tui.train.draft import Draft, change_of, with_value, without_value
from tui.widgets.cells import Line
from tui.widgets.page import wrapped

if TYPE_CHECKING:
    from engine.profiles.setting import ModelSettings, Setting, SettingsSheet


class Source(enum.Enum):
    """Where a value comes from: glyph, the same for fonts without it, word, role."""

    DEFAULT = ("·", ".", "default", Role.MUTED)
    PROFILE = ("▪", "#", "profile", Role.TEXT)
    PRESET = ("◆", "*", "preset", Role.CURVE_3)
    YOURS = ("●", "+", "yours", Role.ACTIVE | BOLD)
    RUN = ("↺", "~", "run", Role.CURVE_4)
    REFUSED = ("✗", "x", "cannot be", Role.ERROR | BOLD)

    def said(self, where: str, *, ascii_only: bool) -> tuple[str, int]:
        """Glyph, word and place, in its role."""
        glyph, plain, word, role = self.value
        return f"{plain if ascii_only else glyph} {word}{f' {where}' if where else ''}", int(role)


@dataclass(frozen=True)
class Row:
    """A setting of a model, or the model's heading where there is none."""

    model: str
    setting: Setting | None = None
    value: str = ""
    source: Source = Source.DEFAULT
    where: str = ""
    problem: str = ""
    note: str = ""
    """Beside a heading."""

    @property
    def key(self) -> tuple[str, str]:
        """What it is, wherever it stands."""
        return self.model, self.setting.name if self.setting is not None else ""

    @property
    def changed(self) -> bool:
        """Whether the operator has asked for this value."""
        return self.source in (Source.YOURS, Source.RUN, Source.REFUSED)


@dataclass(frozen=True)
class Wanted:
    """Which rows are looked for."""

    words: str = ""
    changed: bool = False


def rows_of(sheet: SettingsSheet, draft: Draft, wanted: Wanted = Wanted()) -> list[Row]:
    """The rows that are looked for, each model's below its heading."""
    problems = {one.text: one.problem for one in sheet.refused}
    rows: list[Row] = []
    for model in sheet.models:
        every = [_row(model, setting, draft, problems) for setting in model.settings]
        shown = [row for row in every if _matches(row, wanted)]
        if shown:
            rows.append(Row(model.model, note=_heading(model, every)))
            rows += shown
    return rows


def with_setting(draft: Draft, sheet: SettingsSheet, model: str, name: str, value: str) -> Draft:
    """The draft with a value; without one of its own where profile and preset say the same."""
    having = {one.model: setting for one in sheet.models for setting in one.settings if setting.name == name}
    if model in having and value == having[model].without:
        return without_value(draft, model, name, list(having))
    return with_value(draft, model, name, value)


def detail_lines(
    row: Row | None, problem: str, width: int, height: int, *, writing: bool = False, ascii_only: bool = False
) -> list[Line]:
    """What there is to say of a setting: what is wrong, what it means, what may be written, what was there before."""
    if row is None:
        return []
    setting = row.setting
    if setting is None:
        return wrapped(f"{row.model}: {row.note}", width, Role.MUTED)[:height]
    said: list[tuple[str, int]] = []
    if problem:
        said.append((f"{'x' if ascii_only else '✗'} {problem}", Role.ERROR))
    elif writing:
        said.append(("Enter keeps it, Esc leaves it as it was.", Role.ACTIVE))
    said.append((setting.description or setting.name, Role.TEXT))
    words = f"one of {setting.rule}" if setting.kind == "choice" else setting.rule
    unit = f", in {setting.unit}" if setting.unit else ""
    rule = f"{words[:1].upper()}{words[1:]}{unit}." if words else ""
    if row.changed:
        rule = f"{rule} {setting.without} without the change ({setting.without_origin})."
    said.append((rule.strip(), Role.MUTED))
    return [line for text, role in said for line in wrapped(text, width, role)][:height]


def next_choice(row: Row) -> str:
    """The choice behind the one that stands there; behind the last comes the first."""
    assert row.setting is not None
    choices = row.setting.choices
    return choices[(choices.index(row.value) + 1) % len(choices)] if row.value in choices else choices[0]


def _row(model: ModelSettings, setting: Setting, draft: Draft, problems: dict[str, str]) -> Row:
    change = change_of(draft, model.model, setting.name)
    if change is not None and change in problems:
        written = change.partition("=")[2].strip()
        return Row(model.model, setting, written, Source.REFUSED, problem=problems[change])
    source, where = _source(setting.origin)
    if source is Source.YOURS and change in draft.copied:
        source, where = Source.RUN, short_run(draft.run)
    return Row(model.model, setting, setting.value, source, where)


def short_run(run: str) -> str:
    """The last part of a run's id, which tells it from others of its model."""
    return run.rpartition("-")[2]


def _source(origin: str) -> tuple[Source, str]:
    word, _, where = origin.partition(" ")
    if word == "--set":
        return Source.YOURS, ""
    if word == "profile":
        return Source.PROFILE, f":{where.rpartition(':')[2]}" if where else ""
    return (Source.PRESET, where) if word == "preset" else (Source.DEFAULT, "")


def _heading(model: ModelSettings, rows: list[Row]) -> str:
    changed = sum(row.changed for row in rows)
    return f"{model.task}, {len(rows)} settings, {changed or 'none'} changed"


def _matches(row: Row, wanted: Wanted) -> bool:
    if wanted.changed and not row.changed:
        return False
    assert row.setting is not None
    text = f"{row.model} {row.setting.name} {row.value} {row.setting.description}".lower()
    return all(word in text for word in wanted.words.lower().split())
