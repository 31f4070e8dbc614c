"""Reports of services: what was told of a day, and what of it cannot be true.

target >= listed >= attempted >= reached + not_reached + declined     reached >= need_found
need_found (or ordered) >= served + cancelled                         backlog(t) = backlog(t-1) + in - out
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import NamedTuple

from tilannekuva.domain.definitions import LANGS, Text
from tilannekuva.domain.services import ALL, DEMAND, STOCKS, UNKNOWN, WAITS, Service, Stage


@dataclass(frozen=True, slots=True)
class Report:
    """What was told of one day: counts by stage; empty `place` and `age` for all.

    `by` says who signs and `reason` why an earlier figure is lowered.
    """

    area: str
    day: date
    counts: Mapping[Stage, float]
    place: str = ""
    age: str = ""
    by: str = ""
    reason: str = ""

    @property
    def stratum(self) -> str:
        """Name the part it tells of: `all`, `place:keskusta`, `age:80-89`, `place:keskusta age:80-89`."""
        return stratum(self.place, self.age)


def stratum(place: str = "", age: str = "") -> str:
    """Name a part of an area by place and age band; `all` for the whole."""
    parts = [f"{kind}:{name}" for kind, name in (("place", place), ("age", age)) if name]
    return " ".join(parts) or ALL


class Cell(NamedTuple):
    """Which number: stage, area, day and part."""

    stage: Stage
    area: str
    day: date
    stratum: str


def told_of(cells: Mapping[Cell, float], of: Cell) -> float | None:
    """Give a number as it was reported; of the whole, where only its parts were, their sum."""
    if of in cells or of.stratum != ALL:
        return cells.get(of)
    parts = [value for one, value in cells.items() if one._replace(stratum=ALL) == of]
    return sum(parts) if parts else None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a report cannot be true: the `nth` report (from 0 on), the stages to look at, and the words."""

    nth: int
    stages: tuple[Stage, ...]
    text: Text


class _Rule(NamedTuple):
    """These stages together are never more than the first of those that is told."""

    less: tuple[Stage, ...]
    more: tuple[Stage, ...]


_RULES = (  # of sums since the beginning and of stocks at a day's end
    _Rule(("listed",), ("target",)),
    _Rule(("attempted",), ("listed", "target")),
    _Rule(("reached", "not_reached", "declined"), ("attempted",)),
    _Rule(("need_found",), ("reached",)),
    _Rule(("ordered",), ("need_found",)),
    _Rule(("served", "cancelled"), DEMAND),
    _Rule(("served",), ("target",)),
)
_OF_A_DAY = (_Rule(("attempted",), ("tries",)), _Rule(("wait_median",), ("wait_oldest",)))
_WRITTEN = files(__package__).joinpath("report_words.toml").read_text(encoding="utf-8")
WORDS: Mapping[str, Text] = {code: Text(**words) for code, words in tomllib.loads(_WRITTEN).items()}
_Counts = dict[Stage, float]
_Days = dict[date, dict[str, _Counts]]  # of one area: day -> part -> stage -> number
_Wrong = Iterator[tuple[tuple[Stage, ...], Text]]


class _Excess(NamedTuple):
    """By a day, the stages `less` together are more than one of those that hold them."""

    rule: _Rule
    day: date
    n: float
    m: float


def faults(
    service: Service, reports: Sequence[Report], told: Mapping[Cell, float], *, today: date | None = None
) -> list[Fault]:
    """Say what cannot be true of reports, after what was told before and those of them that can.

    A report that leaves an earlier contradiction as it is, or makes it smaller, is no fault. Without
    `today` no day is too late.
    """
    areas: dict[str, _Days] = {}
    for (stage, area, day, part), value in told.items():
        areas.setdefault(area, {}).setdefault(day, {}).setdefault(part, {})[stage] = value
    found = []
    for nth, report in sorted(enumerate(reports), key=lambda one: one[1].day):
        days = areas.get(report.area, {})
        after = _with(days, report)
        wrong = list(_wrong(service, report, days, after=after, today=today))
        if not wrong:
            areas[report.area] = after
        found += [Fault(nth, stages, text) for stages, text in wrong]
    return sorted(found, key=lambda one: one.nth)


def _with(days: _Days, report: Report) -> _Days:
    parts = days.get(report.day, {})
    return days | {report.day: parts | {report.stratum: parts.get(report.stratum, {}) | {**report.counts}}}


def _wrong(service: Service, report: Report, days: _Days, *, after: _Days, today: date | None) -> _Wrong:
    if today and report.day > today:
        yield (), _said("future", day=report.day)
    places = tuple(one.id for one in service.places_in(report.area))
    for part, known in ((report.place, places), (report.age, service.ages)):
        if part and part not in (*known, UNKNOWN):
            yield (), _said("part", part=part)
    bad = list(_bad_numbers(service, report, days.get(report.day, {}).get(report.stratum, {})))
    bad += _cut_otherwise(service, report, days)
    yield from bad
    if not bad:
        yield from _of_a_day(service, report, after[report.day])
        yield from _too_much(service, report, days, after=after)


def _bad_numbers(service: Service, report: Report, before: _Counts) -> _Wrong:
    signed = report.reason.strip() and report.by.strip()
    for stage, value in report.counts.items():
        title = service.count(stage).title
        if value < 0:
            yield (stage,), _said("negative", title=title, n=value)
        elif value != int(value):
            yield (stage,), _said("fraction", title=title, n=value)
        elif stage not in STOCKS and not signed and value < before.get(stage, 0):
            yield (stage,), _said("lowered", title=title, n=value, m=before[stage], day=report.day)


