"""Services written out: each TOML becomes the text of a recipe and those of its indicators.

After this a service is a source as any other; nothing downstream knows of funnels.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from tilannekuva import config
from tilannekuva.domain.definitions import Text, read
from tilannekuva.domain.services import FUNNEL, STOCKS, UNKNOWN, WAITS, Count, Service, Stage
from tilannekuva.errors import BadDefinition
from tilannekuva.indicators.service_formulas import Formula, formulas, total

_MOST = 1_000_000  # what a count can hold; a slip of the finger is more
_NOTICEABLE = 0.2  # a day's work varies: a smaller change over a week is called steady
_BASIS = 730  # days that sums since the beginning look back on
_BETTER = {
    **dict.fromkeys(("listed", "attempted", "reached", "served", "closed"), "up"),
    **dict.fromkeys(
        ("not_reached", "declined", "cancelled", "incidents", "wait_median", "wait_oldest"), "down"
    ),
}
_STRATUM = """case when place <> '' and age <> '' then 'place:' || place || ' age:' || age
            when place <> '' then 'place:' || place when age <> '' then 'age:' || age end as stratum"""
Texts = Mapping[tuple[str, str], str]  # by kind and id, as a workspace lands them


@cache
def _words() -> dict[str, Any]:
    """Give the words that all services share."""
    text = (resources.files(__package__) / "service_words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _word(name: str) -> Text:
    return Text.model_validate(_words()[name])


@cache
def service(text: str, name: str) -> Service:
    """Read one service; BadDefinition names file, line and cure."""
    found = read(text, f"{name}.toml", Service)
    if found.id != name:
        raise BadDefinition(f"{name}.toml: its id is '{found.id}'; name the file {found.id}.toml")
    return found


def texts(own: Path | None = None) -> dict[str, str]:
    """Give the texts of all services by id: the shipped ones, then the workspace's own."""
    return config.texts(resources.files(__package__) / "services", own)


@cache
def written_out(text: str, name: str) -> Texts:
    """Give the definitions that a service stands for, itself among them; raises BadDefinition."""
    one = service(text, name)
    found: dict[tuple[str, str], str] = {("service", name): text}
    found["recipe", one.source] = _toml(_recipe(one))
    for indicator in _indicators(one):
        found["indicator", indicator["id"]] = _toml(indicator)
    return found


def _recipe(one: Service) -> dict[str, Any]:
    counts: dict[str, str] = {each.stage: "count" for each in one.counts}
    columns = {"municipality": "text", "day": "day", "place": "text", "age": "text", **counts}
    columns |= {"by": "text", "reason": "text"}
    return {
        "id": one.source,
        "title": one.title,
        "about": one.about,
        "publisher": "Kunnat",
        "licence": _word("licence"),
        "contact": one.contact,
        "rhythm": "1d",
        "snapshot": "log",
        "fetch": {
            "protocol": "inbox",
            "format": "sheet",
            "columns": columns,
            "optional": [name for name in columns if name not in ("municipality", "day")],
        },
        "entry": list(_entries(one)),
        "series": [
            _series({one.indicator(each.stage): each.stage for each in one.counts}),
            _corrected(one),
        ],
        # Corrections by hand are news; what cannot be true was told at the door.
        "guard": {"max_change": 1.0},
    }


def _entries(one: Service) -> Iterator[dict[str, Any]]:
    unknown = {UNKNOWN: _word("unknown_part")}
    yield _entry("municipality", areas="municipality", required=True)
    yield _entry("day", required=True)
    if one.places:
        yield _entry("place", choices={each.id: each.title for each in one.places} | unknown)
    if one.ages:
        yield _entry("age", choices={each: Text(fi=each, sv=each, en=each) for each in one.ages} | unknown)
    for count in one.counts:
        yield _entry(count.stage, title=count.title, help=count.help, maximum=_MOST)
    yield _entry("by")
    yield _entry("reason")


