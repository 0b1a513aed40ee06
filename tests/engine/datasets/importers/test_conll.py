import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.importers.conll import read_conll, spans_of
from engine.datasets.importers.found import Problems
from engine.datasets.importers.lines import Lines
from tests.any_text import any_text


def sentences(path: Path, content: str | bytes, *, skip: bool = False) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each text with its entities as (words, label)."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    problems = Problems(skip)
    return [
        (row["text"], [(row["text"][e["start"] : e["end"]], e["label"]) for e in row["entities"]])
        for row in (found.row for found in read_conll(Lines(path, "utf-8", problems), problems))
    ]


PLAIN = [("The oak pole leans", [("oak pole", "PART")]), ("18 feet", [("18 feet", "MEASURE")])]
TABS = "The\tO\noak\tB-PART\npole\tI-PART\nleans\tO\n\n18\tB-MEASURE\nfeet\tI-MEASURE\n"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(TABS, id="tabs"),
        pytest.param(TABS.replace("\t", " "), id="spaces"),
        pytest.param(TABS.replace("\t", "   "), id="several spaces"),
        pytest.param(TABS.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(TABS.removesuffix("\n"), id="no newline at the end"),
        pytest.param(TABS + "\n\n\n", id="blank lines at the end"),
        pytest.param("\n\n" + TABS, id="blank lines at the start"),
        pytest.param(TABS.replace("\n\n", "\n\n\n"), id="two blank lines"),
        pytest.param(TABS.replace("\n\n", "\n \n"), id="a blank line with a space"),
        pytest.param(TABS.replace("\n\n", "\n\t\n"), id="a blank line with a tab"),
        pytest.param(TABS.replace("\n\n", "\n\t\t \r\n"), id="a blank line with tabs and CR"),
        pytest.param("\ufeff" + TABS, id="byte order mark"),
        pytest.param("-DOCSTART- -X- O O\n\n" + TABS.replace("\t", " NN B-NP "), id="four columns and DOCSTART"),
        pytest.param("# sent_id = 1\n# text = The oak\n" + TABS, id="comments"),
        pytest.param("# sent_id = 1\n" + TABS.replace("\t", " "), id="comments and spaces"),
        pytest.param(TABS.replace("\tO", "\tO "), id="a blank behind the tag"),
        pytest.param(TABS.replace("I-PART", "E-PART").replace("I-MEASURE", "E-MEASURE"), id="BIOES"),
        pytest.param(TABS.replace("I-PART", "L-PART").replace("I-MEASURE", "L-MEASURE"), id="BILOU"),
        pytest.param(TABS.replace("B-", "I-"), id="IOB1"),
    ],
)
def test_every_variant_of_the_format_means_the_same(tmp_path: Path, content: str) -> None:
    assert sentences(tmp_path / "x.conll", content) == PLAIN


@pytest.mark.parametrize(
    ("tags", "entities"),
    [
        ("B-A I-A O", ["x y"]),
        ("B-A B-A O", ["x", "y"]),
        ("I-A I-A O", ["x y"]),
        ("I-A I-B O", ["x", "y"]),
        ("B-A I-B O", ["x", "y"]),
        ("O I-A I-A", ["y z"]),
        ("S-A S-A O", ["x", "y"]),
        ("U-A O U-A", ["x", "z"]),
        ("B-A E-A I-A", ["x y", "z"]),
        ("B-A I-A L-A", ["x y z"]),
        ("B-A-1 I-A-1 O", ["x y"]),
        ("O O O", []),
    ],
)
def test_tags_become_spans(tags: str, entities: list[str]) -> None:
    text, spans = spans_of(["x", "y", "z"], tags.split())
    assert [text[span["start"] : span["end"]] for span in spans] == entities


@given(st.lists(st.tuples(any_text(min_size=1, max_size=5), st.sampled_from(["O", "B-A", "I-A", "B-B", "S-B"]))))
def test_spans_are_inside_the_text_in_order_and_on_whole_tokens(pairs: list[tuple[str, str]]) -> None:
    tokens, tags = [token for token, _ in pairs], [tag for _, tag in pairs]
    text, spans = spans_of(tokens, tags)
    assert text == " ".join(tokens)
    starts, at = set(), 0
    for token in tokens:
        starts.add(at)
        at += len(token) + 1
    ends = {start + len(token) for start, token in zip(sorted(starts), tokens, strict=True)}
    assert all(span["start"] in starts and span["end"] in ends for span in spans)
    assert all(one["end"] < other["start"] for one, other in itertools.pairwise(spans))


def test_a_hash_tag_is_a_token_and_no_comment(tmp_path: Path) -> None:
    assert sentences(tmp_path / "x", "#oak\tB-PART\n#\tO\n") == [("#oak #", [("#oak", "PART")])]


def test_unusual_blanks_inside_a_token_stay(tmp_path: Path) -> None:
    assert sentences(tmp_path / "x", "a\u00a0b\tB-X\nc\u2028d\tO\n") == [("a\u00a0b c\u2028d", [("a\u00a0b", "X")])]


def test_documents_are_groups(tmp_path: Path) -> None:
    path = tmp_path / "x.conll"
    path.write_text("-DOCSTART- O\n\na O\n\nb O\n\n-DOCSTART- O\n\nc O\n")
    problems = Problems(False)
    groups = [found.row["group"] for found in read_conll(Lines(path, "utf-8", problems), problems)]
    assert groups == ["x.conll document 1", "x.conll document 1", "x.conll document 2"]


def test_a_bad_line_takes_its_whole_sentence_and_no_other(tmp_path: Path) -> None:
    content = "a\tO\nb\tXX\nc\tO\n\nd\tB-A\n\ne\n\nf\tO\n"
    assert sentences(tmp_path / "x", content, skip=True) == [("d", [("d", "A")]), ("f", [])]
