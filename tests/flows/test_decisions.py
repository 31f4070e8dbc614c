"""Decisions from answer to ledger: each cell checked, each change dated, nothing taken back by mistake."""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from filling import filled
from intake import Intake, landed, reading, recipe

from tilannekuva.cli import main
from tilannekuva.domain.decisions import Decision, Expected, Measure
from tilannekuva.domain.looks import Answer
from tilannekuva.errors import NotUnderstood
from tilannekuva.flows.reading import Understood, understand
from tilannekuva.flows.upkeep import rebuild, verify
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources import recipe as recipes
from tilannekuva.sources.transport import Transport

FILE = "decisions-file"
ROW = {
    "id": "kh-187", "body": "city-board", "organ": "Kaupunginhallitus", "title": "Kirjastot suljetaan",
    "lang": "fi", "taken_on": "2020-05-04", "published_at": "2020-05-05T14:00", "effective_from": "5.5.2020",
    "effective_to": "", "area": "Turku", "measure": "C2", "strength": "2", "legal_basis": "",
    "case_number": "", "link": "https://a.fi/1", "note": "",
}  # fmt: skip


def table(*rows: dict[str, str]) -> bytes:
    """Give a list of decisions as a file: ROW with some cells changed, once for each."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(ROW | (rows[0] if rows else {})), lineterminator="\n")
    writer.writeheader()
    writer.writerows(ROW | row for row in rows)
    return out.getvalue().encode()


def many(n: int = 20) -> list[dict[str, str]]:
    """Give rows enough that one fault or one withdrawal among them is no reason to refuse."""
    return [{"id": f"kh-{n}"} for n in range(n)]


@pytest.fixture
def intake(workspace: Workspace) -> Iterator[Intake]:
    """Give an intake of a city's own list that is asked for, and has landed once."""
    text = recipes.texts()[FILE].replace('protocol = "inbox"', 'url = "https://a.fi/decisions.csv"')
    (workspace.folder / "recipes" / f"{FILE}.toml").write_text(text, encoding="utf-8")
    with workspace.writing("test"):
        workspace.define(datetime.now(UTC))
        made = Intake(workspace, FILE)
        assert (20, "ok") == (made.look(table(*many())).news, made.workspace.ledger.looks()[0].outcome)
        yield made


def told(workspace: Workspace, **asked: object) -> dict[str, Decision]:
    """Give what is known, by id."""
    return {one.id: one for one in workspace.ledger.decisions(**asked)}  # type: ignore[arg-type] # by name


def test_every_cell_arrives():
    """Days of both spellings, Helsinki's clock as UTC, areas by name, numbers as numbers."""
    (one,) = reading(FILE, table({})).decisions

    assert one == Decision(
        FILE, "kh-187", "city-board", "Kaupunginhallitus", "Kirjastot suljetaan", "", "", date(2020, 5, 4),
        datetime(2020, 5, 5, 11, tzinfo=UTC), date(2020, 5, 5), None, "municipality:853",
        (Measure("C2", 2),), "", "",
        "https://a.fi/1", "", "normal", landed(FILE),
    )  # fmt: skip


MORE = {
    "measure": "C2 H8", "strength": "2 -", "text_sv": "Allt", "options": "Ei mitään", "owner": "Johtaja",
    "expected_indicator": "cases", "expected_direction": "down", "expected_size": "20,5",
    "expected_by": "1.6.2020", "review_on": "2.6.2020", "stage": "repealed", "visibility": "internal",
}  # fmt: skip


def test_a_list_tells_all_that_the_form_asks():
    """Several measures with their strengths, the expected effect, who may see it."""
    head, cells = ",".join([*ROW, *(set(MORE) - set(ROW))]), {**ROW, **MORE}
    line = ",".join(f'"{cells[name]}"' for name in head.split(","))
    (one,) = reading(FILE, f"{head}\n{line}\n".encode()).decisions

    assert (Measure("C2", 2), Measure("H8")) == one.measures
    assert Expected("cases", "down", 20.5, date(2020, 6, 1)) == one.expected
    assert ("Allt", "Ei mitään", "Johtaja", date(2020, 6, 2), "repealed", "internal") == (
        one.text_sv, one.options, one.owner, one.review_on, one.stage, one.visibility,
    )  # fmt: skip


