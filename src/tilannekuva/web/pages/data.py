"""How Power BI, Excel, QGIS, FME, R and pandas read the picture: ready texts and addresses."""

from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tilannekuva.domain.indicators import Indicator
from tilannekuva.flows.extents import Extent
from tilannekuva.web.language import Language
from tilannekuva.web.pages.frame import Frame, Link, View, frame, titles
from tilannekuva.web.urls import table

_FILES = ("xlsx", "parquet", "geojson")


@dataclass(frozen=True, slots=True)
class Program:
    """How one program reads the picture: what to do in order, and texts to copy, each with its name."""

    id: str
    name: str
    steps: tuple[str, ...]
    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The values of an indicator as files: how many of how many areas, from when to when, in which unit."""

    title: Link
    id: str
    unit: str
    rows: str
    areas: str
    days: str
    files: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class DataPage:
    """How other programs read the picture.

    `chosen` is the id of the indicator in the ready texts, `choices` all of them with their titles;
    `origin` is the address that the texts begin with; `programs` are the ready texts, `twins` every page as
    data, `tables` every indicator; `columns` says what each column of a table means.
    """

    frame: Frame
    title: str
    chosen: str
    choices: tuple[tuple[str, str], ...]
    kept: tuple[tuple[str, str], ...]
    origin: str
    programs: tuple[Program, ...]
    twins: tuple[tuple[str, Link, Link], ...]
    tables: tuple[Table, ...]
    columns: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """An indicator and area for the ready texts, and the addresses of its files."""

    one: Indicator
    area: str
    csv: str
    xlsx: str
    parquet: str
    geojson: str


def data_page(view: View) -> DataPage:
    """Make the page; an indicator that there is not is passed over."""
    language, indicators = view.language, view.picture.indicators
    ordered = sorted(indicators.values(), key=lambda one: (one.tile or 99, one.title.in_(language.code)))
    wanted = indicators.get(view.asked("indicator")) or next(iter(ordered), None)
    extents = view.reader.extents(sorted(indicators), view.picture.as_of)
    return DataPage(
        frame=frame(view),
        title=language.text("Data for other programs"),
        chosen=wanted.id if wanted else "",
        choices=tuple((one.id, one.title.in_(language.code)) for one in ordered),
        kept=tuple((key, cell) for key, cell in view.query if key != "indicator"),
        origin=view.reader.settings.origin,
        programs=_programs(language, _chosen(view, wanted)) if wanted else (),
        twins=tuple(
            (title, Link("JSON", view.url(page, twin="json")), Link("CSV", view.url(page, twin="csv")))
            for page, title in titles(language).items()
            if view.may(page)
        ),
        tables=tuple(_table(view, one, extents[one.id]) for one in ordered),
        columns=_columns(language),
    )


def _chosen(view: View, one: Indicator) -> _Chosen:
    reading, origin, lang = view.picture.nearest(one.id), view.reader.settings.origin, view.language.code
    area = reading.area if reading else view.picture.area
    query = [(key, cell) for key, cell in view.query if key == "as_of"]
    files = {kind: origin + table(lang, one.id, kind, query) for kind in _FILES}
    csv = origin + view.url("indicator", name=one.id, twin="csv", area="")
    return _Chosen(one, area, csv, **files)


def _programs(language: Language, to: _Chosen) -> tuple[Program, ...]:
    """Give the ready texts of each program."""
    return (
        Program("power-bi", "Power BI", _power_bi(language), ((language.text("Query (M)"), _query(to)),)),
        Program("excel", "Excel", _excel(language), _excel_texts(language, to)),
        Program("qgis", "QGIS", _qgis(language), (("GeoJSON", to.geojson), ("CSV", to.csv))),
        Program("fme", "FME", _fme(language), (("GeoJSON", to.geojson), ("CSV", to.csv))),
        Program("r", "R", _script(language), (("R", _r(to)),)),
        Program("pandas", "Python (pandas)", _script(language), (("Python", _pandas(to)),)),
    )


def _power_bi(language: Language) -> tuple[str, ...]:
    return (
        language.text("Choose Get data, then Blank query, and open the advanced editor."),
        language.text("Put this text in place of what stands there."),
        language.text("Choose anonymous access when Power BI asks. The query also refreshes in the service."),
    )


def _query(to: _Chosen) -> str:
    parts = urlsplit(to.csv)
    asked = ", ".join(f'{key} = "{cell}"' for key, cell in parse_qsl(parts.query))
    host, more = f"{parts.scheme}://{parts.netloc}", f", Query = [{asked}]" if asked else ""
    return f"""let
    Answer = Web.Contents("{host}", [RelativePath = "{parts.path.lstrip("/")}"{more}]),
    Cells = Csv.Document(Answer, [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]),
    Named = Table.PromoteHeaders(Cells, [PromoteAllScalars = true]),
    Typed = Table.TransformColumnTypes(
        Named,
        {{{{"reference_date", type date}}, {{"value", type number}}, {{"known_at", type datetimezone}}}},
        "en-US"
    ),
    Own = Table.SelectRows(Typed, each [area] = "{to.area}")
