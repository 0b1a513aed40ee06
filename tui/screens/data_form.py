"""A form as a widget: letters go into the entry that the cursor is on."""

from __future__ import annotations

from textual.events import Blur, Click, Focus, Key, MouseScrollDown, MouseScrollUp, Paste
from textual.message import Message

from tui.data.form import Form
from tui.data.form_view import form_lines
from tui.widgets.cells import Canvas, CellWidget

MOST_PASTED = 4_000


class FormSheet(CellWidget, can_focus=True):
    """Draws the form, takes the keys that type; moving about are actions of its window."""

    class Changed(Message):
        """Something else is written or chosen."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Moved(Message):
        """The cursor is on another entry."""

    def __init__(self, *, ascii_only: bool, id: str | None = None) -> None:
        super().__init__(ascii_only=ascii_only, id=id)
        self.form = Form()
        self._owners: tuple[int | None, ...] = ()
        self.fixed = False
        """While what it says is being made, nothing of it is changed: what is made is what is shown."""

    def show(self, form: Form) -> None:
        """Show this from now on; says nothing."""
        self.form = form
        self.redraw()

    def put(self, form: Form) -> None:
        """Take a change of the operator in."""
        if self.fixed:
            return
        before, self.form = self.form, form
        if form == before:
            return
        self.redraw()
        entry = form.entry
        if entry is not None and form.values != before.values:
            self.post_message(self.Changed(entry.key))
        if form.at != before.at:
            self.post_message(self.Moved())

    def draw(self, canvas: Canvas) -> None:
        drawn = form_lines(self.form, canvas.width, canvas.height, ascii_only=self.ascii_only)
        self._owners = drawn.entries
        for y, line in enumerate(drawn.lines):
            canvas.write_line(0, y, line)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return character is not None and character.isprintable()

    def on_key(self, event: Key) -> None:
        form = self.form
        changed = {
            "backspace": lambda: form.erase(-1),
            "delete": lambda: form.erase(1),
            "left": lambda: form.go(-1),
            "right": lambda: form.go(1),
            "home": lambda: form.go_end(-1),
            "end": lambda: form.go_end(1),
            "ctrl+u": form.clear,
        }.get(event.key)
        if changed is not None:
            self.put(changed())
        elif event.is_printable and event.character:
            self.put(form.type(event.character))
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: Paste) -> None:
        event.stop()
        self.put(self.form.type(event.text[:MOST_PASTED]))

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or offset.y >= len(self._owners):
            return
        owner = self._owners[offset.y]
        if owner is None:
            return
        if owner == self.form.at and self.form.entries[owner].choices:
            self.put(self.form.go(1))
        else:
            self.put(self.form.go_to(owner))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self.put(self.form.move(1))

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self.put(self.form.move(-1))

    def on_focus(self, event: Focus) -> None:
        self.redraw()

    def on_blur(self, event: Blur) -> None:
        self.redraw()
