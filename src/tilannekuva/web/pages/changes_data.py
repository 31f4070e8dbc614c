"""What changed since an earlier instant, as data: one table of all kinds of change."""

from collections.abc import Iterable, Iterator
from typing import Any

from tilannekuva.domain.calendar import stamp
from tilannekuva.domain.indicators import Indicator
from tilannekuva.flows.asking import area_name, plain
from tilannekuva.flows.changes import Changes, Retold, Revision
from tilannekuva.web.pages.changes import compared, indicator_of, source_title
from tilannekuva.web.pages.frame import View

_COLUMNS = (
    "kind",
    "indicator",
    "id",  # of what is no value: a decision, a definition, a source
    "title",
    "area",
    "area_name",
    "reference_date",
    "was",
    "was_status",
    "value",
    "status",
    "was_level",
    "level",
    "known_at",
    "source",
)


def rows(view: View) -> list[dict[str, Any]]:
    """Give all that changed as data, each corrected value a row of its own."""
    found = compared(view)
    made = [*_reading_rows(view, found), *_revision_rows(view, found.revisions), *_other_rows(view, found)]
    return [{name: one.get(name) for name in _COLUMNS} for one in made]


def _reading_rows(view: View, found: Changes) -> Iterator[dict[str, Any]]:
    for one in found.moved:
        before, now = one.before, one.now
        yield {
            "kind": "reading",
            **_named(view, one.indicator, now.area),
            "reference_date": now.reference_date.isoformat(),
            "was": _number(one.indicator, before.value if before else None),
            "was_status": before.status if before else "missing",
            "value": _number(one.indicator, now.value),
            "status": now.status,
            "was_level": (before and before.level) or "",
            "level": now.level or "",
            "known_at": stamp(now.known_at),
            "source": ";".join(now.sources),
        }


def _revision_rows(view: View, found: Iterable[Revision]) -> Iterator[dict[str, Any]]:
    for one in found:
        indicator = indicator_of(view, one.indicator)
        for told in one.values:
            yield {
                "kind": one.kind,
                **_named(view, indicator, one.area),
                **_told_row(indicator, told),
                "source": one.source,
            }


def _told_row(indicator: Indicator, told: Retold) -> dict[str, Any]:
    return {
        "reference_date": told.reference_date.isoformat(),
        "was": _number(indicator, told.was),
        "was_status": told.was_status,
        "value": _number(indicator, told.value),
        "status": told.status,
        "known_at": stamp(told.known_at),
    }


def _named(view: View, indicator: Indicator, area: str) -> dict[str, Any]:
    lang = view.language.code
    named = {"indicator": indicator.id, "title": indicator.title.in_(lang), "area": area}
    return {**named, "area_name": area_name(area, lang)}


def _number(indicator: Indicator, value: float | None) -> float | int | None:
    return None if value is None else plain(round(value, indicator.decimals))


def _other_rows(view: View, found: Changes) -> Iterator[dict[str, Any]]:
    lang = view.language.code
    for turn, one in found.decisions:
        named = {"id": one.key, "title": one.title(lang), "area": one.area}
        day = one.taken_on.isoformat() if one.taken_on else ""
        yield {
            "kind": f"decision {turn}",
            **named,
            "reference_date": day,
            "known_at": stamp(one.known_at),
            "source": one.source,
        }
    for new in found.redefined:
        yield {"kind": f"definition of {new.kind}", "id": new.id, "known_at": stamp(new.known_at)}
    for name, before, now in found.sources:
        yield {
            "kind": "source",
            "id": name,
            "title": source_title(view, name),
            "was_status": before,
            "status": now,
        }
    for look in found.refused:
        yield {
            "kind": "refused",
            "id": look.source_id,
            "title": source_title(view, look.source_id),
            "known_at": stamp(look.landed_at),
        }