WHOLE = {
    "title": "Kirjastot suljetaan", "title_sv": "Biblioteken stängs", "title_en": "Libraries closed",
    "text_fi": "Kaikki.", "text_sv": "Alla.", "text_en": "All.", "organ": "Kaupunginhallitus",
    "body": "kaupungin- tai kunnanhallitus", "taken_on": "17.3.2020", "published_at": "17.3.2020 klo 14.30",
    "effective_from": "18.3.2020", "effective_to": "13.5.2020", "area": "Tampere", "measure": "c2 H8",
    "strength": "2 -", "legal_basis": "Kuntalaki 92 §", "case_number": "TRE:1/2020",
    "link": "https://www.tampere.fi/1", "note": "unverified: link", "options": "Lyhyempi aukiolo",
    "expected_indicator": "incidence-14d", "expected_direction": "laskee", "expected_size": "20",
    "expected_by": "1.5.2020", "owner": "Sivistysjohtaja", "review_on": "4.5.2020", "reviewed_on": "5.5.2020",
    "seen": "Laski.", "verdict": "pysyy", "stage": "kumottu", "superseded_by": "TRE:2/2020",
    "visibility": "oma henkilöstö",
}  # fmt: skip


def by_excel(*rows: dict[str, str]) -> Understood:
    """Fill the shipped template in and read it."""
    one = recipe("decisions-sheet")
    lines = [[row.get(each.column) for each in one.entry] for row in rows]
    return understand(one, (filled(*lines, one=one),), landed(one.id))


def test_the_whole_form_comes_by_excel():
    """Every field of a decision that a person tells has its column, and arrives."""
    other = {"title": "Avataan", "organ": "Pormestari", "taken_on": "2.5.2020", "case_number": "TRE:2/2020"}
    found = by_excel(WHOLE, other)
    one, successor = found.decisions
    filled_in = {"look", "picture", "municipality", "by", "known_at", "source", "status"}

    assert ([], {each.column for each in recipe("decisions-sheet").entry}) == (found.faults, {*WHOLE})
    assert set() == {name for name, cell in one._asdict().items() if cell in ("", None, ())} - filled_in
    assert (successor.name, "city-board", "internal", "repealed") == (
        one.superseded_by, one.body, one.visibility, one.stage,
    )  # fmt: skip
    assert datetime(2020, 3, 17, 12, 30, tzinfo=UTC) == one.published_at
    assert Expected("incidence-14d", "down", 20, date(2020, 5, 1)) == one.expected


BODIES = {
    "Valtioneuvosto": ("government", "country:FI"), "Hallitus": ("government", "country:FI"),
    "Sosiaali- ja terveysministeriö": ("ministry", "country:FI"), "Opetushallitus": ("agency", ""),
    "Kaupunginhallitus": ("city-board", ""), "Kunnanhallitus": ("city-board", ""),
    "Kaupunginjohtaja": ("mayor", ""), "Valmiusjohtoryhmä": ("crisis-group", ""),
}  # fmt: skip


@pytest.mark.parametrize(("organ", "kind"), BODIES.items(), ids=BODIES)
def test_the_kind_of_body_follows_from_its_name(organ: str, kind: tuple[str, str]):
    (one,) = by_excel({"title": "Päätös", "organ": organ, "taken_on": "17.3.2020"}).decisions

    assert kind == (one.body, one.area)


@pytest.mark.parametrize("told", ["kh-188", "TRE:2/2020"])
def test_a_list_names_what_replaces_a_decision_by_id_or_case_number(told: str):
    old, new = {"id": "kh-187", "superseded_by": told}, {"id": "kh-188", "case_number": "TRE:2/2020"}
    first, second = reading(FILE, table(*({"superseded_by": ""} | row for row in (old, new)))).decisions

    assert second.name == first.superseded_by


def test_a_decision_replaced_by_none_of_the_list_is_told_of():
    found = reading(FILE, table({"superseded_by": "kh-1"}, {"id": "kh-188", "superseded_by": ""}))

    assert ["kh-188"] == [one.id for one in found.decisions]
    assert "write the case number or id" in found.faults[0]


def test_what_is_not_told_is_none():
    cells = ("published_at", "effective_from", "area", "measure", "strength", "link", "taken_on", "lang")

    (one,) = reading(FILE, table({"id": "x", **dict.fromkeys(cells, "")})).decisions

    assert (None, None, None, "", (), "", "Kirjastot suljetaan") == (
        one.taken_on, one.published_at, one.effective_from, one.area, one.measures, one.link,
        one.title_fi,
    )  # fmt: skip


