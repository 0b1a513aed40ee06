"""Takes a subject out of the files of a run, a model, a curation, a download: each kind of file in its own way.

Every file is replaced atomically or removed, and one that holds nothing of the subject is not written. Doing it again
changes nothing, so that what a kill interrupted is simply done once more.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import psutil

from engine.errors import InputError
from engine.evaluation.report import Report, as_markdown, pictures_of, read_report, without_content
from engine.files import atomic_file, read_json, write_atomic, write_json
from engine.model_directory import CARD, EXPECTED, read_expected
from engine.privacy.datasets import remove_directory
from engine.privacy.mending import INLINE, Mender, encoding_of
from engine.privacy.traces import Traces
from engine.tasks.catalog import find_task

RASTERS = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".pgm", ".ppm"}
"""What people look at and no search can read."""
ARCHIVES = {".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz"}
INDEX = ("chroma.sqlite3", "index.json")
REFERENCES = ("references.json", "vectors.safetensors")
CHECKPOINTS = "checkpoints"
_DRAWN_IN = "-pictures"


@dataclass(frozen=True)
class Kept:
    """What to take out of a tree, and how much of it."""

    traces: Traces
    mender: Mender
    is_of_the_run: bool
    """The tree belongs to a training on the subject: pictures that do not say whom they show go, too, with the
    checkpoints, by which the training could only go on on the subject."""


def mend_tree(root: Path, kept: Kept) -> None:
    """Take it out of everything below `root`. What no rule here can mend is left; a search finds it."""
    for folder in _folders(root):
        _settle_references(folder)
    has_references = any(_is_reference_set_of(folder, kept.traces) for folder in _folders(root))
    # Indexes first: they are made anew of the references, which a kill in between would have to show to be changed.
    for folder in _folders(root):
        is_index = any((folder / name).exists() for name in INDEX) or folder.name.endswith("-index")
        is_own_index = is_index and (kept.is_of_the_run or has_references or _holds(folder, kept.traces))
        if is_own_index or (folder.name == CHECKPOINTS and kept.is_of_the_run):
            remove_directory(folder)
    for folder in _folders(root):
        _empty_templates(folder, kept)
        _mend_references(folder, kept)
    for path in list(files_below(root)):
        if path.exists():  # a report takes its pictures along
            mend_file(path, kept)


def mend_file(path: Path, kept: Kept) -> None:
    """Take it out of one file."""
    if path.suffix.lower() in RASTERS:
        _raster(path, kept)
        return
    if path.name.startswith(".") and path.name.endswith(".tmp"):
        if _is_left_over(path) or kept.traces.in_file(path) is not None:
            path.unlink(missing_ok=True)
        return
    rule = _BY_NAME.get(path.name) or _BY_SUFFIX.get(path.suffix.lower())
    if path.suffix.lower() in ARCHIVES:
        if kept.traces.in_file(path) is not None:
            path.unlink()
    elif rule is not None and (kept.is_of_the_run or kept.traces.in_file(path) is not None):
        rule(path, kept)


def _is_left_over(path: Path) -> bool:
    """Whether what was written aside (engine.files.aside) is of a process that is gone: it may be empty still,
    and hold nothing that could be searched for."""
    parts = path.name.split(".")
    return len(parts) >= 5 and parts[-3].isdigit() and not psutil.pid_exists(int(parts[-3]))


def files_below(root: Path) -> Iterator[Path]:
    """Every file, also those that are hidden; links are not followed."""
    if root.is_file():
        yield root
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = Path(folder) / name
            if path.is_file() and not path.is_symlink():
                yield path


def _folders(root: Path) -> list[Path]:
    found = [Path(folder) for folder, _, _ in os.walk(root)]
    return [folder for folder in found if folder.is_dir()]


def _holds(folder: Path, traces: Traces) -> bool:
    return any(traces.in_file(path) is not None for path in files_below(folder))


def _raster(path: Path, kept: Kept) -> None:
    drawn = kept.is_of_the_run and any(part.endswith(_DRAWN_IN) or part == "pictures" for part in path.parent.parts)
    named = kept.mender.is_of_picture(path.name) or kept.traces.says_name(path.stem)
    if drawn or named or kept.traces.in_file(path) is not None:
        path.unlink()


def _is_reference_set_of(folder: Path, traces: Traces) -> bool:
    facts = folder / REFERENCES[0]
    return facts.is_file() and traces.in_file(facts) is not None


def _settle_references(folder: Path) -> None:
    """A killed writer may have left a reference set aside: where none stands in its place it is put there, for it is
    whole then (engine.files.atomic_directory), else it goes."""
    if not folder.name.startswith(".") or not _is_left_over(folder):
        return
    is_whole = (folder / REFERENCES[0]).is_file()
    held = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    place = folder.with_name(folder.name[1:].rsplit(".", 3)[0])
    if is_whole and not place.exists():
        folder.rename(place)
    elif is_whole or held <= set(REFERENCES):  # or cut off before it held anything that can be used
        remove_directory(folder)


def _mend_references(folder: Path, kept: Kept) -> None:
    """The vectors of the subject's pictures leave the reference set; the others stay as they are."""
    if not _is_reference_set_of(folder, kept.traces):
        return
    try:
        from engine.retrieval.references import saved_references

        references = saved_references(folder)
    except (ImportError, InputError):
        # Torn, or what reads them is not installed: without them the model answers nothing, with them it knows who.
        for name in REFERENCES:
            (folder / name).unlink(missing_ok=True)
        return
    own = {kept.traces.removal.subject} - {""}
    images = {image for image in references.images if kept.mender.is_of_picture(image)}
    references.without(labels=own, groups=own, images=images).save(folder)


