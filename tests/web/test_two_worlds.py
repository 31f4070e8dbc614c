"""Two worlds that differ only in what everybody may not see give everybody the same bytes."""

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial
from itertools import cycle, islice, product
from typing import Any
from zlib import crc32

import pytest
from shown import LANGS, ask
from starlette.applications import Starlette
from starlette.requests import Request
from worlds import NOW, made, world

from tilannekuva.domain.forecasts import Forecast, Target
from tilannekuva.domain.picture import Picture
from tilannekuva.errors import UnknownIndicator
from tilannekuva.flows import reader, sight
from tilannekuva.flows.picture import Question
from tilannekuva.flows.workspace import Workspace
from tilannekuva.store.ledger import Ledger
from tilannekuva.web import site as sites
from tilannekuva.web.app import FastPath
from tilannekuva.web.pages.frame import View
from tilannekuva.web.registry import PAGES
from tilannekuva.web.server import site

_PAIRS, _GROUPS = 200, 10  # pairs of worlds, in groups that agree on what everybody may know
_WHOLE, _EACH = 2, 1  # pairs that are compared at all addresses; addresses at which the others are
_IDS = ("helped", "helped-rate", "sick", "crew", "plans", "nothing", "phone-ring")
_FILLED = {
    "{source:slug}": ("own-crew", "nothing"),
    "{receipt:slug}": ("r20210301-080000-000000000000",),
    "{sha256:sha256}": ("0" * 64,),
    "{sha256:slug}": ("0" * 64,),
    "{name}": ("style.css",),
    "{kind:kind}": ("xlsx", "geojson", "parquet"),
}
_QUERIES = ("", "as_of=2021-03-04", "area=604", "as_of=2021-03-06T07:30Z", "wall=1")
_WAYS = (  # in which an address is asked
    dict[str, str](),
    {"accept_encoding": "gzip"},
    {"range": "bytes=0-999"},
    {"accept": "text/html", "accept_language": "sv, en;q=0.5"},
    {"if_none_match": "*", "if_modified_since": "Mon, 08 Mar 2021 00:00:00 GMT"},
)
_ALSO = (
    "/fi/map?indicator=helped&level=municipality",
    "/fi/map.json?indicator=helped&level=municipality",
    "/fi/map?indicator=crew&level=municipality",
    "/fi/map.csv?indicator=helped-rate&level=municipality&day=2021-03-05",
    "/fi/compare?indicator=helped&place=municipality:837&place=municipality:604",
    "/fi/trace/helped?day=2021-03-05&anew=1",
    "/fi/changes?since=2021-03-03",
    "/fi/data?indicator=helped",
    "/fi/decisions?body=mayor",
)
Rows = Callable[[View], list[dict[str, Any]]]
Worlds = Callable[[int, int], FastPath]
Answer = tuple[int, list[tuple[str, str]], bytes]


def paths(app: FastPath) -> list[str]:
    """Give the paths of all routes."""
    assert isinstance(app.app, Starlette)
    return sorted(route.path for route in app.app.routes)  # type: ignore[attr-defined]


def addresses(app: FastPath) -> list[str]:
    """Give addresses of every route: each thing named in it, each instant and area in turn."""
    langs, queries = cycle(LANGS), cycle(_QUERIES)
    found = []
    for path in paths(app):
        slots = {slot: given for slot, given in _FILLED.items() if slot in path}
        slots |= {"{id:slug}": _IDS[:1] if path.endswith("png") else _IDS} if "{id:slug}" in path else {}
        for values in product(*slots.values()):
            one = path.replace("{lang:lang}", next(langs))
            for slot, value in zip(slots, values, strict=True):
                one = one.replace(slot, value)
            query = next(queries)
            found.append(f"{one}?{query}" if query else one)
    return [*found, *_ALSO]


