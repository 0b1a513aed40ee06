"""What creators make, and how they put it into folders: which levels stand above a work, and which in it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from engine.folders.drawn_library.roles import Role
from engine.folders.drawn_library.words import Concept, concept, concepts


@dataclass(frozen=True)
class Trade:
    """Makers of one kind of thing."""

    share: float
    """Of the creators."""
    types: tuple[str, ...]
    """What they make, the main thing first; keys of concepts."""
    formats: tuple[str, ...]
    editions: tuple[str, ...]
    moods: tuple[str, ...]
    extensions: tuple[str, ...]
    """Of the files, where the format of the folder does not say."""
    above: tuple[tuple[Role, ...], ...]
    """Ways to order works: levels between the creator and a work."""
    within: tuple[tuple[Role, ...], ...]
    """Ways to order a work: levels in it."""


def _parted(text: str) -> tuple[str, ...]:
    return tuple(text.split(", "))


def _ways(text: str) -> tuple[tuple[Role, ...], ...]:
    """Levels from the top, parted by `/`; `-` for none."""
    return tuple(tuple(map(Role, way.split("/"))) if way != "-" else () for way in text.split(", "))


TRADES = (
    Trade(
        share=0.42,
        types=_parted("maps, assets, tiles, animations, overlays, handouts"),
        formats=_parted(
            "vtt, print, pdf, jpg, png, webp, webm, a4, a1 poster, us letter, 300 dpi, 72 dpi, 4k, dd2vtt, fvtt "
            "module, psd"
        ),
        editions=_parted(
            "gridded, gridless, square, hex, empty, furnished, no roof, roof, alt, animated, static, labelled, "
            "unlabelled, v2, black and white, colour"
        ),
        moods=_parted(
            "day, night, dusk, winter, autumn, rain, fog, fire, flooded, abandoned, blood, haunted, summer, "
            "spring, festive, toxic, lava"
        ),
        extensions=_parted("jpg, png, webp"),
        above=_ways("-, -, series, subject, type/subject, subject/type, genre/subject, type, series/type, genre"),
        within=_ways(
            "format/edition, edition/mood, mood/edition, format, edition, mood, format/mood, edition/format, "
            "type/edition, format/edition/mood"
        ),
    ),
    Trade(
        share=0.2,
        types=_parted("tokens, portraits, cards, icons, artwork, handouts"),
        formats=_parted("png, webp, vtt, print, pdf, a4, 300 dpi, 72 dpi, fvtt module, psd"),
        editions=_parted("alt, black and white, colour, large, v2, unlabelled, labelled, animated"),
        moods=_parted("blood, winter, fire, toxic, haunted, festive, night"),
        extensions=_parted("png, webp"),
        above=_ways("-, subject, type/subject, type, genre/type/subject, series, series/subject"),
        within=_ways("subject, subject/edition, format/edition, edition, type/format, format, subject/mood"),
    ),
    Trade(
        share=0.14,
        types=_parted("music, ambience, overlays"),
        formats=_parted("mp3, wav, webm, vtt"),
        editions=_parted("animated, no vocals, intense, alt, static, v2"),
        moods=_parted("calm, tense, day, night, rain, haunted, winter, festive, fire, dusk"),
        extensions=_parted("mp3, ogg, wav"),
        above=_ways("-, type, genre, type/subject, series, genre/subject"),
        within=_ways("format, edition/format, format/edition, mood, mood/format, type/mood"),
    ),
    Trade(
        share=0.14,
        types=_parted("miniatures, terrain, portraits, artwork"),
        formats=_parted("stl, lys, pdf, jpg, psd, print"),
        editions=_parted("supported, unsupported, large, alt, v2, empty"),
        moods=_parted("abandoned, winter, blood, haunted"),
        extensions=_parted("stl, lys, jpg"),
        above=_ways("series, series/subject, subject, -, type/series"),
        within=_ways("edition, subject/edition, format, edition/format, type/edition, subject/format/edition"),
    ),
    Trade(
        share=0.1,
        types=_parted("adventures, rulebooks, maps, handouts, cards, portraits, artwork"),
        formats=_parted("pdf, print, a4, us letter, vtt, fvtt module, jpg, 72 dpi, 300 dpi"),
        editions=_parted("labelled, unlabelled, v2, colour, black and white, alt"),
        moods=_parted("night, day, winter"),
        extensions=_parted("pdf, jpg, docx"),
        above=_ways("-, genre, series, type, genre/series"),
        within=_ways("type, type/edition, type/format, format, format/edition"),
    ),
)

EXTENSIONS = {
    "vtt": ("webp", "jpg", "dd2vtt"), "print": ("pdf", "png"), "pdf": ("pdf",), "jpg": ("jpg",), "png": ("png",),
    "webp": ("webp",), "webm": ("mp4", "webm"), "mp3": ("mp3",), "wav": ("wav", "flac"), "stl": ("stl",),
    "lys": ("lys", "chitubox"), "a4": ("pdf",), "a1 poster": ("pdf", "tif"), "us letter": ("pdf",),
    "300 dpi": ("png", "tif"), "72 dpi": ("jpg",), "4k": ("jpg", "mp4"), "1080p": ("mp4",),
    "dd2vtt": ("dd2vtt", "uvtt"), "fvtt module": ("json", "webp", "js"), "psd": ("psd", "tif"),
    "music": ("mp3", "ogg"), "ambience": ("mp3", "ogg"), "miniatures": ("stl",), "terrain": ("stl",),
    "tokens": ("png",), "portraits": ("png", "jpg"), "animations": ("mp4", "webm"), "overlays": ("webm", "webp"),
    "handouts": ("pdf", "jpg"), "adventures": ("pdf",), "rulebooks": ("pdf", "epub"), "cards": ("pdf", "png"),
    "animated": ("mp4", "webm"), "fonts": ("ttf", "otf"), "zips": ("zip", "rar"), "read me": ("txt", "pdf"),
    "thumbs": ("jpg", "db"), "promo": ("jpg", "mp4"), "__MACOSX": ("",),
}  # fmt: skip
"""Of the files in a folder that is called after a concept."""
BYTES = {
    "jpg": 900_000, "png": 4_000_000, "webp": 400_000, "pdf": 6_000_000, "mp3": 5_000_000, "ogg": 3_000_000,
    "wav": 40_000_000, "flac": 25_000_000, "stl": 30_000_000, "lys": 50_000_000, "mp4": 60_000_000,
    "webm": 20_000_000, "psd": 150_000_000, "tif": 80_000_000, "zip": 200_000_000, "rar": 150_000_000,
}  # fmt: skip
"""Usual sizes of files; others are small."""


def draw_trade(random: Random) -> Trade:
    """One trade, by its share."""
    return random.choices(TRADES, [trade.share for trade in TRADES])[0]


def choices_of(trade: Trade, role: Role) -> tuple[Concept, ...]:
    """What folders of a role are called after, in that trade."""
    keys = {
        Role.TYPE: trade.types,
        Role.FORMAT: trade.formats,
        Role.EDITION: trade.editions,
        Role.MOOD: trade.moods,
    }.get(role)
    return concepts(role) if keys is None else tuple(concept(role, key) for key in keys)