FAULTS: dict[str, tuple[dict[str, str], str]] = {
    "no title": ({"title": " "}, "has no title"),
    "unknown body": ({"body": "king"}, "'king' is no body; there are government, ministry"),
    "unknown area": ({"area": "Atlantis"}, "no area is called 'Atlantis'"),
    "unknown language": ({"lang": "se"}, "'se' is no lang; there are fi, sv, en"),
    "no day": ({"taken_on": "toukokuu"}, "'toukokuu' is no day of taken_on"),
    "no such day": ({"effective_to": "31.4.2020"}, "'31.4.2020' is no day of effective_to"),
    "a day to come": ({"taken_on": "2020-05-09"}, "was taken on 2020-05-09, a day that has not come yet"),
    "published to come": ({"published_at": "2020-05-09T08:00"}, "was published on 2020-05-09, a day that"),
    "no instant": ({"published_at": "noon"}, "'noon' is no instant of published_at"),
    "ends before it begins": ({"effective_to": "2020-05-04"}, "ends on 2020-05-04, before it begins on"),
    "no measure": ({"measure": "X1"}, "'X1' is no measure"),
    "too strong": ({"strength": "6"}, "a strength of 6; the scale ends at 5"),
    "half strong": ({"strength": "1.5"}, "is no whole number"),
    "a script as link": ({"link": "javascript:alert(1)"}, "'javascript:alert(1)' is no link"),
    "a link of the page": ({"link": "/kh/187"}, "'/kh/187' is no link"),
    "a phone number": ({"legal_basis": "Soita 040 1234567"}, "its legal_basis holds an identity code or a"),
    "two measures and one strength": ({"measure": "C1 C2"}, "2 measures and 1 strengths"),
    "a text as id": ({"id": "x" * 301}, "its id is longer than 300 characters"),
}


@pytest.mark.parametrize(("cells", "said"), FAULTS.values(), ids=FAULTS.keys())
def test_a_row_that_is_no_decision_is_left_out_with_its_reason(cells: dict[str, str], said: str):
    """And the others stay."""
    understood = reading(FILE, table({"id": "good"}, cells))

    assert ["good"] == [one.id for one in understood.decisions]
    (fault,) = understood.faults
    assert said in fault


def test_the_day_after_tomorrow_may_be_told():
    """Agendas tell what a meeting is going to decide, and measures begin when they begin."""
    ahead = {"taken_on": "2020-05-08", "effective_from": "2020-08-01"}

    assert [] == reading(FILE, table(ahead)).faults


def test_a_long_or_ragged_title_becomes_one_line():
    """Blanks and breaks are one blank, control characters go, the end is cut."""
    ragged, long = reading(
        FILE,
        table({"id": "a", "title": "Kirjastot\n\u00a0 sul\u202ejetaan\x07"}, {"id": "b", "title": "x" * 999}),
    ).decisions

    assert "Kirjastot suljetaan" == ragged.title_fi
    assert ("x" * 299 + "…") == long.title_fi


def test_a_case_met_often_is_told_by_its_newest_handling():
    """Whatever the ids of the meetings' items are."""
    met = {"m-3": "2020-05-02", "m-1": "2020-05-04", "m-2": "2020-05-03"}
    rows = [{"id": name, "case_number": "3646-2020", "taken_on": day} for name, day in met.items()]

    understood = reading(FILE, table(*rows))

    assert (["m-1"], []) == ([one.id for one in understood.decisions], understood.faults)


def test_one_id_names_one_decision():
    """The same row twice is a fault; two that differ end the reading."""
    assert ["decision kh-187: came twice"] == reading(FILE, table({}, {})).faults
    with pytest.raises(NotUnderstood, match="two different decisions have the id 'kh-187'"):
        reading(FILE, table({}, {"title": "Other"}))


@pytest.mark.parametrize("lost", ["id", "body"])
def test_a_list_that_lost_one_of_its_columns_is_not_one_of_other_decisions(lost: str):
    body = table({}).replace(f"{lost},".encode(), f"{lost}_new,".encode(), 1)

    with pytest.raises(NotUnderstood, match=f"only one of the columns id and body; .*: no column {lost}"):
        understand(recipe(FILE), (body,), landed(FILE))