def _cut_otherwise(service: Service, report: Report, days: _Days) -> _Wrong:
    """Tell numbers whose whole was divided in another way: parts by place and by age hold the same persons.

    Flows are held against those of their day, stocks against those of all days.
    """
    own = _cut(report.stratum)
    for stage in report.counts if own else ():
        told = days.values() if stage in STOCKS else (days.get(report.day, {}),)
        cuts = {_cut(part) for parts in told for part, counts in parts.items() if counts.get(stage)} - {()}
        if stage not in WAITS and cuts and own not in cuts:
            yield (stage,), _said("cut", title=service.count(stage).title, day=report.day)


def _cut(part: str) -> tuple[str, ...]:
    """Say by what a part is one: `place`, `age` or both; by nothing for the whole."""
    return tuple(one.partition(":")[0] for one in part.split()) if part != ALL else ()


def _of_a_day(service: Service, report: Report, parts: Mapping[str, _Counts]) -> _Wrong:
    """Tell numbers of one day that contradict one another, and parts that are more than their whole."""
    counts = parts[report.stratum]
    for (less,), (more,) in _OF_A_DAY:
        pair = (less, more)
        if {*pair} <= counts.keys() and {*pair} & report.counts.keys() and counts[less] > counts[more]:
            titles = {"less": service.count(less).title, "more": service.count(more).title}
            yield pair, _said("day", **titles, n=counts[less], m=counts[more], day=report.day)
    for stage in report.counts:
        told = sum(one.get(stage, 0) for part, one in parts.items() if part != ALL)
        whole = parts.get(ALL, {}).get(stage, told)
        if stage not in WAITS and told > whole:
            title = service.count(stage).title
            yield (stage,), _said("parts", title=title, n=told, m=whole, day=report.day)


def _too_much(service: Service, report: Report, days: _Days, *, after: _Days) -> _Wrong:
    """Tell of each rule the first day on which a sum exceeds what holds it, by more than it did before."""
    for part in dict.fromkeys((report.stratum, ALL)):
        before = _excesses({report.day: {}, **days}, part)
        was = {(one.rule, one.day): one.n - one.m for one in before}
        more = (
            one
            for one in _excesses(after, part)
            if one.day >= report.day and one.n - one.m > was.get((one.rule, one.day), 0)
        )
        first: dict[_Rule, _Excess] = {}
        for one in more:
            first.setdefault(one.rule, one)
        for one in first.values():
            stages = (*one.rule.less, *one.rule.more)
            yield tuple(stage for stage in stages if stage in service.stages), _exceeded(service, one)
        if first:
            return


def _exceeded(service: Service, one: _Excess) -> Text:
    less, more = (
        [service.count(stage).title for stage in side if stage in service.stages] for side in one.rule
    )
    return _said("more", less=_listed(less), more=more[0], n=one.n, m=one.m, day=one.day)


def _excesses(days: _Days, part: str) -> Iterator[_Excess]:
    for day, state in _course(days, part):
        for rule in _RULES:
            less = [state[stage] for stage in rule.less if stage in state]
            more = [state[stage] for stage in rule.more if stage in state]
            if less and more and sum(less) > more[0]:
                yield _Excess(rule, day, sum(less), more[0])


def _course(days: _Days, part: str) -> Iterator[tuple[date, _Counts]]:
    """Yield for each day the sums of flows since the beginning, and the stocks as they stand.

    What is not told of the whole is the sum of what is told of its parts.
    """
    sums: _Counts = {}
    stocks: dict[str, _Counts] = {}
    for day in sorted(days):
        parts = days[day]
        for name, counts in parts.items():
            held = {stage: value for stage, value in counts.items() if stage in STOCKS}
            stocks[name] = stocks.get(name, {}) | held
        for stage, value in _whole(parts, part).items():
            if stage not in STOCKS:
                sums[stage] = sums.get(stage, 0) + value
        yield day, sums | {stage: value for stage, value in _whole(stocks, part).items() if stage in STOCKS}


def _whole(parts: Mapping[str, _Counts], part: str) -> _Counts:
    """Give the counts of a part; those of the whole that are not told are put together."""
    if part != ALL:
        return parts.get(part, {})
    found: _Counts = {}
    for name, counts in parts.items():
        for stage, value in counts.items() if name != ALL else ():
            found[stage] = found.get(stage, 0) + value
    return found | parts.get(ALL, {})


def _listed(titles: Sequence[Text]) -> Text:
    return Text(**{lang: " + ".join(one.in_(lang) for one in titles) for lang in LANGS})


def _said(code: str, **values: Text | float | date | str) -> Text:
    """Say a fault in each language, numbers and days as people write them."""

    def written(value: Text | float | date | str, lang: str) -> str:
        if isinstance(value, Text):
            return value.in_(lang)
        if isinstance(value, date):
            return f"{value.day}.{value.month}.{value.year}"
        return value if isinstance(value, str) else f"{value:.10g}"

    texts = {
        lang: WORDS[code].in_(lang).format_map({name: written(one, lang) for name, one in values.items()})
        for lang in LANGS
    }
    return Text(**texts)
