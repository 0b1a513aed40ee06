"""What a model says in the words of another taxonomy. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.profiles.taxonomies import Taxonomy


@dataclass(frozen=True)
class Translation:
    """Labels of a model → labels of a taxonomy."""

    labels: tuple[str, ...]
    """Of the taxonomy, as far as the model's lead to them."""
    leads_to: tuple[int, ...]
    """For each label of the model its place in `labels`; −1 where it has no counterpart."""

    def shares(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """(texts, model's labels) → (texts, labels + 1): labels that lead to the same one are added up; the last
        column is what has no counterpart."""
        import numpy as np

        table = np.zeros((shares.shape[1], len(self.labels) + 1))
        table[np.arange(shares.shape[1]), self.leads_to] = 1.0
        translated: NDArray[np.float64] = shares @ table
        return translated


def unchanged(labels: Sequence[str]) -> Translation:
    """The model's own words."""
    return Translation(tuple(labels), tuple(range(len(labels))))


def translation(
    labels: Sequence[str], learnt: str, wanted: str, taxonomies: Mapping[str, Taxonomy], *, profile: str
) -> Translation:
    """From the taxonomy that a model learnt to another one, by the profile's mappings. Raises InputError where it has
    none."""
    source = taxonomies.get(learnt)
    mapping = source.mappings.get(wanted, {}) if source is not None else {}
    met = dict.fromkeys(mapping[label] for label in labels if label in mapping)
    if not met:
        raise InputError(
            f"the model has learnt the taxonomy {learnt}, and {profile} does not say what its labels are in {wanted}",
            where="--taxonomy",
            fix=f"say --taxonomy {learnt}, or write taxonomies.{learnt}.mappings.{wanted} in the profile",
        )
    place = {label: at for at, label in enumerate(met)}
    return Translation(tuple(met), tuple(place[mapping[label]] if label in mapping else -1 for label in labels))
