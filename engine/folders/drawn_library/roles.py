"""What part a folder's name plays, and what that is called in each taxonomy of the profile `folders`."""

from __future__ import annotations

import enum
from typing import NamedTuple


class Labels(NamedTuple):
    """A role in the three taxonomies."""

    legacy: str
    v1: str
    v2: str


class Role(enum.Enum):
    """Finer than each taxonomy, so that all three can be told from it."""

    ARTIST = "artist"
    """The first artist or studio on the path."""
    GUEST = "guest"
    """An artist inside another artist's folder."""
    SERIES = "series"
    """A campaign, a volume, a month of rewards: it holds packs."""
    PACK = "pack"
    """One work, under its title."""
    SUBJECT = "subject"
    """What is shown: forests, dragons."""
    GENRE = "genre"
    TYPE = "type"
    """Maps, tokens, music."""
    FORMAT = "format"
    """VTT, print, PDF, WAV."""
    EDITION = "edition"
    """The same work done otherwise: gridded, without roof, second version."""
    MOOD = "mood"
    """The same work at night, in winter, on fire."""
    JUNK = "junk"
    """What unpacking, systems and tidying leave behind."""
    UNCLEAR = "unclear"
    """Nobody can tell from the name."""

    def label(self, taxonomy: str) -> str:
        """`legacy`, `v1` or `v2` → the label."""
        return str(getattr(_LABELS[self], taxonomy))


TAXONOMIES = Labels._fields

_LABELS = {
    Role.ARTIST: Labels("primary_author", "person_or_group", "creator_or_studio"),
    Role.GUEST: Labels("secondary_author", "person_or_group", "creator_or_studio"),
    Role.SERIES: Labels("collection", "content", "content_subject"),
    Role.PACK: Labels("collection", "content", "content_subject"),
    Role.SUBJECT: Labels("subject", "content", "content_subject"),
    Role.GENRE: Labels("subject", "content", "theme_or_genre"),
    Role.TYPE: Labels("media_type", "media_bucket", "asset_type"),
    Role.FORMAT: Labels("media_format", "media_bucket", "asset_type"),
    Role.EDITION: Labels("variant", "descriptor", "other"),
    Role.MOOD: Labels("variant", "descriptor", "theme_or_genre"),
    Role.JUNK: Labels("other", "other", "other"),
    Role.UNCLEAR: Labels("other", "unknown", "unknown"),
}
