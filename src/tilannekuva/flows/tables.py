"""Tables as files that office and map programs open: a workbook, a layer of points."""

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from importlib import import_module
from typing import Any

from tilannekuva.domain.areas import register
from tilannekuva.domain.coordinates import lon_lat
from tilannekuva.errors import NotInstalled

Row = Mapping[str, Any]
_WIDEST = 40


def xlsx(rows: Sequence[Row], title: str, *, at: datetime) -> bytes:
    """Write rows as a workbook: numbers stay numbers, days days, instants instants, all else text.

    A text that looks like a formula stays a text. Raises NotInstalled without the writer.
    """
    out = io.BytesIO()
    book = _writer().Workbook(out, {"in_memory": True, "remove_timezone": True})
    book.set_properties({"created": at})  # not when it was made: of the same data it has the same bytes
    sheet = book.add_worksheet(title[:31])
    head = book.add_format({"bold": True, "bottom": 1})
    kinds: dict[type, Any] = {
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    names = list(rows[0]) if rows else []
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, head)
        sheet.set_column(column, column, min(_WIDEST, max(len(name), 12) + 2))
    for line, row in enumerate(rows, 1):
        for column, name in enumerate(names):
            _write(sheet, line, column, row[name], kinds=kinds)
    sheet.freeze_panes(1, 0)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(names) - 1)
    book.close()
    return out.getvalue()


def _write(
    sheet: Any,  # noqa: ANN401 - a library without types
    line: int,
    column: int,
    cell: Any,  # noqa: ANN401 - any cell
    *,
    kinds: Mapping[type, Any],
) -> None:
    if cell is None:
        sheet.write_blank(line, column, None)
    elif isinstance(cell, date):
        sheet.write_datetime(line, column, cell, kinds[type(cell)])
    elif isinstance(cell, int | float):
        sheet.write_number(line, column, cell)
    else:
        sheet.write_string(line, column, str(cell))


def _writer() -> Any:  # noqa: ANN401 - a library without types
    try:
        return import_module("xlsxwriter")
    except ModuleNotFoundError:
        raise NotInstalled("a workbook", "sources") from None


def layer(rows: Sequence[Row], *, on: date, about: Row) -> dict[str, Any]:
    """Give rows as a GeoJSON layer of points, in degrees as RFC 7946 wants; `about` are members of the layer.

    The point of a larger area is the middle of its inhabitants; a row whose area is nowhere has no geometry.
    """
    features = [
        {
            "type": "Feature",
            "id": row["area"],
            "geometry": _point(str(row["area"]), on),
            "properties": {"code": row["area"].partition(":")[2], **row},
        }
        for row in rows
    ]
    return {"type": "FeatureCollection", **about, "features": features}


def _point(area: str, on: date) -> dict[str, Any] | None:
    centre = _centre(area, on)
    return centre and {"type": "Point", "coordinates": [round(one, 5) for one in lon_lat(*centre)]}


@lru_cache(maxsize=1024)
def _centre(area: str, on: date) -> tuple[float, float] | None:
    """Give an area's own centre, or that of the people of its municipalities, in kilometres."""
    own = register().area(area).centre
    if own:
        return own
    near = [one for one in register().members(area, on=on) if one.centre]
    people = [register().population(one.id, on) or 0 for one in near]
    if not sum(people):
        return None
    east, north = (
        sum(axis * n for axis, n in zip(axes, people, strict=True)) / sum(people)
        for axes in zip(*(one.centre for one in near if one.centre), strict=True)
    )
    return east, north
