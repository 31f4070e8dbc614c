"""Scenarios: what would follow is read from what was known, decided and seen by the viewer, and nothing else.

A made-up epidemic in Pirkanmaa, each day known the morning after: it grows, and from day 90 on falls.
"""

import json
import math
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from tilannekuva.cli import main as commands
from tilannekuva.domain.access import PUBLIC
from tilannekuva.domain.decisions import Decision, Measure
from tilannekuva.domain.looks import Look
from tilannekuva.domain.observations import Observation
from tilannekuva.domain.scenarios import Changed, Measured, Projection, Scenario, Vaccination
from tilannekuva.errors import BadDefinition, UnknownScenario
from tilannekuva.flows import scenarios
from tilannekuva.flows.sight import seen
from tilannekuva.flows.upkeep import init
from tilannekuva.flows.workspace import Workspace
from tilannekuva.indicators import scenarios as definitions

FIRST, DAYS, TURN = date(2021, 1, 4), 112, 90
DISTRICT, TOWN = "hospital-district:06", "municipality:837"
WORDS = (
    'title = { fi = "Oma", sv = "Egen", en = "Own" }\nabout = { fi = "Oma.", sv = "Egen.", en = "Own." }\n'
)
NOTHING = dict.fromkeys(Decision._fields[: Decision._fields.index("known_at")], "")
CLOSED = Decision(
    **{**NOTHING, "source": "decisions-own", "id": "a", "body": "city-board", "title_fi": "Koulut kiinni"}
    | {"published_at": None, "taken_on": FIRST + timedelta(60), "effective_from": FIRST + timedelta(62)}
    | {"effective_to": FIRST + timedelta(DAYS + 40), "area": TOWN, "measures": (Measure("C1", 3),)}
    | {"status": "normal", "known_at": datetime(2021, 3, 5, tzinfo=UTC)}
)


def at(day: int, hour: int = 8) -> datetime:
    """Give an instant of a day counted from the first."""
    return datetime(FIRST.year, FIRST.month, FIRST.day, hour, tzinfo=UTC) + timedelta(days=day)


def counted(day: int) -> int:
    """Give the cases of a day: they grow by 3 % a day, and fall by 3 % from the turn on."""
    return round(20 * math.exp(0.03 * (day if day < TURN else 2 * TURN - day)))


def rows(values: dict[int, float], indicator: str = "cases", area: str = DISTRICT) -> list[Observation]:
    source = "hs-cases-district" if indicator == "cases" else "hs-hospital"
    of = [(day, FIRST + timedelta(day), value) for day, value in values.items()]
    return [
        Observation(source, indicator, area, on, "day", "all", value, "normal", at(day + 1, 6), 1)
        for day, on, value in of
    ]


def tell(workspace: Workspace, told: list[Observation], decisions: tuple[Decision, ...] = ()) -> None:
    with workspace.writing("test"):
        new, fence = workspace.store.write(told), workspace.store.fence
        seq, texts = workspace.ledger.next_seq(), workspace.ledger.definitions()
        definition = texts["recipe", "decisions-own"].sha256
        sha256, when = workspace.landing.keep(b"-"), at(DAYS + seq)
        look = Look(seq, "decisions-own", when, "ok", sha256, definition=definition)
        made = [one._replace(look=seq) for one in decisions]
        workspace.ledger.commit(fence, looks=[look], decisions=made, new=new, at=at(DAYS + 1))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("told") / "workspace"
    init(folder, template="corona", areas=["837"])
    (folder / "ledger.sqlite").unlink()  # what was defined today is to be defined then
    made = Workspace(folder)
    with made.writing("test"):
        made.define(at(-60))
    tell(made, rows({day: counted(day) for day in range(DAYS)}))
    tell(made, rows(dict.fromkeys(range(DAYS), 40.0), "in-ward", "university-hospital-area:3"))
    yield made
    made.close()


@pytest.fixture
def own(world: Workspace, tmp_path: Path) -> Iterator[Workspace]:
    """Give a copy that may be written to."""
    shutil.copytree(world.folder, tmp_path / "own")
    made = Workspace(tmp_path / "own")
    yield made
    made.close()


def projected(workspace: Workspace, one: Scenario | str = "as-now", day: int = TURN) -> Projection:
    asked = scenarios.scenarios(workspace, at(day))[one].scenario if isinstance(one, str) else one
    on = scenarios.footing(workspace, TOWN, at(day), paths=200)
    assert on
    return scenarios.project(on, asked)


