"""The wall of charts: as many as fit, all with one axis, one zoom and one cursor."""

from __future__ import annotations

from collections.abc import Sequence

from textual.containers import Container
from textual.events import Resize
from textual.message import Message

from tui.screens.curves import Panel
from tui.widgets.chart import Chart, View
from tui.widgets.chart.curve import Mark

NARROW, WIDE = 72, 150
"""Below the first one chart stands in a row, from the second on three."""
CHART_HEIGHT = 11
"""Rows that a chart needs to be read."""


class ChartWall(Container):
    """Shows the panels it is given. What the operator does goes to every chart on the wall."""

    class Looked(Message):
        """The operator looks at the charts in another way: the cursor or the view is another."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ChartWall.Looked)

    def __init__(self, *, ascii_only: bool, id: str) -> None:
        super().__init__(id=id)
        self._ascii_only = ascii_only
        self._panels: list[Panel] = []
        self._marks: tuple[Mark, ...] = ()
        self._page = 0
        self._big: int | None = None
        self._fits = (0, 0)
        """Columns and rows of charts."""

    @property
    def panels(self) -> list[Panel]:
        """All of them, the one that is big first."""
        first = (self._big or 0) % max(1, len(self._panels))
        return self._panels[first:] + self._panels[:first]

    @property
    def is_big(self) -> bool:
        """Whether one chart stands alone."""
        return self._big is not None

    @property
    def view(self) -> View:
        """What all charts show."""
        return self.charts[0].view if self.charts else View()

    @property
    def pages(self) -> int:
        """How many walls full of charts there are."""
        columns, rows = self._fits
        return max(1, -(-len(self._panels) // max(1, columns * rows)))

    @property
    def charts(self) -> list[Chart]:
        """The charts on the wall, the leading one first."""
        return [chart for chart in self.query_children(Chart) if chart.display]

    def show(self, panels: Sequence[Panel], marks: Sequence[Mark] = ()) -> None:
        """Show these; called again with longer curves each chart sends what changed."""
        self._panels, self._marks = list(panels), tuple(marks)
        self._arrange()

    def on_resize(self, event: Resize) -> None:
        self._arrange()

    def _arrange(self) -> None:
        width, height = self.size
        if not width or not height:
            return
        columns = 1 if width < NARROW else 2 if width < WIDE else 3
        rows = max(1, height // CHART_HEIGHT)
        self._fits = (columns, rows)
        self._page = min(self._page, self.pages - 1)
        shown = self._on_wall()
        columns = min(columns, len(shown)) or 1
        self.styles.grid_size_columns, self.styles.grid_size_rows = columns, -(-len(shown) // columns) or 1
        charts = self.charts
        if len(charts) != len(shown):
            self._hang(len(shown))
            charts = self.charts
        for chart, panel in zip(charts, shown, strict=False):
            chart.show(panel.curves, panel.target, panel.title, self._marks)

    def _on_wall(self) -> list[Panel]:
        if self._big is not None and self._panels:
            return [self._panels[self._big % len(self._panels)]]
        columns, rows = self._fits
        first = self._page * columns * rows
        return self._panels[first : first + columns * rows]

    def _hang(self, count: int) -> None:
        there = list(self.query_children(Chart))
        for place, chart in enumerate(there):
            chart.display = place < count
        new = [Chart(ascii_only=self._ascii_only) for _ in range(count - len(there))]
        for chart in new:
            # Keys go to the whole wall, so that axis and cursor are the same on every chart.
            chart.can_focus = False
            if there:
                chart.set_view(there[0].view)
        if new:
            self.mount(*new)

    # -- what the operator does

    def act(self, name: str, *arguments: object) -> None:
        """Run an action on the leading chart; the others follow its view."""
        charts = self.charts
        if charts:
            getattr(charts[0], f"action_{name}")(*arguments)

    def on_chart_view_changed(self, event: Chart.ViewChanged) -> None:
        event.stop()
        for chart in self.charts:
            if chart is not event.chart:
                chart.set_view(event.view)
        self.post_message(self.Looked())

    def on_chart_cursor_moved(self, event: Chart.CursorMoved) -> None:
        event.stop()
        for chart in self.charts:
            if chart is not event.chart:
                chart.set_cursor(event.x)
        self.post_message(self.Looked())

    def go_to(self, t: float, step: int | None) -> None:
        """Put the cursor where the run was at a time, or at a step where that is known."""
        for chart in self.charts[:1]:
            chart.go_to(t, step)

    def has_cursor(self) -> bool:
        """Whether a value cursor stands on the wall."""
        return any(chart.view.cursor is not None for chart in self.charts)

    def next_page(self) -> None:
        """The next charts; the next one where one is big."""
        if self._big is not None:
            self._big = (self._big + 1) % max(1, len(self._panels))
            self.post_message(self.Looked())
        else:
            self._page = (self._page + 1) % self.pages
        self._arrange()

    def toggle_big(self) -> bool:
        """One chart alone, or all that fit again. Says whether one is big now."""
        columns, rows = self._fits
        self._big = self._page * columns * rows if self._big is None else None
        self._arrange()
        self.post_message(self.Looked())
        return self.is_big
