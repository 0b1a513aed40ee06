"""Names that nobody bears: artists, studios, places and titles, put together from syllables and plain words."""

from __future__ import annotations

from random import Random

from engine.folders.drawn_library.words import word_list

_ONSETS = (
    "b", "br", "c", "d", "dr", "f", "g", "gr", "h", "j", "k", "kr", "l",
    "m", "n", "p", "r", "s", "sh", "st", "t", "th", "tr", "v", "w", "z",
)  # fmt: skip
_VOWELS = ("a", "e", "i", "o", "u", "ae", "ia", "ei", "ou", "y")
_CODAS = ("", "", "l", "n", "r", "s", "th", "rk", "nd", "m", "lm", "x", "sk")
_SHORTEST = 4
"""Letters of a coined word: those of three are too often words that are not to be said."""
_OF = {"en": "of", "de": "von", "fr": "de", "es": "de"}
_VOLUMES = ("volume", "vol.", "book", "chapter", "act", "season")
_STORIES = ("chronicles", "campaign", "saga", "cycle", "adventure path")
_LANDS = ("tales", "lands", "roads", "nights", "seas", "marches")
_SETS, _SET_KINDS = ("bundle", "collection", "set", "pack"), ("map", "mega", "starter", "core", "monthly")
_SIGNED = ("", "art", "draws", "77", "xo", "maps")


def coined(random: Random, syllables: int = 2) -> str:
    """A word that sounds like a name: Karth, Belmoria."""
    while True:
        letters = "".join(
            random.choice(_ONSETS) + random.choice(_VOWELS) + (random.choice(_CODAS) if at == syllables - 1 else "")
            for at in range(syllables)
        )
        if len(letters) >= _SHORTEST:
            return letters.capitalize()


def place(random: Random) -> str:
    """Somewhere."""
    return coined(random, random.choice((1, 2, 2, 2, 3)))


def artist(random: Random, language: str) -> str:
    """A person or a firm."""
    return _person(random, language) if random.random() < 0.45 else _studio(random, language)


def title(random: Random, language: str) -> str:
    """What a work is called. Some titles are a plain place, as subjects are."""
    if language != "en" and random.random() < 0.7:
        head = f"{_one(random, 'heads', language)} {_OF[language]} {place(random)}"
        return random.choice((head, place(random), f"{head} {random.randint(1, 5)}"))
    site, being, adjective = (_one(random, words) for words in ("sites", "beings", "adjectives"))
    head = _one(random, "heads")
    match random.randrange(12):
        case 0:
            return f"{head} of {place(random)}"
        case 1:
            return f"{head} of the {adjective} {being}"
        case 2:
            return f"the {adjective} {site}"
        case 3:
            return f"{adjective} {site}"
        case 4:
            return site
        case 5:
            return f"{being}'s {site}"
        case 6:
            return f"{place(random)} {site}"
        case 7:
            return place(random)
        case 8:
            return f"{site} of the {being}"
        case 9:
            return f"{adjective} {being}"
        case 10:
            return f"{site} and {_one(random, 'sites')}"
    return f"{site} {random.randint(2, 9)}"


def series(random: Random, language: str) -> str:
    """What works are published under: a campaign, a volume, a month."""
    number, year = random.randint(1, 24), random.randint(2014, 2026)
    match random.randrange(9):
        case 0:
            return f"{_one(random, 'months', language)} {year}"
        case 1:
            return f"{year}-{random.randint(1, 12):02d}"
        case 2:
            return f"{random.choice(_VOLUMES)} {number}"
        case 3:
            return f"tier {random.randint(1, 4)}" if random.random() < 0.5 else f"{year} rewards"
        case 4:
            return f"{place(random)} {random.choice(_STORIES)}"
        case 5:
            return f"{random.choice(_SET_KINDS)} {random.choice(_SETS)} {number}"
        case 6:
            return f"{_one(random, 'adjectives')} {random.choice(_LANDS)}"
        case 7:
            return f"{_one(random, 'beings')} {random.choice(_SETS)}"
    return f"{_one(random, 'heads', language)} {_OF[language]} {place(random)}"


def _person(random: Random, language: str) -> str:
    """Given name and family name, or a name to sign with."""
    given = _one(random, "given names", language)
    family = coined(random, 1) + _one(random, "family endings", language)
    match random.randrange(6):
        case 0:
            return f"{given[0]}. {family}"
        case 1:
            return coined(random, 2) + random.choice(_SIGNED)
    return f"{given} {family}"


def _studio(random: Random, language: str) -> str:
    """A firm, which often names itself after things that are also drawn."""
    craft, thing, site = (_one(random, words) for words in ("crafts", "things", "sites"))
    match random.randrange(9):
        case 0:
            return f"{place(random)} {craft}"
        case 1:
            return f"{thing} & {_one(random, 'things')}"
        case 2:
            return f"The {_one(random, 'adjectives').capitalize()} {thing}"
        case 3:
            return f"{coined(random, 1)}{thing.lower()}"
        case 4:
            return f"{_one(random, 'adjectives').capitalize()} {site.capitalize()} {craft}"
        case 5:
            return f"{thing}{site} {craft}"
        case 6:
            return f"{site.capitalize()}s by {_person(random, language).split()[0]}"
        case 7:
            return f"{_person(random, language)} {craft}"
    return f"{thing} {craft}"


def _one(random: Random, words: str, language: str = "en") -> str:
    return random.choice(word_list(words, language))
