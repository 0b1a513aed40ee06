"""The form: typing, choosing, completing; what it means as a command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.data import generating, importing
from tui.data.completing import complete
from tui.data.form import Entry, Form
from tui.data.form_view import form_lines
from tui.data.making import progress_of
from tui.data.offers import Checked, ModelOffer, ProfileOffer, Setting, in_the_form

TEXT = Entry("path", "path", "ab", is_path=True)
CHOICE = Entry("format", "format", "csv", ("csv", "tsv", "jsonl"))
POLES = ProfileOffer(
    "poles",
    Path("/p/poles.yaml"),
    (
        ModelOffer("ner", "token-classification", True),
        ModelOffer("pairs", "sentence-similarity", True),
        ModelOffer("faces", "image-classification", False),
    ),
    ("full", "quick"),
)
EXAMPLES = Setting("examples", "1200", "profile", "Texts to make.")


def typed(form: Form, *keys: str) -> Form:
    for key in keys:
        form = {
            "<": lambda form: form.go(-1),
            ">": lambda form: form.go(1),
            "^": lambda form: form.move(-1),
            "v": lambda form: form.move(1),
            "BS": lambda form: form.erase(-1),
            "DEL": lambda form: form.erase(1),
            "HOME": lambda form: form.go_end(-1),
        }.get(key, lambda form, key=key: form.type(key))(form)
    return form


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (["c"], "abc"),
        (["<", "c"], "acb"),
        (["HOME", "c"], "cab"),
        (["BS"], "a"),
        (["BS", "BS", "BS"], ""),
        (["HOME", "DEL"], "b"),
        (["c\x1b[31m\n"], "abc[31m"),
    ],
)
def test_letters_go_where_the_caret_is(keys: list[str], value: str) -> None:
    assert typed(Form((TEXT,)).go_to(0), *keys).value("path") == value


@pytest.mark.parametrize(
    ("keys", "value"),
    [([">"], "tsv"), (["<"], "jsonl"), ([">", ">", ">"], "csv"), (["j"], "jsonl"), (["x"], "csv"), (["BS"], "csv")],
)
def test_choices_are_gone_through_and_found_by_their_letter(keys: list[str], value: str) -> None:
    assert typed(Form((CHOICE,)), *keys).value("format") == value


def test_the_cursor_stays_on_its_entry_when_others_come() -> None:
    form = Form((TEXT, CHOICE)).go_to(1).offer([Entry("new", "new"), TEXT, CHOICE], {"path": "kept"})
    assert form.entry == CHOICE and form.value("path") == "kept"


def test_a_form_shows_the_part_round_the_cursor() -> None:
    form = Form(tuple(Entry(f"k{number}", f"title {number}", "v", group="G") for number in range(40))).go_to(30)
    shown = form_lines(form, 40, 10)
    assert len(shown.lines) == 10 and 30 in shown.entries


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("/a/tr", ["train.conll", "test.conll"], ("/a/train.conll", [])),
        ("/a/t", ["train.conll", "test.conll"], ("/a/t", ["test.conll", "train.conll"])),
        ("sp", ["spans.csv", "spare.csv"], ("spa", ["spans.csv", "spare.csv"])),
        ("", [".git/", "data/"], ("data/", [])),
        (".", [".git/", "data/"], (".git/", [])),
        ("x", ["data/"], ("x", [])),
    ],
)
def test_a_path_is_completed_as_far_as_it_is_clear(text: str, names: list[str], expected: object) -> None:
    assert complete(text, names) == expected


def generate_form(**values: str) -> Form:
    form = Form().offer(generating.entries_of([POLES], Form(), Checked((EXAMPLES,), 7)))
    return form.offer(generating.entries_of([POLES], form, Checked((EXAMPLES,), 7)), form.values | values)


def test_only_models_with_a_recipe_are_offered() -> None:
    entry = next(entry for entry in generate_form().entries if entry.key == "model")
    assert entry.choices == ("ner", "pairs", "all")


def test_what_was_typed_is_what_is_set() -> None:
    form = generate_form(**{"setting.examples": "300", "seed": "11", "preset": "quick"})
    overrides = generating.overrides_of(form, [EXAMPLES])
    assert overrides == ["ner.data.recipe.examples=300"]
    assert generating.arguments_of([POLES], form, overrides) == [
        *("generate", "/p/poles.yaml", "ner", "--preset", "quick"),
        *("--set", "ner.data.recipe.examples=300", "--seed", "11"),
    ]
    assert generating.overrides_of(generate_form(), [EXAMPLES]) == []


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({}, ""),
        ({"seed": "-1"}, "is not a seed"),
        ({"seed": "٣"}, "is not a seed"),
        ({"setting.examples": " "}, "empty"),
    ],
)
def test_what_the_form_itself_can_tell_is_said(values: dict[str, str], word: str) -> None:
    said = generating.problem_in([POLES], generate_form(**values))
    assert word in said and bool(word) == bool(said)


def import_form(**values: str) -> Form:
    form = Form().offer(importing.entries_of([POLES], Form()))
    form = form.offer(importing.entries_of([POLES], form), form.values | values)
    return form.offer(importing.entries_of([POLES], form), form.values | values)


def test_each_task_is_asked_for_what_it_takes() -> None:
    assert "scale" in import_form(model="pairs").values and "scale" not in import_form(model="ner").values
    assert "label_column" in import_form(model="faces").values


def test_an_import_is_the_command_that_a_person_would_write() -> None:
    form = import_form(model="faces", source="-a b", test="t", group_columns="person, day", bad=importing.LEAVE_OUT)
    assert importing.arguments_of([POLES], form) == [
        *("import", "/p/poles.yaml", "faces", "--skip-bad", "--group-column=person", "--group-column=day"),
        *("--", "train=-a b", "test=t"),
    ]
    plain = import_form(source="x.conll", format="conll", shares="80/10/10")
    assert importing.arguments_of([POLES], plain) == [
        *("import", "/p/poles.yaml", "ner", "--format", "conll", "--shares=80/10/10", "--", "x.conll")
    ]


def test_problems_are_told_in_the_words_of_the_form() -> None:
    assert importing.in_the_form("bad; or leave bad rows out with --skip-bad").endswith("with `bad rows`")
    said = in_the_form("--set ner.data.recipe.examples=1x: data.recipe.examples: must be a whole number, not '1x'")
    assert said == "examples: must be a whole number, not '1x'"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("texts written: 1,200 of 3,000", ("texts written", 1200, 3000)),
        ("pictures read: 7", ("pictures read", 7, 0)),
        ("error: no such file", None),
        ("drawn from the training rows: test 10%", None),
    ],
)
def test_progress_is_told_from_words(line: str, found: object) -> None:
    assert progress_of(line) == found
