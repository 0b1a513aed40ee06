"""Takes a subject out of texts, JSON and tables. Pure functions.

Three rules: an entry that belongs to the subject goes; a reference to one of its pictures goes; where its name stands
otherwise (the order of a head, a row of a table, a sentence) a pseudonym takes its place.
"""

from __future__ import annotations

import base64
import binascii
import csv
import io
import re
from typing import Any

import msgspec

from engine.datasets.files import NAME_LENGTH
from engine.events.schema import MAX_LINE_BYTES
from engine.privacy.traces import Traces, is_telling

WHOSE = ("label", "group", "subject", "identity", "person", "truth")
"""Keys of an entry that say whom it shows."""
INLINE = "data:image/"
A_SAMPLE_WAS_HERE = "a sample was removed at the wish of whoever is in it, or because it was too old"
_HASH = re.compile(r"[0-9a-f]{24,64}(\.[a-z0-9]{1,8}\b)?")
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_REMOVED = "(removed)"


def encoding_of(sheet: bytes) -> str:
    """In which encoding a spreadsheet saved a CSV file, by its first bytes."""
    return next((name for mark, name in _MARKS.items() if sheet.startswith(mark)), "utf-8")


class _Gone:
    """Stands for a value that is to go."""


GONE = _Gone()


class Mender:
    """Takes what `traces` finds out of values."""

    def __init__(self, traces: Traces) -> None:
        self._traces = traces
        self._name, self._pseudonym = traces.removal.subject, traces.removal.pseudonym
        self._replaces = bool(self._name) and is_telling(self._name)

    def value(self, value: Any) -> Any:
        """A value as JSON gives it without the subject; GONE where all of it belongs to it."""
        if isinstance(value, str):
            return GONE if self.is_of_picture(value) else self.words(value)
        if isinstance(value, list):
            return [kept for one in value if (kept := self._element(one)) is not GONE]
        if isinstance(value, dict):
            return GONE if self.belongs(value) else self._entries(value)
        return value

    def document(self, value: dict[str, Any]) -> dict[str, Any]:
        """A whole document: what is in it may go, itself stays."""
        return self._entries(value)

    def belongs(self, entry: dict[str, Any]) -> bool:
        """Whether an entry is about the subject, or shows one of its pictures."""
        if self._name and any(entry.get(key) == self._name for key in WHOSE):
            return True
        conditions = entry.get("conditions")
        if self._name and isinstance(conditions, dict) and conditions.get("subject") == self._name:
            return True
        return any(isinstance(one, str) and self.is_of_picture(one) for one in entry.values())

    def is_of_picture(self, text: str) -> bool:
        """Whether a text names a picture that goes, or is one."""
        if text.startswith(INLINE):
            try:
                return self._traces.has_picture(base64.b64decode(text.partition(",")[2], validate=True))
            except binascii.Error:
                return False
        return len(text) >= NAME_LENGTH and len(text) < 4096 and self._traces.has_hash(text.encode())

    def shows(self, content: bytes) -> bool:
        """Whether a content that cannot be taken apart holds anything of the subject."""
        return self._traces.in_bytes(content) is not None

    def words(self, text: str) -> str:
        """A text with the pseudonym in place of the name."""
        if text == self._name and text:
            return self._pseudonym
        if not self._replaces:
            parts = text.split("/")
            if self._name and self._name in parts and len(text) < 200:
                return "/".join(self._pseudonym if part == self._name else part for part in parts)
            return text
        return self._traces.pattern.sub(lambda m: self._pseudonym if m.group() == self._name else m.group(), text)

    def text(self, text: str) -> str:
        """A file of text: hashes of pictures go, the name is replaced."""

        def without(match: re.Match[str]) -> str:
            return _REMOVED if self._traces.has_hash(match.group().encode()) else match.group()

        kept = [line for line in text.splitlines(keepends=True) if not self._shows_inline(line)]
        return self.words(_HASH.sub(without, "".join(kept)))

    def event(self, line: bytes, *, of_the_run: bool) -> bytes:
        """A line of a run's events. A sample of the subject becomes a note, so that no number is missing.

        `of_the_run`: the run was trained on the subject; a sample with a picture in it that does not say whom it
        shows goes, too.
        """
        try:
            event = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return self.text(line.decode("utf-8", "replace")).encode()
        if not isinstance(event, dict):
            return line
        if event.get("type") == "sample":
            changed = self._sample(event, of_the_run)
        else:
            changed = self.document(event)
        if changed == event:
            return line
        encoded = msgspec.json.encode(changed) + b"\n"
        return encoded if len(encoded) <= MAX_LINE_BYTES else msgspec.json.encode(_note(event)) + b"\n"

    def keeps_sample(self, sample: Any, prediction: Any, *, of_the_run: bool) -> bool:
        """Whether a sample and its prediction are somebody else's."""
        both = {"sample": sample, "prediction": prediction}
        if self.document(both) != both:
            return False
        return not (of_the_run and _is_anonymous(sample))

    def table(self, content: str) -> str:
        """CSV: rows of the subject go; where another's row names one of its pictures, that cell is emptied."""
        head = content.partition("\n")[0]
        delimiter = max(",;\t", key=head.count)
        out = io.StringIO()
        writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n" if head.endswith("\r") else "\n")
        for number, row in enumerate(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)):
            pictures = [cell for cell in row if _HASH.search(cell)]
            named = {self._name, f"relabel:{self._name}"} if self._name else set()
            is_own = bool(named & {*row} or (pictures and self.is_of_picture(pictures[0])))
            if number and is_own:
                continue
            writer.writerow(["" if self.is_of_picture(cell) else self.words(cell) for cell in row])
        return out.getvalue()

    def _element(self, one: Any) -> Any:
        """Of a list. A row of a table that names a picture goes as a whole, else its columns would not fit."""
        if isinstance(one, list) and any(isinstance(cell, str) and self.is_of_picture(cell) for cell in one):
            return GONE
        return self.value(one)

    def _entries(self, entry: dict[str, Any]) -> dict[str, Any]:
        kept = {
            self.words(str(key)): self.value(value)
            for key, value in entry.items()
            if not self.is_of_picture(str(key))
        }
        return {key: value for key, value in kept.items() if value is not GONE}

    def _sample(self, event: dict[str, Any], of_the_run: bool) -> dict[str, Any]:
        if not self.keeps_sample(event.get("sample"), event.get("prediction"), of_the_run=of_the_run):
            return _note(event)
        return event

    def _shows_inline(self, line: str) -> bool:
        return INLINE in line and self._traces.in_bytes(line.encode()) is not None


def _note(event: dict[str, Any]) -> dict[str, Any]:
    return {
        **{key: event[key] for key in ("t", "seq") if key in event},
        "type": "log",
        "level": "info",
        "message": A_SAMPLE_WAS_HERE,
    }


def _is_anonymous(sample: Any) -> bool:
    """Whether a sample carries a picture and does not say whom it shows."""
    if not isinstance(sample, dict) or any(isinstance(sample.get(key), str) for key in WHOSE):
        return False
    return any(isinstance(value, str) and value.startswith(INLINE) for value in sample.values())
