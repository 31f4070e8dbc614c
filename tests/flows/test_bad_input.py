"""Whatever a source answers: bytes kept, outcome and cure told, and never a wrong number."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from intake import DISTRICTS, Confirmed, Intake, changed, every, landed, reading, recipe, sample, spoilt

from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.observations import Fact, Key, Known, news
from tilannekuva.errors import NoAnswer, NotUnderstood
from tilannekuva.flows.guard import objection
from tilannekuva.flows.reading import understand
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.wording import AGAIN, CHANGED

PIRKANMAA, TURKU = "hospital-district:06", "hospital-district:03"
ACCEPT = "if it is right all the same: tilannekuva update --source hs-cases-district --accept"


@pytest.fixture
def intake(workspace: Workspace) -> Iterator[Intake]:
    """Give an intake that has had one good answer."""
    with workspace.writing("test"):
        made = Intake(workspace)
        assert made.look(sample(DISTRICTS)).outcome == "ok"
        yield made


def page(lang: str, title: str) -> bytes:
    """Give a web page where data should be."""
    return f"<!doctype html><html lang={lang}><head><title>{title}</title></head></html>".encode()


def doubled(rows: Confirmed) -> None:
    for name in rows:
        rows[name] *= 2


def last_day_of_half(rows: Confirmed) -> None:
    for name in list(rows)[:11]:
        rows[name].pop()


def renamed(row: dict[str, Any]) -> dict[str, Any]:
    return {"case_count" if key == "value" else key: cell for key, cell in row.items()}


def later(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"date": row["date"].replace("2021", "2022")}


def rename(rows: Confirmed, old: str, new: str) -> None:
    for row in rows[old]:
        row["healthCareDistrict"] = new


def sixty_thousand(rows: Confirmed) -> None:
    row = rows["Vaasa"][0]
    rows["Vaasa"] += [dict(row) for _ in range(65_536 - sum(map(len, rows.values())))]


WHOLE = sample(DISTRICTS)
FIRST = b'"value":'
REFUSED: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "page in Finnish": (page("fi", "Huoltokatko"), ("expected JSON, got a web page: 'Huoltokatko'", AGAIN)),
    "page in Swedish": (page("sv", "Serviceavbrott"), ("got a web page: 'Serviceavbrott'", AGAIN)),
    "page in English": (page("en", "Down\n for  work"), ("got a web page: 'Down for work'", AGAIN)),
    "empty": (b"", ("the answer is empty", AGAIN)),
    "blank": (b" \r\n\t", ("the answer is empty", AGAIN)),
    "cut": (WHOLE[:-1], ("the answer breaks off at line 1", AGAIN)),
    "UTF-16": (WHOLE.decode().encode("utf-16"), ("not UTF-8 at byte 0", CHANGED)),
    "Latin-1": (WHOLE.decode().encode("latin-1"), ("not UTF-8 at byte ", CHANGED)),
    "NaN": (
        WHOLE.replace(FIRST + b"0", FIRST + b"NaN", 1),
        ("the answer holds NaN, which is no number", AGAIN),
    ),
    "Infinity": (WHOLE.replace(FIRST + b"0", FIRST + b"-Infinity", 1), ("the answer holds -Infinity", AGAIN)),
    "key twice": (
        WHOLE.replace(FIRST, b'"value":1,"value":', 1),
        ("the key 'value' stands twice in one object", AGAIN),
    ),
    "renamed column": (
        spoilt(lambda rows: every(rows, renamed)),
        ("the column 'value' is missing; the answer has 'key1', 'case_count', 'healthCareDistrict'", CHANGED),
    ),
    "nearly the same column": (
        WHOLE.replace(b'"value"', b'"Value"'),
        ("did 'value' become 'Value'?", CHANGED),
    ),
    "renamed path": (
        WHOLE.replace(b"confirmed", b"processed"),
        ("the answer has no 'confirmed'; it has 'processed'", CHANGED),
    ),
    "text where rows belong": (
        b'{"confirmed": "soon"}',
        ("expected a list or an object at 'confirmed', got the text 'soon'", CHANGED),
    ),
    "null where a row belongs": (
        spoilt(lambda rows: rows["Vaasa"].append(None)),  # type: ignore[arg-type] # the mistake under test
        ("expected an object at 'confirmed.Vaasa.8', got null", CHANGED),
    ),
    "number at the top": (b"42", ("the answer has no 'confirmed'; it has 42 there", CHANGED)),
    "text at the top": (b'"busy"', ("it has the text 'busy' there", CHANGED)),
    "half a character": (
        WHOLE.replace(b'"Vaasa"', b'"Vaasa\\ud83d"'),
        ("the answer holds half a character", AGAIN),
    ),
    "nests 200,000 deep": (b"[" * 200_000, ("the answer ", AGAIN)),
    "5,000 digits": (
        WHOLE.replace(FIRST, FIRST + b"9" * 5_000, 1),
        ("a number of thousands of digits", AGAIN),
    ),
    "all rows twice": (spoilt(doubled), ("176 faulty rows of 352", "came twice", ACCEPT)),
    "one row twice, disagreeing": (
        spoilt(lambda rows: rows["Vaasa"].append(rows["Vaasa"][2] | {"value": 99})),
        ("cases, hospital-district:16, 2021-01-10: two values, ", AGAIN),
    ),
    "all values texts": (
        spoilt(lambda rows: every(rows, lambda row: row | {"value": "abc"})),
        ("176 faulty rows of 176; the first: row 1: 'abc' in column 'value' is no count", ACCEPT),
    ),
    "all values objects": (
        spoilt(lambda rows: every(rows, lambda row: row | {"value": {"n": 1}})),
        ("the first: row 1: '{'n': 1}' in column 'value' is no count", ACCEPT),
    ),
    "all values suppressed": (
        spoilt(lambda rows: every(rows, lambda row: row | {"value": ".."})),
        ("cases: 176 of 176 known numbers became empty cells", ACCEPT),
    ),
    "half a day": (spoilt(last_day_of_half), ("a day that only some areas have: 2021-01-15, 11", CHANGED)),
    "last day gone": (
        spoilt(lambda rows: [row.pop() for row in rows.values()] and [row.pop() for row in rows.values()]),
        ("cases ends on 2021-01-13, though 2021-01-14 was known", ACCEPT),
    ),
    "one row": (
        b'{"confirmed":{"HUS":[{"value":1,"healthCareDistrict":"HUS","date":"2021-01-15T15:00:00.000Z"}]}}',
        ("only 1 rows, at least 22 expected", ACCEPT),
    ),
    "no rows": (b'{"confirmed":{}}', ("only 0 rows, at least 22 expected", ACCEPT)),
    "an area gone": (
        spoilt(lambda rows: rows.pop("Ahvenanmaa")),
        ("only 21 of 22 areas", ACCEPT),
    ),
    "a spreadsheet's length": (spoilt(sixty_thousand), ("exactly 65536 rows: a spreadsheet's limit", AGAIN)),
    "the next year's dates": (
        spoilt(lambda rows: every(rows, later)),
        ("176 faulty rows of 176", "2022-01-08: a day that has not come yet", ACCEPT),
    ),
}


@pytest.mark.parametrize(("body", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(intake: Intake, body: bytes, told: tuple[str, ...]):
    """A bad answer is kept as it came, refused with the difference and the cure, and changes nothing."""
    before = intake.known()

    look = intake.look(body)

    assert look.outcome == "refused"
    assert [part for part in told if part not in look.message] == []
    assert len(look.message) < 500
    assert look == intake.workspace.ledger.last_look(DISTRICTS)
    assert body == (intake.workspace.landing.read(look.sha256) if look.sha256 else b"")
    assert before == intake.known()
    assert (look.news, look.withdrawn) == (0, 0)


PARTIAL: dict[str, tuple[bytes, str]] = {
    "a name of 250,000 letters": (
        WHOLE.replace(b'"Vaasa"', b'"' + b"Vaasa" * 50_000 + b'"'),
        "no hospital-district is called 'VaasaVaasa",
    ),
    "a text for a number": (
        spoilt(lambda rows: changed(rows, "Pirkanmaa", 3, value="abc")),
        "1 rows left out: row 36: 'abc' in column 'value' is no count",
    ),
    "thousands or decimals": (
        spoilt(lambda rows: changed(rows, "Pirkanmaa", 3, value="1.000")),
        "1 rows left out: row 36: '1.000' in column 'value' is no count",
    ),
    "a negative count": (
        spoilt(lambda rows: changed(rows, "Pirkanmaa", 3, value=-1)),
        "1 rows left out: cases, Pirkanmaa, 2021-01-11: -1 is less than can be",
    ),
    "half a case": (
        spoilt(lambda rows: changed(rows, "Pirkanmaa", 3, value=1.5)),
        "1 rows left out: row 36: '1.5' in column 'value' is no count",
    ),
    "a number beyond all counting": (
        spoilt(lambda rows: changed(rows, "Pirkanmaa", 3, value=10**30)),
        "in column 'value' is no count",
    ),
    "true": (
        spoilt(lambda rows: changed(rows, "Pirkanmaa", 3, value=True)),
        "1 rows left out: row 36: 'True' in column 'value' is no count",
    ),
    "one row twice": (
        spoilt(lambda rows: rows["Pirkanmaa"].append(rows["Pirkanmaa"][3])),
        "1 rows left out: cases, hospital-district:06, 2021-01-11: came twice",
    ),
    "no day": (
        spoilt(lambda rows: changed(rows, "Pirkanmaa", 3, date="31.2.2021")),
        "'31.2.2021' in column 'date' is no day",
    ),
    "a terminal's commands": (
        spoilt(lambda rows: changed(rows, "Pirkanmaa", 3, value="\x1b[2J")),
        "'\ufffd[2J' in column 'value' is no count",
    ),
    "an unknown area": (
        spoilt(lambda rows: rename(rows, "Lappi", "Mordor")),
        "8 rows left out: cases, Mordor, 2021-01-08: no hospital-district is called 'Mordor'",
    ),
}


@pytest.mark.parametrize(("body", "told"), PARTIAL.values(), ids=PARTIAL.keys())
def test_partial(intake: Intake, body: bytes, told: str):
    """Of an answer with a few bad rows the rest is taken, the rows are named, and nothing is withdrawn."""
    before = intake.known()
    answer = json.loads(body)
    answer["confirmed"]["Satakunta"][0]["value"] += 1

    look = intake.look(json.dumps(answer).encode())

    assert (look.outcome, look.news, look.withdrawn) == ("partial", 1, 0)
    assert told in look.message
    assert {row.key for row in before} == {row.key for row in intake.known()}
    assert intake.value("hospital-district:04", "2021-01-08") == (
        answer["confirmed"]["Satakunta"][0]["value"],
        "normal",
    )


TAKEN: dict[str, tuple[bytes, tuple[float | None, str]]] = {
    "a number as text": (spoilt(lambda rows: changed(rows, "Pirkanmaa", 0, value="12")), (12, "normal")),
    "withheld as <5": (spoilt(lambda rows: changed(rows, "Pirkanmaa", 0, value="<5")), (None, "suppressed")),
    "withheld as ..": (spoilt(lambda rows: changed(rows, "Pirkanmaa", 0, value="..")), (None, "suppressed")),
    "empty": (spoilt(lambda rows: changed(rows, "Pirkanmaa", 0, value=None)), (None, "missing")),
    "zero": (spoilt(lambda rows: changed(rows, "Pirkanmaa", 0, value=0)), (0, "normal")),
    "a corrected fall": (spoilt(lambda rows: changed(rows, "Pirkanmaa", 0, value=3)), (3, "normal")),
    "a byte order mark": (
        b"\xef\xbb\xbf" + spoilt(lambda rows: changed(rows, "Pirkanmaa", 0, value=4)),
        (4, "normal"),
    ),
}


@pytest.mark.parametrize(("body", "expected"), TAKEN.values(), ids=TAKEN.keys())
def test_taken(intake: Intake, body: bytes, expected: tuple[float | None, str]):
    """Suppressed, missing, zero and corrected are each news of their own kind; the past is kept."""
    before = intake.value(PIRKANMAA, "2021-01-08")

    look = intake.look(body)

    assert (look.outcome, look.news, look.message) == ("ok", 1, "")
    assert expected == intake.value(PIRKANMAA, "2021-01-08")
    assert before == intake.value(PIRKANMAA, "2021-01-08", look.landed_at - timedelta(seconds=1))


def test_a_withdrawn_row_becomes_a_withdrawn_fact(intake: Intake):
    """What a complete answer no longer holds is taken back from then on, not before."""
    gone = spoilt(lambda rows: [row.pop(0) for row in rows.values()] and None)
    before = intake.value(PIRKANMAA, "2021-01-08")

    look = intake.look(gone, accept=True)

    assert (look.outcome, look.news, look.withdrawn) == ("ok", 22, 22)
    assert intake.value(PIRKANMAA, "2021-01-08") is None
    assert before == intake.value(PIRKANMAA, "2021-01-08", look.landed_at - timedelta(seconds=1))


def test_a_day_half_its_usual_size_is_only_provisional(intake: Intake):
    """The last days fill up later, and are marked so."""
    said = {fact.key: fact for fact in reading(DISTRICTS, WHOLE).facts}
    today = helsinki_date(intake.at)

    late = [fact for fact in said.values() if fact.reference_date > today - timedelta(days=3)]

    assert {"provisional"} == {fact.status for fact in late}
    assert sum(fact.value or 0 for fact in late) < sum(fact.value or 0 for fact in said.values()) / 2


def test_the_same_bytes_again_are_no_news(intake: Intake):
    assert intake.look(WHOLE).outcome == "unchanged"


def test_a_clock_set_back_lets_no_landing_run_backwards(intake: Intake):
    """The next look lands just after the last one, and can be told from it."""
    last = intake.workspace.ledger.last_look(DISTRICTS)

    look = intake.look(TAKEN["zero"][0], after=timedelta(days=-3))

    assert last is not None
    assert last.landed_at + timedelta(microseconds=1) == look.landed_at
    assert intake.value(PIRKANMAA, "2021-01-08") == (0, "normal")


def test_a_renamed_column_that_may_be_absent_does_not_empty_what_is_known(workspace: Workspace):
    """An optional column gone at once from all rows is refused, not read as missing numbers."""
    body = sample("hs-hospital")
    with workspace.writing("test"):
        intake = Intake(workspace, "hs-hospital")
        intake.look(body)
        look = intake.look(body.replace(b'"dead"', b'"deceased"'))

    assert look.outcome == "refused"
    assert look.message.startswith("deaths: 42 of 42 known numbers became empty cells")


def test_a_past_that_the_source_itself_rewrites_is_news(workspace: Workspace):
    """As on 24 June 2021: other days and sums in hospital, no deaths below the country any more."""
    rows = json.loads(sample("hs-hospital"))["hospitalised"]
    for nth, row in enumerate(rows):
        row["dead"] = row.get("dead") if row["area"] == "Finland" else None
        row["totalHospitalised"] += nth % 3
    first = min(row["date"] for row in rows)
    rewritten = json.dumps({"hospitalised": [row for row in rows if row["date"] != first]}).encode()
    with workspace.writing("test"):
        intake = Intake(workspace, "hs-hospital")
        intake.look(sample("hs-hospital"))
        look = intake.look(rewritten)

    assert (look.outcome, look.withdrawn > 0, look.news > look.withdrawn) == ("ok", True, True)


def test_a_past_ten_times_as_large_is_refused_all_the_same(workspace: Workspace):
    rows = json.loads(sample("hs-hospital"))["hospitalised"]
    body = json.dumps({"hospitalised": [
        {key: 10 * cell if isinstance(cell, int) else cell for key, cell in row.items()} for row in rows
    ]}).encode()  # fmt: skip
    with workspace.writing("test"):
        intake = Intake(workspace, "hs-hospital")
        intake.look(sample("hs-hospital"))
        look = intake.look(body, after=timedelta(days=30))

    assert look.outcome == "refused"
    assert "on days long settled sums to" in look.message


def month(first: object = 80, column: str = "value") -> bytes:
    """Give an answer of hs-tests for thirty days; its first cell is the test's."""
    days = [date(2020, 12, 17) + timedelta(days=nth) for nth in range(30)]
    rows = [{column: 500, "date": f"{day}T15:00:00.000Z"} for day in days]
    rows[0][column] = first
    return json.dumps({"tested": rows[1:] if first == "gone" else rows}).encode()