def answer(app: FastPath, address: str, *, plainly: bool = False) -> Answer:
    """Give all that everybody gets of an address, asked plainly or in one of the ways."""
    got = ask(app, address, **({} if plainly else _WAYS[crc32(address.encode()) % len(_WAYS)]))
    return got.status_code, sorted(got.headers.multi_items()), got.content


def differing(one: FastPath, other: FastPath, asked: Sequence[str]) -> list[str]:
    """Name the addresses at which two worlds do not give the same bytes."""
    return [address for address in asked if answer(one, address) != answer(other, address)]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """Give the maker of a world's site by the seed of what is everybody's and that of what is not."""
    folder = tmp_path_factory.mktemp("worlds")
    base, opened = made(folder / "base"), dict[tuple[int, int], Workspace]()

    def app(known: int, secret: int) -> FastPath:
        if (known, secret) not in opened:
            place = folder / f"{known}-{secret}"
            opened[known, secret] = world(base, place, known=known, secret=secret)
        return site(opened[known, secret], clock=lambda: NOW)

    yield app
    for one in opened.values():
        one.close()


def compared(worlds: Worlds, are_whole: Container[tuple[int, int]]) -> int:
    """Compare 200 pairs and give at how many addresses: some pairs at all, others at a few each.

    The worlds of a group agree on what everybody may know, so that one of them is asked once for all.
    """
    n_compared, every = 0, addresses(worlds(0, 0))
    share = -(-len(every) // _GROUPS)
    for group in range(_GROUPS):
        first, mine = worlds(group, 0), cycle(every[group * share : (group + 1) * share])
        known = cache(partial(answer, first))
        for nth in range(1, _PAIRS // _GROUPS + 1):
            other = worlds(group, nth)
            asked = every if (group, nth) in are_whole else list(islice(mine, _EACH))
            assert [] == [one for one in asked if known(one) != answer(other, one)]
            n_compared += len(asked)
    return n_compared


def test_everybody_gets_the_same_bytes_of_two_worlds_that_differ_in_what_is_hidden(worlds: Worlds):
    """200 pairs; two of them at every address of every route, the others at some of their group's share."""
    every = len(addresses(worlds(0, 0)))

    n_compared = compared(worlds, [(0, nth + 1) for nth in range(_WHOLE)])

    assert n_compared == _WHOLE * every + (_PAIRS - _WHOLE) * _EACH


@pytest.mark.slow
def test_every_one_of_the_pairs_gives_everybody_the_same_bytes_at_every_address(worlds: Worlds):
    all_pairs = [*product(range(_GROUPS), range(1, _PAIRS // _GROUPS + 1))]

    assert compared(worlds, all_pairs) == _PAIRS * len(addresses(worlds(0, 0)))


def hidden_values(view: View, indicator: str) -> dict[str, float]:
    """Give the newest values of an indicator that this viewer may not see."""
    whole = view.reader._workspace.whole  # noqa: SLF001 - a leak goes round the one door
    rows = whole.store.as_of(view.picture.as_of, indicators={indicator})
    return {one.area: one.value or 0 for one in rows if one.stratum == "all"}


def leak_by_order(patch: pytest.MonkeyPatch) -> None:
    """Let the rows of a page stand in the order of a hidden value."""

    def rows(view: View, plain: Rows = PAGES["compare"].rows) -> list[dict[str, Any]]:
        crew = hidden_values(view, "crew")
        return sorted(plain(view), key=lambda row: crew.get(row["area"], 0))

    patch.setitem(PAGES, "compare", replace(PAGES["compare"], rows=rows))


def leak_by_class(patch: pytest.MonkeyPatch) -> None:
    """Let the classes of a map be those of hidden values."""

    def rows(view: View, plain: Rows = PAGES["map"].rows) -> list[dict[str, Any]]:
        raw = hidden_values(view, "helped")
        return [row | {"class": int(raw.get(row["area"], 0) // 2)} for row in plain(view)]

    patch.setitem(PAGES, "map", replace(PAGES["map"], rows=rows))


def leak_by_tag(patch: pytest.MonkeyPatch) -> None:
    """Let the name of a picture, and so the ETag of its data, count all looks."""
    patch.setattr(sight._Ledger, "count_looks", Ledger.count_looks)  # noqa: SLF001 - a leak


def leak_by_error(patch: pytest.MonkeyPatch) -> None:
    """Let the message about an unknown indicator list all of which something was told."""
    plain = sites.Site.view

    def view(self: sites.Site, request: Request) -> View:
        try:
            return plain(self, request)
        except UnknownIndicator:
            store = self.reader._workspace.whole.store  # noqa: SLF001 - a leak
            told = sorted({one.indicator for one in store.as_of(self.reader.now)})
            raise UnknownIndicator(f"no such indicator; there are {told}") from None

    patch.setattr(sites.Site, "view", view)


def leak_by_rounding(patch: pytest.MonkeyPatch) -> None:
    """Let a page show its own values rounded, not those that were released."""

    def rows(view: View, plain: Rows = PAGES["indicator"].rows) -> list[dict[str, Any]]:
        raw = hidden_values(view, "helped")
        return [row | {"about": 5 * round(raw.get(row["area"], 0) / 5)} for row in plain(view)]

    patch.setitem(PAGES, "indicator", replace(PAGES["indicator"], rows=rows))


def leak_by_forecast(patch: pytest.MonkeyPatch) -> None:
    """Let a forecast of a public indicator be fitted to hidden rows."""
    plain = reader.picture

    def picture(workspace: Workspace, question: Question) -> Picture:
        found, whole = plain(workspace, question), workspace.whole  # type: ignore[attr-defined]
        rows = whole.store.as_of(question.as_of, indicators={"helped"}, areas={question.area})
        mean = sum(one.value or 0 for one in rows if one.stratum == "all") / 8
        day = NOW.date() + timedelta(days=1)
        target = Target(day, tuple((level, mean * (1 + level)) for level in (0.025, 0.5, 0.975)))
        made = Forecast("hidden", "helped", question.area, NOW.date(), question.as_of, (target,))
        return replace(found, forecasts=(made,))

    patch.setattr(reader, "picture", picture)


@pytest.mark.parametrize(
    ("leak", "where"),
    [
        (leak_by_order, "/compare"),
        (leak_by_class, "/map"),
        (leak_by_tag, ".json"),
        (leak_by_error, "/indicator"),
        (leak_by_rounding, "/indicator"),
        (leak_by_forecast, "/indicator"),
    ],
)
def test_each_seeded_leak_is_found(
    worlds: Worlds, leak: Callable[[pytest.MonkeyPatch], None], where: str, monkeypatch: pytest.MonkeyPatch
):
    pairs = [(worlds(50, 0), worlds(50, 1)), (worlds(51, 0), worlds(51, 1))]
    asked = [address for address in addresses(pairs[0][0]) if where in address]
    assert [] == [found for one, other in pairs for found in differing(one, other, asked[:3])]
    leak(monkeypatch)

    pairs = [(worlds(50, 0), worlds(50, 1)), (worlds(51, 0), worlds(51, 1))]
    assert any(differing(one, other, [address]) for address in asked for one, other in pairs)


def test_of_what_is_hidden_nothing_is_told_but_that_there_is_no_such_thing(worlds: Worlds):
    """An indicator and a source that are hidden are answered like ones that do not exist."""
    app = worlds(60, 0)
    for path in (
        "/fi/indicator/{}",
        "/fi/indicator/{}.json",
        "/fi/trace/{}",
        "/table/fi/{}.geojson",
        "/fi/map?indicator={}",
    ):
        for name in ("crew", "plans", "crew-rate"):
            hidden, unknown = (answer(app, path.format(one), plainly=True) for one in (name, "x" * len(name)))
            said = hidden[2].replace(name.encode(), b"x" * len(name))
            assert (unknown[0], unknown[2]) == (hidden[0], said)