def plain(workspace: Workspace, **changed: object) -> Scenario:
    return scenarios.scenarios(workspace, at(0))["as-now"].scenario.model_copy(update=changed)


def total(made: Projection) -> float:
    return sum(made.cases.middle)


def test_paths_start_where_the_epidemic_stands(world: Workspace):
    """Of the district, since the town's own cases are not told; yesterday's count is the newest."""
    known = projected(world).known

    assert (DISTRICT, FIRST + timedelta(TURN - 1)) == (known.area, known.origin)
    assert known.cases == pytest.approx(counted(TURN - 1), rel=0.1)
    assert 1.1 < known.number[1] < 1.25
    assert known.patients_of == "university-hospital-area:3"


def test_nothing_known_later_enters(own: Workspace):
    """Neither later days, nor corrections, nor decisions, nor a later text of the assumptions."""
    before = projected(own)
    later = [one._replace(value=9999, known_at=at(TURN, 9)) for one in rows({50: 0, TURN - 1: 0})]
    tell(own, later, (CLOSED._replace(known_at=at(TURN, 9)),))
    (own.folder / "assumptions").mkdir()
    text = definitions.assumption_texts()["corona"].replace("latent = 3", "latent = 9")
    (own.folder / "assumptions" / "corona.toml").write_text(text, encoding="utf-8")
    with own.writing("test"):
        own.define(at(TURN, 9))

    assert projected(own) == before
    assert projected(own, day=TURN + 1) != before


def test_the_same_question_has_the_same_answer(world: Workspace):
    assert projected(world) == projected(world)


def test_without_measures_it_is_all_the_same_what_becomes_of_them(world: Workspace):
    held, decided, lifted = (projected(world, one) for one in ("as-now", "as-decided", "nothing"))

    assert held.cases == decided.cases == lifted.cases


def test_what_was_decided_is_held_ends_or_is_lifted(own: Workspace):
    tell(own, [], (CLOSED,))
    held, decided, lifted = (projected(own, one) for one in ("as-now", "as-decided", "nothing"))
    end = (CLOSED.effective_to - held.cases.first).days

    assert total(held) < total(decided) < total(lifted)
    assert held.cases.middle[: end + 1] == decided.cases.middle[: end + 1]
    assert (CLOSED.name, "C1", 3) in held.known.decided


def test_a_hidden_decision_changes_nothing_for_everybody(own: Workspace):
    before = projected(seen(own, PUBLIC))
    tell(own, [], (CLOSED._replace(visibility="leadership"),))

    assert projected(seen(own, PUBLIC)) == before
    assert projected(own) != before


def test_a_hidden_scenario_is_not_even_in_the_definitions(own: Workspace):
    save(own, "secret", 'visibility = "leadership"\n', day=1)
    everybody = seen(own, PUBLIC)

    assert "secret" in scenarios.scenarios(own, at(2))
    assert "secret" not in scenarios.scenarios(everybody, at(2))
    assert ("scenario", "secret") not in everybody.ledger.definitions(as_of=at(2))


def test_fewer_contacts_make_fewer_cases_and_a_measure_fewer_still(world: Workspace):
    usual, fewer = (plain(world, contacts=(Changed(school=share, other=share),)) for share in (1.0, 0.6))
    closed = scenarios.scenarios(world, at(0))["work-and-gatherings"].scenario

    assert total(projected(world, fewer)) < total(projected(world, usual)) == total(projected(world))
    assert total(projected(world, closed)) < total(projected(world))


def test_a_change_is_felt_only_after_its_day_and_the_delay_of_a_case(world: Workspace):
    later = plain(world, contacts=(Changed(first=10, chance=0.2),))
    changed, usual = (projected(world, one).cases for one in (later, "as-now"))
    felt = changed.days.index(FIRST + timedelta(TURN + 1 + 10 + 7))

    assert changed.middle[:felt] == usual.middle[:felt]
    assert changed.middle[felt + 3] < 0.9 * usual.middle[felt + 3]


