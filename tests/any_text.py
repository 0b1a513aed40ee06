"""Any text that can be stored."""

from hypothesis import strategies as st

CHARACTERS = st.characters(exclude_categories=["Cs"])
"""What `st.text()` draws from, too; but that asks the codec about every code point when nothing is cached, which is a
second of each process in a fresh checkout."""


def any_text(*, min_size: int = 0, max_size: int | None = None) -> st.SearchStrategy[str]:
    return st.text(CHARACTERS, min_size=min_size, max_size=max_size)
