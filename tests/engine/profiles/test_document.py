"""YAML with positions: what is read, what is refused, and in which words."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.profiles.document import MAX_BYTES, MAX_DEPTH, merge, parse_document, parse_value, read_document
from tests.any_text import any_text

texts = st.text(st.characters(exclude_categories=("Cc", "Cs")))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def problem(text: str) -> str:
    _, problems = parse_document(text, "a.yaml")
    assert problems, "was accepted"
    return str(problems[0])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1e-4", 1e-4),
        ("5.0e-4", 5e-4),
        ("-3", -3),
        ("0.85", 0.85),
        (".5", 0.5),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("no", "no"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("2026-11-20", "2026-11-20"),
        ("G.O. 95", "G.O. 95"),
        ("1.2.3", "1.2.3"),
        ("'1'", "1"),
        ('"true"', "true"),
    ],
)
def test_plain_values_follow_the_core_schema(written: str, meant: object) -> None:
    node, problems = parse_value(written, "a.yaml")
    assert not problems
    assert node.plain() == meant
    assert type(node.plain()) is type(meant)


def test_infinity_and_nan_are_numbers() -> None:
    assert parse_value("-.inf", "a")[0].plain() == -math.inf
    assert math.isnan(parse_value(".nan", "a")[0].plain())


def test_every_node_knows_its_line_column_and_path() -> None:
    node, _ = parse_document("a:\n  b: [x,\n    y]\n", "a.yaml")
    item = node.get("a", "b").value[1]
    assert (item.place.line, item.place.column, item.path) == (3, 5, "a.b.1")
    key = node.get("a", "b").key
    assert (key.line, key.column) == (2, 3)


@given(st.dictionaries(texts, values, max_size=5))
def test_a_mapping_that_is_accepted_is_read_as_it_was_written(mapping: dict[str, object]) -> None:
    node, problems = parse_document(json.dumps(mapping, ensure_ascii=False), "a.yaml")
    if not problems:
        assert node.plain() == mapping


@given(st.dictionaries(st.text("abc <&*-_ 'é:#[", max_size=6).filter(lambda key: key != "<<"), st.integers()))
def test_every_mapping_in_json_is_accepted(mapping: dict[str, object]) -> None:
    assert parse_document(json.dumps(mapping, ensure_ascii=False), "a.yaml")[1] == []


def test_aliases_are_written_out() -> None:
    node, problems = parse_document("a: &x {b: 1}\nc: [*x, *x]\n", "a.yaml")
    assert not problems
    assert node.plain() == {"a": {"b": 1}, "c": [{"b": 1}, {"b": 1}]}


def test_a_billion_laughs_are_refused_at_once() -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    started = time.perf_counter()
    assert "expands to more than" in problem("\n".join(lines))
    assert time.perf_counter() - started < 1


def test_nesting_is_limited_in_the_text_and_through_aliases() -> None:
    assert f"nested deeper than {MAX_DEPTH}" in problem("a: " + "[" * 100_000)
    chain = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 3000)]
    assert f"nested deeper than {MAX_DEPTH}" in problem("\n".join(chain))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: !!python/object/apply:os.system [id]", "a.yaml:1:4: a: the tag tag:yaml.org,2002:python/object"),
        ("a: !!binary aGk=", "the tag"),
        ("a: *nothing", "a.yaml:1:4: a: the alias *nothing refers to nothing above it"),
        ("a: &x [*x]", "the alias *x refers to itself"),
        ("a: &x {b: 1}\nc:\n  <<: *x", "a.yaml:3:3: c.<<: merge keys are not read; use a preset"),
        ("a: 1\n---\nb: 2", "a.yaml:2:1: a second document begins; keep one per file"),
        ("[1]: 2", "a key must be text"),
        ("? {a: b}\n: 2", "a key must be text"),
        ("a: 1\na: 2", "a.yaml:2:1: a: written twice (first on line 1); keep one of them"),
        ("a: [1", "not YAML"),
        ("a:\n\t- b", "not YAML"),
        ("a: b: c", "not YAML"),
        ("", "a.yaml:1:1: the file is empty"),
        ("- a", "must hold a mapping"),
        ("hello", "must hold a mapping"),
        ("a: \x07", "a.yaml"),
    ],
)
def test_what_is_refused_is_refused_in_one_sentence(text: str, message: str) -> None:
    said = problem(text)
    assert message in said
    assert said.isprintable()


def test_duplicate_keys_are_all_listed() -> None:
    _, problems = parse_document("a: 1\nb: {c: 1, c: 2}\na: 3\n", "a.yaml")
    assert [(found.field, found.place.line) for found in problems] == [("b.c", 2), ("a", 3)]


def test_a_key_cannot_send_codes_to_the_terminal() -> None:
    assert problem('"\\e[2J": 1\n"\\e[2J": 2').isprintable()


@given(any_text() | st.text("[]{}&*!:-<'\"|>%@`#,? \n\tab0"))
def test_any_text_is_read_or_refused_without_another_error(text: str) -> None:
    node, problems = parse_document(text, "a.yaml")
    assert isinstance(node.plain(), dict)
    assert all(str(found).isprintable() for found in problems)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_without_another_error(tmp_path_factory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("bytes") / "a.yaml"
    path.write_bytes(content)
    node, _ = read_document(path)
    assert isinstance(node.plain(), dict)


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "big.yaml").write_text("a: " + "x" * MAX_BYTES)
    (tmp_path / "latin.yaml").write_bytes(b"a: 1\nb: caf\xe9\n")
    assert "longer than 1024 KiB" in str(read_document(tmp_path / "big.yaml")[1][0])
    assert "latin.yaml:2:1: not UTF-8" in str(read_document(tmp_path / "latin.yaml")[1][0])
    assert "no such file" in str(read_document(tmp_path / "absent.yaml")[1][0])
    assert "no such file" in str(read_document(tmp_path)[1][0])


def test_merging_takes_the_upper_value_and_leaves_both_sides_alone() -> None:
    below, above = (parse_document(text, "a")[0] for text in ("a: {x: 1, y: [1, 2]}", "a: {y: [3]}\nb: 1"))
    assert merge(below, above).plain() == {"a": {"x": 1, "y": [3]}, "b": 1}
    assert below.plain() == {"a": {"x": 1, "y": [1, 2]}}
