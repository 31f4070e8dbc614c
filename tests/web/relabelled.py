"""A site whose texts are others: every label that a page may show is replaced, whatever it is part of."""
# ruff: noqa: ANN401 - values of any kind are walked

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request

from tilannekuva.domain.access import PUBLIC, Viewer
from tilannekuva.domain.areas import Area
from tilannekuva.domain.definitions import LANGS, Text, Unit
from tilannekuva.domain.observations import Observation
from tilannekuva.domain.picture import Point, Reading
from tilannekuva.flows.effects import Step
from tilannekuva.flows.reader import Reader
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.site import Shelf, Site

Label = Callable[[str], str]
# Fields that hold a text of somebody's; all others hold ids, codes, days and words of our own lists.
_LABELS = {
    "title",
    "title_fi",
    "title_sv",
    "title_en",
    "organ",
    "note",
    "legal_basis",
    "publisher",
    "contact",
    "message",
    "model",
    "author",
    "name",
    "names",
}
_UNLABELLED = (type, Area, Observation, Point, Reading, Step)  # many, and made of ids and numbers


def relabelled(value: Any, label: Label) -> Any:
    """Give a value with all its labels replaced; what holds none stays the same value."""
    if isinstance(value, Text):
        labels = {lang: label(value.in_(lang)) for lang in LANGS}
        one = {"one": relabelled(value.one, label)} if isinstance(value, Unit) else {}
        return type(value)(**labels, **one)
    if isinstance(value, _UNLABELLED):
        return value
    if isinstance(value, Mapping):
        return {key: relabelled(one, label) for key, one in value.items()}
    if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        return type(value)(relabelled(one, label) for one in value)
    return _record(value, label)


def _record(value: Any, label: Label) -> Any:
    """Give a record of any kind with its labels replaced, and any other value as it is."""
    parts = {name: _part(name, getattr(value, name), label) for name in _names(value)}
    if isinstance(value, BaseModel):
        return value.model_copy(update=parts)
    if is_dataclass(value):
        return replace(value, **parts)
    return value._replace(**parts) if isinstance(value, tuple) else value


def _names(value: Any) -> list[str]:
    if isinstance(value, BaseModel):
        return [*type(value).model_fields]
    return (
        [one.name for one in fields(value) if one.init]
        if is_dataclass(value)
        else [*getattr(value, "_fields", ())]
    )


def _part(name: str, value: Any, label: Label) -> Any:
    """Give a field's value, replaced where it is a label; an empty one stays empty."""
    if name == "link" and value:
        return f"javascript:{value}"
    if name in _LABELS and isinstance(value, str):
        return label(value) if value else value
    return relabelled(value, label)


@dataclass
class _Outermost:
    within: bool = False


class Relabelled(Reader):
    """A reader all of whose answers are relabelled, once each."""

    def __init__(self, workspace: Workspace, now: datetime, label: Label, viewer: Viewer = PUBLIC) -> None:
        super().__init__(workspace, now, viewer)
        self._label = label
        self._here = _Outermost()

    def _answer(self, key: Hashable, make: Callable[[], Any]) -> Any:
        if self._here.within:  # an answer made of answers: the outermost is relabelled
            return super()._answer(key, make)
        return super()._answer(("relabelled", key), lambda: self._made(make))

    def _made(self, make: Callable[[], Any]) -> Any:
        self._here.within = True
        try:
            return relabelled(make(), self._label)
        finally:
            self._here.within = False


def relabelled_site(workspace: Workspace, now: datetime, label: Label, viewer: Viewer = PUBLIC) -> Site:
    """Give the site of a workspace, relabelled."""
    return Site(Relabelled(workspace, now, label, viewer), Shelf(now))


def asked(lang: str, page: str, name: str = "", query: str = "", viewer: Viewer = PUBLIC) -> Request:
    """Give the request that a page's address stands for."""
    scope = {
        "type": "http",
        "method": "GET",
        "headers": [],
        "query_string": query.encode(),
        "page": page,
        "viewer": viewer,
    }
    return Request({**scope, "twin": "", "path_params": {"lang": lang, "id": name}, "path": ""})
