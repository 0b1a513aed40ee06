"""Encryption at rest: whoever has the key reads as before, whoever has not gets one sentence."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.files import content_name
from engine.errors import InputError
from engine.privacy.keys import ENVIRONMENT_VARIABLE, Key, new_key, read_key, the_key
from engine.privacy.sealing import is_sealed, read_bytes, seal, unseal

KEY, OTHER = Key(b"k" * 32), Key(b"o" * 32)


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Key:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path / "key"))
    return new_key(tmp_path / "key")


def said_of(path: Path) -> str:
    with pytest.raises(InputError) as refused:
        read_bytes(path)
    assert refused.value.exit_code == 2 and "\n" not in str(refused.value)
    return str(refused.value)


@given(st.binary(max_size=500))
def test_what_was_sealed_is_read_again_and_does_not_stand_in_the_file(content: bytes) -> None:
    sealed = seal(content, KEY)
    assert is_sealed(sealed) and unseal(sealed, KEY, "x") == content
    assert len(content) < 9 or content not in sealed


def test_no_two_sealings_of_one_content_are_alike() -> None:
    assert seal(b"a picture", KEY) != seal(b"a picture", KEY)


@given(st.binary(min_size=1, max_size=60), st.data())
def test_no_bit_can_be_changed_unnoticed(content: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal(content, KEY))
    at = data.draw(st.integers(8, len(sealed) - 1))
    sealed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(InputError):
        unseal(bytes(sealed), KEY, "x")


def test_a_plain_file_is_read_without_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    (tmp_path / "plain").write_bytes(b"anything")
    assert read_bytes(tmp_path / "plain") == b"anything"


def test_a_sealed_file_is_read_with_the_key_that_the_environment_names(tmp_path: Path, key: Key) -> None:
    (tmp_path / "sealed").write_bytes(seal(b"a face", key))
    assert read_bytes(tmp_path / "sealed") == b"a face"


def test_each_reason_why_a_file_cannot_be_opened_is_a_sentence(
    tmp_path: Path, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sealed"
    path.write_bytes(seal(b"a face", OTHER))
    assert "was encrypted with another key" in said_of(path)
    path.write_bytes(seal(b"a face", key)[:-1])
    assert "was changed or damaged since it was encrypted" in said_of(path)
    path.write_bytes(seal(b"a face", key)[:20])
    assert "was changed or damaged since it was encrypted" in said_of(path)
    monkeypatch.delenv(ENVIRONMENT_VARIABLE)
    assert f"{ENVIRONMENT_VARIABLE} names no key; set it to the file of the key" in said_of(path)


def test_a_picture_in_the_place_of_another_is_noticed(tmp_path: Path, key: Key) -> None:
    name = content_name(b"one face", ".png")
    (tmp_path / name).write_bytes(seal(b"one face", key))
    assert read_bytes(tmp_path / name) == b"one face"
    (tmp_path / name).write_bytes(seal(b"another face", key))
    assert "was changed or damaged" in said_of(tmp_path / name)


def test_without_the_library_the_extra_is_named(tmp_path: Path, key: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sealed").write_bytes(seal(b"a face", key))
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers.aead", None)
    assert "install finetop with the extra `private`" in said_of(tmp_path / "sealed")


def test_a_key_is_for_its_owner_alone_and_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "key"
    made = new_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key(path) == made and made.secret.hex() not in repr(made)
    with pytest.raises(InputError, match="there is a file already"):
        new_key(path)
    path.chmod(0o640)
    with pytest.raises(InputError, match=r"others can read the key \(its mode is 0640\).*chmod 600"):
        read_key(path)


@pytest.mark.parametrize("content", [b"", b"finetop-key-1", b"finetop-key-1 !!", b"other " + b"A" * 44, b"\x00" * 99])
def test_a_file_that_holds_no_key_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(content)
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(InputError, match="holds no key of finetop; make one with"):
        read_key(tmp_path / "key")


def test_a_key_that_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the key cannot be read"):
        read_key(tmp_path / "nothing")
    with pytest.raises(InputError, match="the key is no file"):
        read_key(tmp_path)
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(InputError, match="the key is no file"):
        read_key(tmp_path / "pipe")


def test_no_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    with pytest.raises(InputError, match="engine data key new FILE"):
        the_key()