def test_what_is_supposed_of_days_that_are_over_changes_nothing_in_them(world: Workspace):
    """A scenario from a day that has passed begins tomorrow: what came is known."""
    past = FIRST + timedelta(TURN - 20)
    made = projected(world, plain(world, measures=(Measured(measure="C4", strength=4, first=past),))).cases
    usual = projected(world).cases
    felt = usual.days.index(FIRST + timedelta(TURN + 1 + 7))

    assert made.middle[:felt] == usual.middle[:felt]
    assert made.middle[felt + 7] < usual.middle[felt + 7]


def test_vaccination_protects_once_it_begins(world: Workspace):
    given = plain(world, vaccination=(Vaccination(doses=1000),))

    assert projected(world, given).infected[1] < 0.97 * projected(world).infected[1]


def test_beds_run_out_in_no_run_or_in_all_by_how_many_there_are(world: Workspace):
    few, many = (projected(world, plain(world, ward_beds=beds)).crossings[0] for beds in (1, 1e7))

    assert (1.0, 0.0, None) == (few.share, many.share, many.day)
    assert few.day == FIRST + timedelta(TURN + 1)


def test_the_patients_known_are_those_of_the_middle_run(world: Workspace):
    """Forty in the hospital area; the district has its share of them by inhabitants."""
    made = projected(world)
    yesterday = (FIRST + timedelta(TURN - 1) - made.ward.first).days

    assert made.ward.middle[yesterday] == pytest.approx(40 * 549343 / 914000, rel=0.1)


def save(workspace: Workspace, name: str, more: str, *, day: int) -> None:
    (workspace.folder / "scenarios").mkdir(exist_ok=True)
    text = f'id = "{name}"\n{WORDS}{more}'
    (workspace.folder / "scenarios" / f"{name}.toml").write_text(text, encoding="utf-8")
    with workspace.writing("test"):
        workspace.define(at(day))


def test_a_saved_scenario_is_there_from_its_day_on_and_shipped_ones_always(own: Workspace):
    save(own, "mine", "", day=TURN)

    assert "mine" in scenarios.scenarios(own, at(TURN))
    assert "mine" not in scenarios.scenarios(own, at(TURN - 1))
    assert {"as-now", "schools-closed"} <= scenarios.scenarios(own, at(TURN - 100)).keys()


def test_the_scenario_that_came_true_lies_nearest(own: Workspace):
    """It grew on as before; a scenario that was saved only after the day is told to be so."""
    save(own, "half", "[[contacts]]\nchance = 0.5\n", day=10)
    save(own, "more", "[[contacts]]\nchance = 1.5\n", day=TURN - 20)
    found = scenarios.looked_back(own, TOWN, at(TURN), FIRST + timedelta(TURN - 40))
    distances = {one.saved.scenario.id: one.distance for one in found}

    assert [one.saved.scenario.id for one in found if one.afterwards] == ["more"]
    assert found[0].distance == min(distances.values()) == distances["as-now"] < 0.3
    assert min(distances["half"], distances["more"]) > 3 * distances["as-now"]
    assert found[0].within > 0.9


def test_nothing_came_true_where_nothing_has_come_or_was_known(world: Workspace):
    assert scenarios.looked_back(world, TOWN, at(TURN), FIRST + timedelta(TURN - 1)) == []
    assert scenarios.looked_back(world, TOWN, at(TURN), FIRST + timedelta(5)) == []


def test_too_few_cases_or_days_are_no_start(world: Workspace):
    assert scenarios.footing(world, TOWN, at(20)) is None
    assert scenarios.footing(world, TOWN, at(DAYS + 90)) is None, "the figures are old"
    assert scenarios.footing(world, "municipality:853", at(TURN)) is None


def test_a_name_that_is_none_names_those_that_are(world: Workspace):
    with pytest.raises(UnknownScenario, match="schools-closed"):
        scenarios.named(world, "nix", at(0))
    with pytest.raises(UnknownScenario, match="corona"):
        scenarios.assumptions(world, "plague", at(0))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("[[contacts]]\nscool = 1", "line 5: contacts.0.scool: this key is not known"),
        ("[[contacts]]\nschool = 2", "line 5: contacts.0.school: Input should be less than or equal to 1.5"),
        ('[[measures]]\nmeasure = "X9"', "line 5: measures.0.measure: no measure 'X9'; there are C1"),
        ('[[measures]]\nmeasure = "C1"\nfirst = "soon"', "line 6: measures.0.first: give a day such as"),
        ('[[measures]]\nmeasure = "C1"\nfirst = 9\nuntil = 9', "until 9 must be after first 9"),
        ('decisions = "kept"', "line 4: decisions: Input should be 'as-decided', 'held' or 'lifted'"),
        ("days = 5", "line 4: days: Input should be greater than or equal to 14"),
        ("icu_beds = inf", "line 4: icu_beds: Input should be a finite number"),
        (
            "[[contacts]]\nfirst = 99999",
            "line 5: contacts.0.first.constrained-int: Input should be less than",
        ),
    ],
)
def test_a_mistake_in_a_scenario_names_line_key_and_cure(more: str, said: str):
    with pytest.raises(BadDefinition, match=said.replace("(", r"\(")):
        definitions.scenario(f'id = "mine"\n{WORDS}{more}\n', "mine")


