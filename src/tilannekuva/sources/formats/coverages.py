"""Answers of the Finnish Meteorological Institute's WFS: observations in any of their three forms.

    simple               a member is a value:             BsWfsElement
    timevaluepair        a member is a station's series:  MeasurementTimeseries
    multipointcoverage   a member is a matrix:            MultiPointCoverage, positions by fields

Each value becomes a row, whatever the form: `lat` and `lon` in degrees (the answers write latitude first),
`point` the same two as one text of three decimals, which all forms of a station's answers share, `place` the
station's number where the answer names it, else empty, `time`, `parameter` and `value`. `time` is the text of
the answer (UTC), or whole seconds since 1970 where the positions carry them.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any, NoReturn
from urllib.parse import parse_qs, urlsplit

from lxml import etree  # type: ignore[import-untyped] # lxml brings no types of its own

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.decoding import decoded
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.wording import AGAIN, CHANGED, quoted

Row = dict[str, Any]
Point = tuple[float, float]
_FINLAND = ((58, 72), (18, 33))  # degrees north and east, sea areas included
_NIL_REASONS = {"inapplicable", "missing", "template", "unknown"}  # GML 3.2.1, 8.2.3.1
_FMISID = "fmisid"  # ends the code space of a station's number


def rows(body: bytes, fetch: Fetch) -> Iterator[Row]:
    """Yield a row a value; NotUnderstood for an exception report, another document, a cut or swollen one."""
    root = _root(body, fetch)
    if _name(root) != "FeatureCollection":
        _refuse(root)
    members = root.findall("{*}member")
    _whole(root, len(members))
    for member in members:
        if len(member) != 1:
            raise NotUnderstood(f"a member holds {len(member)} things, not one{CHANGED}")
        yield from _observations(member[0])


def _root(body: bytes, fetch: Fetch) -> Any:  # noqa: ANN401 - lxml brings no types
    """Parse an answer as XML that declares nothing: without a DOCTYPE there are no entities to swell it."""
    start = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:15].lower()
    if not body.strip() or start.startswith((b"<!doctype html", b"<html")):
        decoded(body, "xml")  # which says that it is empty, or what the web page is called
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise NotUnderstood(f"the answer declares a document type, which none of this form does{AGAIN}")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        said = " ".join(str(error.msg).split())
        raise NotUnderstood(f"expected {fetch.format.upper()}, got no whole XML: {said}{AGAIN}") from None


def _refuse(root: Any) -> NoReturn:  # noqa: ANN401 - lxml brings no types
    if _name(root) == "ExceptionReport":
        said = [" ".join((one.text or "").split()) for one in root.iter("{*}ExceptionText")]
        raise NotUnderstood(
            f"the service answered with an exception: {quoted(next(filter(None, said), ''))}{AGAIN}"
        )
    raise NotUnderstood(f"expected a FeatureCollection, got {quoted(_name(root))}{CHANGED}")


def _whole(root: Any, members: int) -> None:  # noqa: ANN401 - lxml brings no types
    """Raise when the answer holds fewer or more members than it says, or says that it leaves some out."""
    returned, matched = root.get("numberReturned", ""), root.get("numberMatched", "")
    if returned != str(members):
        raise NotUnderstood(
            f"the answer says that it holds {quoted(returned)} members, and holds {members}{AGAIN}"
        )
    if matched.isdecimal() and int(matched) > members:
        raise NotUnderstood(
            f"the answer holds {members} of {matched} members: ask for fewer at a time{CHANGED}"
        )


def _observations(thing: Any) -> Iterator[Row]:  # noqa: ANN401 - lxml brings no types
    """Yield the rows of a member, whose form its content tells."""
    if _name(thing) == "BsWfsElement":
        return _of_element(thing)
    result = next(thing.iter("{*}MeasurementTimeseries", "{*}MultiPointCoverage"), None)
    if result is None:
        forms = "BsWfsElement, MeasurementTimeseries or MultiPointCoverage"
        raise NotUnderstood(f"expected {forms}, got {quoted(_name(thing))}{CHANGED}")
    return (
        _of_series(thing, result) if _name(result) == "MeasurementTimeseries" else _of_matrix(thing, result)
    )


def _of_element(element: Any) -> Iterator[Row]:  # noqa: ANN401 - lxml brings no types
    lat, lon = _point(_text(element, "pos").split())
    yield _row(
        (lat, lon),
        place="",
        time=_text(element, "Time"),
        parameter=_text(element, "ParameterName"),
        value=_value(_one(element, "ParameterValue")),
    )


def _of_series(observation: Any, series: Any) -> Iterator[Row]:  # noqa: ANN401 - lxml brings no types
    point = _point(_text(observation, "pos").split())
    place = next(iter(_stations(observation).values()), "")
    parameter = _parameter(_one(observation, "observedProperty"))
    for pair in series.iter("{*}MeasurementTVP"):
        yield _row(
            point,
            place=place,
            time=_text(pair, "time"),
            parameter=parameter,
            value=_value(_one(pair, "value")),
        )


def _of_matrix(observation: Any, coverage: Any) -> Iterator[Row]:  # noqa: ANN401 - lxml brings no types
    fields = [str(field.get("name")) for field in coverage.iter("{*}field")]
    values = _text(coverage, "doubleOrNilReasonTupleList").split()
    positions = _text(coverage, "positions").split()
    n_points = len(values) // len(fields) if fields else 0
    width = len(positions) // n_points if n_points else 0
    if n_points * len(fields) != len(values) or n_points * width != len(positions) or width not in (2, 3):
        counts = f"{len(positions)} coordinates, {len(fields)} fields and {len(values)} values"
        raise NotUnderstood(f"{counts} make no table{AGAIN}")
    stations = _stations(observation)
    for n in range(n_points):
        position = positions[n * width : (n + 1) * width]
        point = _point(position[:2])
        time = _seconds(position[2]) if width > 2 else _ended(observation)  # noqa: PLR2004 - lat, lon, time
        cells = zip(fields, values[n * len(fields) : (n + 1) * len(fields)], strict=True)
        for field, cell in cells:
            yield _row(
                point, place=stations.get(point, ""), time=time, parameter=field, value=_number_or_nil(cell)
            )


def _row(point: Point, *, place: str, time: str | int, parameter: str, value: str | None) -> Row:
    lat, lon = point
    return {
        "lat": lat,
        "lon": lon,
        "point": f"{lat:.3f} {lon:.3f}",
        "place": place,
        "time": time,
        "parameter": parameter,
        "value": value,
    }


def _stations(observation: Any) -> Mapping[Point, str]:  # noqa: ANN401 - lxml brings no types
    """Give the number of the station at each point."""
    points = {_id(one): _point(_text(one, "pos").split()) for one in observation.iter("{*}Point")}
    found: dict[Point, str] = {}
    for station in observation.iter("{*}Location"):
        number = next(
            (one.text for one in station.iter("{*}identifier") if one.get("codeSpace", "").endswith(_FMISID)),
            "",
        )
        at = points.get(_href(_one(station, "representativePoint")).removeprefix("#"))
        if number and at:
            found[at] = number.strip()
    return found


def _id(element: Any) -> str:  # noqa: ANN401 - lxml brings no types
    """Give the `gml:id` of an element, whichever version of GML it is of."""
    return next((str(value) for name, value in element.attrib.items() if name.endswith("}id")), "")


def _parameter(observed: Any) -> str:  # noqa: ANN401 - lxml brings no types
    """Give the `param` of the address that an observed property points to."""
    names = parse_qs(urlsplit(_href(observed)).query).get("param", [])
    if len(names) != 1:
        raise NotUnderstood(f"expected one `param` in {quoted(_href(observed))}{CHANGED}")
    return names[0]


def _href(element: Any) -> str:  # noqa: ANN401 - lxml brings no types
    return str(element.get("{http://www.w3.org/1999/xlink}href", ""))


def _ended(observation: Any) -> str:  # noqa: ANN401 - lxml brings no types
    """Give the end of the time that a measurement took, for positions without times of their own."""
    return _text(_one(observation, "phenomenonTime"), "endPosition")


def _value(element: Any) -> str | None:  # noqa: ANN401 - lxml brings no types
    """Give the text of a value; None for NaN, for nothing, and where a reason says why there is none."""
    reason = element.get("nilReason")
    if reason is not None or element.get("{http://www.w3.org/2001/XMLSchema-instance}nil") in ("true", "1"):
        return _number_or_nil(reason or "missing")
    return _number_or_nil((element.text or "").strip())


def _number_or_nil(text: str) -> str | None:
    """Give a number's text, None for NaN or a reason why there is none, `..` where it is withheld."""
    if text == "withheld":
        return ".."
    return None if text in ("", "NaN") or text in _NIL_REASONS or text.startswith("other:") else text


