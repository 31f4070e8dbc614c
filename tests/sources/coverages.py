"""One drawn table of observations, written in each of the three forms of FMI's WFS."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from tilannekuva.flows.reading import Understood, understand
from tilannekuva.sources.recipe import recipe, texts
from tilannekuva.sources.table import table

SPACES = """xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:gml="http://www.opengis.net/gml/3.2"
 xmlns:BsWfs="http://xml.fmi.fi/schema/wfs/2.0" xmlns:om="http://www.opengis.net/om/2.0"
 xmlns:omso="http://inspire.ec.europa.eu/schemas/omso/3.0" xmlns:wml2="http://www.opengis.net/waterml/2.0"
 xmlns:gmlcov="http://www.opengis.net/gmlcov/1.0" xmlns:swe="http://www.opengis.net/swe/2.0"
 xmlns:sam="http://www.opengis.net/sampling/2.0" xmlns:sams="http://www.opengis.net/samplingSpatial/2.0"
 xmlns:target="http://xml.fmi.fi/namespace/om/atmosphericfeatures/1.0"
 xmlns:xlink="http://www.w3.org/1999/xlink" """
POINT = 'srsName="http://www.opengis.net/def/crs/EPSG/0/4258" srsDimension="2"'
STATION = "http://xml.fmi.fi/namespace/stationcode/fmisid"


class Station(NamedTuple):
    """A station: its number and its position, latitude first."""

    number: str
    pos: str


class Cell(NamedTuple):
    """A measurement; the value is a text, `NaN` where there is none."""

    station: Station
    time: str
    parameter: str
    value: str


def simple(cells: list[Cell]) -> bytes:
    """Write a member a value."""
    return _collection([
        f"""<BsWfs:BsWfsElement gml:id="BsWfsElement.{n}"><BsWfs:Location>
<gml:Point gml:id="BsWfsElementP.{n}" {POINT}><gml:pos>{one.station.pos} </gml:pos></gml:Point>
</BsWfs:Location>
<BsWfs:Time>{one.time}</BsWfs:Time><BsWfs:ParameterName>{one.parameter}</BsWfs:ParameterName>
<BsWfs:ParameterValue>{one.value}</BsWfs:ParameterValue></BsWfs:BsWfsElement>"""
        for n, one in enumerate(cells, 1)
    ])  # fmt: skip


def pairs(cells: list[Cell]) -> bytes:
    """Write a member a station and parameter."""
    series = dict.fromkeys((one.station, one.parameter) for one in cells)
    return _collection([_series(cells, *one, n) for n, one in enumerate(series, 1)])


def matrix(cells: list[Cell]) -> bytes:
    """Write all in one member: a row a station and time, a column a parameter."""
    parameters = list(dict.fromkeys(one.parameter for one in cells))
    values = {one[:3]: one.value for one in cells}
    places = list(dict.fromkeys((one.station, one.time) for one in cells))
    stations = list(dict.fromkeys(station for station, _ in places))
    positions = "\n".join(f"{one.pos}  {_epoch(time)}" for one, time in places)
    lines = "\n".join(" ".join(values.get((*place, name), "NaN") for name in parameters) for place in places)
    fields = "".join(f'<swe:field name="{name}" xlink:href="{_meta(name)}"/>' for name in parameters)
    return _collection([f"""<omso:GridSeriesObservation gml:id="WFS-1">
