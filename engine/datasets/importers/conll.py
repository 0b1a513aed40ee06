"""CoNLL: a token and its tag per line, a blank line between sentences.

Columns are parted by tabs, or by spaces where a line has no tab; the token is the first, the tag the last.
Tags may be BIO (IOB1 and IOB2), BIOES or BILOU.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from engine.datasets.importers.found import Found, Problems
from engine.datasets.importers.lines import Lines

MAX_TOKENS = 100_000
"""Of one sentence: more means that the blank lines are missing."""
_TAG = re.compile(r"O|[BIESLUM]-\S.*")
_STARTS, _ENDS = {"B", "S", "U"}, {"E", "L", "S", "U"}


def read_conll(lines: Lines, problems: Problems) -> Iterator[Found]:
    """Each sentence: its tokens joined by single spaces, with exact spans."""
    tokens: list[str] = []
    tags: list[str] = []
    start, document, bad = 0, 0, False
    for number, line in lines:
        if not line.strip():
            if tokens and not bad:
                yield _sentence(tokens, tags, lines.where(start), document)
            tokens, tags, bad = [], [], False
            continue
        token, tag = _columns(line)
        if token == "-DOCSTART-":
            document += 1
            continue
        if token.startswith("#") and not _TAG.fullmatch(tag):
            continue  # a comment, as CoNLL-U has them
        if bad:
            continue
        start = start if tokens else number
        problem = _problem_with(token, tag, len(tokens), line)
        if problem:
            problems.add(lines.where(number), *problem)
            bad, tokens = True, tokens or [""]
            continue
        tokens.append(token)
        tags.append(tag)
    if tokens and not bad:
        yield _sentence(tokens, tags, lines.where(start), document)


def spans_of(tokens: Sequence[str], tags: Sequence[str]) -> tuple[str, list[dict[str, Any]]]:
    """The text of tokens joined by spaces, and its entities.

    An `I-` with nothing of its type before it begins an entity: so IOB1 means it, and seqeval reads it.
    """
    entities: list[dict[str, Any]] = []
    text, open_label = "", None
    for token, tag in zip(tokens, tags, strict=True):
        text += " " if text else ""
        start, text = len(text), text + token
        prefix, _, label = tag.partition("-")
        if tag == "O":
            open_label = None
            continue
        if prefix not in _STARTS and open_label == label:
            entities[-1]["end"] = len(text)
        else:
            entities.append({"start": start, "end": len(text), "label": label})
        open_label = None if prefix in _ENDS else label
    return text, entities


def _columns(line: str) -> tuple[str, str]:
    columns = line.rstrip().split("\t") if "\t" in line.rstrip() else re.split(" +", line.strip())
    return columns[0].strip(" "), columns[-1].strip() if len(columns) > 1 else ""


def _problem_with(token: str, tag: str, before: int, line: str) -> tuple[str, str] | None:
    if not tag:
        return f"{line.strip()[:40]!r} has a token and no tag", "write the token, a tab and its tag"
    if not token:
        return "the line has a tag and no token", "write the token before the tag"
    if "\r" in token:
        return "a carriage return inside the line", "give the file plain line ends"
    if not _TAG.fullmatch(tag):
        return f"{tag[:40]!r} is no tag", "write O, B-TYPE or I-TYPE (BIOES and BILOU are read too)"
    if before >= MAX_TOKENS:
        return f"a sentence of more than {MAX_TOKENS} tokens", "put a blank line between sentences"
    return None


def _sentence(tokens: list[str], tags: list[str], where: str, document: int) -> Found:
    text, entities = spans_of(tokens, tags)
    row: dict[str, Any] = {"text": text, "entities": entities}
    if document:
        row["group"] = f"{where.rsplit(':', 1)[0].rsplit('/', 1)[-1]} document {document}"
    return Found(row, where)
