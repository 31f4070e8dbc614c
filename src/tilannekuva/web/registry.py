"""The pages: each one's template, value, rows and what stands there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tilannekuva.web.pages import (
    accessibility,
    area,
    brief,
    changes,
    changes_data,
    compare,
    data,
    decisions,
    front,
    glossary,
    indicator,
    map_page,
    plain,
    sources,
    trace,
)
from tilannekuva.web.pages.frame import View


@dataclass(frozen=True, slots=True)
class Page:
    """How a page is made: `context` gives its template's value, `rows` its data twin; `about` documents it.

    `whole` pages name an indicator and show its whole course. A page that shows what needs no news to change,
    such as the archive, is not `kept`.
    """

    template: str
    context: Callable[[View], Any]
    rows: Callable[[View], list[dict[str, Any]]]
    about: str
    whole: bool = False
    kept: bool = True


PAGES = {
    "front": Page("front.html", front.front, front.rows, "The situation of an area now."),
    "changes": Page(
        "changes.html", changes.changes_page, changes_data.rows, "What changed since an earlier instant."
    ),
    "indicator": Page(
        "indicator.html",
        indicator.indicator_page,
        indicator.rows,
        "One indicator: curve, levels, map, method, table.",
        whole=True,
    ),
    "map": Page("map.html", map_page.map_page, map_page.rows, "Any indicator on the map, day by day."),
    "area": Page("area.html", area.area_page, area.rows, "All indicators of an area."),
    "compare": Page("compare.html", compare.compare_page, compare.rows, "Places side by side."),
    "decisions": Page(
        "decisions.html", decisions.decisions_page, decisions.rows, "What was decided, by day."
    ),
    "brief": Page(
        "brief.html", brief.brief_page, brief.rows, "The briefs, and the texts of the sectors.", kept=False
    ),
    "sources": Page(
        "sources.html",
        sources.sources_page,
        sources.rows,
        "How each source fares, and why an answer was refused.",
    ),
    "trace": Page("trace.html", trace.trace_page, trace.rows, "Where a number comes from.", whole=True),
    "data": Page("data.html", data.data_page, data.rows, "How other programs read the picture."),
    "plain": Page("plain.html", plain.plain_page, plain.rows, "The situation in plain language."),
    "glossary": Page("glossary.html", glossary.glossary_page, glossary.rows, "The words of the picture."),
    "accessibility": Page(
        "accessibility.html",
        accessibility.accessibility_page,
        accessibility.rows,
        "The accessibility statement.",
    ),
}
