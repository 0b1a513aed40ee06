"""What an action is."""

from __future__ import annotations

from dataclasses import dataclass

from tui.actions.keys import label_of

BACK = "Leave the field; once more goes back to Monitor"


@dataclass(frozen=True)
class Action:
    """Something that the operator can do."""

    name: str
    """The method `action_NAME` of the application or screen that does it."""
    keys: str
    """Comma-separated; the first is shown."""
    title: str
    """One or two words, for the footer."""
    help: str
    """A sentence, for help and palette."""
    place: str
    """`app`, or the screen, pane or window that has it."""
    group: str
    """Heading in help."""
    footer: int = 0
    """Order in the footer; 0 leaves it out."""
    changes: bool = False
    """Changes something outside the console: absent with --readonly."""
    shown_key: str = ""
    """How the key is written, where Textual's name for it is not what people say."""

    @property
    def id(self) -> str:
        """What people call it in their settings: `monitor.stop`, `monitor.zoom_out`."""
        return f"{self.place}.{self.title.lower().replace(' ', '_').replace('/', '_')}"

    @property
    def key_label(self) -> str:
        """The first key as people write it."""
        return self.shown_key or label_of(self.keys.split(",")[0])
