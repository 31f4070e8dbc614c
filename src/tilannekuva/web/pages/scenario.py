"""The page of scenarios: what would follow if; what it rests on; and which scenario came true."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date, stamp
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Picture, Reading
from tilannekuva.domain.scenarios import SHARES, Assumptions, Compared, Fan, Projection, Saved, Scenario
from tilannekuva.errors import BadInput, NotInstalled, UnknownScenario
from tilannekuva.flows.asking import plain
from tilannekuva.flows.scenarios import BACK
from tilannekuva.web.language import Language
from tilannekuva.web.pages.figures import Figure
from tilannekuva.web.pages.frame import Frame, Link, View, frame
from tilannekuva.web.pages.graphs import Graph
from tilannekuva.web.pages.scenario_facts import Fact, assumed, bed_words, known, measures
from tilannekuva.web.pages.scenario_form import Slider, changed, sliders
from tilannekuva.web.pages.scenario_graphs import back_graph, beds_graph, cases_graph, patients, projected

_COMPARED = 7  # scenarios beside the chosen one that a chart can tell apart
_AHEAD = 30  # days ahead of which the first sentence speaks


@dataclass(frozen=True, slots=True)
class Side:
    """A scenario beside others: the middle's highest day, and in what share of the paths beds run out.

    `saved` says when the scenario became known, where it is the workspace's own.
    """

    link: Link
    peak: Figure
    peak_on: str
    ward: str
    icu: str
    infected: str
    saved: str


@dataclass(frozen=True, slots=True)
class Near:
    """How near a scenario came: its distance, the share of days inside its range, a note."""

    link: Link
    distance: str
    within: str
    note: str


@dataclass(frozen=True, slots=True)
class ScenarioPage:
    """A scenario's projection for an area.

    `choices` lead to the scenarios; `title` and `about` are of the one shown; `missing` says why nothing is
    projected, and `command` installs what is lacking. `sliders` can be moved, `kept` goes along with them,
    `reset` leads back. `says` is the projection in words; `graphs` are cases, wards, intensive care; `sides`
    the scenarios side by side. `since` is the day from which `back` and `nears` are looked at, `came` says
    which scenario came nearest. `known` and `assumed` are what all rests on, `measures` the decisions
    counted, `limits` what the model leaves out, `sources` its papers.
    """

    frame: Frame
    place: str
    choices: tuple[Link, ...]
    title: str
    about: str
    missing: str
    command: str
    sliders: tuple[Slider, ...]
    kept: tuple[tuple[str, str], ...]
    reset: Link
    says: tuple[str, ...]
    graphs: tuple[Graph, ...]
    sides: tuple[Side, ...]
    since: str
    came: str
    back: Graph | None
    nears: tuple[Near, ...]
    known: tuple[Fact, ...]
    measures: tuple[Fact, ...]
    assumed: tuple[Fact, ...]
    limits: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is shown: the scenarios, the chosen one as its sliders stand, its projection, the figures."""

    saved: dict[str, Saved]
    name: str
    scenario: Scenario
    left: dict[str, float]
    made: Projection | None
    lacks: NotInstalled | None
    assumed: Assumptions
    found: Picture
    lang: str

    @property
    def is_changed(self) -> bool:
        return self.scenario != self.saved[self.name].scenario

    def numbered(self, name: str) -> str:
        """Give a scenario's title with its number, by which its line in the chart is known."""
        return f"{self.number(name)}. {self.saved[name].scenario.title.in_(self.lang)}"

    def number(self, name: str) -> int:
        return [*self.saved].index(name) + 1

    def indicator(self, name: str) -> Indicator:
        return self.found.indicators[name]

    def reading(self, name: str, area: str) -> Reading | None:
        return self.found.readings.get((name, area))


def scenario_page(view: View) -> ScenarioPage:
    """Make the page; raises UnknownScenario, BadInput."""
    shown = _shown(view)
    made = shown.made if shown else None
    given = shown.saved[shown.name].scenario if shown else None
    moved = sliders(view, given, shown.left) if shown and given and made else ()
    code = view.language.code
    return ScenarioPage(
        frame=frame(view),
        place=register().area(made.known.area if made else view.picture.area).name(code),
        choices=tuple(_choices(view, shown)) if shown else (),
        title=given.title.in_(code) if given else "",
        about=given.about.in_(code) if given else "",
        missing=_missing(view, shown),
        command=shown.lacks.command if shown and shown.lacks else "",
        sliders=moved,
        kept=tuple(one for one in view.query if one[0] in ("area", "as_of", "scenario")),
        reset=_link(view, shown.name if shown else "", view.language.text("Back to the saved scenario")),
        says=tuple(_says(view, shown, made)) if shown and made else (),
        graphs=tuple(_graphs(view, shown, made)) if shown and made else (),
        sides=tuple(_sides(view, shown)) if shown and made else (),
        **(_back(view, shown) if shown and made else {"since": "", "came": "", "back": None, "nears": ()}),
        known=tuple(known(view, made)) if made else (),
        measures=tuple(measures(view, made)) if made else (),
        assumed=(*_moved(view, moved), *assumed(view, shown.assumed)) if shown else (),
        limits=tuple(one.in_(code) for one in shown.assumed.limits) if shown else (),
        sources=shown.assumed.sources if shown else (),
    )


