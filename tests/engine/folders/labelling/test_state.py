"""Replaying a label log: current labels, undo, skips, notes, passes."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.folders.labelling.log import Act, Entry
from engine.folders.labelling.state import LabelState, replay


def log(*acts: tuple[Any, ...]) -> list[Entry]:
    """Entries from (act, path or id, label, who, turn)."""
    entries = []
    for number, (act, *facts) in enumerate(acts):
        target, label, who, turn = [*facts, *["", "", "me", 1][len(facts) :]]
        of = {"of": target} if act == "undo" else {"path": target}
        entries.append(
            Entry(id=str(number), t=float(number), act=act, taxonomy="v2", who=who, turn=turn, label=label, **of)
        )
    return entries


def test_the_newest_label_stands() -> None:
    state = replay(log(("label", "a", "x"), ("label", "b", "x"), ("label", "a", "y")), "v2")
    assert {path: entry.label for path, entry in state.labels.items()} == {"a": "y", "b": "x"}


def test_an_undo_brings_the_former_label_back() -> None:
    state = replay(log(("label", "a", "x"), ("label", "a", "y"), ("undo", "1")), "v2")
    assert state.labels["a"].label == "x"
    assert replay(log(("label", "a", "x"), ("undo", "0")), "v2").labels == {}


def test_undo_after_undo_goes_further_back() -> None:
    state = replay(log(("label", "a", "x"), ("skip", "b"), ("undo", "1")), "v2")
    undoable = state.undoable("me", 1)
    assert undoable is not None and undoable.id == "0" and state.skipped == {}


def test_people_and_passes_undo_their_own() -> None:
    state = replay(
        log(("label", "a", "x", "me", 1), ("label", "a", "y", "you", 1), ("label", "a", "z", "me", 2)), "v2"
    )
    found = [state.undoable(who, turn) for who, turn in (("me", 1), ("you", 1), ("me", 2), ("you", 2))]
    assert [entry.id if entry else None for entry in found] == ["0", "1", "2", None]
    assert state.by_rater == {("me", 1): {"a": "x"}, ("you", 1): {"a": "y"}, ("me", 2): {"a": "z"}}


def test_a_label_ends_a_skip_and_a_note_stays() -> None:
    entries = log(("skip", "a"), ("label", "a", "x"))
    entries.append(Entry(id="n", t=9.0, act="note", taxonomy="v2", who="me", path="a", text="sure?"))
    state = replay(entries, "v2")
    assert state.skipped == {1: set()} and state.notes == {"a": "sure?"}


def test_another_taxonomy_is_another_state() -> None:
    assert replay(log(("label", "a", "x")), "legacy").labels == {}


ACTS: list[Act] = ["label", "skip", "note", "undo", "batch", "pass"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(ACTS), st.sampled_from("abc"), st.sampled_from("xy"), st.integers(0, 12)),
        max_size=14,
    )
)
def test_entry_by_entry_and_all_at_once_are_the_same(acts: list[tuple[Act, str, str, int]]) -> None:
    entries = [
        Entry(id=str(at), t=float(at), act=act, taxonomy="v2", who="me", path=path, label=label, of=str(of))
        for at, (act, path, label, of) in enumerate(acts)
        # What an undo names has been there before it.
        if act != "undo" or of < at
    ]
    state = LabelState("v2")
    for entry in entries:
        state.add(entry)
    # A pass over sets that are empty differs in nothing that can be asked.
    whole = replay(entries, "v2")
    assert (state.labels, state.by_rater, state.notes, state.batch, state.turns, state.touched) == (
        whole.labels, whole.by_rater, whole.notes, whole.batch, whole.turns, whole.touched,
    )  # fmt: skip
    assert {t: s for t, s in state.skipped.items() if s} == {t: s for t, s in whole.skipped.items() if s}
    assert state.undoable("me", 1) == whole.undoable("me", 1)
