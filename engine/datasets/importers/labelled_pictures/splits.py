"""Splits of labelled pictures: those that the sources name stay, what is missing is drawn, and it is said how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine.datasets.importers.components import components
from engine.datasets.importers.found import Found
from engine.datasets.importers.labelled_pictures.options import PictureOptions, SplitBy
from engine.datasets.importers.labelled_pictures.spreading import TRAIN, spread, units_of
from engine.datasets.importers.splitting import SHARES
from engine.datasets.sampling import stream
from engine.errors import DataError

Row = dict[str, Any]
SPLITS = ("train", "validation", "test")
SEEN, UNSEEN = "seen", "unseen"
LISTED = 5
MOST_VALUES = 20
"""A condition with more, each on less than two pictures, is none."""
FEWEST_SEEN = 2
"""Labels that must be left to train on: one alone tells nothing apart."""


def settle_pictures(
    found: Sequence[Found],
    options: PictureOptions,
    identifies: bool,
    seed: int,
    shares: Mapping[str, float] = SHARES,
) -> tuple[dict[str, list[Row]], list[str], bool]:
    """Rows per split, what was settled in words, and whether anything was drawn.

    `identifies`: whether the task recognises labels that it was trained on, as `image-classification` does: without
    groups and `split_by`, splits are then drawn within each label. Raises DataError where a split would be empty.
    """
    named: dict[str, list[Row]] = {split: [] for split in SPLITS}
    for one in found:
        named[one.split or TRAIN].append(one.row)
    if not named[TRAIN]:
        raise DataError(
            "there are no training examples", where=found[0].where, fix="name the pictures to train on: train=PATH"
        )
    said: list[str] = []
    aside: list[Row] = []
    if options.unseen_share is not None:
        if named["validation"] or named["test"]:
            raise DataError(
                "no labels can be put aside where the sources name the splits themselves",
                where="--unseen-share",
                fix="leave it out, or give the pictures without splits",
            )
        named[TRAIN], aside, words = put_aside(named[TRAIN], options.unseen_share, seed)
        said.append(words)
    missing = [split for split in ("test", "validation") if not named[split]]
    if missing:
        grouped = any("group" in row for row in named[TRAIN])
        by: SplitBy = options.split_by or ("within" if identifies and not grouped else "group")
        held = {row["group"] for split in SPLITS[1:] for row in named[split] if "group" in row}
        drawn, words = draw_pictures(named[TRAIN], {split: shares[split] for split in missing}, by, held, seed)
        named.update(drawn)
        said.append(words)
    named["test"] += aside
    empty = next((split for split, rows in named.items() if not rows), None)
    if empty is not None:
        raise DataError(
            f"{len(found)} pictures are too few, or in too few groups, to draw {empty} from",
            where=found[0].where,
            fix="give more pictures, or name a source for each split",
        )
    sliced = _sliced(named)
    return sliced, said + notes_on(sliced, told=bool(aside)), bool(missing)


def draw_pictures(
    rows: Sequence[Row], shares: Mapping[str, float], by: SplitBy, held: set[str], seed: int
) -> tuple[dict[str, list[Row]], str]:
    """Part `rows` into `train` and the shares. `held`: groups that stand in a split which the sources name, and so
    can go nowhere but into training. Raises DataError where labels cannot be parted within."""
    labels = [row["label"] for row in rows]
    alone = {label for label, count in Counter(labels).items() if count == 1}
    # The only picture of a label can be learnt or asked for, not both.
    groups = [row.get("group") or (("alone", row["label"]) if row["label"] in alone else None) for row in rows]
    fixed = {group for group in groups if isinstance(group, tuple)} | held
    if by == "within":
        fixed |= _only_groups(labels, groups)
    units = units_of(labels, groups, frozenset(fixed))
    if by == "within" and all("group" in row for row in rows) and all(unit.fixed for unit in units):
        raise DataError(
            "each label has one group alone, which cannot be in two splits",
            where="--split-by within",
            fix="split by group, or name another column with --group-column",
        )
    placed = spread(units, shares, stream(seed, "labelled pictures"), in_all=by == "within")
    split_of = {row: split for unit, split in zip(units, placed, strict=True) for row in unit.rows}
    parted: dict[str, list[Row]] = {name: [] for name in (TRAIN, *shares)}
    for number, row in enumerate(rows):
        parted[split_of[number]].append(row)
    return parted, _how(parted, shares, by, any("group" in row for row in rows))


def put_aside(rows: Sequence[Row], share: float, seed: int) -> tuple[list[Row], list[Row], str]:
    """The rows that stay, those of labels put aside whole, and what was done, in words.

    Labels with a group in common go together. Labels of one picture stay: nothing can be compared with them.
    Raises DataError where too few labels would be left.
    """
    labels = sorted({row["label"] for row in rows})
    keys = [[("label", row["label"]), *([("group", row["group"])] if "group" in row else [])] for row in rows]
    together = components(keys)
    bundles: dict[int, set[str]] = {}
    for row, first in zip(rows, together, strict=True):
        bundles.setdefault(first, set()).add(row["label"])
    counts = Counter(row["label"] for row in rows)
    candidates = [sorted(bundle) for bundle in bundles.values() if any(counts[label] > 1 for label in bundle)]
    wanted = max(1, round(share * len(labels)))
    stream(seed, "unseen labels").shuffle(candidates)
    unseen: set[str] = set()
    for bundle in candidates:
        if len(unseen) + len(bundle) <= wanted:
            unseen.update(bundle)
    if not unseen or len(labels) - len(unseen) < FEWEST_SEEN:
        raise DataError(
            f"{share:.0%} of {len(labels)} labels cannot be put aside whole: they are too few, or groups join them",
            where="--unseen-share",
            fix="name another share, or leave it out",
        )
    aside = [row for row in rows if row["label"] in unseen]
    stay = [row for row in rows if row["label"] not in unseen]
    words = (
        f"{len(unseen)} of {len(labels)} labels, with {len(aside)} pictures, stand in test alone (slice {UNSEEN}): "
        f"{_listed(sorted(unseen))}"
    )
    return stay, aside, words


def notes_on(splits: Mapping[str, Sequence[Row]], told: bool = False) -> list[str]:
    """What people should know of the labels and groups in their splits. `told`: that of labels of the test alone."""
    said = []
    counts = Counter(row["label"] for rows in splits.values() for row in rows)
    single = sorted(label for label, count in counts.items() if count == 1)
    if single:
        said.append(f"{len(single)} labels have a single picture: {_listed(single)}")
    if len(counts) == 1:
        said.append(
            f"there is one label alone ({next(iter(counts))}): nothing can be told apart; "
            "if that is not what you meant, check at which level the class folders lie"
        )
    said += [
        f"the condition {column!r} has {values} values for {rows} pictures: no report can break down by it; name "
        "those that matter with --condition-column"
        for column, values, rows in _scattered(row for rows in splits.values() for row in rows)
    ]
    alike: dict[str, list[str]] = {}
    for label in sorted(counts):
        alike.setdefault(" ".join(label.casefold().replace("_", " ").replace("-", " ").split()), []).append(label)
    said += [f"labels that differ in writing alone: {_listed(names)}" for names in alike.values() if len(names) > 1]
    for split in SPLITS[1:]:
        unknown = sorted({row["label"] for row in splits[split]} - {row["label"] for row in splits[TRAIN]})
        if unknown and not (told and split == "test"):
            said.append(f"{len(unknown)} labels of {split} do not stand in train: {_listed(unknown)}")
    owners: dict[str, set[str]] = {}
    for split, rows in splits.items():
        for row in rows:
            if "group" in row:
                owners.setdefault(row["group"], set()).add(split)
    torn = sorted(group for group, own in owners.items() if len(own) > 1)
    if torn:
        said.append(f"{len(torn)} groups stand in several splits, as the sources name them: {_listed(torn)}")
    return said


def _scattered(rows: Iterable[Row]) -> Iterator[tuple[str, int, int]]:
    """Conditions with nearly as many values as pictures, such as numbers and times: column, values, pictures."""
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        for column, value in row.get("conditions", {}).items():
            counts.setdefault(column, Counter())[value] += 1
    for column, values in counts.items():
        if len(values) > MOST_VALUES and 2 * len(values) > values.total():
            yield column, len(values), values.total()


def _sliced(splits: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Where the test has labels that training never saw, its rows say which they are."""
    known = {row["label"] for row in splits[TRAIN]}
    if all(row["label"] in known for row in splits["test"]):
        return splits
    rows = [{**row, "slice": SEEN if row["label"] in known else UNSEEN} for row in splits["test"]]
    return {**splits, "test": rows}


def _only_groups(labels: Sequence[str], groups: Sequence[Any]) -> set[Any]:
    """The groups that are the only one of one of their labels."""
    of_label: dict[str, set[Any]] = {}
    for number, (label, group) in enumerate(zip(labels, groups, strict=True)):
        of_label.setdefault(label, set()).add(("row", number) if group is None else group)
    return {next(iter(own)) for own in of_label.values() if len(own) == 1}


def _how(parted: Mapping[str, Sequence[Row]], shares: Mapping[str, float], by: SplitBy, grouped: bool) -> str:
    parts = ", ".join(f"{split} {share:.0%}" for split, share in shares.items())
    whole = "no group in two splits" if grouped else "no groups are known"
    spread_so = (
        "within each label, so that a label of three pictures or more stands in every split"
        if by == "within"
        else "every label spread as evenly as its groups allow"
        if grouped
        else "every label spread evenly"
    )
    counts = ", ".join(f"{split} {len(rows)}" for split, rows in parted.items())
    return f"drawn from the training rows: {parts}, {spread_so}; {whole} ({counts})"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:LISTED])
    return f"{shown} …" if len(names) > LISTED else shown