def _shown(view: View) -> _Shown | None:
    """Read what is to be shown; None where no scenario is known."""
    as_of, area = view.picture.as_of, view.picture.area
    saved = view.reader.scenarios(as_of)
    name = view.asked("scenario") or next(iter(saved), "")
    if not saved:
        return None
    if name not in saved:
        raise UnknownScenario(f"no scenario '{name}'; there are {', '.join(saved)}")
    given, lacks, made, left = saved[name].scenario, None, None, dict[str, float]()
    asked = given
    try:
        left = view.reader.left(given, area, as_of, helsinki_date(as_of) + timedelta(days=14))
        asked = changed(view, given, left)
        made = view.reader.projection(asked, area, as_of)
    except NotInstalled as error:
        lacks = error
    assumed = view.reader.assumptions(given.assumptions, as_of)
    read = {assumed.read.cases, assumed.read.ward, assumed.read.icu}
    names = frozenset(read & view.picture.indicators.keys())
    found = view.reader.wider(view.picture, names, since=date.min) if made else view.picture
    return _Shown(saved, name, asked, left, made, lacks, assumed, found, view.language.code)


def _link(view: View, name: str, words: str, *, here: bool = False) -> Link:
    untouched = dict.fromkeys(("home", "work", "school", "other", "chance", "doses"), "")
    return Link(words, view.url("scenario", scenario=name, **untouched), here=here)


def _choices(view: View, shown: _Shown) -> Iterator[Link]:
    for name in shown.saved:
        yield _link(view, name, shown.numbered(name), here=name == shown.name)


def _missing(view: View, shown: _Shown | None) -> str:
    language = view.language
    if shown is None:
        return language.text("No scenario has been saved yet; they come with the first update.")
    if shown.lacks:
        return language.text("Scenarios need a part of the program that is not installed here.")
    if shown.made is None:
        return language.text(
            "Too few cases are known here to start from: four weeks of settled figures are needed."
        )
    return ""


def _says(view: View, shown: _Shown, made: Projection) -> Iterator[str]:
    language, code = view.language, view.language.code
    title = shown.saved[shown.name].scenario.title.in_(code)
    nth = min(
        (helsinki_date(view.picture.as_of) - made.cases.first).days + _AHEAD, len(made.cases.middle) - 1
    )
    low, middle, high = (language.number(round(made.cases.lines[at][nth])) for at in (0, 2, 4))
    if shown.is_changed:
        title = language.text("{scenario}, with your changes", scenario=title)
    yield language.text(
        "{scenario}: {middle} cases would be found a day on {day}, in nine runs of ten {low}–{high}.",
        scenario=title,
        middle=middle,
        day=language.day(made.cases.days[nth]),
        low=low,
        high=high,
    )
    for words, crossing in zip(bed_words(language), made.crossings, strict=True):
        share = _share(language, crossing.share)
        beds = language.number(round(crossing.beds))
        if crossing.day is None:
            yield f"{words}: " + language.text("{beds} beds suffice in all runs.", beds=beds)
        else:
            day = language.day(crossing.day)
            yield f"{words}: " + language.text(
                "{beds} beds run out in {share} of the runs, in half of these by {day}.",
                beds=beds,
                share=share,
                day=day,
            )


def _share(language: Language, share: float) -> str:
    """Write a share of runs; a few are not none."""
    few = 0 < share < 0.005  # noqa: PLR2004 - half a per cent
    return f"<{language.percent('1')}" if few else language.percent(language.number(round(100 * share)))


def _moved(view: View, those: tuple[Slider, ...]) -> Iterator[Fact]:
    """Say where sliders were moved to, also on paper."""
    for one in those:
        if one.value != one.usual:
            told = view.language.number(one.value)
            yield Fact(one.label, view.language.percent(told) if one.unit else told)


def _graphs(view: View, shown: _Shown, made: Projection) -> Iterator[Graph]:
    read, area = shown.assumed.read, made.known.area
    cases = shown.reading(read.cases, area)
    if cases:
        others = [(name, one) for name, one in _others(view, shown) if one]
        yield cases_graph(view, shown.indicator(read.cases), cases, made, others[:_COMPARED])
    for nth, name in enumerate((read.ward, read.icu)):
        if name in shown.found.indicators:
            told = patients(shown.reading(name, made.known.patients_of), area)
            yield beds_graph(view, shown.indicator(name), told, made, nth)


