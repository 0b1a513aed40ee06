"""Each bad input is one sentence: file, line, what is wrong, what to do. Nothing is written."""

import re
from pathlib import Path

import pytest

from engine.datasets.importers import import_dataset
from engine.datasets.importers import lines as lines_module
from engine.errors import DataError
from engine.workspace import Workspace

NER, PAIRS, TEXTS = "token-classification", "sentence-similarity", "text-classification"
GOOD_PAIRS = "a,b,score\n" + "".join(f"text {n},other {n},0.{n}\n" for n in range(1, 10))

CASES = [
    # name of file, content, task, arguments, what the sentence says
    ("x.conll", "a O\nb\n", NER, {}, "x.conll:2: 'b' has a token and no tag; write the token, a tab and its tag"),
    ("x.conll", "a O\n\tB-X\n", NER, {}, "x.conll:2: the line has a tag and no token"),
    ("x.conll", "a O\nb PER\n", NER, {}, "x.conll:2: 'PER' is no tag; write O, B-TYPE or I-TYPE"),
    ("x.conll", "a B-\n", NER, {}, "x.conll:1: 'B-' is no tag"),
    ("x.conll", "a O\nb\rc O\n", NER, {}, "x.conll:2: a carriage return inside the line"),
    ("x.conll", b"a O\n\xff\xfe O\n", NER, {}, "x.conll:2: the line is not utf-8 (byte 0xff at position 1)"),
    ("x.conll", b"a O\nb\0 O\n", NER, {}, "x.conll:2: the line holds a NUL byte, which no text has; remove it"),
    ("x.conll", b"\xff\xfea\x01O", NER, {}, "the file is UTF-16; save it as UTF-8"),
    ("x.conll", "", NER, {}, "x.conll: no row could be used; see docs/data.md"),
    ("x.jsonl", '{"text": "a", "entities": []}\n{oops\n', NER, {}, "x.jsonl:2: the line is not JSON"),
    ("x.jsonl", '[{"text": "a"}]\n', NER, {}, "x.jsonl:1: the file is a JSON array; write one object a line"),
    ("x.jsonl", '"text"\n', NER, {}, "x.jsonl:1: the line is no JSON object"),
    ("x.jsonl", '{"text": 3}\n', NER, {}, "x.jsonl:1: neither `text` with `entities`, nor `tokens` with `tags`"),
    ("x.jsonl", '{"text": "a", "entities": ["b"]}\n', NER, {}, "x.jsonl:1: an entity is neither {start"),
    ("x.jsonl", '{"text": "abc", "entities": [[1, 9, "X"]]}\n', NER, {}, "x.jsonl:1: entity 1: 1 to 9 is not inside"),
    ("x.jsonl", '{"text": "abc", "entities": [[0, 2, "X"], [1, 3, "Y"]]}\n', NER, {}, "x.jsonl:1: entities overlap"),
    ("x.jsonl", '{"tokens": ["a"], "tags": ["O", "O"]}\n', NER, {}, "x.jsonl:1: 1 tokens and 2 tags"),
    ("x.jsonl", '{"tokens": ["a"], "ner_tags": [3]}\n', NER, {}, "numbers mean nothing without their names"),
    ("x.jsonl", '{"tokens": ["a"], "tags": ["PER"]}\n', NER, {}, "x.jsonl:1: 'PER' is no tag"),
    ("x.csv", "", PAIRS, {}, "x.csv: the file is empty; name a file with examples"),
    (
        "x.csv",
        "a,b\nc,d\n",
        PAIRS,
        {},
        "x.csv:1: there is no column 'score' among a, b; name it score (also read:",
    ),
    ("x.csv", "a,b,score,a\n", PAIRS, {}, "x.csv:1: the column 'a' stands twice"),
    ("x.csv", "a,b,score\nc,d\n", PAIRS, {}, "x.csv:2: 2 fields where there should be 3; correct the row"),
    ("x.csv", "a,b,score\nc,d,high\n", PAIRS, {}, "x.csv:2: the score 'high' is not a finite number"),
    ("x.csv", "a,b,score\nc,d,nan\n", PAIRS, {}, "x.csv:2: the score 'nan' is not a finite number"),
    ("x.csv", "a,b,score\nc,d,1e999\n", PAIRS, {}, "x.csv:2: the score '1e999' is not a finite number"),
    ("x.csv", 'a,b,score\nc,d,"0,5"\n', PAIRS, {}, "x.csv:2: the score '0,5' is not a finite number"),
    ("x.csv", "a,b,score\nc,,0.5\n", PAIRS, {}, "x.csv:2: one of the two texts is missing"),
    ("x.csv", 'a,b,score\nc,d,0.1\ne,"f,0.2\n', PAIRS, {}, "x.csv:3: a quote is opened and never closed"),
    ("x.csv", "p,q,r,s\n1,2,3,4\n", PAIRS, {}, "x.csv:1: the columns cannot be told from the first line (4 fields)"),
    ("x.csv", GOOD_PAIRS + "t,u,7\n", PAIRS, {}, "x.csv:11: the score 7 is not from 0 to 1, where the others lie"),
    ("x.csv", GOOD_PAIRS, PAIRS, {"scale": "1..5"}, "x.csv:2: the score 0.1 is not from 1 to 5, the scale given"),
    ("x.csv", GOOD_PAIRS, PAIRS, {"scale": "5"}, "--scale: '5' is no scale; write it as 1..5"),
    ("x.csv", GOOD_PAIRS, PAIRS, {"scale": "5..5"}, "--scale: the scale '5..5' has one value only"),
    ("x.csv", "a,b,score\nc,d,-3\n", PAIRS, {}, "the scores lie on no usual scale; say what they run from and to"),
    ("x.txt", "0 Good\n1\n", TEXTS, {}, "x.txt:2: '1' is a label with no text; write `label text`"),
    ("x.csv", "text,label\n,x\n", TEXTS, {}, "x.csv:2: the text is missing"),
    ("x.csv", "text,label\nhello,\n", TEXTS, {}, "x.csv:2: the label is missing"),
    (
        "x.conll",
        "a O\n",
        PAIRS,
        {},
        "a file in the format conll cannot hold pairs; use one of csv, jsonl",
    ),
    ("x.parquet", "a", PAIRS, {}, "x.parquet: the name does not tell the format; name it with --format: conll, csv"),
    ("x.csv", "a", PAIRS, {"format": "xml"}, "x.csv: the format 'xml' is not known; name it with --format"),
    ("x.csv", "a", PAIRS, {"encoding": "utf-7"}, "x.csv: the encoding 'utf-7' is not known; use one of utf-8"),
    ("x.csv", GOOD_PAIRS, "noop", {}, "nothing can be imported for the task 'noop'"),
    ("x.conll", "a O\n", NER, {}, "1 rows are too few, or too alike, to draw validation from; give more rows"),
    ("test.conll", "a O\n", NER, {}, "there are no training examples; name a file for training: train=PATH"),
]


