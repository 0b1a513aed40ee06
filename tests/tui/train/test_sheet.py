"""Rows of settings: values, sources, problems; and what of them fits."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from engine.profiles import load_profile
from engine.profiles.setting import settings_of
from tests.tui.train.conftest import POLES
from tui.train.desk import ModelSeen, ProfileSeen
from tui.train.draft import Draft
from tui.train.picture import Picture, with_bad_line, with_desk, with_draft, with_plans, with_sheet
from tui.train.sheet import Row, Source, Wanted, detail_lines, next_choice, rows_of
from tui.train.sheet_lines import sheet_lines
from tui.train.starting import GivenUpError, Starting
from tui.widgets.cells import width_of


@pytest.fixture(scope="module")
def profile(tmp_path_factory: Any) -> Any:
    path = tmp_path_factory.mktemp("profiles") / "poles.yaml"
    path.write_text(POLES)
    return load_profile(path)


def rows(profile: Any, *changes: str, copied: tuple[str, ...] = (), wanted: Wanted = Wanted()) -> dict[str, Row]:  # noqa: B008
    draft = Draft("p", ("ner",), "quick", changes=changes, run="r-90be", copied=frozenset(copied))
    sheet = settings_of(profile, ["ner"], preset="quick", overrides=changes)
    return {row.key[1]: row for row in rows_of(sheet, draft, wanted)}


def test_each_value_says_where_it_comes_from(profile: Any) -> None:
    found = rows(profile, "ner.seed=5", "ner.stride=32", "ner.patience=x", copied=("ner.stride=32",))
    assert (found["epochs"].source, found["epochs"].where) == (Source.PRESET, "quick")
    assert (found["learning_rate"].source, found["learning_rate"].where) == (Source.PROFILE, ":8")
    assert found["max_steps"].source is Source.DEFAULT
    assert found["seed"].source is Source.YOURS
    assert (found["stride"].source, found["stride"].where) == (Source.RUN, "90be")
    assert (found["patience"].source, found["patience"].value) == (Source.REFUSED, "x")


def test_only_what_is_looked_for_is_shown_below_its_heading(profile: Any) -> None:
    assert set(rows(profile, "ner.seed=5", wanted=Wanted(changed=True))) == {"", "seed"}
    assert set(rows(profile, wanted=Wanted("peak adamw"))) == {"", "learning_rate"}
    assert rows(profile, wanted=Wanted("nothing like it")) == {}


def test_the_choice_behind_the_last_is_the_first(profile: Any) -> None:
    found = rows(profile, "ner.schedule=plateau")
    assert next_choice(found["schedule"]) == "linear"
    assert next_choice(found["length_buckets"]) == "false"


def test_what_may_be_written_is_said(profile: Any) -> None:
    def said(row: Row) -> str:
        return " ".join(text for line in detail_lines(row, row.problem, 200, 9) for text, _ in line)

    found = rows(profile, "ner.epochs=-1", "ner.seed=4")
    assert said(found["epochs"]).startswith("✗ must be greater than or equal to 0, not -1")
    assert "A whole number from 0 to 10000, in epochs." in said(found["epochs"])
    assert "13 without the change (default)." in said(found["seed"])
    assert "One of linear, cosine, constant or plateau." in said(found["schedule"])


@pytest.mark.parametrize("width", [20, 48, 50, 78, 100, 200])
def test_lines_are_as_wide_as_the_room_and_values_stay(profile: Any, width: int) -> None:
    every = list(rows(profile).values())
    drawn = sheet_lines(every, 1, 0, width, 12)
    assert all(width_of(line) == width for line in drawn.lines[1:])
    assert width < 48 or drawn.value_width >= 10
    assert width < 48 or "from" in "".join(text for text, _ in drawn.lines[0])


def test_numbers_stand_under_each_other(profile: Any) -> None:
    drawn = sheet_lines(list(rows(profile).values()), 0, 0, 80, 40)
    texts = ["".join(text for text, _ in line) for line in drawn.lines]
    epochs = next(text for text in texts if text.startswith("  epochs")).index("3 ")
    rate = next(text for text in texts if text.startswith("  learning_rate")).index(".0005")
    assert rate == epochs + 1


GOOD = ProfileSeen("poles", "/poles.yaml", models=(ModelSeen("ner", "t"),), presets=(("full", ""), ("quick", "")))
BAD = ProfileSeen("bad", "/bad.yaml", problems=("bad.yaml:3:1: models: is missing",))


def test_the_first_profile_that_can_be_used_is_chosen() -> None:
    assert with_desk(Picture(), [BAD, GOOD], []).draft == Draft("/poles.yaml", ("ner",))
    assert with_desk(Picture(), [BAD], []).problems == BAD.problems
    assert not with_desk(Picture(), [], []).complete


def test_the_profile_of_the_newest_run_is_chosen_first() -> None:
    other = ProfileSeen("other", "/other.yaml", models=(ModelSeen("m", "t"),))
    assert with_desk(Picture(), [GOOD, other], [], "other").draft.profile == "/other.yaml"


def test_answers_to_an_older_question_change_nothing() -> None:
    picture = with_desk(Picture(), [GOOD], [])
    older, now = picture.draft, Draft("/poles.yaml", ("ner",), "quick")
    picture = with_draft(picture, now)
    assert with_sheet(picture, older, None, "too late") is picture
    assert with_plans(picture, older, (), 1, True) is picture
    assert with_sheet(picture, now, None, "no").problems == ("no",)


def test_a_line_that_cannot_be_read_cannot_be_started() -> None:
    picture = with_desk(Picture(), [GOOD], [])
    bad = with_bad_line(picture, "a quote is not closed")
    assert not bad.can_start and with_draft(bad, bad.draft).can_start


def test_a_start_can_be_given_up_until_its_first_run_is_created() -> None:
    told: list[tuple[str, int, int]] = []
    starting = Starting(lambda *given: told.append(given))
    starting.watch("ner", 0, 1)
    assert starting.cancel()
    with pytest.raises(GivenUpError):
        starting.watch("", 1, 1)
    begun = Starting(lambda *given: told.append(given))
    begun.watch("", 1, 1)
    assert not begun.cancel() and told == [("ner", 0, 1), ("", 1, 1)]


@pytest.mark.slow
def test_pure_parts_are_light() -> None:
    code = (
        "import sys, tui.screens.train\n"
        "print(sorted({'pydantic', 'yaml', 'torch', 'engine.plan', 'engine.profiles'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