def test_a_scenario_lands_with_what_it_rests_on_or_not_at_all(own: Workspace):
    with pytest.raises(BadDefinition, match=r"no assumptions 'plague'; save them as assumptions/plague.toml"):
        save(own, "mine", 'assumptions = "plague"\n', day=TURN)

    assert "mine" not in scenarios.scenarios(own, at(DAYS))


def test_a_file_is_read_as_windows_saves_it_and_what_is_no_utf8_says_so(world: Workspace, tmp_path: Path):
    file = tmp_path / "mine.toml"
    file.write_text(f'id = "mine"\n{WORDS}', encoding="utf-8-sig")

    assert "mine" == scenarios.named(world, str(file), at(0)).id
    file.write_text(file.read_text("utf-8-sig"), encoding="utf-16")
    with pytest.raises(BadDefinition, match="save it as UTF-8"):
        scenarios.named(world, str(file), at(0))


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("latent = 3", "latent = 0.5", "disease.latent: Input should be greater than or equal to 1.5"),
        ("left = [0.05, 0.15, 0.3]", "left = [0.5, 0.15, 0.3]", "low, middle, high must ascend"),
        ('measure = "C1"', 'measure = "C99"', "no measure 'C99'"),
        ("people = [562211, ", "people = [", "people: Tuple should have at least 9 items"),
        ("  [0.85, 0.56,", "  [-0.85, 0.56,", "contacts cannot be negative"),
    ],
)
def test_a_mistake_in_assumptions_names_line_key_and_cure(was: str, now: str, said: str):
    text = definitions.assumption_texts()["corona"]
    assert was in text

    with pytest.raises(BadDefinition, match=r"assumptions/corona.toml, line \d+.*" + said):
        definitions.assumptions(text.replace(was, now, 1), "corona")


def run(workspace: Workspace, *words: str) -> str:
    done = CliRunner().invoke(commands, [*words, "--workspace", str(workspace.folder)])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_command_prints_what_the_page_shows(world: Workspace):
    as_of = at(TURN).isoformat()
    found = json.loads(run(world, "scenario", "as-now", "--as-of", as_of, "--json"))
    on = scenarios.footing(world, TOWN, at(TURN))
    made = scenarios.project(on, plain(world))

    assert ("projection", [*made.cases.middle]) == (found["kind"], found["cases"]["0.5"])
    assert "a projection, not a forecast" in run(world, "scenario", "as-now", "--as-of", as_of)


def test_a_printed_model_card_can_be_changed_saved_and_rested_on(own: Workspace):
    printed = run(own, "model", "corona")
    (own.folder / "assumptions").mkdir()
    text = printed.replace("found = 0.5", "found = 0.25")
    (own.folder / "assumptions" / "corona.toml").write_text(text, encoding="utf-8")
    before = projected(own).known
    with own.writing("test"):
        own.define(at(TURN - 1))

    assert printed == definitions.assumption_texts()["corona"]
    assert projected(own).known.susceptible < before.susceptible


def test_every_forecast_and_all_assumptions_have_a_model_card(world: Workspace):
    found = json.loads(run(world, "model", "--json"))
    by_model = {one["model"]: one for one in found}

    assert by_model["scenario:corona"]["papers"]
    assert {"method", "of"} <= by_model["weekly"]["assumes"].keys()


def test_without_numpy_it_says_what_to_install(world: Workspace):
    code = (
        "import sys; sys.modules['numpy'] = None\nfrom tilannekuva.cli import main\n"
        f"main(['scenario', 'as-now', '--workspace', {str(world.folder)!r}, '--as-of', '2021-04-01'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 8
    assert "pip install 'tilannekuva[forecast]'" in done.stderr