def _point(coordinates: Sequence[str]) -> Point:
    """Read latitude and longitude; NotUnderstood when they stand the other way round."""
    try:
        lat, lon = (float(one) for one in coordinates)
    except ValueError:
        raise NotUnderstood(f"{quoted(' '.join(coordinates))} is no position{AGAIN}") from None
    (south, north), (west, east) = _FINLAND
    if west <= lat <= east and south <= lon <= north:
        raise NotUnderstood(
            f"the position {quoted(f'{lat} {lon}')} has longitude first: the axes changed{CHANGED}"
        )
    if not (isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):  # noqa: PLR2004 - degrees
        raise NotUnderstood(f"{quoted(' '.join(coordinates))} is no position{AGAIN}")
    return lat, lon


def _seconds(text: str) -> int:
    if not text.isdecimal():
        raise NotUnderstood(f"{quoted(text)} is no time in seconds{CHANGED}")
    return int(text)


def _one(element: Any, name: str) -> Any:  # noqa: ANN401 - lxml brings no types
    """Give the first element of a name inside another."""
    found = next(element.iter(f"{{*}}{name}"), None)
    if found is None:
        raise NotUnderstood(f"{quoted(_name(element))} has no '{name}'{CHANGED}")
    return found


def _text(element: Any, name: str) -> str:  # noqa: ANN401 - lxml brings no types
    """Give the text of the first element of a name inside another; it may not be empty."""
    said = (_one(element, name).text or "").strip()
    if not said:
        raise NotUnderstood(f"'{name}' of {quoted(_name(element))} is empty{AGAIN}")
    return said


def _name(element: Any) -> str:  # noqa: ANN401 - lxml brings no types
    return str(etree.QName(element).localname)
