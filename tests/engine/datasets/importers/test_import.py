import hashlib
import os
from pathlib import Path

import pytest

from engine.datasets.importers import import_dataset
from engine.datasets.leaks import plain
from engine.datasets.store import Dataset
from engine.workspace import Workspace

NER, PAIRS, TEXTS = "token-classification", "sentence-similarity", "text-classification"
PUBLIC = Path(os.environ.get("FINETOP_SHARED_DATA", Path(__file__).parents[4].parent / "shared" / "data"))
public_data = pytest.mark.skipif(not PUBLIC.exists(), reason="the public data sets are not on this machine")


def rows_of(dataset: Dataset) -> list[dict[str, object]]:
    return [row for split in dataset.splits for row in dataset.rows(split)]


def imported(workspace: Workspace, path: Path, content: str | bytes, task: str, **more: object) -> Dataset:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return import_dataset(workspace, "p", "m", task, [str(path)], **more)[0]  # type: ignore[arg-type]


def pairs(*scores: float) -> str:
    return "".join(f"first {n}\tsecond {n}\t{score}\n" for n, score in enumerate(scores))


@pytest.mark.parametrize(
    ("scores", "scale", "expected"),
    [
        ((0, 0.5, 1), None, [0, 0.5, 1]),
        ((1, 3, 5), None, [0, 0.5, 1]),
        ((0, 2.5, 5), None, [0, 0.5, 1]),
        ((0, 8, 10), None, [0, 0.8, 1]),
        ((0, 50, 100), None, [0, 0.5, 1]),
        ((2, 3, 4), "0..4", [0.5, 0.75, 1]),
        ((0.5, 0.25, 1), "0..4", [0.0625, 0.125, 0.25]),
    ],
)
def test_scores_of_any_scale_become_0_to_1(
    tmp_path: Path, workspace: Workspace, scores: tuple[float, ...], scale: str | None, expected: list[float]
) -> None:
    dataset = imported(workspace, tmp_path / "x.tsv", pairs(*scores), PAIRS, scale=scale)
    assert sorted(row["score"] for row in rows_of(dataset)) == expected  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.tsv", "pair_ID\tsentence_A\tsentence_B\trelatedness_score\n1\tx\ty\t0.5\n2\tp\tq\t1\n3\tr\ts\t0\n"),
        ("x.csv", "sentence1,sentence2,score\nx,y,0.5\np,q,1\nr,s,0\n"),
        ("x.csv", "Text1;Text2;Similarity\nx;y;0.5\np;q;1\nr;s;0\n"),
        ("x.csv", "\ufeffa,b,score\r\nx,y,0.5\r\np,q,1\r\nr,s,0\r\n"),
        ("x.csv", "score,b,a\n0.5,y,x\n1,q,p\n0,s,r"),
        ("x.csv", 'x,y,0.5\n"p","q","1"\n\nr,s,0\n'),
        ("x.tsv", "0.5\tx\ty\n1\tp\tq\n0\tr\ts\n"),
        ("x.jsonl", '{"a":"x","b":"y","score":0.5}\n\n{"a":"p","b":"q","score":1}\n{"a":"r","b":"s","score":0}\n'),
        (
            "x.ndjson",
            '{"text1":"x","text2":"y","label":0.5}\n{"a":"p","b":"q","sim":1}\n{"a":"r","b":"s","gold":"0"}\n',
        ),
    ],
)
def test_pairs_are_read_from_every_format(tmp_path: Path, workspace: Workspace, name: str, content: str) -> None:
    dataset = imported(workspace, tmp_path / name, content, PAIRS)
    assert sorted((row["a"], row["b"], row["score"]) for row in rows_of(dataset)) == [
        ("p", "q", 1),
        ("r", "s", 0),
        ("x", "y", 0.5),
    ]