@pytest.mark.parametrize(("name", "content", "task", "more", "says"), CASES, ids=[case[4][:60] for case in CASES])
def test_a_bad_input_is_one_sentence(
    tmp_path: Path,
    workspace: Workspace,
    name: str,
    content: str | bytes,
    task: str,
    more: dict[str, object],
    says: str,
) -> None:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(DataError) as told:
        import_dataset(workspace, "p", "m", task, [str(path)], **more)  # type: ignore[arg-type]
    assert says in str(told.value)
    assert "\n" not in str(told.value)
    assert not workspace.root.exists()


@pytest.mark.parametrize(
    ("sources", "says"),
    [
        ([], "no file was named; name at least one"),
        (["gone.csv"], "gone.csv: there is no such file; check the path"),
        (["."], "a directory, not a file; name the files in it"),
        (["trian=x.csv"], "trian=x.csv: there is no split 'trian'; write train=PATH"),
        (["x.csv", "train=x.csv"], "x.csv: the file is named twice; name it once"),
        (["train=x.csv", "y.csv"], "y.csv: it is not clear which split the file is for; write SPLIT=PATH"),
        (["/dev/null"], "/dev/null: not a regular file"),
    ],
)
def test_a_source_that_cannot_be_used_is_told(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, sources: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.csv").write_text(GOOD_PAIRS)
    Path("y.csv").write_text(GOOD_PAIRS)
    with pytest.raises(DataError, match=re.escape(says)):
        import_dataset(workspace, "p", "m", PAIRS, sources)


def test_a_line_without_end_is_refused_before_it_fills_the_memory(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines_module, "MAX_LINE_BYTES", 1024)
    path = tmp_path / "x.conll"
    path.write_text("a O\n\n" + "b" * 5000 + " O\n\nc O\n\nd O\n\n")
    with pytest.raises(
        DataError, match=r"x\.conll:3: the line is longer than 1 KiB; check that the file has line ends"
    ):
        import_dataset(workspace, "p", "m", NER, [str(path)])
    dataset, summary = import_dataset(workspace, "p", "m", NER, [str(path)], skip_bad=True)
    assert summary.skipped == 1
    assert sum(dataset.manifest.counts.values()) == 3


def test_a_file_that_is_too_large_is_refused(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines_module, "MAX_FILE_BYTES", 3)
    path = tmp_path / "x.conll"
    path.write_text("a O\n")
    with pytest.raises(DataError, match="more than the 0 that are read; split it"):
        import_dataset(workspace, "p", "m", NER, [str(path)])


def test_bad_rows_are_left_out_and_counted_when_asked(tmp_path: Path, workspace: Workspace) -> None:
    path = tmp_path / "x.csv"
    bad = "".join(f"t{n},u{n},bad{n}\n" for n in range(8))
    path.write_text(GOOD_PAIRS + bad + "only one field\n")
    dataset, summary = import_dataset(workspace, "p", "m", PAIRS, [str(path)], skip_bad=True)
    assert summary.skipped == 9
    assert summary.problems[0] == f"{path}:11: the score 'bad0' is not a finite number"
    assert len(summary.problems) == 5
    assert sum(summary.rows.values()) == 9
    assert dataset.manifest.notes["skipped"] == 9


def test_a_later_file_that_fails_leaves_nothing_of_the_earlier(tmp_path: Path, workspace: Workspace) -> None:
    good, bad = tmp_path / "train.conll", tmp_path / "test.conll"
    good.write_text("a O\n\nb O\n")
    bad.write_text("a O\nb\n")
    with pytest.raises(DataError):
        import_dataset(workspace, "p", "m", NER, [str(good), str(bad)])
    assert not workspace.root.exists()
