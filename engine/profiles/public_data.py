"""A public data set that a profile names: where it comes from, and by what it is known when it has come."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

MAX_BYTES = 1 << 40
_SHA256 = re.compile("[0-9a-f]{64}")
_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+ -]{0,199}")


def _digest(value: str) -> str:
    if not _SHA256.fullmatch(value):
        raise ValueError("must be 64 hex digits in small letters, as sha256sum prints them")
    return value


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+[^\s]*", value) or not value.isprintable():
        raise ValueError("must be a URL: https://HOST/PATH")
    return value


def _file_name(value: str) -> str:
    if not _FILE.fullmatch(value):
        raise ValueError("must be the plain name of a file: letters, digits, dots, hyphens, no folder")
    return value


def _inner_path(value: str) -> str:
    name, equals, rest = value.partition("=")
    path = PurePosixPath(rest if equals and "/" not in name else value)
    if not value.isprintable() or "\\" in value or path.is_absolute() or ".." in path.parts:
        raise ValueError("must be a path inside the archive, or SPLIT=PATH; without `..` and not from the root")
    return value


Sha256 = Annotated[str, AfterValidator(_digest)]
WebAddress = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_web_address)]
FileName = Annotated[str, AfterValidator(_file_name)]
InnerPath = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_inner_path)]
SetName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]


class PublicSet(BaseModel):
    """A data set that others publish; `engine data fetch` brings and imports it.

    What is downloaded is known beforehand by size and hash. A set without `url` is downloaded by hand, and its
    hash may be unknown.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: SetName = Field(description="Names the set; its folder under `downloads/`.")
    licence: Words = Field(description="Licence under which it is published, as its homepage says.")
    homepage: WebAddress = Field(description="Page that tells of it, and from which it can be had by hand.")
    url: WebAddress | None = Field(None, description="Where the file is. Leave it out if it is to be had by hand.")
    bytes: int | None = Field(None, description="Size of the file.", gt=0, le=MAX_BYTES)
    sha256: Sha256 | None = Field(None, description="SHA-256 of the file in hex.")
    file: FileName = Field("", description="Name of the file on disk; by default the last part of the URL.")
    format: str | None = Field(None, description="Format as for `engine data import --format`; told by default.")
    sources: list[InnerPath] = Field(
        [], description="What to import of an archive, as `PATH` or `SPLIT=PATH` inside it; by default all of it."
    )
    encoding: str = Field("utf-8", description="Encoding of texts: utf-8, latin-1, cp1252 or iso-8859-15.")
    skip_bad: bool = Field(False, description="Leave bad rows out and count them: nobody can correct a public file.")

    @model_validator(mode="before")
    @classmethod
    def _is_named_by_its_url(cls, value: object) -> object:
        if isinstance(value, dict) and isinstance(value.get("url"), str) and not value.get("file"):
            return {**value, "file": unquote(urlsplit(value["url"]).path.rsplit("/", 1)[-1])}
        return value

    @model_validator(mode="after")
    def _is_known(self) -> PublicSet:
        if self.url is not None and (self.bytes is None or self.sha256 is None):
            raise ValueError("names a `url` without `bytes` and `sha256`; add both, or leave the url out")
        if not self.file:
            raise ValueError("names no file; add `file:` with the name that it has on disk")
        return self
