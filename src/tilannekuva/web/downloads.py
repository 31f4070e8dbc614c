"""Files that a page leads to: an indicator's values for other programs, and raw bytes as they landed."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date, stamp
from tilannekuva.flows.asking import parquet, plain
from tilannekuva.flows.tables import layer, xlsx
from tilannekuva.web import render
from tilannekuva.web.pages.frame import View
from tilannekuva.web.pages.indicator import rows
from tilannekuva.web.site import Site

PATHS = {
    "/table/fi/{id}.xlsx": "An indicator's values as a workbook. Likewise `sv` and `en`.",
    "/table/fi/{id}.parquet": "The same as Parquet.",
    "/table/fi/{id}.geojson": "Its newest values as points on the map, one an area.",
    "/raw/{sha256}": "Raw bytes as they landed, where everybody may have them.",
}
Row = dict[str, Any]


def workbook(view: View) -> bytes:
    """Give an indicator's values as a workbook; raises NotInstalled without the writer."""
    return xlsx([_typed(row) for row in rows(view)], view.name, at=view.picture.as_of)


def _typed(row: Row) -> Row:
    """Give a row with its day and instant as such."""
    day, known = date.fromisoformat(row["reference_date"]), datetime.fromisoformat(row["known_at"])
    return {**row, "reference_date": day, "known_at": known}


def columns(view: View) -> bytes:
    """Give an indicator's values as Parquet."""
    freq = view.picture.indicators[view.name].freq
    return parquet([{**row, "freq": freq, "stratum": "all"} for row in rows(view)])


def points(view: View) -> bytes:
    """Give the newest settled value of each area as GeoJSON."""
    picture, one = view.picture, view.picture.indicators[view.name]
    found = [
        {
            "area": reading.area,
            "area_name": register().area(reading.area).name(view.language.code),
            "level_of_area": reading.area.partition(":")[0],
            "indicator": reading.indicator,
            "reference_date": reading.reference_date.isoformat(),
            "value": None if reading.value is None else plain(round(reading.value, one.decimals)),
            "unit": one.unit.in_(view.language.code),
            "status": reading.status,
            "level": reading.level,
            "known_at": stamp(reading.known_at),
        }
        for (name, _), reading in sorted(picture.readings.items())
        if name == one.id
    ]
    about = {"name": one.title.in_(view.language.code), "picture": picture.id, "as_of": stamp(picture.as_of)}
    made = layer(found, on=helsinki_date(picture.as_of), about={**about, "exercise": picture.exercise})
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


KINDS: Mapping[str, tuple[Callable[[View], bytes], str]] = {
    "xlsx": (workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "parquet": (columns, "application/vnd.apache.parquet"),
    "geojson": (points, "application/geo+json"),
}


def routes(site: Site) -> list[Route]:
    """Give the routes of files."""

    async def table(request: Request) -> Response:
        request.scope.update(page="indicator", twin="")
        make, kind = KINDS[request.path_params["kind"]]
        return await site.answer(request, lambda: render.body(make(site.view(request)), kind))

    async def raw(request: Request) -> Response:
        as_of = site.question(request, "").as_of
        found = await run_in_threadpool(site.asked_of(request).raw, request.path_params["sha256"], as_of)
        if found is None:
            raise HTTPException(404, "these bytes are not here, or not for everybody")
        return _attached(*found, request.path_params["sha256"])

    return [
        Route("/table/{lang:lang}/{id:slug}.{kind:kind}", table),
        Route("/raw/{sha256:sha256}", raw),
    ]


def _attached(source: str, body: bytes, sha256: str) -> Response:
    """Give bytes to be saved, never shown: they are another's, and may hold anything."""
    headers = {
        "Content-Disposition": f'attachment; filename="{source}-{sha256[:12]}.bin"',
        "Cache-Control": "public, max-age=31536000, immutable",
        "ETag": f'"{sha256}"',
    }
    return Response(body, media_type="application/octet-stream", headers=headers)
