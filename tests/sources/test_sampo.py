"""The law of THL's cubes: a recipe says in words what it wants, and new ids at new year change nothing."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import product
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from service import Handler, serving

from tilannekuva.domain.calendar import instant
from tilannekuva.domain.looks import Answer
from tilannekuva.errors import BadDefinition, NoAnswer, NotUnderstood
from tilannekuva.flows.reading import understand
from tilannekuva.sources.protocols.sampo import Node, catalogue, selection
from tilannekuva.sources.recipe import Recipe, recipe, sample, texts
from tilannekuva.sources.transport import Transport

Tree = dict[str, Any]  # labels of nodes, each with the tree below it


def ends(*labels: str) -> Tree:
    """Give nodes with nothing below them."""
    return {label: {} for label in labels}


MUNICIPALITIES = {"Pirkanmaan SHP": {"Tampere": {}, "Nokia": {}}, "Kanta-Hämeen SHP": {"   Hämeenlinna": {}}}
CASES: dict[str, Tree] = {
    "hcdmunicipality": {"Kaikki Alueet": MUNICIPALITIES},
    "dateweek": {"Kaikki ajat": {
        "Vuosi 2020 Viikko 53": {"2020-12-31": {}},
        "Vuosi 2021 Viikko 01": {"2021-01-04": {}},
    }},
    "measure": {"Mittari": ends("Tapausten lukumäärä", "Testausmäärä", "Kuolemantapausten lukumäärä")},
}  # fmt: skip
# What THL called its dimensions in a year, and where it began to number their nodes.
YEARS = {
    2020: ("2020", "2020010120201231", 443600),
    2021: ("2020", "20200101", 508500),
    2022: ("2022", "20200101", 9),
}


class Cube:
    """A cube as THL's server has it, for one year: it lists its nodes, and answers by their numbers."""

    def __init__(self, year: int, trees: dict[str, Tree]) -> None:
        areas, days, self._last = YEARS[year]
        digits = {"hcdmunicipality": areas, "dateweek": days}
        self.trees = {f"{name}{digits.get(name, '')}": tree for name, tree in trees.items()}
        self.labels: dict[int, tuple[str, int]] = {}
        self.listed = [
            {"id": name, "label": name, "children": self._nodes(tree)} for name, tree in self.trees.items()
        ]

    def _nodes(self, tree: Tree, depth: int = 0) -> list[Tree]:
        return [self._node(label, below, depth) for label, below in tree.items()]

    def _node(self, label: str, below: Tree, depth: int) -> Tree:
        self._last += 1
        sid, self.labels[self._last] = self._last, (label, depth)
        return {
            "id": f"x/{sid}",
            "sid": sid,
            "label": label,
            "stage": f"stage{depth}",
            "children": self._nodes(below, depth + 1),
        }

    def catalogue(self) -> bytes:
        """Print the catalogue as the server does."""
        return f"thl.pivot.loadDimensions(\n{json.dumps(self.listed, ensure_ascii=False)}\n);\n".encode()

    def answer(self, query: str) -> bytes:
        """Give the cells that an address asks for; parts never sum to more than their whole."""
        asked = [value.partition("-")[::2] for key, value in parse_qsl(query) if key != "filter"]
        sides = {name: {sid: self.labels[sid] for sid in self.meant(sids)} for name, sids in asked}
        dimension: Tree = {"id": [*sides], "size": [len(side) for side in sides.values()]}
        for name, side in sides.items():
            index = {str(sid): place for place, sid in enumerate(side)}
            dimension[name] = {
                "category": {"index": index, "label": {str(sid): label for sid, (label, _) in side.items()}}
            }
        depths = (
            sum(depth for _, depth in at) for at in product(*(side.values() for side in sides.values()))
        )
        value = {str(n): str(64 // 2**depth) for n, depth in enumerate(depths)}
        return json.dumps({"dataset": {"version": "2.0", "dimension": dimension, "value": value}}).encode()

    def meant(self, sids: str) -> Iterator[int]:
        """Resolve what stands behind the dash: a level, or just these nodes."""
        if sids.endswith("L"):
            level = self.labels[int(sids[:-1])][1]
            wanted = {sid for sid, (_, depth) in self.labels.items() if depth == level}
            yield from sorted(wanted & {*self._of(int(sids[:-1]))})
        else:
            assert sids.endswith("."), "a node with neither dot nor L brings its children along"
            yield from (int(sid) for sid in sids.split(".") if sid)

    def _of(self, sid: int) -> list[int]:
        """Give the nodes of the dimension that a node is in."""
        (tree,) = [found for one in self.listed if sid in (found := list(_sids(one["children"])))]
        return tree


def _sids(nodes: list[Tree]) -> Iterator[int]:
    for node in nodes:
        yield node["sid"]
        yield from _sids(node["children"])


def ask(one: Recipe, cube: Cube) -> tuple[Answer, list[str]]:
    """Ask a cube by a recipe; give the answer and the addresses that were asked for."""

    def answer(to: Handler) -> None:
        at = urlsplit(to.path)
        to.give(200, cube.catalogue() if at.path.endswith(".dimensions.json") else cube.answer(at.query))

    with serving(answer) as service, Transport(("127.0.0.0/8",), attempts=1) as transport:
        moved = one.model_copy(update={"fetch": at_home(one, service.url)})
        return transport.ask(moved, today=date(2021, 1, 20)), [path for path, _ in service.asked]


def at_home(one: Recipe, url: str) -> Any:  # noqa: ANN401 - the part of a recipe that is asked by
    """Give where a recipe asks, on a service of our own."""
    return one.fetch.model_copy(update={"url": one.fetch.url.replace("https://sampo.thl.fi", url)})


def shipped(name: str) -> Recipe:
    """Give a shipped recipe."""
    return recipe(texts()[name], name)


@pytest.mark.parametrize(
    "name", ["thl-cases-municipality", "thl-cases-municipality-total", "thl-tests-district"]
)
def test_new_ids_at_new_year_change_neither_recipe_nor_facts(name: str):
    """Each year has its own ids of dimensions and nodes; the facts are the same."""
    one, at, said = shipped(name), datetime(2021, 1, 20, 12, tzinfo=UTC), []
    asked = []
    for year in YEARS:
        answer, addresses = ask(one, Cube(year, CASES))
        said.append(understand(one, answer.pages, at))
        asked.append(addresses)

    assert said[0].facts
    assert all(one == said[0] for one in said)
    assert ([2] * 3, 3) == ([len(one) for one in asked], len({one[1] for one in asked}))


def test_just_the_nodes_that_are_meant_are_asked_for():
    """The catalogue lies beside the cube; each selection names its nodes, none with its children."""
    _, (first, second) = ask(shipped("thl-cases-municipality"), Cube(2021, CASES))

    assert "/data/pivot/prod/fi/epirapo/covid19case/fact_epirapo_covid19case.dimensions.json" == first
    assert "/data/pivot/prod/fi/epirapo/covid19case/fact_epirapo_covid19case.json" == second.partition("?")[0]
    assert "row=hcdmunicipality2020-508503.508504.508506." in second
    assert "column=dateweek20200101-508508.508510.&filter=measure-508513." in second


def tree(trees: dict[str, Tree]) -> dict[str, tuple[Node, ...]]:
    """Give a catalogue of trees, its nodes numbered from 10 on."""
    return catalogue(Cube(2022, trees).catalogue())


AGES = {
    "ages": {"All": {"-17": {"5-11": {}, "12-17": {}}, "18+": {}}}
}  # 10 All, 11 -17, 12 5-11, 13 12-17, 14 18+


@pytest.mark.parametrize(
    ("ways", "selected"),
    [
        (["ages > *"], "10."),
        (["ages > * > *"], "11.14."),
        (["ages > **"], "12.13.14."),
        (["ages > all > -17 > *"], "12.13."),
        (["ages > 5-11"], "12."),
        (["ages > -1* > *1"], "12."),
        (["ages > *", "ages > **"], "10.12.13.14."),
        (["ages > 18+", "ages > 18+"], "14."),
    ],
)
def test_a_way_leads_to_its_nodes(ways: list[str], selected: str):
    assert f"ages-{selected}" == selection(ways, tree(AGES))


def test_blanks_of_a_label_are_no_part_of_its_name():
    """THL writes some municipalities with blanks before them."""
    known = tree({"area": {"   Äänekoski": {}, "Koski  Tl": {}}})

    assert ["area-10.", "area-11."] == [
        selection([f"area > {name}"], known) for name in ("äänekoski", "Koski Tl")
    ]


@given(n_here=st.integers(1, 60), n_there=st.integers(0, 2))
def test_a_whole_level_is_asked_for_as_one_when_it_is_large(n_here: int, n_there: int):
    """A part of a level never is: the level would bring its other nodes along."""
    cube = Cube(
        2022,
        {"area": {"A": {f"a{n}": {} for n in range(n_here)}, "B": {f"b{n}": {} for n in range(n_there)}}},
    )
    found = selection(["area > A > *"], catalogue(cube.catalogue()))

    assert (n_here > 40 and not n_there) == found.endswith("L")
    assert [f"a{n}" for n in range(n_here)] == [
        cube.labels[sid][0] for sid in cube.meant(found.partition("-")[2])
    ]


@pytest.mark.parametrize(
    ("ways", "error", "said"),
    [
        (["years > *"], NotUnderstood, "no dimension 'years'; it has 'ages', 'dateweek20200101', 'week1'"),
        (["week > *"], NotUnderstood, "2 dimensions fit 'week'"),
        (["date > *"], NotUnderstood, "the cube has no dimension 'date'"),
        (["ages > 9"], NotUnderstood, "no node fits '9' of 'ages > 9'; there are 'All', '-17', '5-11'"),
        (["ages > all > 5-11"], NotUnderstood, "fits '5-11' of 'ages > all > 5-11'; there are '-17', '18+'"),
        (["ages > *1*"], NotUnderstood, "4 nodes fit '*1*'"),
        (["ages > 18+ > *"], NotUnderstood, "no node fits '*' of 'ages > 18+ > *'; there are "),
        (["ages"], BadDefinition, "'ages' names no node: write 'ages > *' for its roots"),
        (["ages > *", "week1 > *"], BadDefinition, "must be ways in one dimension, they are in 2"),
        ([], BadDefinition, "must be ways in one dimension, they are in 0"),
    ],
)  # fmt: skip
def test_a_way_that_does_not_lead_to_what_is_meant_is_refused(
    ways: list[str], error: type[Exception], said: str
):
    week: Tree = {"Vuosi 2021 Viikko 01": {}}
    with pytest.raises(error) as caught:
        selection(ways, tree(AGES | {"week1": week, "week2": week, "dateweek": week}))

    assert said in str(caught.value)


NODE = '{"sid": 1, "label": "A", "children": []}'
BELOW = '{"sid": 1, "label": "A", "children": ['


def roots(nodes: str) -> str:
    """Give the catalogue of one dimension with these roots."""
    return f'x([{{"id": "a", "children": [{nodes}]}}]);'


CATALOGUES = {
    "a web page": ("<html><title>Virhe</title></html>", "got a web page: 'Virhe'"),
    "no call": (f'[{{"id": "a", "children": [{NODE}]}}]', "no call of a function"),
    "cut": (f'thl.pivot.loadDimensions([{{"id": "a", "children": [{NODE}', "no call of a function"),
    "no list": ('thl.pivot.loadDimensions({"id": "a"});', "lists no dimensions"),
    "no JSON": ("thl.pivot.loadDimensions([{'id': 1}]);", "is not JSON"),
    "no id": ('x([{"label": "a", "children": []}]);', "has no id: "),
    "no children": ('x([{"id": "a"}]);', "has no children: "),
    "a node that is a text": (roots('"b"'), "has no sid: 'b'"),
    "a sid that is a text": (roots('{"sid": "1&row=x", "label": "A"}'), "has no sid: "),
    "no label": (roots('{"sid": 1}'), "has no label: "),
    "children that are none": (roots('{"sid": 1, "label": "A", "children": 5}'), "has no children: "),
    "a dimension twice": (f'{roots(NODE)[:-3]}, {{"id": "a", "children": []}}]);', "a dimension twice: 'a'"),
    "a well": (roots(BELOW * 30 + "]}" * 30), "nests deeper"),
}  # fmt: skip


@pytest.mark.parametrize("fault", CATALOGUES)
def test_a_catalogue_that_is_none_is_refused(fault: str):
    body, said = CATALOGUES[fault]
    with pytest.raises(NotUnderstood) as caught:
        catalogue(body.encode())

    assert said in str(caught.value)


def test_a_cube_is_not_asked_when_its_catalogue_does_not_come():
    with serving(lambda to: to.give(503)) as service, Transport(("127.0.0.0/8",), attempts=1) as transport:
        one = shipped("thl-care")
        with pytest.raises(NoAnswer, match="503"):
            transport.ask(
                one.model_copy(update={"fetch": at_home(one, service.url)}), today=date(2021, 1, 20)
            )

    assert ["fact_epirapo_covid19care.dimensions.json"] == [
        path.rpartition("/")[2] for path, _ in service.asked
    ]


AREAS = {"Kaikki alueet": {"Pirkanmaan SHP": {"Tampere": {}}}}
TIMES = {"Kaikki ajat": {"Vuosi 2021 Viikko 01": {"2021-01-04": {}}}}
CARE = [way.removeprefix("measure > ") for way in shipped("thl-care").fetch.query["measure"]]
CUBES: dict[str, dict[str, Tree]] = {
    "epirapo/covid19case": {
        "hcdmunicipality": AREAS,
        "dateweek": TIMES,
        "ttr10yage": {"Kaikki ikäryhmät": {"00-10": {}, "80-": {}}},
        "measure": CASES["measure"],
    },
    "epirapo/covid19care": {
        "dateweek": TIMES,
        "erva": {"Kaikki erityisvastuualueet": {"Turun yliopistollisen sairaalan erityisvastuualue": {}}},
        "measure": {"Mittari": ends(*CARE)},
    },
    "vaccreg/cov19cov": {
        "area": AREAS,
        "cov_vac_dose": {"Kaikki annokset": {"Ensimmäinen annos": {}, "Toinen annos": {}}},
        "cov_vac_age": {"Kaikki iät": {"-17": {"12-17": {}}, "18+": {"18-24": {}, "80+": {}}}},
        "measure": {"Mittari": ends("Annettuja annoksia", "Rokotuskattavuus", "Rokotettuja henkilöitä")},
    },
    "ttr/cases": {
        "wscmunicipality2022": {"All areas": {"Pirkanmaa wellbeing services county": {"Tampere": {}}}},
        "yearmonth": {"All years": {"Year 2021": {"January 2021": {}}}},
        "nidrreportgroup": {"All reporting groups": {"Influenza": {}, "COVID-19": {}}},
        "measure": {"Measure": {"Cases": {}, "Incidence": {}}},
    },
}  # fmt: skip
SHIPPED = [name for name, text in texts().items() if 'protocol = "sampo"' in text]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_recipe_finds_its_nodes_and_its_columns(name: str):
    """Asked of a cube of the agreed form, each gives facts, and leaves no row out."""
    one = shipped(name)
    trees = next(trees for cube, trees in CUBES.items() if f"/{cube}/" in one.fetch.url)
    answer, _ = ask(one, Cube(2021, trees))
    found = understand(one, answer.pages, datetime(2021, 1, 20, 12, tzinfo=UTC))

    assert {series.indicator for series in one.series} == {fact.indicator for fact in found.facts}
    assert [] == found.faults


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_sample_is_read_to_the_last_row(name: str):
    """What a recipe leaves out it leaves out knowingly; nothing of its sample is a fault."""
    found = sample(shipped(name))
    assert found
    at = instant(shipped(name).sample_landed_at)

    assert [] == understand(shipped(name), found[0], at).faults


def rewritten(old: str, new: str) -> Callable[[], Recipe]:
    """Give a shipped recipe with other words, to be read."""
    text = texts()["thl-cases-municipality"]
    assert old in text
    return lambda: recipe(text.replace(old, new), "own.toml")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("row={area}", "row={place}", "the URL holds {place}, which `each` does not name"),
        ("?row={area}&", "?", "each name in the `query` of a `sampo` cube needs its {place} in the URL"),
    ],
)
def test_query_and_address_name_the_same_places(old: str, new: str, said: str):
    with pytest.raises(BadDefinition) as caught:
        rewritten(old, new)()

    assert said in str(caught.value)