@pytest.mark.parametrize(
    "sql",
    [
        "select id, body, title from raw",
        "select id, body, taken_on from raw",
        "select *, 'x' as author from raw",
    ],
)
def test_the_columns_of_the_sql_are_agreed(sql: str):
    """Too few are refused, and so is one that nobody knows."""
    own = recipe(FILE).model_copy(update={"decisions": recipes.Decisions(sql=sql)})

    with pytest.raises(NotUnderstood, match="it must give id, body, taken_on, title, and any of area,"):
        understand(own, (table({}),), landed(FILE))


def test_unchanged_is_no_news(intake: Intake):
    """The same bytes are unchanged; other bytes that say the same are read, and no news."""
    body = table(*many())

    assert ("unchanged", 0) == (intake.look(body).outcome, intake.look(body).news)
    assert ("ok", 0) == ((look := intake.look(body + b"\n")).outcome, look.news)


def test_a_change_and_a_withdrawal_are_rows(intake: Intake):
    """What a complete list no longer holds was taken back; the past still shows it, revisions all."""
    before, ledger = intake.at, intake.workspace.ledger
    look = intake.look(table({"id": "kh-0", "effective_to": "2020-06-01"}, *many()[1:-1]))

    assert (2, 1) == (look.news, look.withdrawn)
    assert (date(2020, 6, 1), look.landed_at) == (
        (now := told(intake.workspace)["kh-0"]).effective_to,
        now.known_at,
    )
    assert (20, 19) == (len(told(intake.workspace, as_of=before)), len(told(intake.workspace)))
    assert ["normal", "withdrawn"] == [
        one.status for one in ledger.decisions(revisions=True) if one.id == "kh-19"
    ]


def test_a_list_that_shrank_is_refused_until_a_person_accepts_it(intake: Intake):
    half = table(*many(10))

    look = intake.look(half)

    assert ("refused", 0, 20) == (look.outcome, look.news, len(told(intake.workspace)))
    assert "of 20 decisions known 10 would be taken back; if it is right" in look.message
    assert (10, 10) == (intake.look(half, accept=True).withdrawn, len(told(intake.workspace)))


def test_a_row_in_doubt_takes_nothing_back(intake: Intake):
    """What a partial list does not hold may stand in the row that was left out."""
    look = intake.look(table({"id": "kh-0", "area": "Atlantis"}, *many()[1:]))

    assert ("partial", 0, 0) == (look.outcome, look.news, look.withdrawn)
    assert "decision kh-0: no area is called 'Atlantis'" in look.message
    assert 20 == len(told(intake.workspace))


def test_rebuilding_gives_the_same_decisions(intake: Intake):
    intake.look(table({"id": "kh-0", "title": "Toisin"}, *many()[1:-1]))
    before = intake.workspace.ledger.decisions(revisions=True)

    looks = rebuild(intake.workspace)

    assert ([20, 2], before) == (
        [look.news for look in looks],
        intake.workspace.ledger.decisions(revisions=True),
    )


def test_an_altered_decision_is_found_and_mended(intake: Intake):
    """Verify names the one row that somebody wrote over; rebuild makes it again from the landing."""
    ledger, good = intake.workspace.ledger, told(intake.workspace)["kh-7"]
    ledger._connection.execute("update decision_version set effective_from = '' where id = 'kh-7'")  # noqa: SLF001 - a tamperer has no method

    (fault,) = verify(intake.workspace)
    rebuild(intake.workspace)

    assert f"the decision kh-7 of {FILE} is not as it was recorded; make it again with" in fault
    assert ([], good) == (verify(intake.workspace), told(intake.workspace)["kh-7"])


def run(folder: Path, *words: str) -> str:
    """Run a command and give what it prints."""
    done = CliRunner().invoke(main, ["decisions", "--workspace", str(folder), *words])
    assert 0 == done.exit_code, done.output
    return done.stdout


def test_the_command_prints_what_was_known(intake: Intake):
    """As CSV or JSON, of one area, at an instant, with revisions."""
    intake.look(table({"id": "kh-0", "area": "837", "title": "Toisin"}, *many()[1:]))
    folder = intake.workspace.folder

    (one,) = csv.DictReader(run(folder, "--area", "Tampere").splitlines())
    assert ("kh-0", "Toisin", "Tampere", "2020-05-05T11:00:00Z") == (
        one["id"], one["title_fi"], one["area_name"], one["published_at"],
    )  # fmt: skip
    assert [] == json.loads(run(folder, "--area", "837", "--as-of", "2020-05-06T13:00Z", "--json"))
    assert 22 == len(run(folder, "--revisions", "--format", "csv").splitlines())


