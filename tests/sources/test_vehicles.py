"""Public transport: vehicles and journeys of the feeds, and what share of the journeys runs."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from google.transit import gtfs_realtime_pb2 as gtfs
from hypothesis import given, settings
from hypothesis import strategies as st

from tilannekuva.errors import NotUnderstood
from tilannekuva.flows.reading import Understood, understand
from tilannekuva.sources.formats import vehicles
from tilannekuva.sources.recipe import recipe, sample, texts

RECIPES = {name: recipe(texts()[name], name) for name in ("foli-vehicles", "waltti-vehicles")}
FETCH = RECIPES["waltti-vehicles"].fetch
NOW = 1_585_715_940  # 1 April 2020, 7.39 in Helsinki
AT = datetime(2020, 4, 1, 4, 45, tzinfo=UTC)


def feed(at: int = NOW) -> Any:  # noqa: ANN401 - the bindings bring no types
    """Give an empty feed of a time."""
    made = gtfs.FeedMessage()
    made.header.gtfs_realtime_version = "2.0"
    made.header.timestamp = at
    return made


def journey(trip: Any, name: str, clock: str = "07:20:00") -> None:  # noqa: ANN401 - the bindings bring no types
    """Say which journey an entity is of."""
    trip.trip_id, trip.route_id, trip.start_date, trip.start_time = name, "3", "20200401", clock


def position(into: Any, name: str, *, heard: int = NOW, clock: str = "07:20:00") -> Any:  # noqa: ANN401 - likewise
    """Add a vehicle on a journey."""
    entity = into.entity.add(id=f"v-{name}")
    journey(entity.vehicle.trip, name, clock)
    entity.vehicle.vehicle.id, entity.vehicle.timestamp = f"bus-{name}", heard
    entity.vehicle.position.latitude, entity.vehicle.position.longitude = 61.49775, 23.76087
    return entity


def update(into: Any, name: str, *, clock: str = "07:20:00") -> Any:  # noqa: ANN401 - likewise
    """Add a journey."""
    entity = into.entity.add(id=f"t-{name}")
    journey(entity.trip_update.trip, name, clock)
    return entity


def rows(made: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - likewise
    """Read a feed."""
    return list(vehicles.rows(made.SerializeToString(), FETCH))


def test_a_position_says_which_vehicle_is_where_and_on_which_journey():
    made = feed()
    position(made, "7020", heard=NOW - 5)

    assert [
        {
            "kind": "vehicle", "id": "v-7020", "feed_time": NOW, "time": NOW - 5, "vehicle": "bus-7020",
            "trip": "7020", "route": "3", "schedule": "SCHEDULED", "start": "2020-04-01T07:20:00",
            "lat": 61.49775, "lon": 23.76087, "delay": None,
        }
    ] == rows(made)  # fmt: skip


def test_a_journey_says_how_late_it_is_and_whether_it_is_cancelled():
    """The delay is the journey's own, or that of the next stop that has one."""
    made = feed()
    update(made, "1").trip_update.delay = -20
    stops = update(made, "2").trip_update.stop_time_update
    stops.add().arrival.time = NOW
    stops.add().departure.delay = 90
    update(made, "3").trip_update.trip.schedule_relationship = gtfs.TripDescriptor.CANCELED

    assert [(-20, "SCHEDULED"), (90, "SCHEDULED"), (None, "CANCELED")] == [
        (one["delay"], one["schedule"]) for one in rows(made)
    ]


def test_what_the_feed_does_not_say_is_empty_and_never_a_zero():
    """A vehicle without a journey, place or time; an alert."""
    made = feed()
    made.entity.add(id="1").vehicle.vehicle.label = "TKL 34"
    made.entity.add(id="2").alert.cause = gtfs.Alert.STRIKE
    vehicle, alert = rows(made)
    nothing = {
        "lat": None,
        "lon": None,
        "delay": None,
        "trip": "",
        "route": "",
        "schedule": "",
        "feed_time": NOW,
    }

    assert vehicle == nothing | {"kind": "vehicle", "id": "1", "vehicle": "TKL 34"}
    assert alert == nothing | {"kind": "alert", "id": "2", "vehicle": ""}


