"""Data portals that run on CKAN, such as avoindata.fi: the newest file of a data set.

    url = "https://www.avoindata.fi/data/api/3/action/package_show?id=turun-seudun-liikennemaaria"
    query = { format = "CSV", name = "laskenta" }      CSV files whose name contains the word
    hosts = ["data.turku.fi"]                          where the portal may send us

The portal lists the files with names, formats and days of change; of those that fit, the newest is fetched.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from tilannekuva.domain.looks import Answer
from tilannekuva.errors import BadDefinition, NoAnswer
from tilannekuva.sources.decoding import decoded
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.formats import jsonrows
from tilannekuva.sources.protocols import Get
from tilannekuva.sources.wording import CHANGED, quoted

_CHANGED_AT = ("last_modified", "metadata_modified", "created")  # the first that a file has
_PICKS = ("format", "name")
_TOLD = 8


def pages(fetch: Fetch, url: str, get: Get) -> Iterator[Answer]:
    """Yield the newest file that `query` picks; raises NoAnswer, with what there is, when none fits."""
    strange = fetch.query.keys() - set(_PICKS)
    if strange:
        raise BadDefinition(f"`query` of the protocol ckan knows `format` and `name`, not '{min(strange)}'")
    files = _files(get(url))
    fitting = [one for one in files if all(_fits(one, pick, fetch) for pick in _PICKS)]
    if not fitting:
        there = ", ".join(quoted(f"{_name(one)} ({one.get('format')})") for one in files[:_TOLD]) or "nothing"
        raise NoAnswer(f"the data set has no file that fits: it has {there}{CHANGED}", permanent=True)
    newest = max(fitting, key=_changed_at)
    yield get(urljoin(url, str(newest.get("url", ""))))


def _files(page: Answer) -> list[Mapping[str, Any]]:
    told = jsonrows.load(decoded(page.body, "json"))
    result = told.get("result") if isinstance(told, dict) and told.get("success") is True else None
    files = result.get("resources") if isinstance(result, dict) else None
    if not isinstance(files, list):
        error = told.get("error") if isinstance(told, dict) else None
        raise NoAnswer(
            f"the portal does not show the data set: {quoted(error or told)}{CHANGED}", permanent=True
        )
    return [one for one in files if isinstance(one, dict) and one.get("state", "active") == "active"]


def _fits(file: Mapping[str, Any], pick: str, fetch: Fetch) -> bool:
    wanted = fetch.query.get(pick, ())
    texts = [wanted] if isinstance(wanted, str) else wanted
    has = (_name(file) if pick == "name" else str(file.get("format") or "")).casefold()
    return not texts or any(
        text.casefold() in has if pick == "name" else text.casefold() == has for text in texts
    )


def _name(file: Mapping[str, Any]) -> str:
    """Give a file's name, in all languages in which the portal holds it."""
    translated = file.get("name_translated")
    more = translated.values() if isinstance(translated, dict) else ()
    return " / ".join(dict.fromkeys(str(one) for one in (file.get("name"), *more) if one))


def _changed_at(file: Mapping[str, Any]) -> str:
    return next((str(file[name]) for name in _CHANGED_AT if file.get(name)), "")