<om:observedProperty xlink:href="{_meta(",".join(parameters))}"/>
<om:featureOfInterest><sams:SF_SpatialSamplingFeature gml:id="sampling-feature-1">
<sam:sampledFeature><target:LocationCollection gml:id="sampled-target-1">{"".join(map(_location, stations))}
</target:LocationCollection></sam:sampledFeature><sams:shape><gml:MultiPoint gml:id="mp-1">
{"".join(f"<gml:pointMember>{_point(one)}</gml:pointMember>" for one in stations)}
</gml:MultiPoint></sams:shape></sams:SF_SpatialSamplingFeature></om:featureOfInterest>
<om:result><gmlcov:MultiPointCoverage gml:id="mpcv-1"><gml:domainSet>
<gmlcov:SimpleMultiPoint gml:id="mp1" srsDimension="3"><gmlcov:positions>
{positions}
</gmlcov:positions></gmlcov:SimpleMultiPoint></gml:domainSet><gml:rangeSet><gml:DataBlock><gml:rangeParameters/>
<gml:doubleOrNilReasonTupleList>
{lines}
</gml:doubleOrNilReasonTupleList></gml:DataBlock></gml:rangeSet>
<gmlcov:rangeType><swe:DataRecord>{fields}</swe:DataRecord></gmlcov:rangeType></gmlcov:MultiPointCoverage></om:result>
</omso:GridSeriesObservation>"""])  # fmt: skip


def _series(cells: list[Cell], station: Station, parameter: str, n: int) -> str:
    points = "\n".join(
        f"<wml2:point><wml2:MeasurementTVP><wml2:time>{one.time}</wml2:time><wml2:value>{one.value}</wml2:value>"
        "</wml2:MeasurementTVP></wml2:point>"
        for one in cells
        if (one.station, one.parameter) == (station, parameter)
    )
    return f"""<omso:PointTimeSeriesObservation gml:id="WFS-{n}">
<om:observedProperty xlink:href="{_meta(parameter)}"/>
<om:featureOfInterest><sams:SF_SpatialSamplingFeature gml:id="fi-{n}"><sam:sampledFeature>
<target:LocationCollection gml:id="sampled-target-{n}">{_location(station)}</target:LocationCollection>
</sam:sampledFeature><sams:shape>{_point(station)}</sams:shape></sams:SF_SpatialSamplingFeature>
</om:featureOfInterest><om:result><wml2:MeasurementTimeseries gml:id="obs-obs-{n}-{parameter}">
{points}
</wml2:MeasurementTimeseries></om:result></omso:PointTimeSeriesObservation>"""


def _location(one: Station) -> str:
    return f"""<target:member><target:Location gml:id="obsloc-{one.number}">
<gml:identifier codeSpace="{STATION}">{one.number}</gml:identifier>
<target:representativePoint xlink:href="#point-{one.number}"/></target:Location></target:member>"""


def _point(one: Station) -> str:
    return f'<gml:Point gml:id="point-{one.number}" {POINT}><gml:pos>{one.pos} </gml:pos></gml:Point>'


def _meta(parameters: str) -> str:
    return (
        f"https://opendata.fmi.fi/meta?observableProperty=observation&amp;param={parameters}&amp;language=eng"
    )


def _epoch(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp())


def _collection(members: list[str]) -> bytes:
    counts = f'numberMatched="{len(members)}" numberReturned="{len(members)}"'
    inside = "\n".join(f"<wfs:member>{one}</wfs:member>" for one in members)
    head = f'<wfs:FeatureCollection timeStamp="2020-04-02T09:20:11Z" {counts} {SPACES}>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{inside}\n</wfs:FeatureCollection>\n'.encode()


RECIPES = {name: recipe(text, name) for name, text in texts().items() if name.startswith("fmi-")}
TYPED = RECIPES["fmi-air-quality-tvp"].fetch.model_copy(
    update={
        "columns": {
            "lat": "number", "lon": "number", "point": "text", "place": "text", "time": "time",
            "parameter": "text", "value": "number",
        },
    }
)  # fmt: skip
AT = datetime(2020, 4, 2, 9, 20, tzinfo=UTC)


def read(body: bytes) -> list[tuple[Any, ...]]:
    """Give the typed rows of an answer."""
    found = table(body, TYPED)
    assert found.faults == []
    return list(zip(*(found.columns[name][1] for name in TYPED.columns), strict=True))


def said(name: str, *bodies: bytes, at: datetime = AT) -> Understood:
    """Read answers by a shipped recipe."""
    return understand(RECIPES[name], bodies, at)


def values(found: Understood) -> dict[tuple[str, str, str], float | None]:
    """Give values by indicator, area and day."""
    return {(one.indicator, one.area, f"{one.reference_date}"): one.value for one in found.facts}
