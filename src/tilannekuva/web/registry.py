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
    decide,
    decision,
    decisions,
    enter,
    forecast,
    front,
    glossary,
    indicator,
    map_page,
    plain,
    scenario,
    services,
    sources,
    trace,
)
from tilannekuva.web.pages.frame import View


@dataclass(frozen=True, slots=True)
class Page:
    """How a page is made: `context` gives its template's value, `rows` its data twin; `about` documents it.

    `whole` pages name an indicator and show its whole course. A page that shows what needs no news to change,
    such as the archive, is not `kept`. The name in the path of a page with `own_ids` is no indicator's.
    """

    template: str
    context: Callable[[View], Any]
    rows: Callable[[View], list[dict[str, Any]]]
    about: str
    whole: bool = False
    kept: bool = True
    own_ids: bool = False


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
    "decision": Page(
        "decision.html",
        decision.decision_page,
        decision.rows,
        "One decision: what was decided, what it was expected to bring about, what was seen.",
        own_ids=True,
    ),
    "decide": Page(
        "decide.html",
        decide.decide_page,
        decide.rows,
        "The form by which a decision is recorded (POST), for who has the right to decide.",
        kept=False,
    ),
    "forecast": Page(
        "forecast.html",
        forecast.forecast_page,
        forecast.rows,
        "What may come, and how good the last forecasts were.",
    ),
    "scenario": Page(
        "scenario.html", scenario.scenario_page, scenario.rows, "What would follow if; no forecast."
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
    "services": Page(
        "services.html",
        services.services_page,
        services.rows,
        "How far each service for people has come, what waits, and how long it will take.",
    ),
    "service": Page(
        "service.html",
        services.service_page,
        services.rows,
        "One service: its funnel, curves, parts and municipalities.",
        own_ids=True,
    ),
    "enter": Page(
        "enter.html", enter.enter_page, enter.rows, "The services on which a day is reported.", kept=False
    ),
    "report": Page(
        "report.html",
        enter.report_page,
        enter.rows,
        "A day of a service, reported from a phone.",
        kept=False,
        own_ids=True,
    ),
    "plain": Page("plain.html", plain.plain_page, plain.rows, "The situation in plain language."),
    "glossary": Page("glossary.html", glossary.glossary_page, glossary.rows, "The words of the picture."),
    "accessibility": Page(
        "accessibility.html",
        accessibility.accessibility_page,
        accessibility.rows,
        "The accessibility statement.",
    ),
}