in
    Own"""


def _excel(language: Language) -> tuple[str, ...]:
    steps = (
        language.text("Choose Data, then From Web, and paste the address of the CSV file."),
        language.text(
            "In the preview choose the comma as delimiter and UTF-8, and English as the locale of the values."
        ),
    )
    if find_spec("xlsxwriter") is None:
        return steps
    return (
        language.text("Open the workbook: numbers are numbers and days are days in it."),
        language.text("For a table that refreshes itself:"),
        *steps,
    )


def _excel_texts(language: Language, to: _Chosen) -> tuple[tuple[str, str], ...]:
    workbook = ((language.text("Workbook"), to.xlsx),) if find_spec("xlsxwriter") else ()
    return (*workbook, ("CSV", to.csv))


def _qgis(language: Language) -> tuple[str, ...]:
    return (
        language.text(
            "Points: choose Layer, Add Layer, Add Vector Layer, protocol HTTP, and paste the address of "
            "the GeoJSON layer."
        ),
        language.text(
            "The point of an area is its centre, and of a larger area the middle of its inhabitants."
        ),
        language.text(
            "Surfaces: add the layer, and join it by its column code to the code of a layer of boundaries."
        ),
    )


def _fme(language: Language) -> tuple[str, ...]:
    return (
        language.text("Add a GeoJSON reader, or a CSV reader for all days, with the address as its dataset."),
        language.text("Read reference_date as a date and value as a number; an empty value is no zero."),
    )


def _script(language: Language) -> tuple[str, ...]:
    return (
        language.text("Copy the text into a script. It reads all values and shows the newest of one area."),
    )


def _r(to: _Chosen) -> str:
    return f"""address <- "{to.csv}"
values <- read.csv(address, fileEncoding = "UTF-8", stringsAsFactors = FALSE)
values$reference_date <- as.Date(values$reference_date)
own <- values[values$area == "{to.area}", ]
tail(own[c("reference_date", "value", "status")])"""


def _pandas(to: _Chosen) -> str:
    return f"""import pandas as pd

address = "{to.csv}"
values = pd.read_csv(address, parse_dates=["reference_date", "known_at"])
own = values[values["area"] == "{to.area}"]
print(own[["reference_date", "value", "status"]].tail())"""


def _table(view: View, one: Indicator, extent: Extent) -> Table:
    language = view.language
    kinds = [kind for kind in _FILES if kind != "xlsx" or find_spec("xlsxwriter")]
    first, last = (day and language.period(day, one.freq) for day in (extent.first, extent.last))
    query = [(key, cell) for key, cell in view.query if key == "as_of"]
    return Table(
        title=Link(one.title.in_(language.code), view.url("indicator", name=one.id)),
        id=one.id,
        unit=one.unit.in_(language.code),
        rows=language.number(extent.rows),
        areas=language.number(extent.areas),
        days=f"{first} – {last}" if first else "–",
        files=(
            *(Link(twin.upper(), view.url("indicator", name=one.id, twin=twin)) for twin in ("csv", "json")),
            *(Link(_NAMES[kind], table(language.code, one.id, kind, query)) for kind in kinds),
        ),
    )


_NAMES = {"xlsx": "XLSX", "parquet": "Parquet", "geojson": "GeoJSON"}


def _columns(language: Language) -> tuple[tuple[str, str, str], ...]:
    """Say what each column of an indicator's table holds: name, form, meaning."""
    text, day = language.text("a text"), language.text("day, 2021-03-15")
    return (
        ("indicator", text, language.text("Id of the indicator.")),
        ("area", text, language.text("Level and code of the area, municipality:837.")),
        ("area_name", text, language.text("Name of the area in the language of the address.")),
        (
            "reference_date",
            day,
            language.text("The day that the value concerns; of a week its Monday, of a month its first day."),
        ),
        (
            "value",
            language.text("a number"),
            language.text(
                "The value, with a decimal point. Empty where there is no number: that is never a zero."
            ),
        ),
        (
            "status",
            text,
            language.text(
                "Why there is no number, or how sure it is: normal, provisional (it will change), missing "
                "(it never came), suppressed (withheld)."
            ),
        ),
        (
            "known_at",
            language.text("instant in UTC"),
            language.text("When the newest value of the area became known."),
        ),
    )


def rows(view: View) -> list[dict[str, Any]]:
    """Give the tables as data: one row an indicator, with the addresses of its files."""
    language, origin = view.language, view.reader.settings.origin
    indicators = view.picture.indicators
    extents = view.reader.extents(sorted(indicators), view.picture.as_of)
    return [
        {
            "indicator": one.id,
            "title": one.title.in_(language.code),
            "unit": one.unit.in_(language.code),
            "freq": one.freq,
            "kind": one.kind,
            "rows": extents[one.id].rows,
            "areas": extents[one.id].areas,
            "first_date": _iso(extents[one.id].first),
            "last_date": _iso(extents[one.id].last),
            "csv": origin + view.url("indicator", name=one.id, twin="csv"),
            **{kind: origin + table(language.code, one.id, kind, view.query) for kind in _FILES},
        }
        for one in indicators.values()
    ]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