EIGHT_DAYS: tuple[tuple[bytes | NoAnswer, str, tuple[float | None, str] | None], ...] = (
    # what the source does, the outcome, and what is known of the cell afterwards
    (month(80), "ok", (80, "normal")),
    (month(90), "ok", (90, "normal")),
    (NoAnswer("answered 503"), "failed", (90, "normal")),
    (month(100), "ok", (100, "normal")),
    (month(column="case_count"), "refused", (100, "normal")),
    (month("<5"), "ok", (None, "suppressed")),
    (month("gone"), "ok", None),
    (month(110), "ok", (110, "normal")),
)


def test_eight_misbehaving_days(workspace: Workspace):
    """Through revision, silence, renaming, suppression and withdrawal, each day stays known as it was."""
    with workspace.writing("test"):
        intake = Intake(workspace, "hs-tests")
        looks = [intake.look(given) for given, _, _ in EIGHT_DAYS]

    assert [outcome for _, outcome, _ in EIGHT_DAYS] == [look.outcome for look in looks]
    assert [known for _, _, known in EIGHT_DAYS] == [
        intake.value("country:FI", "2020-12-17", look.landed_at) for look in looks
    ]
    assert [look.news for look in looks] == [30, 1, 0, 1, 0, 1, 1, 1]


def test_numbers_ten_times_as_large_are_a_changed_unit(workspace: Workspace):
    """Sums over days long settled may not leap; a person may accept them all the same."""
    tenfold = month().replace(b"500", b"5000")
    with workspace.writing("test"):
        intake = Intake(workspace, "hs-tests")
        intake.look(month())
        refused, accepted = intake.look(tenfold), intake.look(tenfold, accept=True)

    assert refused.outcome == "refused"
    assert refused.message.startswith("tests on days long settled sums to 75080, 7580 was known")
    assert (accepted.outcome, accepted.accepted) == ("ok", True)
    assert intake.value("country:FI", "2020-12-18") == (5_000, "normal")


