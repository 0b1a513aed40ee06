"""A drawn library is a tree of known folders, the same for the same seed, of any size in little memory."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter

import pytest

from engine.folders.drawn_library.creator import Habits
from engine.folders.drawn_library.draw import DrawnFolder, draw_library
from engine.folders.drawn_library.roles import TAXONOMIES, Role
from engine.profiles import load_profile

FOLDERS = 2000


@pytest.fixture(scope="module")
def library() -> list[DrawnFolder]:
    return list(draw_library(FOLDERS, seed=3))


@pytest.mark.parametrize("folders", [1, 2, 57, 400])
def test_there_are_as_many_folders_as_were_asked_for(folders: int) -> None:
    assert sum(1 for _ in draw_library(folders, seed=1)) == folders + 1, "the root comes on top"


def test_a_folder_comes_after_the_one_it_lies_in_and_counts_agree(library: list[DrawnFolder]) -> None:
    paths: dict[int, str] = {}
    inside: Counter[int] = Counter()
    for folder in library:
        node = folder.node
        if folder.role is not None:
            above = paths[node.parent]
            assert folder.path == (f"{above}/{node.name}" if above else node.name)
            assert node.depth == folder.path.count("/") + 1
            inside[node.parent] += 1
        paths[node.id] = folder.path
    assert all(folder.node.folders == inside[folder.node.id] for folder in library[1:])


def test_no_two_folders_of_a_folder_have_the_same_name_in_whatever_case(library: list[DrawnFolder]) -> None:
    assert max(Counter(folder.path.casefold() for folder in library).values()) == 1


def test_every_name_can_stand_on_a_disk(library: list[DrawnFolder]) -> None:
    for folder in library[1:]:
        name = folder.node.name
        assert name not in ("", ".", "..") and "/" not in name and "\0" not in name and name == name.strip()
        assert len(name.encode("utf-8", "surrogateescape")) <= 220


def test_the_same_seed_draws_the_same_library_in_every_process() -> None:
    code = (
        "import hashlib\nfrom engine.folders.drawn_library.draw import draw_library\n"
        "drawn = '\\n'.join(repr(folder) for folder in draw_library(300, seed=3))\n"
        "print(hashlib.sha256(drawn.encode()).hexdigest())"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    drawn = "\n".join(repr(folder) for folder in draw_library(300, seed=3))
    assert hashlib.sha256(drawn.encode()).hexdigest() == other


def test_another_seed_draws_other_creators() -> None:
    tops = [{f.path for f in draw_library(800, seed) if f.node.depth == 1} for seed in (1, 2)]
    assert len(tops[0] & tops[1]) <= 3, "shelves such as Maps may be in both"


@pytest.mark.parametrize("taxonomy", TAXONOMIES)
def test_folders_have_every_label_of_the_profiles_taxonomies_and_no_other(
    library: list[DrawnFolder], taxonomy: str
) -> None:
    drawn = {folder.role.label(taxonomy) for folder in library if folder.role is not None}
    assert drawn == set(load_profile("folders").taxonomies[taxonomy].labels)


def test_the_mappings_of_the_profile_are_right_for_most_folders_of_a_label(library: list[DrawnFolder]) -> None:
    for name, taxonomy in load_profile("folders").taxonomies.items():
        for other, mapping in taxonomy.mappings.items():
            for label, there in mapping.items():
                roles = [f.role for f in library if f.role is not None and f.role.label(name) == label]
                right = sum(role.label(other) == there for role in roles)
                assert right >= 0.6 * len(roles), (name, other, label)


def test_the_first_artist_on_a_path_is_the_primary_one_and_a_guest_lies_inside(library: list[DrawnFolder]) -> None:
    roles = {folder.path: folder.role for folder in library}
    for folder in library[1:]:
        above = [roles[folder.path[:at]] for at, letter in enumerate(folder.path) if letter == "/"]
        if folder.role is Role.ARTIST:
            assert Role.ARTIST not in above
        elif folder.role is Role.GUEST:
            assert Role.ARTIST in above


def test_creators_write_in_ways_of_their_own(library: list[DrawnFolder]) -> None:
    formats = {folder.node.name for folder in library if folder.role is Role.FORMAT}
    plain = {"".join(letter for letter in name.casefold() if letter.isalnum()) for name in formats}
    assert len(formats) > 1.25 * len(plain), "the same words are written in several ways"


def test_tidy_habits_leave_no_junk_and_misplace_nothing() -> None:
    tidy = Habits(typos=0, mixed=0, misplaced=0, junk=0)
    roles = Counter(f.role for f in draw_library(1500, 5, tidy) if f.node.depth > 1)
    assert not roles[Role.UNCLEAR]
    assert not roles[Role.JUNK]


def test_some_names_are_bytes_that_are_no_utf8() -> None:
    names = [folder.node.name for folder in draw_library(4000, seed=7)]
    broken = [name for name in names if any("\udc80" <= letter <= "\udcff" for letter in name)]
    assert 0 < len(broken) < len(names) / 20
