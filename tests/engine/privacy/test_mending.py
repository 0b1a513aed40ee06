"""What goes out of texts, tables and JSON, and what stays."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.files import content_name
from engine.privacy.mending import GONE, Mender
from engine.privacy.removal import HEAD_BYTES, Gone, Removal
from engine.privacy.traces import Traces

from .places import face, inline

OWN, OTHER = face(1), face(2)
NAME = content_name(OWN, ".png")
DIGEST = hashlib.sha256(OWN).hexdigest()


def mender(subject: str = "lee", others: tuple[str, ...] = ("lee-2", "lee ann")) -> Mender:
    return Mender(traces(subject, others))


def traces(subject: str = "lee", others: tuple[str, ...] = ("lee-2", "lee ann")) -> Traces:
    gone = Gone(name=NAME, sha256=DIGEST, size=len(OWN), head=OWN[:HEAD_BYTES])
    return Traces(Removal(id="0badcafe", reason="forget", subject=subject, others=list(others), pictures=[gone]))


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("lee", "forgotten-0badcafe"),
        ("the recall of lee fell", "the recall of forgotten-0badcafe fell"),
        ("lee/recall", "forgotten-0badcafe/recall"),
        ("leeward, sleet, lee2 and Lee", "leeward, sleet, lee2 and Lee"),
        ("lee-2 and lee ann are others", "lee-2 and lee ann are others"),
        ("lee-3 is nobody known", "forgotten-0badcafe-3 is nobody known"),
    ],
)
def test_a_name_is_replaced_where_it_is_a_word_and_nobody_elses(text: str, after: str) -> None:
    assert mender().words(text) == after


@pytest.mark.parametrize(
    ("text", "after"), [("7", "forgotten-0badcafe"), ("7/recall", "forgotten-0badcafe/recall"), ("step 7", "step 7")]
)
def test_a_number_is_replaced_as_a_whole_value_only(text: str, after: str) -> None:
    assert mender("7", ()).words(text) == after


@pytest.mark.parametrize(
    "entry",
    [
        {"label": "lee", "image": "files/other.png"},
        {"group": "lee"},
        {"conditions": {"subject": "lee"}},
        {"picture": f"/w/datasets/d/files/{NAME}"},
        {"image": inline(OWN)},
        {"sha256": DIGEST},
    ],
)
def test_an_entry_of_the_subject_goes(entry: dict[str, Any]) -> None:
    assert mender().value(entry) is GONE
    assert mender().value([entry, {"label": "kim"}]) == [{"label": "kim"}]
    assert mender().document({"found": entry, "n": 1}) == {"n": 1}


def test_an_entry_of_somebody_else_stays_without_the_name() -> None:
    entry = {"label": "kim", "predicted": "lee", "image": inline(OTHER), "score": 0.5, "none": None, "yes": True}
    assert mender().value(entry) == {**entry, "predicted": "forgotten-0badcafe"}
    assert mender().document({NAME: 1, "lee/recall": 2}) == {"forgotten-0badcafe/recall": 2}


def test_a_row_of_a_table_that_names_a_picture_goes_as_a_whole() -> None:
    table = {"columns": ["picture", "blur"], "rows": [[f"files/{NAME}", 1], ["files/b.png", 2]]}
    assert mender().document(table)["rows"] == [["files/b.png", 2]]
    assert mender().document({"images": [NAME, "b.png"]}) == {"images": ["b.png"]}


def test_hashes_in_a_text_are_struck_out() -> None:
    text = f"read files/{NAME} ({DIGEST})\nfiles/{'a' * 24}.png is well\n"
    assert mender().text(text) == f"read files/(removed) ((removed))\nfiles/{'a' * 24}.png is well\n"
    assert mender().text(f'<image href="{inline(OWN)}"/>\n<text/>\n') == "<text/>\n"


def test_a_sample_of_nobody_known_goes_with_a_training_on_the_subject_alone() -> None:
    anonymous = {
        "type": "sample",
        "t": 1.0,
        "seq": 4,
        "step": 1,
        "sample": {"image": inline(OTHER)},
        "prediction": {},
    }
    line = json.dumps(anonymous).encode() + b"\n"
    assert mender().event(line, of_the_run=False) == line
    after = json.loads(mender().event(line, of_the_run=True))
    assert (after["type"], after["seq"], after["t"]) == ("log", 4, 1.0)


def test_a_line_that_is_no_event_is_mended_as_a_text() -> None:
    assert mender().event(b'{"torn": "lee\n', of_the_run=True) == b'{"torn": "forgotten-0badcafe\n'
    assert mender().event(b"[1, 2]\n", of_the_run=True) == b"[1, 2]\n"


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=20))
def test_what_has_nothing_of_the_subject_stays_as_it_is(value: Any) -> None:
    assert mender("nobody here", ()).value(value) == value


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_mended_text_does_not_say_the_name(before: str, after: str) -> None:
    subject = traces("mara-lund", ())
    mended = Mender(subject).text(f"{before} mara-lund {after}")
    assert not subject.says_name(mended)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_a_picture_is_found_wherever_it_stands(before: bytes, after: bytes) -> None:
    assert traces().in_bytes(before + OWN + after) == "a picture"
    assert not traces().has_picture(before + OWN[:-1])


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"x" + NAME.encode(), "the hash of a picture"),
        (b"abcdef" + DIGEST.encode(), "the hash of a picture"),
        (inline(OWN).encode(), "a picture in base64"),
        (b'"' + base64.b64encode(OWN) + b'"', "a picture in base64"),
        (b"so said lee.", "the name"),
        (b"so said lee-2.", None),
        (b"sleet", None),
        ("\0\0lee".encode("utf-32-le"), "the name"),
        (OTHER, None),
        (b"", None),
    ],
)
def test_each_form_of_a_trace_is_found(content: bytes, found: str | None, tmp_path: Path) -> None:
    assert traces().in_bytes(content) == found
    (tmp_path / "file").write_bytes(content)
    assert traces().in_file(tmp_path / "file") == found
