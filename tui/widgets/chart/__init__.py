"""The chart: curves of any length in braille, every raw point kept.

`curve` what is drawn, `trace` a curve reduced to columns, `raster` dots, `axes` bounds and ticks, `view` what the
operator chose, `frame` and `legend` what stands around the curves, `scene` all of it on a canvas, `chart` the widget.
"""

from tui.widgets.chart.chart import Chart
from tui.widgets.chart.curve import Curve
from tui.widgets.chart.view import View

__all__ = ["Chart", "Curve", "View"]
