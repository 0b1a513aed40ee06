"""Import: a dataset of files that people have."""

from __future__ import annotations

from textual.message import Message

from tui.data.completing import completed, told
from tui.data.form import Form
from tui.data.importing import arguments_of, entries_of, in_the_form, problem_in
from tui.data.offers import ProfileOffer, read_offers
from tui.screens.make_window import MakeWindow


class ImportWindow(MakeWindow):
    """Path, model, format, and how to read and split it."""

    HEADING = "Import"
    MAKING = "Importing"

    class Offered(Message):
        """The profiles were read."""

        def __init__(self, offers: tuple[ProfileOffer, ...]) -> None:
            super().__init__()
            self.offers = offers

    class Completed(Message):
        """What a path may go on with."""

        def __init__(self, begun: str, text: str, names: list[str]) -> None:
            super().__init__()
            self.begun, self.text, self.names = begun, text, names

    def begin(self) -> None:
        self.thread(lambda: self.Offered(read_offers()))

    def on_import_window_offered(self, event: Offered) -> None:
        event.stop()
        self.offers = event.offers
        self.sheet.show(self.sheet.form.offer(entries_of(self.offers, self.sheet.form)))
        self.changed("profile")

    def settle(self, turn: int, form: Form, key: str) -> Message:
        """Offer what the model's task needs, and say what is missing. The files are looked at by the preview."""
        form = form.offer(entries_of(self.offers, form), form.values)
        problem = problem_in(self.offers, form)
        arguments = arguments_of(self.offers, form) if form.value("source") and not problem else ()
        return self.Settled(turn, arguments, problem, form)

    def in_the_form(self, problem: str) -> str:
        """The options of the command are entries here."""
        return in_the_form(problem)

    def action_complete(self) -> None:
        """Complete the path that is typed."""
        entry = self.sheet.form.entry
        if entry is None or not entry.is_path:
            return
        begun = entry.value
        self.thread(lambda: self.Completed(begun, *completed(begun)))

    def on_import_window_completed(self, event: Completed) -> None:
        event.stop()
        entry = self.sheet.form.entry
        if entry is None or entry.value != event.begun:
            return  # somebody typed on
        self.sheet.put(self.sheet.form.put(event.text))
        if event.names:
            self.tell(told(event.names))
        elif event.text == event.begun and not event.begun.endswith("/"):
            self.tell("Nothing there begins so.")