@pytest.mark.parametrize(("clock", "start"), [
    ("07:20:00", "2020-04-01T07:20:00"), ("25:10:00", "2020-04-02T01:10:00"), ("", None), ("soon", None),
])  # fmt: skip
def test_a_night_journey_begins_on_the_next_day(clock: str, start: str | None):
    """The timetable's day goes on past midnight; what is no time is no column."""
    made = feed()
    position(made, "1", clock=clock)

    assert start == rows(made)[0].get("start")


Drawn = st.tuples(
    st.sampled_from(["a", "b", ""]), st.integers(0, 2**31), st.sampled_from([0.0, 61.5, -12.25])
)


@given(st.lists(Drawn, max_size=6))
@settings(max_examples=60)
def test_a_feed_comes_out_as_it_went_in(drawn: list[tuple[str, int, float]]):
    """One row an entity, in its order."""
    made = feed()
    for name, heard, latitude in drawn:
        position(made, name, heard=heard).vehicle.position.latitude = latitude
    found = [(one["trip"], one.get("time", 0), one["lat"]) for one in rows(made)]

    assert drawn == found


def test_a_feed_cut_anywhere_is_refused_or_only_shorter():
    """No cut alters a row: one between two entities leaves out the last ones, which protobuf cannot tell."""
    made = feed()
    for name in "abcdef":
        position(made, name)
    whole, body = rows(made), made.SerializeToString()
    found = [cut for n in range(len(body)) if (cut := tried(body[:n])) is not None]

    assert [whole[: len(one)] for one in found] == found
    assert len(found) == len(whole)


def tried(body: bytes) -> list[dict[str, Any]] | None:
    """Give the rows of an answer; None where it is refused."""
    try:
        return list(vehicles.rows(body, FETCH))
    except NotUnderstood:
        return None


def differential() -> bytes:
    """Give a feed of changes."""
    made = feed()
    made.header.incrementality = gtfs.FeedHeader.DIFFERENTIAL
    return bytes(made.SerializeToString())


def damaged() -> bytes:
    """Give a feed in which one bit of a text is wrong, and it no text any more."""
    made = feed()
    position(made, "a", clock="07:20:00")
    return bytes(made.SerializeToString()).replace(b"07:20:00", b"\xb07:20:00")


@pytest.mark.parametrize(("body", "told"), [
    (b"", "the answer is empty"),
    (b"<html><title>Huoltokatko</title></html>", "got a web page: 'Huoltokatko'"),
    (b'{"error": "unauthorized"}', "expected GTFS-RT, got text"),
    (b"\x0b" * 300_000, "cut, or no GTFS Realtime"),
    (b"\x1a\x7fid", "cut, or no GTFS Realtime"),
    (b"\xa2\x06\x00", "lacks what every GTFS Realtime feed has"),
    (differential(), "only what changed"),
    (feed(0).SerializeToString(), "does not say of what time it is"),
    (damaged(), "holds bytes that are no text"),
], ids=["nothing", "a page", "JSON", "deep", "cut", "header", "changes", "time", "a bit"])  # fmt: skip
def test_refused(body: bytes, told: str):
    with pytest.raises(NotUnderstood, match=told):
        list(vehicles.rows(body, FETCH))


def waltti(positions: Any, updates: Any, at: datetime = AT) -> Understood:  # noqa: ANN401 - likewise
    """Read the two feeds by the recipe."""
    return understand(
        RECIPES["waltti-vehicles"], [one.SerializeToString() for one in (positions, updates)], at
    )


def share(found: Understood, indicator: str = "vehicles-running") -> float | None:
    """Give a day's value."""
    return next(
        (one.value for one in found.facts if one.indicator == indicator and one.stratum == "all"), None
    )


class City(NamedTuple):
    """The two feeds of a city."""

    positions: Any
    updates: Any


def city(n: int = 20) -> City:
    """Give the feeds of a city in which all journeys run."""
    made = City(feed(), feed())
    for name in map(str, range(n)):
        position(made.positions, name)
        update(made.updates, name)
    return made


def cancelled(made: City) -> None:
    made.updates.entity[0].trip_update.trip.schedule_relationship = gtfs.TripDescriptor.CANCELED


def undriven(made: City) -> None:
    del made.positions.entity[0]


def silent(made: City) -> None:
    made.positions.entity[0].vehicle.timestamp = NOW - 1200


def added(made: City) -> None:
    extra = update(made.updates, "extra")
    extra.trip_update.trip.schedule_relationship = gtfs.TripDescriptor.ADDED