# Cut answers: after a good one of the day before, no cut stores what the whole lacks or takes anything back.


def day_before(name: str, body: bytes) -> dict[Key, tuple[float | None, str]]:
    """Give what was known after the answer of the day before: the same table without its last day."""
    kept = b"".join(line for line in body.splitlines(keepends=True) if b"2021-01-15" not in line)
    facts = understand(recipe(name), (kept,), landed(name) - timedelta(days=1)).facts
    return {fact.key: (fact.value, fact.status) for fact in facts}


def believed(name: str, body: bytes, known: Known) -> list[Fact]:
    """Give the news of an answer: none when it is not understood or the guard objects."""
    try:
        understood = reading(name, body)
    except NotUnderstood:
        return []
    if objection(recipe(name), understood, known, helsinki_date(landed(name))):
        return []
    return news(known, understood.facts, "log" if understood.faults else recipe(name).snapshot)


@pytest.mark.parametrize("name", ["thl-cases-country", "thl-cases-district", "thl-cases-weekly"])
def test_no_cut_of_a_table_is_believed_wrongly(name: str):
    """Cut at every byte (a long one at every 97th and every line), an answer gives true values or none."""
    whole = sample(name)
    known, true = day_before(name, whole), set(reading(name, whole).facts)
    lines = {at + 1 for at, byte in enumerate(whole) if byte == ord("\n")}
    cuts = set(range(0, len(whole), 1 if len(whole) < 3_000 else 97)) | lines - {len(whole)}

    wrong = {at: set(believed(name, whole[:at], known)) - true for at in sorted(cuts)}

    assert {at: facts for at, facts in wrong.items() if facts} == {}


