"""Tokens: shown once, kept as a hash, opened for nobody by accident."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from engine.errors import InputError, NotFoundError
from engine.service.tokens import TokenStore
from engine.workspace import Workspace


@pytest.fixture
def store(tmp_path: Path) -> TokenStore:
    return TokenStore(Workspace(tmp_path))


def test_a_token_is_found_by_its_secret_alone(store: TokenStore) -> None:
    secret = store.new("dashboard", ["predict", "read"])
    found = store.find(secret)
    assert found is not None and (found.name, found.scopes, found.state()) == (
        "dashboard",
        ("read", "predict"),
        "valid",
    )
    assert store.find(secret + "x") is None and store.find("") is None


def test_the_file_holds_no_secret_and_is_the_owners_alone(store: TokenStore) -> None:
    secret = store.new("dashboard", ["read"])
    assert secret not in store.path.read_text() and len(secret) > 40
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_a_token_expires(store: TokenStore) -> None:
    token = store.find(store.new("short", ["read"], 1))
    assert token is not None and token.expires is not None
    assert (token.state(token.expires - 1), token.state(token.expires)) == ("valid", "expired")


def test_a_revoked_token_stays_in_the_store_and_gives_its_name_back(store: TokenStore) -> None:
    first = store.new("one", ["read"])
    with pytest.raises(InputError, match="already"):
        store.new("one", ["read"])
    store.revoke("one")
    found = store.find(first)
    assert found is not None and found.state() == "revoked"
    second = store.new("one", ["read"])
    assert store.find(first) is None and store.find(second) is not None
    with pytest.raises(NotFoundError):
        store.revoke("nobody")


@pytest.mark.parametrize(
    ("name", "scopes", "days"),
    [("", ["read"], None), ("../x", ["read"], None), ("x", [], None), ("x", ["root"], None), ("x", ["read"], 0)],
)
def test_what_makes_no_token_is_refused(store: TokenStore, name: str, scopes: list[str], days: float | None) -> None:
    with pytest.raises(InputError):
        store.new(name, scopes, days)
    assert not store.path.exists()


def test_a_damaged_file_is_never_an_empty_store(store: TokenStore) -> None:
    store.new("one", ["read"])
    store.path.write_text("[]")
    with pytest.raises(InputError, match="cannot be read"):
        store.all()
    with pytest.raises(InputError):
        store.new("two", ["read"])


def test_tokens_made_at_once_are_all_kept(store: TokenStore) -> None:
    made = [threading.Thread(target=store.new, args=(f"t{number}", ["read"])) for number in range(8)]
    for thread in made:
        thread.start()
    for thread in made:
        thread.join()
    assert {token.name for token in store.all()} == {f"t{number}" for number in range(8)}