def test_a_quoted_field_may_hold_line_ends_and_quotes(tmp_path: Path, workspace: Workspace) -> None:
    content = 'a,b,score\n"two\nlines","say ""hi""",0.5\nc,d,0\ne,f,1\n'
    dataset = imported(workspace, tmp_path / "x.csv", content, PAIRS)
    assert ("two\nlines", 'say "hi"') in {(row["a"], row["b"]) for row in rows_of(dataset)}


def test_quotes_of_a_tsv_are_text(tmp_path: Path, workspace: Workspace) -> None:
    dataset = imported(workspace, tmp_path / "x.tsv", '"x\ty"\t0.5\np\tq\t0\nr\ts\t1\n', PAIRS)
    assert ('"x', 'y"') in {(row["a"], row["b"]) for row in rows_of(dataset)}


@pytest.mark.parametrize(
    "content",
    [
        '{"text": "an oak pole", "entities": [{"start": 3, "end": 11, "label": "PART"}]}',
        '{"text": "an oak pole", "entities": [[3, 11, "PART"]], "id": 7}',
        '{"text": "an oak pole", "label": [[3, 11, "PART"]]}',
        '{"tokens": ["an", "oak", "pole"], "ner_tags": ["O", "B-PART", "I-PART"]}',
    ],
)
def test_entities_are_read_from_every_kind_of_json(tmp_path: Path, workspace: Workspace, content: str) -> None:
    others = '\n{"text": "b", "entities": []}\n{"text": "c", "entities": []}\n'
    dataset = imported(workspace, tmp_path / "x.jsonl", content + others, NER)
    expected = {"text": "an oak pole", "entities": [{"start": 3, "end": 11, "label": "PART"}]}
    assert expected in rows_of(dataset)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.txt", "good It works .\nbad It broke .\ngood Fine .\n"),
        ("x.csv", "text,label\nIt works .,good\nIt broke .,bad\nFine .,good\n"),
        ("x.tsv", "good\tIt works .\nbad\tIt broke .\ngood\tFine .\n"),
        ("x.jsonl", '{"text":"It works .","label":"good"}\n{"sentence":"It broke .","class":"bad"}\n'
                    '{"text":"Fine .","category":"good"}\n'),
    ],
)  # fmt: skip
def test_texts_with_labels_are_read_from_every_format(
    tmp_path: Path, workspace: Workspace, name: str, content: str
) -> None:
    dataset = imported(workspace, tmp_path / name, content, TEXTS)
    assert sorted((row["text"], row["label"]) for row in rows_of(dataset)) == [
        ("Fine .", "good"),
        ("It broke .", "bad"),
        ("It works .", "good"),
    ]


def test_latin_1_is_read_when_it_is_named(tmp_path: Path, workspace: Workspace) -> None:
    content = "a caf\xe9\nb na\xefve\nc plain\n".encode("latin-1")
    dataset = imported(workspace, tmp_path / "x.txt", content, TEXTS, encoding="latin-1")
    assert {"text": "café", "label": "a"} in rows_of(dataset)


def test_sources_are_told_by_their_names(tmp_path: Path, workspace: Workspace) -> None:
    for name, token in (("my-train.conll", "a"), ("dev.conll", "b"), ("wnut_test.conll", "c")):
        (tmp_path / name).write_text(f"{token} O\n")
    names = ["my-train.conll", "dev.conll", "wnut_test.conll"]
    dataset, _ = import_dataset(workspace, "p", "m", NER, [str(tmp_path / name) for name in names])
    texts = {split: [row["text"] for row in dataset.rows(split)] for split in dataset.splits}
    assert texts == {"train": ["a"], "validation": ["b"], "test": ["c"]}


def test_a_given_split_beats_the_name_and_a_column_beats_both(tmp_path: Path, workspace: Workspace) -> None:
    path = tmp_path / "test.csv"
    path.write_text("a,b,score,SemEval_set\nx,y,0.5,TRAIN\np,q,0,TRIAL\nr,s,1,TEST\nt,u,1,?\n")
    dataset, _ = import_dataset(workspace, "p", "m", PAIRS, [f"train={path}"])
    assert dataset.manifest.counts == {"train": 2, "validation": 1, "test": 1}