def _empty_templates(folder: Path, kept: Kept) -> None:
    """What a model keeps of one label: no search would find it. Before the card, which says where it stands, gets
    another name; after a kill in between it has that already."""
    removal = kept.traces.removal
    if not removal.subject or not (folder / CARD).is_file():
        return
    try:
        find_task(str(read_json(folder / CARD).get("task"))).forget(folder, {removal.subject, removal.pseudonym})
    except (OSError, ValueError, msgspec.MsgspecError):
        return  # no card of ours


def _write_if_other(path: Path, text: str) -> None:
    content = text.encode("utf-8", "surrogateescape")
    if path.read_bytes() != content:
        write_atomic(path, content)


def _json(path: Path, kept: Kept) -> None:
    try:
        value = msgspec.json.decode(path.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        _text(path, kept)
        return
    mended = _mended(value, kept.mender)
    if mended != value:
        write_json(path, mended)


def _mended(value: Any, mender: Mender) -> Any:
    if isinstance(value, dict):
        return mender.document(value)
    return mender.value(value)


def _lines(path: Path, kept: Kept) -> None:
    """Line by line: a run has very many."""
    if not _some(path, lambda line: kept.mender.event(line, of_the_run=kept.is_of_the_run) != line):
        return
    with atomic_file(path) as temporary, temporary.open("wb") as out, path.open("rb") as lines:
        for line in lines:
            out.write(kept.mender.event(line, of_the_run=kept.is_of_the_run))


def _some(path: Path, differs: Callable[[bytes], bool]) -> bool:
    with path.open("rb") as lines:
        return any(differs(line) for line in lines)


def _table(path: Path, kept: Kept) -> None:
    content = path.read_bytes()
    # What a spreadsheet made of it; rows that hold nothing stay as they were, but for needless quotation marks.
    encoding = encoding_of(content)
    mended = kept.mender.table(content.decode(encoding, "surrogateescape")).encode(encoding, "surrogateescape")
    if mended != content:
        write_atomic(path, mended)


def _yaml(path: Path, kept: Kept) -> None:
    import yaml

    content = path.read_text()
    try:
        value = yaml.safe_load(content)
    except yaml.YAMLError:
        _text(path, kept)
        return
    mended = _mended(value, kept.mender)
    if mended != value:
        write_atomic(path, yaml.safe_dump(mended, sort_keys=False, allow_unicode=True))


def _text(path: Path, kept: Kept) -> None:
    _write_if_other(path, kept.mender.text(path.read_bytes().decode("utf-8", "surrogateescape")))


def _expected(path: Path, kept: Kept) -> None:
    """Samples with predictions, in pairs."""
    try:
        samples, predictions = read_expected(path.parent)
    except (OSError, ValueError, msgspec.MsgspecError):
        _text(path, kept)
        return
    pairs = [
        pair
        for pair in zip(samples, predictions, strict=False)
        if kept.mender.keeps_sample(*pair, of_the_run=kept.is_of_the_run)
    ]
    if len(pairs) < max(len(samples), len(predictions)):
        write_json(path, {"samples": [pair[0] for pair in pairs], "predictions": [pair[1] for pair in pairs]})


def _report(path: Path, kept: Kept) -> None:
    """The report, its page and its pictures. Rasters of a run that saw the subject are gone by now."""
    try:
        report = read_report(path)
    except (msgspec.MsgspecError, ValueError):
        _json(path, kept)
        return
    folder = pictures_of(path)
    for picture in report.pictures:
        if (file := folder / picture.name).is_file() and file.suffix.lower() not in RASTERS:
            mend_file(file, kept)
    for file in list(files_below(folder)) if folder.is_dir() else ():
        if file.suffix.lower() in RASTERS:
            _raster(file, kept)
    value = msgspec.to_builtins(without_content(report))
    mended = kept.mender.document(value)
    mended["pictures"] = [one for one in mended["pictures"] if (folder / one["name"]).is_file()]
    if mended != value:
        after = msgspec.convert(mended, Report)
        write_json(path, mended)
        write_atomic(path.with_suffix(".md"), as_markdown(after, folder.name))


def _svg(path: Path, kept: Kept) -> None:
    if kept.is_of_the_run and INLINE.encode() in path.read_bytes():
        path.unlink()
    else:
        _text(path, kept)


_BY_NAME: dict[str, Callable[[Path, Kept], None]] = {EXPECTED: _expected, "report.json": _report}
_BY_SUFFIX: dict[str, Callable[[Path, Kept], None]] = {
    ".json": _json,
    ".jsonl": _lines,
    ".csv": _table,
    ".tsv": _table,
    ".yaml": _yaml,
    ".yml": _yaml,
    ".svg": _svg,
    **dict.fromkeys((".log", ".md", ".txt", ".html"), _text),
}
