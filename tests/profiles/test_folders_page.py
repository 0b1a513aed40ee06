"""What docs/folders.md shows works as it stands: its commands and its Python are run in the order of the page."""

from __future__ import annotations

import csv
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.cli.main import main
from engine.folders.drawn_library.roles import TAXONOMIES, Role
from engine.profiles import load_profile, resolve
from engine.runs.store import list_runs
from engine.tasks.catalog import find_task
from engine.workspace import Workspace

PAGE = (Path(__file__).parents[2] / "docs" / "folders.md").read_text()
SMALLER = {"--folders": "260", "--size": "110"}
"""Sizes in the place of those of the page. All else is run as it is written."""
FEWER_STEPS = ["--set", "max_steps=3", "--set", "max_length=32"]


def blocks() -> Iterator[tuple[str, str]]:
    """(language, text) of every block that is to be run."""
    yield from re.findall(r"```(sh|python)\n(.*?)```", PAGE, re.DOTALL)


@dataclass
class Done:
    place: Path
    commands: list[str]
    output: dict[str, str]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    """The whole page, run in one directory."""
    place = tmp_path_factory.mktemp("page")
    ran = Done(place, [], {})
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.delenv("FINETOP_WORKSPACE", raising=False)
        for language, text in blocks():
            if language == "python":
                exec(compile(text, "docs/folders.md", "exec"), {})
                continue
            for command in text.strip().splitlines():
                ran.commands.append(command)
                _run(command)
        yield ran


def _run(command: str) -> None:
    engine, *arguments = shlex.split(command)
    assert engine == "engine"
    for at, argument in enumerate(arguments[:-1]):
        arguments[at + 1] = SMALLER.get(argument, arguments[at + 1])
    more = FEWER_STEPS if arguments[0] == "train" else []
    with pytest.raises(SystemExit) as left:
        main([*arguments, *more])  # in this process: what is imported once serves all of them
    assert not left.value.code, command


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_command_of_the_page_works(done: Done) -> None:
    assert len(done.commands) >= 14
    runs = list_runs(Workspace(done.place / "workspace"))
    assert len(runs) == 2


@pytest.mark.slow
def test_every_folder_has_a_prediction_in_each_taxonomy_that_was_asked_for(done: Done) -> None:
    for name, taxonomy in (("predictions.csv", "legacy"), ("predictions-v1.csv", "v1")):
        rows = rows_of(done.place / name)
        assert len(rows) == int(SMALLER["--folders"])
        labels = set(load_profile("folders").taxonomies[taxonomy].labels)
        assert {row["prediction"] for row in rows} <= labels
        assert all(0 < float(row["confidence"]) <= 1 for row in rows)


@pytest.mark.slow
def test_baseline_and_trained_model_are_asked_about_the_same_folders(done: Done) -> None:
    baseline, trained = (rows_of(done.place / name) for name in ("baseline.csv", "trained.csv"))
    assert [row["key"] for row in baseline] == [row["key"] for row in trained]
    assert {row["split"] for row in trained} == {"test"}


@pytest.mark.slow
def test_what_is_proposed_next_is_not_labelled_yet(done: Done) -> None:
    labelled = {row["key"] for row in rows_of(done.place / "labels.csv")}
    proposed = {row["key"] for row in rows_of(done.place / "more.csv")}
    assert labelled and proposed and not labelled & proposed


def test_the_table_of_labels_is_that_of_the_drawn_library() -> None:
    rows = re.findall(r"^\| `.*/`.* \| (\w+) \| (\w+) \| (\w+) \|$", PAGE, re.MULTILINE)
    known = {tuple(role.label(taxonomy) for taxonomy in TAXONOMIES) for role in Role}
    assert set(rows) == known


def test_the_defaults_of_the_recipe_on_the_page_are_true() -> None:
    recipe = find_task("text-classification").recipe_class()
    told = dict(re.findall(r"^\| (`[^|]+`) \| ([^|]+) \|", PAGE[PAGE.index("## The drawn library") :], re.MULTILINE))
    for names, values in told.items():
        for name, value in zip(re.findall(r"`(\w+)`", names), values.split(", "), strict=True):
            if value != "as above":
                assert str(getattr(recipe, name)) == value.strip("` ")


def test_the_template_on_the_page_is_that_of_the_model_and_of_the_recipe() -> None:
    for preset in ("full", "quick"):
        resolved = resolve(load_profile("folders"), "classifier", preset=preset)
        assert resolved.recipe is not None
        assert resolved.config.template == resolved.recipe.template
        assert f"`{resolved.config.template}`" in PAGE


def test_what_the_untrained_model_reads_is_what_the_taxonomy_says() -> None:
    profile = load_profile("folders")
    config = resolve(profile, "classifier").config
    assert config.descriptions == profile.taxonomies[config.taxonomy].labels
