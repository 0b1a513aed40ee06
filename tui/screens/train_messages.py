"""What threads tell Train. A later one of a kind supersedes an earlier one where both speak of the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from tui.train.desk import DatasetSeen, DeviceSeen, ProfileSeen
from tui.train.draft import Draft

if TYPE_CHECKING:
    from engine.plan import Plan
    from engine.profiles.setting import SettingsSheet
    from engine.repeating import Repeat


@dataclass
class DeskRead(Message):
    """Profiles and devices were read."""

    profiles: Sequence[ProfileSeen]
    devices: Sequence[DeviceSeen]


@dataclass
class SheetRead(Message):
    """The settings under a draft, or the sentence that says why there are none."""

    draft: Draft
    sheet: SettingsSheet | None
    problem: str = ""


@dataclass
class Planned(Message):
    """Plans made so far for a draft; `complete` with the last."""

    draft: Draft
    plans: Sequence[Plan]
    slots: int = 1
    complete: bool = False
    problem: str = ""


@dataclass
class Judged(Message):
    """What the engine says of a value that is being written."""

    model: str
    name: str
    value: str
    problem: str
    done: bool


@dataclass
class DatasetsRead(Message):
    """The datasets that a model could be trained on."""

    model: str
    datasets: Sequence[DatasetSeen]


@dataclass
class Copied(Message):
    """A run's settings as a draft would have them, or why they cannot be had."""

    repeat: Repeat | None
    problem: str = ""


@dataclass
class DatasetFound(Message):
    """What Data asked to train on: profile, model and id."""

    profile: str
    model: str
    dataset: str
    problem: str = ""


@dataclass
class Waiting(Message):
    """A start is finding or making the data of a model; with no model it creates its runs."""

    model: str
    ready: int
    of: int


@dataclass
class Started(Message):
    """The runs are on their way."""

    ids: Sequence[str]


@dataclass
class NotStarted(Message):
    """Nothing was started."""

    problem: str
    given_up: bool = False