def test_no_cut_of_a_long_table_is_believed_wrongly():
    """Nor is a table of a year and a half, with one measure a day, as it was in 2021."""
    name, last = "thl-cases-country", helsinki_date(landed("thl-cases-country"))
    days = [last - timedelta(days=back) for back in range(540, -1, -1)]
    rows = [f"Tapausten lukumäärä;{day};{day.toordinal() % 400}\n" for day in days]
    whole = "".join(["Mittari;Aika;val\n", *rows]).encode()
    known, true = day_before(name, whole), set(reading(name, whole).facts)

    wrong = [at for at in range(0, len(whole), 97) if set(believed(name, whole[:at], known)) - true]

    assert wrong == []


def test_no_cut_of_json_is_understood():
    """JSON ends with its last bracket: nothing less is an answer."""
    cuts = [*range(1, len(WHOLE), 97), len(WHOLE) - 1]

    assert [at for at in cuts if believed(DISTRICTS, WHOLE[:at], {})] == []


def test_cut_tables_in_the_real_intake(workspace: Workspace):
    """The ledger tells of each cut, and the observations stay as they were."""
    name, whole = "thl-cases-country", sample("thl-cases-country")
    with workspace.writing("test"):
        intake = Intake(workspace, name)
        intake.look(whole)
        before = intake.known()
        looks = [intake.look(whole[:at]) for at in (1, 20, 400, 600, len(whole) - 1)]

    assert {"refused"} == {look.outcome for look in looks}
    assert before == intake.known()
