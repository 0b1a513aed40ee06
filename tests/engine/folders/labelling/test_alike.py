"""Labelled folders that share words."""

from engine.folders.labelling.alike import LabelledWords
from engine.folders.samples.sample import TrainingSample


def folder(path: str, **facts: object) -> TrainingSample:
    parts = path.split("/")
    parent = parts[-2].lower() if len(parts) > 1 else ""
    return TrainingSample(
        path=path, name=parts[-1].lower(), tokens=(), creator=parts[0], parent=parent, depth=len(parts), **facts
    )  # type: ignore[arg-type]


def test_rare_words_weigh_more_than_frequent_ones() -> None:
    labelled = [(folder(f"{n}/night"), "variant") for n in range(20)]
    labelled += [(folder("a/swamp temple"), "subject")]
    found = LabelledWords(labelled).nearest(folder("b/swamp night"), 2)
    assert found[0].label == "subject" and found[0].similarity > found[1].similarity


def test_the_folder_itself_is_no_reason() -> None:
    own = folder("a/night")
    assert [each.path for each in LabelledWords([(own, "x"), (folder("b/night"), "x")]).nearest(own)] == ["b/night"]


def test_nothing_in_common_is_no_neighbour() -> None:
    assert LabelledWords([(folder("a"), "x")]).nearest(folder("z")) == []
    same = LabelledWords([(folder("a/b", extensions={"jpg": 1}), "x")])
    assert round(same.nearest(folder("c/b", extensions={"jpg": 9}))[0].similarity, 6) < 1
