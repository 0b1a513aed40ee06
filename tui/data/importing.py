"""The form of Import: its entries, and the command that they mean. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tui.data.form import Entry, Form
from tui.data.offers import ProfileOffer

TOLD = "told by itself"
STOP, LEAVE_OUT = "end the import", "leave them out"
BY_ITSELF = "as the task needs"
TEXTS = {
    "token-classification": ("conll", "jsonl"),
    "sentence-similarity": ("csv", "tsv", "jsonl"),
    "text-classification": ("lines", "csv", "tsv", "jsonl"),
}
BOXES = ("yolo", "coco", "voc", "labelstudio")
PICTURES = ("folders", "csv", "tsv", "jsonl")
FORMATS = {
    **TEXTS,
    "object-detection": BOXES,
    "image-classification": PICTURES,
    "image-feature-extraction": PICTURES,
}
"""Task → formats that its examples come in."""
ENCODINGS = ("utf-8", "latin-1", "cp1252", "iso-8859-15")
LABELLED = frozenset({"image-classification", "image-feature-extraction"})
OPTIONS = {
    "encoding": "--encoding",
    "scale": "--scale",
    "shares": "--shares",
    "split_by": "--split-by",
    "unseen": "--unseen-share",
    "root": "--root",
    "path_column": "--path-column",
    "label_column": "--label-column",
}
TITLES = {
    "--skip-bad": "bad rows",
    "--format": "format",
    "--encoding": "encoding",
    "--scale": "scores from..to",
    "--shares": "shares",
    "--split-by": "split by",
    "--unseen-share": "unseen labels",
    "--root": "paths begin in",
    "--path-column": "path column",
    "--label-column": "label column",
    "--group-column": "group columns",
    "--condition-column": "conditions",
}
"""Option of `engine data import` → what the form calls it."""
REPEATED = {"group_columns": "--group-column", "condition_columns": "--condition-column"}


def entries_of(offers: Sequence[ProfileOffer], form: Form) -> list[Entry]:
    """What is asked for a model of this task."""
    usable = [offer for offer in offers if importable(offer)]
    names = tuple(offer.name for offer in usable)
    profile = profile_of(offers, form)
    if profile is None:
        return []
    models = tuple(importable(profile))
    model = _one_of(form.value("model"), models)
    task = task_of(profile, model)

    def text(key: str, title: str, hint: str, help: str, group: str, *, is_path: bool = False) -> Entry:
        return Entry(key, title, form.value(key), hint=hint, help=help, group=group, is_path=is_path)

    def choice(key: str, title: str, choices: tuple[str, ...], help: str, group: str) -> Entry:
        return Entry(key, title, _one_of(form.value(key), choices), choices, help=help, group=group)

    what = "a file" if task in TEXTS else "a folder or file"
    files, reading, columns = "Files", "How they are read", "Columns and splits"
    entries = [
        text(
            "source",
            "path",
            f"{what}; Tab completes",
            "Write the path of the examples, with their splits or to be split.",
            files,
            is_path=True,
        ),
        text(
            "validation",
            "validation",
            "in the path above, or drawn",
            "A file of its own for it.",
            files,
            is_path=True,
        ),
        text("test", "test", "in the path above, or drawn", "A file of its own for it.", files, is_path=True),
        Entry("profile", "profile", profile.name, names, help="Whose model the examples are for.", group="For"),
        Entry("model", "model", model, models, help=f"Task {task}.", group="For"),
        choice("format", "format", (TOLD, *FORMATS.get(task, ())), "Told by name and content.", reading),
        choice("bad", "bad rows", (STOP, LEAVE_OUT), "What cannot be used is named with file and line.", reading),
    ]
    if task not in ("object-detection",):
        entries.append(choice("encoding", "encoding", ENCODINGS, "Of the letters in the files.", reading))
    if task == "sentence-similarity":
        entries.append(text("scale", "scores from..to", "told from them", "Such as 1..5; stored as 0 to 1.", reading))
    entries.append(
        text("shares", "shares", "70/20/10", "Train, validation, test, where the files name no splits.", columns)
    )
    if task in LABELLED:
        entries += [
            choice("split_by", "split by", (BY_ITSELF, "within", "group"), SPLIT_HELP, columns),
            text(
                "unseen", "unseen labels", "none", "Part of the labels that stand in the test alone: 0.25.", columns
            ),
            text("path_column", "path column", "told by its name", "Of a table: the picture's path.", columns),
            text("label_column", "label column", "told by its name", "Of a table: the label.", columns),
            text("group_columns", "group columns", "none", GROUP_HELP, columns),
            text("condition_columns", "conditions", "all further columns", CONDITION_HELP, columns),
            text(
                "root",
                "paths begin in",
                "the table's own folder",
                "The folder of the pictures.",
                columns,
                is_path=True,
            ),
        ]
    return entries


SPLIT_HELP = "within: each label in every split; group: groups stay whole."
GROUP_HELP = "What must not be in two splits, such as person or day; with commas between several."
CONDITION_HELP = "What reports break figures down by; with commas between several."


def importable(offer: ProfileOffer) -> list[str]:
    """The models of a profile that files can be imported for."""
    return [model.name for model in offer.models if model.task in FORMATS]


def profile_of(offers: Sequence[ProfileOffer], form: Form) -> ProfileOffer | None:
    """The profile that is chosen; the first that anything can be imported for where none is."""
    usable = [offer for offer in offers if importable(offer)]
    return next((offer for offer in usable if offer.name == form.value("profile")), usable[0] if usable else None)


def task_of(profile: ProfileOffer, model: str) -> str:
    """What the model does."""
    found = profile.model(model)
    return found.task if found is not None else ""


def problem_in(offers: Sequence[ProfileOffer], form: Form) -> str:
    """What is wrong that the form itself can tell; empty where nothing is."""
    if profile_of(offers, form) is None:
        return "There is no profile with a model that files can be imported for: write one to profiles/NAME.yaml."
    return ""


def arguments_of(offers: Sequence[ProfileOffer], form: Form) -> list[str]:
    """Those of `engine data`."""
    profile = profile_of(offers, form)
    assert profile is not None
    said = ["import", str(profile.path), form.value("model")]
    if form.value("format") not in ("", TOLD):
        said += ["--format", form.value("format")]
    if form.value("bad") == LEAVE_OUT:
        said.append("--skip-bad")
    for key, option in OPTIONS.items():
        value = form.value(key)
        if value and value not in (BY_ITSELF,) and not (key == "encoding" and value == ENCODINGS[0]):
            said.append(f"{option}={value}")
    for key, option in REPEATED.items():
        said += [f"{option}={name.strip()}" for name in form.value(key).split(",") if name.strip()]
    others = [f"{split}={form.value(split)}" for split in ("validation", "test") if form.value(split)]
    source = form.value("source")
    return [*said, "--", f"train={source}" if others else source, *others]


def in_the_form(problem: str) -> str:
    """A problem that names options of the command, as the form names them."""
    for option, title in sorted(TITLES.items(), key=lambda each: -len(each[0])):
        problem = problem.replace(option, f"`{title}`")
    return problem


def _one_of(value: str, choices: Sequence[str]) -> str:
    return value if value in choices else choices[0] if choices else ""
