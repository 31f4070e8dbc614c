"""GTFS Realtime: where the vehicles of public transport are, and which journeys run.

One row an entity. `kind` is `vehicle` (a position), `trip` (a journey and its delay) or `alert`; `id`,
`vehicle`, `trip`, `route`, `schedule` (`SCHEDULED`, `CANCELED`, `ADDED` …) are texts, empty where the feed
says nothing; `lat`, `lon` and `delay` (seconds late, at the next stop that has one) are None. Times are
columns only of the rows that have them: `feed_time` (of the whole feed, in every row) and `time` (of the
position) in seconds since 1970, `start` as the timetable writes it, on its own clock.

**Source:** GTFS Realtime reference, version 2.0.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped] # protobuf brings no types
from google.transit import gtfs_realtime_pb2 as gtfs

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.decoding import decoded
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.wording import AGAIN, CHANGED

Row = dict[str, Any]
_TEXT = (b"<", b"{", b"[")  # begins what is no protobuf: a web page or JSON
_Schedule = gtfs.TripDescriptor.ScheduleRelationship
_DECIMALS = 5  # positions are floats of seven digits: 61.49775 came as 61.497749


def rows(body: bytes, fetch: Fetch) -> Iterator[Row]:
    """Yield a row an entity; NotUnderstood for a cut answer, another one, or one that holds only changes."""
    feed = _feed(body, fetch)
    if feed.header.incrementality != gtfs.FeedHeader.FULL_DATASET:
        raise NotUnderstood(f"the feed holds only what changed, not the whole{CHANGED}")
    if not feed.header.timestamp:
        raise NotUnderstood(f"the feed does not say of what time it is{AGAIN}")
    for entity in feed.entity:
        yield {"id": _text(entity.id), "feed_time": feed.header.timestamp, **_said(entity)}


def _feed(body: bytes, fetch: Fetch) -> Any:  # noqa: ANN401 - the bindings bring no types
    if not body or body.startswith(_TEXT):
        said = decoded(body, fetch.format)  # tells an empty answer and a web page
        raise NotUnderstood(f"expected {fetch.format.upper()}, got text: {said[:1]!r}…{AGAIN}")
    feed = gtfs.FeedMessage()
    try:
        feed.ParseFromString(body)
    except DecodeError:
        raise NotUnderstood(f"the answer is cut, or no GTFS Realtime{AGAIN}") from None
    if not feed.IsInitialized():
        raise NotUnderstood(f"the answer lacks what every GTFS Realtime feed has, a header and ids{AGAIN}")
    return feed


def _said(entity: Any) -> Row:  # noqa: ANN401 - the bindings bring no types
    if entity.HasField("vehicle"):
        return {"kind": "vehicle", **_position(entity.vehicle), **_journey(entity.vehicle)}
    if entity.HasField("trip_update"):
        delay = _delay(entity.trip_update)
        return {"kind": "trip", "lat": None, "lon": None, "delay": delay, **_journey(entity.trip_update)}
    nothing = {
        "lat": None,
        "lon": None,
        "delay": None,
        "vehicle": "",
        "trip": "",
        "route": "",
        "schedule": "",
    }
    return {"kind": "alert", **nothing}


def _position(vehicle: Any) -> Row:  # noqa: ANN401 - the bindings bring no types
    there = vehicle.HasField("position")
    return {
        "lat": round(vehicle.position.latitude, _DECIMALS) if there else None,
        "lon": round(vehicle.position.longitude, _DECIMALS) if there else None,
        "delay": None,
        **({"time": vehicle.timestamp} if vehicle.timestamp else {}),
    }


def _journey(said: Any) -> Row:  # noqa: ANN401 - the bindings bring no types
    """Say which journey a position or an update is of."""
    trip = said.trip
    start = _start(_text(trip.start_date), _text(trip.start_time))
    return {
        "vehicle": _text(said.vehicle.id or said.vehicle.label),
        "trip": _text(trip.trip_id),
        "route": _text(trip.route_id),
        "schedule": _Schedule.Name(trip.schedule_relationship) if said.HasField("trip") else "",
        **({"start": start} if start else {}),
    }


def _text(given: str | bytes) -> str:
    """Give a text of the feed; NotUnderstood where one is damaged: the bindings then give bare bytes."""
    if isinstance(given, bytes):
        raise NotUnderstood(f"the feed is damaged: it holds bytes that are no text{AGAIN}")
    return given


def _start(day: str, clock: str) -> str:
    """Give the time at which a journey begins; one of `25:10:00` begins on the next day."""
    try:
        hours, minutes, seconds = (int(one) for one in clock.split(":"))
        begins = datetime.strptime(day, "%Y%m%d") + timedelta(hours=hours, minutes=minutes, seconds=seconds)  # noqa: DTZ007 - the timetable's own clock
    except (ValueError, OverflowError):
        return ""
    return begins.isoformat()


def _delay(update: Any) -> int | None:  # noqa: ANN401 - the bindings bring no types
    """Give the seconds that a journey is late."""
    if update.HasField("delay"):
        return int(update.delay)
    events = (event for stop in update.stop_time_update for event in (stop.arrival, stop.departure))
    return next((int(event.delay) for event in events if event.HasField("delay")), None)