def facts() -> Understood:
    """Read the shipped table of the spring of 2020."""
    one = recipe("decisions-spring-2020")
    return understand(one, (recipes.facts(one),), landed(one.id))


def test_the_shipped_facts_are_whole():
    """Each has three titles, a day, an area, a source; of the Government, of Tampere and of Turku."""
    found = facts()

    assert ([], found.n_rows) == (found.faults, len(found.decisions))
    assert 60 <= found.n_rows
    assert [] == [one.id for one in found.decisions if not (one.title_fi and one.title_sv and one.title_en)]
    assert [] == [one.id for one in found.decisions if not (one.taken_on and one.area)]
    assert [] == [one.id for one in found.decisions if not one.link.startswith("https://")]
    assert {"country:FI", "municipality:837", "municipality:853"} <= {one.area for one in found.decisions}


def test_shipped_facts_are_asked_without_the_network():
    """They come as bytes like any answer, so that they land and can be read again."""
    one = recipe("decisions-spring-2020")
    with Transport() as transport:
        answer = transport.ask(one, today=date(2020, 6, 30))

    assert Answer(one.id, recipes.facts(one), media_type="text/csv") == answer


def recorded_rows(recorded: Path, name: str) -> list[dict[str, str]]:
    """Read a recorded table by hand."""
    body = (recorded / name).read_bytes()
    text = (gzip.decompress(body) if name.endswith(".gz") else body).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


COMPARED = {
    "decisions/finland_measures_2020H1_from_coronanet.csv": (
        "decisions-coronanet", 172, "record_id", "date_announced", "date_start"),
    "measures/coronanet_release_Finland.csv.gz": (
        "decisions-coronanet", 423, "record_id", "date_announced", "date_start"),
    "measures/cccsl_v1_finland.csv": ("decisions-cccsl", 32, "id", "Date", "Date"),
}  # fmt: skip


@pytest.mark.recorded
@pytest.mark.parametrize("name", COMPARED)
def test_a_recorded_list_says_the_same_by_its_recipe_and_by_hand(recorded: Path, name: str):
    """Every row is a decision, with its days."""
    source, n_rows, *columns = COMPARED[name]
    body = (recorded / name).read_bytes()
    body = gzip.decompress(body) if name.endswith(".gz") else body

    found = understand(recipe(source), (body,), datetime(2021, 5, 4, tzinfo=UTC))

    by_hand = {tuple(row[column] for column in columns) for row in recorded_rows(recorded, name)}
    ids = {one.id.removeprefix("cccsl-"): one for one in found.decisions}
    assert by_hand == {(name, str(one.taken_on), str(one.effective_from)) for name, one in ids.items()}
    assert (n_rows, []) == (len(found.decisions), found.faults)


@pytest.mark.recorded
def test_the_facts_hold_what_the_recorded_timeline_names(recorded: Path):
    """Every day of the timeline is one on which a decision of the facts was taken or took effect."""
    days = {str(one.taken_on) for one in facts().decisions} | {
        str(one.effective_from) for one in facts().decisions
    }

    named = {row["date"] for row in recorded_rows(recorded, "decisions/timeline_spring2020_short.csv")}

    assert set() == named - days


@pytest.mark.recorded
def test_the_recorded_cases_of_helsinki(recorded: Path):
    """Eleven cases, told by their numbers; the day a case was opened is not passed off as a decision's."""
    body = (recorded / "decisions/helsinki_ahjo_cases_korona.json").read_bytes()

    found = understand(recipe("decisions-helsinki-ahjo"), (body,), datetime(2022, 4, 1, tzinfo=UTC))

    assert {row["CaseIDLabel"] for row in json.loads(body)} == {one.key for one in found.decisions}
    assert ({None}, []) == ({one.taken_on for one in found.decisions}, found.faults)


@pytest.mark.recorded
def test_the_recorded_section_of_turku_is_among_the_facts(recorded: Path):
    section = json.loads((recorded / "decisions/turku_kh_2020-05-04_187.json").read_bytes())

    (one,) = (one for one in facts().decisions if one.area == "municipality:853")

    assert (section["case_id"], section["source_url"], section["meeting_date"]) == (
        one.case_number, one.link, str(one.taken_on),
    )  # fmt: skip
