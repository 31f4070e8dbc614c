"""The only maker of addresses."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

# Each page: its path, and what it can be asked beside EVERYWHERE.
PATHS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "front": ("", ()),
    "changes": ("changes", ("since",)),
    "indicator": ("indicator/{id}", ("map",)),
    "map": ("map", ("indicator", "level", "shape", "day", "colours", "layer", "ground")),
    "area": ("area", ()),
    "compare": ("compare", ("indicator", "place", "per")),
    "decisions": ("decisions", ("body", "first", "last")),
    "decision": ("decisions/{id}", ()),
    "decide": ("decide", ("decision", "act")),
    "forecast": ("forecast", ("indicator",)),
    "scenario": (
        "scenario",
        ("scenario", "home", "work", "school", "other", "chance", "doses", "since"),
    ),
    "brief": ("brief", ()),
    "services": ("services", ()),
    "service": ("services/{id}", ()),
    "enter": ("enter", ()),
    "report": ("enter/{id}", ("day", "place", "age")),
    "sources": ("sources", ()),
    "trace": ("trace/{id}", ("day", "anew")),
    "data": ("data", ("indicator",)),
    "plain": ("plain", ()),
    "glossary": ("glossary", ()),
    "accessibility": ("accessibility", ()),
}
ASKED: Mapping[str, str] = {
    "area": "The area shown: a code (`837`, `municipality:837`) or a level and a name.",
    "as_of": "As known at a day's end in Helsinki or at an instant; without it, now.",
    "published": "Id of a picture as it was published then, instead of one computed anew.",
    "wall": "`1` for a screen on the wall: large type, the pages take turns.",
    "since": "The earlier instant or day with which the picture is compared.",
    "map": "`municipality` for the map by municipality.",
    "indicator": "Id of the indicator.",
    "level": "Level of the areas, such as `municipality` or `hospital-district`.",
    "shape": "How areas are drawn: `true`, `schematic` or `tiles`.",
    "day": "The day (for a week its Monday) that the value concerns.",
    "colours": "`levels` for the indicator's levels, `scale` for classes of like size.",
    "layer": "A layer of points or of the workspace's own to lay over the map; may be repeated.",
    "ground": "Id of the base map under it.",
    "place": "A place to compare; may be repeated.",
    "age": "An age band, such as `80-89`.",
    "anew": "`1` to read the kept bytes anew and compare.",
    "body": "Who decided: a kind of body such as `government` or `city-board`.",
    "decision": "Name of the decision that is to be changed.",
    "act": "What is done to it: `edit`, `supersede`, `review` or `withdraw`.",
    "first": "The first day of a period.",
    "last": "The last day of a period.",
    "scenario": "Id of the scenario.",
    "home": "Contacts at home from tomorrow on, per cent of usual.",
    "work": "Contacts at work from tomorrow on, per cent of usual.",
    "school": "Contacts at school and day care from tomorrow on, per cent of usual.",
    "other": "Contacts elsewhere from tomorrow on, per cent of usual.",
    "chance": "The chance that a contact infects from tomorrow on, per cent of usual.",
    "doses": "Doses of vaccine a day by 100,000 inhabitants from tomorrow on.",
    "per": "`100k` for values by 100,000 inhabitants.",
}
EVERYWHERE = ("area", "as_of", "published", "wall")
TWINS = ("json", "csv")


def asked(page: str) -> tuple[str, ...]:
    """Give the names of what a page can be asked."""
    return (*EVERYWHERE, *PATHS[page][1])


def url(
    lang: str, page: str, *, name: str = "", twin: str = "", query: Iterable[tuple[str, str]] = ()
) -> str:
    """Give the address of a page, or of its data twin, in a language."""
    path = PATHS[page][0].format(id=name)
    ending = f"{'' if path else 'index'}.{twin}" if twin else ""
    wanted = [(key, value) for key, value in query if value]
    return f"/{lang}/{path}{ending}" + (f"?{urlencode(wanted, safe=':')}" if wanted else "")


def image(lang: str, name: str, kind: str, query: Iterable[tuple[str, str]] = ()) -> str:
    """Give the address of an indicator's chart as a file: `kind` is svg or png, `query` area and instant."""
    return _asked(f"/chart/{lang}/{name}.{kind}", query)


def brief(lang: str, kind: str, query: Iterable[tuple[str, str]] = ()) -> str:
    """Give the address of the brief as a file: `kind` is one of pdf, png, html, txt."""
    return _asked(f"/brief/{lang}.{kind}", query)


def feed(lang: str, query: Iterable[tuple[str, str]] = ()) -> str:
    """Give the address of the feed of corrections."""
    return _asked(f"/{lang}/corrections.atom", query)


def table(lang: str, name: str, kind: str, query: Iterable[tuple[str, str]] = ()) -> str:
    """Give the address of an indicator's values as a file: `kind` is one of parquet, xlsx, geojson."""
    return _asked(f"/table/{lang}/{name}.{kind}", query)


def raw(sha256: str) -> str:
    """Give the address of raw bytes as they landed."""
    return f"/raw/{sha256}"


def archived(sha256: str, kind: str) -> str:
    """Give the address of a brief as it was published, by the SHA-256 of its bytes."""
    return f"/brief/archive/{sha256}.{kind}"


def _asked(path: str, query: Iterable[tuple[str, str]]) -> str:
    """Give an address with those of EVERYWHERE that a file can be asked."""
    wanted = [(key, value) for key, value in query if value and key in EVERYWHERE and key != "wall"]
    return path + (f"?{urlencode(wanted, safe=':')}" if wanted else "")
