from collections import Counter
from decimal import Decimal

import pytest

from engine.datasets.leaks import plain
from engine.errors import DataError
from engine.profiles import load_profile, resolve
from engine.tasks.contract import Generated
from engine.tasks.sentence_similarity.data import problem_with
from engine.tasks.sentence_similarity.generate import generate
from engine.tasks.sentence_similarity.meaning import Meaning, Statement, grade, numbers_by_world
from engine.tasks.sentence_similarity.recipe import Grading, Recipe

RULE = Grading()


def shipped(**changes: object) -> Recipe:
    recipe = resolve(load_profile("utility"), "embeddings").recipe
    assert isinstance(recipe, Recipe)
    return recipe.model_copy(update=changes)


@pytest.fixture(scope="module")
def generated() -> Generated:
    return generate(shipped(), 7)


def said(
    relation: str = "height",
    modality: str = "required",
    *,
    detailed: bool = False,
    **fillings: Decimal | tuple[str, ...],
) -> Statement:
    roles = {"LINE": ("guy",), "PLACE": ("road",), "HEIGHT": Decimal(18), **fillings}
    return Statement(Meaning(relation, "LINE", modality, tuple(sorted(roles.items()))), "", "", detailed)


ELSEWHERE = Statement(None, "", "")


@pytest.mark.parametrize(
    ("other", "score"),
    [
        pytest.param(said(), 1.0, id="the same meaning, whatever the words"),
        pytest.param(said(detailed=True), RULE.detail, id="a detail more"),
        pytest.param(said(HEIGHT=Decimal(8)), RULE.quantity, id="18 feet against 8 feet"),
        pytest.param(said(modality="forbidden"), RULE.modality, id="shall against shall not"),
        pytest.param(said(LINE=("cable",)), RULE.subject, id="another subject"),
        pytest.param(said(PLACE=("yard",)), RULE.role, id="another place"),
        pytest.param(said(PLACE=("yard",), HEIGHT=Decimal(8)), RULE.role * RULE.quantity, id="two differences"),
        pytest.param(said(modality="forbidden", LINE=("cable",)), RULE.same_relation, id="never below the floor"),
        pytest.param(said("voltage"), RULE.shared_concept, id="another relation about the same"),
        pytest.param(said("voltage", LINE=("x",), PLACE=("y",)), RULE.same_domain, id="the same number alone"),
        pytest.param(ELSEWHERE, 0.0, id="another domain"),
    ],
)
def test_the_grade_compares_meanings(other: Statement, score: float) -> None:
    assert grade(said(), other, RULE) == pytest.approx(score)
    assert grade(other, said(), RULE) == pytest.approx(score)


def test_every_pair_can_be_used_and_its_kind_fits_its_score(generated: Generated) -> None:
    for split in ("train", "validation", "test"):
        for row in generated.splits[split]:
            assert problem_with(row) is None
            low, high = {"paraphrase": (0.9, 1), "same_topic": (0.15, 0.6), "unrelated": (0, 0.03)}[row["kind"]]
            assert low <= row["score"] <= high, row


def test_splits_have_their_sizes_slices_and_unlabelled_text(generated: Generated) -> None:
    recipe = shipped()
    sizes = {name: len(rows) for name, rows in generated.splits.items()}
    assert sizes["unlabelled"] == recipe.unlabelled >= 300
    assert sizes["train"] + sizes["validation"] + sizes["test"] == recipe.pairs >= 300
    assert Counter(row["slice"] for row in generated.splits["test"]).keys() == {"seen", "unseen"}


def test_common_words_alone_do_not_give_the_score_away(generated: Generated) -> None:
    """Paraphrases share fewer words than the hard negatives that are graded far below them."""

    def common(row: dict[str, str]) -> float:
        a, b = set(plain(row["a"]).split()), set(plain(row["b"]).split())
        return len(a & b) / len(a | b)

    rows = [row for split in ("train", "validation", "test") for row in generated.splits[split]]
    paraphrases = [common(row) for row in rows if row["kind"] == "paraphrase"]
    hard = [common(row) for row in rows if row["kind"] == "same_topic" and 0.25 < row["score"] < 0.5]
    assert sum(paraphrases) / len(paraphrases) < sum(hard) / len(hard)


def test_the_grading_rule_stands_in_the_notes(generated: Generated) -> None:
    assert f"{shipped().grading.quantity:g} for another number" in str(generated.notes["grading"])


def test_numbers_belong_to_one_world_for_every_quantity_of_a_unit() -> None:
    divided = numbers_by_world(shipped(), 7)
    train = {number for name in ("HEIGHT", "DEPTH") for number in divided[name]["train"]}
    test = {number for name in ("HEIGHT", "DEPTH") for number in divided[name]["test"]}
    assert train and test and not train & test
    assert sorted(n for world in divided["HEIGHT"].values() for n in world) == [Decimal(n) for n in range(8, 46)]


def test_the_same_seed_makes_the_same_pairs_and_another_seed_others() -> None:
    small = shipped(pairs=60, unlabelled=20)
    assert generate(small, 5).splits == generate(small, 5).splits
    assert generate(small, 5).splits != generate(small, 6).splits


def test_no_unlabelled_text_is_wanted_and_none_is_made() -> None:
    assert generate(shipped(pairs=60, unlabelled=0), 5).splits["unlabelled"] == []


def test_a_recipe_that_is_too_small_says_what_to_add() -> None:
    part = {"train": ["pole", "arm"], "validation": ["guy", "stay"], "test": ["rod", "bar"]}
    tiny = {
        "pairs": 500,
        "unlabelled": 0,
        "concepts": {"PART": part},
        "relations": {
            name: {"about": "PART", "phrasings": {"any": [f"{name}{n} {{PART}}" for n in range(4)]}} for name in "xy"
        },
    }
    with pytest.raises(DataError, match=r"too few different pairs for train: .* add phrasings"):
        generate(Recipe.model_validate(tiny), 1)