def _entry(column: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401 - what an entry of a recipe can hold
    return {"column": column, "required": False, **_words()["column"].get(column, {}), **given}


def _series(columns: dict[str, Stage]) -> dict[str, Any]:
    # What a report leaves empty it says nothing of: another may have told it.
    sql = f"""
select municipality as area, "day" as reference_date, {_STRATUM},
       {{column}} as value, {{column}}_status as status
from raw where {{column}} is not null or {{column}}_status = 'suppressed'
"""  # noqa: S608 - our own words
    return {"each": columns, "level": "municipality", "sql": sql}


def _corrected(one: Service) -> dict[str, Any]:
    sql = f"""
select municipality as area, "day" as reference_date, {_STRATUM}, 1 as value, 'normal' as status
from raw where "by" <> '' and reason <> ''
"""  # noqa: S608 - our own words
    return {"indicator": one.indicator("corrected"), "level": "municipality", "sql": sql}


def _indicators(one: Service) -> Iterator[dict[str, Any]]:
    for count in one.counts:
        yield _told(one, count)
    for count in one.counts:
        if count.stage not in STOCKS and count.stage in (*FUNNEL, *one.released):
            yield _total(one, count)
    for name, made in formulas(one).items():
        yield _derived(one, name) | _computed(one, made)
    yield _derived(one, "corrected") | {"sources": [one.source], "parts": "sum"}


def _told(one: Service, count: Count) -> dict[str, Any]:
    is_flow, is_wait = count.stage not in STOCKS, count.stage in WAITS
    title = _joined(one.title, count.title, _word("per_day") if is_flow else None)
    parts = "" if is_wait else "sum" if is_flow else "newest"
    return _counted(one, count, count.stage, title) | {"sources": [one.source], "parts": parts}


def _total(one: Service, count: Count) -> dict[str, Any]:
    title = _joined(one.title, count.title, _word("total"))
    found = _counted(one, count, f"{count.stage}-total", title) | {"short": title}
    found |= _computed(one, total(one, count.stage))
    return found | ({"visibility": "public", "protect": True} if count.stage in one.released else {})


def _counted(one: Service, count: Count, what: str, title: Text) -> dict[str, Any]:
    return _named(one, what) | {
        "title": title,
        "short": _joined(one.title, count.title),
        "unit": count.unit or one.unit,
        "explanation": count.help,
        "good_direction": _BETTER.get(count.stage, "none"),
    }


def _named(one: Service, what: str) -> dict[str, Any]:
    return {
        "id": one.indicator(what),
        "caveats": _word("counted"),
        "theme": "services",
        "noticeable": _NOTICEABLE,
        "visibility": one.visibility,
        "tile": one.tiles.get(what.replace("_", "-"), 0),
    }


def _computed(one: Service, made: Formula) -> dict[str, Any]:
    return {"inputs": [one.indicator(each) for each in made.stages], "sql": made.sql, "history_days": _BASIS}


def _derived(one: Service, name: str) -> dict[str, Any]:
    words = {"unit": one.unit, **_words()["derived"][name]}
    title = _joined(one.title, Text.model_validate(words["title"]))
    decimals = 1 if words.get("kind") == "share" else 0
    return _named(one, name) | words | {"title": title, "short": title, "decimals": decimals}


def _joined(head: Text, tail: Text, after: Text | None = None) -> Text:
    """Give `Phone ring: reached per day` in each language."""

    def made(lang: str) -> str:
        words = tail.in_(lang)
        end = f" {after.in_(lang)}" if after else ""
        return f"{head.in_(lang)}: {words[:1].lower()}{words[1:]}{end}"

    return Text(fi=made("fi"), sv=made("sv"), en=made("en"))


def _toml(table: Mapping[str, Any]) -> str:
    """Write a table as TOML, a key a line; what is in it stands inline."""
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items())


def _value(value: Any) -> str:  # noqa: ANN401 - whatever TOML can hold
    if isinstance(value, Text):
        value = value.model_dump(exclude_none=True)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)
