"""Every trade finds its words, and every role has some in each language."""

from __future__ import annotations

import pytest

from engine.folders.drawn_library.roles import Role
from engine.folders.drawn_library.trades import EXTENSIONS, TRADES, choices_of
from engine.folders.drawn_library.words import LANGUAGES, concept, concepts, word_list

NAMED = (Role.SUBJECT, Role.GENRE, Role.TYPE, Role.FORMAT, Role.EDITION, Role.MOOD, Role.JUNK, Role.UNCLEAR)


@pytest.mark.parametrize("role", NAMED, ids=lambda role: role.value)
def test_a_concept_has_a_name_in_each_language(role: Role) -> None:
    for one in concepts(role):
        assert len(one.names) == len(LANGUAGES)
        assert all(name and "|" not in name for names in one.names for name in names)


def test_concepts_of_a_role_are_told_apart_by_their_keys() -> None:
    for role in NAMED:
        keys = [one.key for one in concepts(role)]
        assert len(keys) == len(set(keys))


def test_what_the_trades_offer_has_words() -> None:
    for trade in TRADES:
        for role in (Role.TYPE, Role.FORMAT, Role.EDITION, Role.MOOD):
            assert choices_of(trade, role)
    assert sum(trade.share for trade in TRADES) == pytest.approx(1)


def test_files_are_known_for_concepts_that_exist() -> None:
    keys = {one.key for role in NAMED for one in concepts(role)}
    assert keys >= EXTENSIONS.keys()


def test_a_concept_that_is_not_there_is_named() -> None:
    with pytest.raises(KeyError, match="format: vinyl"):
        concept(Role.FORMAT, "vinyl")


def test_a_list_without_a_line_for_each_language_serves_all() -> None:
    assert word_list("sites", "fr") == word_list("sites")
    assert word_list("months", "fr")[0] == "janvier"
