"""Charts of numbers over time, drawn on the server: the form of a page and the small one of a list.

    chart = full_chart(Series(key="psa", name="PSA", unit="ug/L", marks=(...), limits=(...), events=(...)))
    {{ chart_of(page.chart) }}                      # templates/components/charts.html draws what stands in it

What is drawn is worked out here as numbers, so that a test can ask whether two labels lie over each other. Knows no room:
the caller says what the marks, the limits and the events are. No script, no style attribute, no font of its own.
"""

from rms.web.charts.colours import EVENT, GRID, INK, LIMIT, MARK
from rms.web.charts.drawing import Chart, EventLine, LimitLine, Point, full_chart, small_chart
from rms.web.charts.labels import Label
from rms.web.charts.model import SMALL, WIDE, Event, Limit, Mark, Series, Size
from rms.web.charts.words import row_words, title_of

__all__ = [
    "EVENT",
    "GRID",
    "INK",
    "LIMIT",
    "MARK",
    "SMALL",
    "WIDE",
    "Chart",
    "Event",
    "EventLine",
    "Label",
    "Limit",
    "LimitLine",
    "Mark",
    "Point",
    "Series",
    "Size",
    "full_chart",
    "row_words",
    "small_chart",
    "title_of",
]