def test_files_are_named_with_size_and_hash(tmp_path: Path, workspace: Workspace) -> None:
    path = tmp_path / "x.tsv"
    dataset = imported(workspace, path, pairs(0, 0.5, 1), PAIRS)
    (origin,) = dataset.manifest.origins
    assert origin["bytes"] == path.stat().st_size
    assert origin["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert origin["rows"] == 3


def test_the_same_files_make_the_same_dataset(tmp_path: Path, workspace: Workspace) -> None:
    content = pairs(*(n / 40 for n in range(40)))
    first = imported(workspace, tmp_path / "x.tsv", content, PAIRS)
    assert imported(workspace, tmp_path / "y.tsv", content, PAIRS).id == first.id
    assert imported(workspace, tmp_path / "x.tsv", content, PAIRS, split_seed=8).id != first.id


def test_texts_in_two_given_splits_are_told_and_kept(tmp_path: Path, workspace: Workspace) -> None:
    for split, text in (("train", "A b O"), ("dev", "c O"), ("test", "a B O")):
        (tmp_path / f"{split}.conll").write_text("\n".join(f"{token} O" for token in text.split()[:-1]) + "\n")
    sources = [str(tmp_path / f"{split}.conll") for split in ("train", "dev", "test")]
    dataset, summary = import_dataset(workspace, "p", "m", NER, sources)
    assert summary.notes == ("1 texts of test stand in train too",)
    assert dataset.manifest.counts["test"] == 1


@pytest.mark.slow
@public_data
@pytest.mark.shared_data
def test_wnut_17_is_read_whole(workspace: Workspace) -> None:
    sources = [str(PUBLIC / "ner" / "wnut17" / f"{split}.conll") for split in ("train", "validation", "test")]
    dataset, summary = import_dataset(workspace, "p", "m", NER, sources)
    assert summary.rows == {"train": 3394, "validation": 1009, "test": 1287}
    assert summary.skipped == 0
    labels = set(dataset.manifest.classes["train"]) - {"(none)"}
    assert labels == {"corporation", "creative-work", "group", "location", "person", "product"}
    entities = sum(len(row["entities"]) for row in dataset.rows("train"))
    begun = sum(line.split("\t")[-1].startswith("B-") for line in Path(sources[0]).read_text().split("\n"))
    assert entities == begun == 1975


@public_data
@pytest.mark.shared_data
def test_sick_is_read_whole_and_split_without_a_text_in_two_splits(workspace: Workspace) -> None:
    dataset, summary = import_dataset(workspace, "p", "m", PAIRS, [str(PUBLIC / "similarity" / "sick.tsv")])
    assert sum(summary.rows.values()) == 9927
    assert "scores run from 1 to 5 (told from the scores); stored as 0 to 1" in summary.notes
    texts = {
        split: {plain(text) for row in dataset.rows(split) for text in (row["a"], row["b"])}
        for split in dataset.splits
    }
    assert not texts["train"] & texts["validation"]
    assert not (texts["train"] | texts["validation"]) & texts["test"]
    assert abs(summary.rows["test"] / 9927 - 0.1) < 0.01


@public_data
@pytest.mark.shared_data
def test_trec_is_read_as_latin_1_and_not_as_utf_8(workspace: Workspace) -> None:
    sources = [str(PUBLIC / "classify" / "trec" / f"{split}.txt") for split in ("train", "test")]
    dataset, summary = import_dataset(workspace, "p", "m", TEXTS, sources, encoding="latin-1")
    assert (summary.rows["train"] + summary.rows["validation"], summary.rows["test"]) == (5452, 500)
    assert set(dataset.manifest.classes["train"]) == set("012345")
    _, skipping = import_dataset(workspace, "p", "m", TEXTS, sources, skip_bad=True)
    assert 0 < skipping.skipped < 50