def long_ago(made: City) -> None:
    update(made.updates, "old", clock="06:00:00")


def later(made: City) -> None:
    update(made.updates, "next", clock="07:45:00")


def two_vehicles(made: City) -> None:
    position(made.positions, "0").vehicle.vehicle.id = "bus-0-second"


@pytest.mark.parametrize(("change", "expected"), [
    (cancelled, 95.0), (undriven, 95.0), (silent, 95.0),
    (added, 100.0), (long_ago, 100.0), (later, 100.0), (two_vehicles, 100.0),
])  # fmt: skip
def test_the_share_that_runs(change: Callable[[City], None], expected: float):
    """Of the timetable's journeys of the last half hour those count that a vehicle is heard from."""
    made = city()
    change(made)

    assert expected == share(waltti(*made))


def test_few_journeys_give_no_share():
    """At night one late bus would be half of the traffic."""
    assert (None, 100.0) == (share(waltti(*city(9))), share(waltti(*city(10))))


@pytest.mark.parametrize(("hour", "of_day"), [(6, False), (7, True), (8, True), (9, False), (23, False)])
def test_the_days_number_of_vehicles_is_that_of_the_morning(hour: int, of_day: bool):  # noqa: FBT001 - a case
    """Other hours are kept beside it, each under its own name."""
    at = int(datetime(2020, 4, 1, hour - 3, 30, tzinfo=UTC).timestamp())
    positions = feed(at)
    position(positions, "1", heard=at)
    updates = feed(at)
    update(updates, "1")
    found = waltti(positions, updates, datetime.fromtimestamp(at, UTC) + timedelta(minutes=5))
    strata = {one.stratum: one.value for one in found.facts if one.indicator == "vehicles-on-road"}

    assert strata == {f"hour:{hour:02d}": 1.0} | ({"all": 1.0} if of_day else {})


def test_a_feed_that_stands_still_is_refused():
    """Yesterday's word is not today's traffic."""
    with pytest.raises(NotUnderstood, match="the feed stands still"):
        waltti(*city(), at=AT + timedelta(days=2))


@pytest.mark.parametrize("lost", [0, 1])
def test_one_feed_without_the_other_is_refused(lost: int):
    """Without positions no journey would seem to run, without journeys nothing would be due."""
    feeds = list(city())
    feeds[lost] = feed()

    with pytest.raises(NotUnderstood, match="only one of the two feeds"):
        waltti(*feeds)


def foli(change: Callable[[dict[str, Any]], Any]) -> Understood:
    """Read Föli's sample after something was done to it."""
    found = sample(RECIPES["foli-vehicles"])
    assert found is not None
    answer = json.loads(found[0][0])
    change(answer)
    return understand(RECIPES["foli-vehicles"], [json.dumps(answer).encode()], AT)


@pytest.mark.parametrize("status", ["PENDING", "NO_SIRI_DATA"])
def test_a_monitoring_that_is_down_is_refused_not_a_city_without_buses(status: str):
    with pytest.raises(NotUnderstood, match=r"has no 'result\.vehicles'"):
        foli(lambda answer: answer.update(status=status, result=[]))


def test_a_feed_that_renames_the_line_is_refused_not_a_city_without_buses():
    def renamed(answer: dict[str, Any]) -> None:
        for one in answer["result"]["vehicles"].values():
            one["line"] = one.pop("lineref", "")

    with pytest.raises(NotUnderstood, match="none of them says its line"):
        foli(renamed)


@pytest.mark.parametrize(("change", "on_road", "running"), [
    ({}, 12, 84.6),  # 11 of 13 journeys, and a bus that left long ago
    ({"monitored": False}, 11, 76.9),
    ({"recordedattime": NOW - 1200}, 11, 76.9),
    ({"lineref": ""}, 11, 83.3),  # to the depot: neither on the road nor due
    ({"originaimeddeparturetime": NOW - 4000}, 12, 83.3),  # on the road still, due no longer
])  # fmt: skip
def test_a_bus_of_foli_counts_when_it_is_heard_on_a_journey(
    change: dict[str, Any], on_road: int, running: float
):
    found = foli(lambda answer: answer["result"]["vehicles"]["160005"].update(change))

    assert (on_road, running) == (share(found, "vehicles-on-road"), share(found))
