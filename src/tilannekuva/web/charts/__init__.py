"""Charts: from values to SVG text, the same drawing for page, print, PDF and PNG; no words of their own."""

from tilannekuva.web.charts.bars import Bar, bars
from tilannekuva.web.charts.course import LEVELS, Band, Course, Event, Limit, Line, Point, Words
from tilannekuva.web.charts.grids import Strip, heat, triangle
from tilannekuva.web.charts.line import line_chart, timeline
from tilannekuva.web.charts.multiples import Panel, multiples
from tilannekuva.web.charts.small import level_mark, spark
from tilannekuva.web.charts.standalone import standalone

__all__ = [
    "LEVELS",
    "Band",
    "Bar",
    "Course",
    "Event",
    "Limit",
    "Line",
    "Panel",
    "Point",
    "Strip",
    "Words",
    "bars",
    "heat",
    "level_mark",
    "line_chart",
    "multiples",
    "spark",
    "standalone",
    "timeline",
    "triangle",
]