def _others(view: View, shown: _Shown) -> Iterator[tuple[str, Projection | None]]:
    """Give the other scenarios' projections; of the one shown, where it was changed, as it was saved."""
    for name, one in shown.saved.items():
        if name != shown.name or shown.is_changed:
            made = view.reader.projection(one.scenario, view.picture.area, view.picture.as_of)
            yield str(shown.number(name)), made


def _sides(view: View, shown: _Shown) -> Iterator[Side]:
    language = view.language
    cases = shown.indicator(shown.assumed.read.cases)
    for name, one in shown.saved.items():
        made = view.reader.projection(one.scenario, view.picture.area, view.picture.as_of)
        if made:
            ahead = max((helsinki_date(view.picture.as_of) - made.cases.first).days + 1, 0)
            most = max(made.cases.middle[ahead:])
            day = made.cases.days[made.cases.middle.index(most, ahead)]
            beds = [_share(language, each.share) for each in made.crossings]
            yield Side(
                _link(view, name, shown.numbered(name), here=name == shown.name),
                projected(view, cases, made.known.area, day, most),
                language.day(day),
                beds[0],
                beds[1],
                language.percent(language.number(100 * made.infected[1], 1)),
                language.day(helsinki_date(one.known_at)),
            )


def _since(view: View) -> date:
    text, today = view.asked("since"), helsinki_date(view.picture.as_of)
    try:
        found = date.fromisoformat(text) if text else today - BACK
    except ValueError:
        raise BadInput(f"'{text}' is no day; give one such as {today - BACK}") from None
    if found > today:
        raise BadInput(f"{found} has not come yet; give an earlier day")
    return found


def _back(view: View, shown: _Shown) -> dict[str, Any]:
    """Say which scenario came nearest, of those run from what was known on an earlier day."""
    since, language = _since(view), view.language
    found = view.reader.looked_back(view.picture.area, view.picture.as_of, since)
    if not found:
        words = language.text(
            "Too little was known on {day}, or too little has come since.", day=language.day(since)
        )
        return {"since": since.isoformat(), "came": words, "back": None, "nears": ()}
    nearest = found[0]
    came = language.text(
        "Of the scenarios run from what was known on {day}, “{scenario}” has come nearest.",
        day=language.day(since),
        scenario=nearest.saved.scenario.title.in_(language.code),
    )
    cases = shown.assumed.read.cases
    reading = shown.reading(cases, nearest.projection.known.area)
    graph = back_graph(view, shown.indicator(cases), reading, nearest) if reading else None
    nears = tuple(_near(view, one) for one in found)
    return {"since": since.isoformat(), "came": came, "back": graph, "nears": nears}


def _near(view: View, one: Compared) -> Near:
    language, scenario = view.language, one.saved.scenario
    return Near(
        _link(view, scenario.id, scenario.title.in_(language.code)),
        language.number(one.distance, 2),
        language.percent(language.number(round(100 * one.within))),
        language.text("saved only afterwards") if one.afterwards else "",
    )


def rows(view: View) -> list[dict[str, Any]]:
    """Give the projections as data: one row a scenario, indicator and day, with the lines of its fan."""
    shown = _shown(view)
    if shown is None or shown.made is None:
        return []
    read = shown.assumed.read
    told = [("asked" if shown.is_changed else shown.name, shown.made)]
    for name, one in shown.saved.items():
        made = view.reader.projection(one.scenario, view.picture.area, view.picture.as_of)
        told += [(name, made)] if made and (name != shown.name or shown.is_changed) else []
    return [
        row
        for name, made in told
        for indicator, fan in ((read.cases, made.cases), (read.ward, made.ward), (read.icu, made.icu))
        for row in _fan_rows(view, name, made, indicator, fan)
    ]


def _fan_rows(view: View, name: str, made: Projection, indicator: str, fan: Fan) -> Iterator[dict[str, Any]]:
    for nth, day in enumerate(fan.days):
        if day > helsinki_date(view.picture.as_of):
            lines = {
                f"q{round(100 * share):02}": plain(line[nth])
                for share, line in zip(SHARES, fan.lines, strict=True)
            }
            yield {
                "scenario": name,
                "kind": "projection",
                "indicator": indicator,
                "area": made.known.area,
                "reference_date": day.isoformat(),
                "value": plain(float(round(fan.middle[nth]))),
                **lines,
                "as_of": stamp(view.picture.as_of),
            }
