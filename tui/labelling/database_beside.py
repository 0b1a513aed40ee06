"""The training database beside the screen Label: found, opened, and brought up to the log."""

from __future__ import annotations

import contextlib
import getpass
import sqlite3
from contextlib import ExitStack

from textual.message import Message
from textual.timer import Timer

from engine.errors import FinetopError
from engine.folders.labelling.apply_log import apply_log
from engine.folders.labelling.opening import Opened, open_labelling, search
from engine.folders.labelling.sitting import Sitting
from engine.folders.samples.training_db import training_db
from tui.app import Options
from tui.labelling.beside import Beside
from tui.labelling.place import LabelPlace, LabelSet, find_place

APPLY_AFTER_S = 1.0
"""The database is brought up to the log when no key was pressed for this long: the log alone is enough to go on."""


class DatabaseBeside(Beside):
    """Owns the connection. `look` finds and opens; `changed` says that the log is ahead of the database."""

    class Nothing(Message):
        """There is nothing to label; the place says why."""

        def __init__(self, place: LabelPlace) -> None:
            super().__init__()
            self.place = place

    class Sitting(Message):
        """Labelling can begin."""

        def __init__(self, labelling: Sitting, wanted: LabelSet) -> None:
            super().__init__()
            self.labelling, self.wanted = labelling, wanted

    class Searched(Message):
        """Folders whose path holds some words."""

        def __init__(self, text: str, ids: list[int]) -> None:
            super().__init__()
            self.text, self.ids = text, ids

    class _Found(Message):
        def __init__(self, place: LabelPlace) -> None:
            super().__init__()
            self.place = place

    class _Read(Message):
        def __init__(self, opened: Opened, wanted: LabelSet) -> None:
            super().__init__()
            self.opened, self.wanted = opened, wanted

    def __init__(self, options: Options) -> None:
        super().__init__(id="database-beside")
        self._options = options
        self.place = LabelPlace(None, ())
        self._looking = False
        self._open: list[ExitStack] = []
        """Connections, the newest last."""
        self._sitting: Sitting | None = None
        self._ahead = False
        self._timer: Timer | None = None

    def on_unmount(self) -> None:
        if self._sitting is not None and self._ahead:
            # The log has it all: where this fails, the next look brings the database up.
            with contextlib.suppress(FinetopError, sqlite3.Error):
                apply_log(self._sitting.opened.database, self._sitting.state.taxonomy)
        for connection in self._open:
            connection.close()

    # -- opening

    def look(self) -> None:
        """Find the database and open its first taxonomy."""
        options = self._options
        if self._looking:
            return
        self._looking = True
        self.in_thread(lambda: self._Found(find_place(options.workspace, options.training_db)))

    def on_database_beside__found(self, event: _Found) -> None:
        event.stop()
        self._looking = False
        if self._sitting is not None:
            return
        self.place = event.place
        if event.place.problem or event.place.database is None:
            self.post_message(self.Nothing(event.place))
        else:
            self.open_set(event.place.sets[0])

    def open_set(self, wanted: LabelSet) -> None:
        """Label in this taxonomy from now on."""
        database = self.place.database
        assert database is not None
        self.in_thread(lambda: self._Read(open_labelling(database, wanted.name), wanted))

    def on_database_beside__read(self, event: _Read) -> None:
        event.stop()
        connection = ExitStack()
        db = connection.enter_context(training_db(event.opened.database))
        self._open.append(connection)
        # The screen may show the sitting before this one until it has heard of this one.
        for former in self._open[:-2]:
            former.close()
        del self._open[:-2]
        who = self._options.labeller or user_name()
        self._sitting = Sitting(event.opened, db, tuple(event.wanted.labels), who, self._options.now)
        self.post_message(self.Sitting(self._sitting, event.wanted))

    # -- the log is ahead

    def changed(self) -> None:
        """Bring the database up to the log, soon."""
        self._ahead = True
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(APPLY_AFTER_S, self._bring_up)

    def _bring_up(self) -> None:
        sitting = self._sitting
        if sitting is None:
            return
        database, taxonomy = sitting.opened.database, sitting.state.taxonomy
        self._ahead = False

        def work() -> None:
            apply_log(database, taxonomy)

        self.in_thread(work)

    # -- search

    def search(self, text: str) -> None:
        """Look for folders whose path holds these words."""
        database = self.place.database
        if database is None:
            return

        def work() -> Message:
            with training_db(database) as db:
                return self.Searched(text, search(db, text))

        self.in_thread(work)


def user_name() -> str:
    """Whose labels they are where nobody says so; `me` where the system knows no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "me"
