"""How a source is asked and which form its answer has: the part `[fetch]` of a recipe."""

import re
from datetime import timedelta
from importlib.metadata import entry_points
from typing import Literal

from pydantic import Field, field_validator, model_validator

from tilannekuva.domain.definitions import Duration, Strict

Kind = Literal["text", "day", "week", "month", "year", "time", "count", "number", "geometry"]
Protocol = Literal["get", "pxweb", "sampo", "ckan", "wfs", "command", "inbox", "shipped"]
WINDOW = ("{from}", "{to}", "{day}", "{year}", "{month}", "{yy}", "{yday}")
_OF_A_DAY = WINDOW[2:]
# The formats and the modules that read them; each is loaded when an answer needs it, as some are heavy.
FORMATS = {
    "json": "jsonrows",
    "ndjson": "ndjson",
    "csv": "csvrows",
    "json-stat": "cubes",
    "fmi": "coverages",
    "feed": "feeds",
    "html": "webpages",
    "sheet": "sheets",
    "geo": "layers",
    "gtfs-rt": "vehicles",
}
STREAMED = ("vehicles-csv", "counters-csv")  # too large for rows: the engine reads them, as the view `raw`
PLUG_INS = "tilannekuva.sources"
_SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie", "x-api-key", "apikey", "api-key"}
_PLACEHOLDER = re.compile(r"\{\w+\}")


class Fetch(Strict):
    """Where the answer is and which form it has."""

    protocol: Protocol = Field(
        default="get",
        description="How it is asked: `get` one address; `pxweb` a statistical table in parts; `sampo` a THL "
        "cube whose dimension ids change; `ckan` the newest file of a data set; `wfs` a map layer page by "
        "page; `command` a program of our own; `inbox` never, it is sent to us; `shipped` never either: "
        "a table of facts stands beside the recipe.",
    )
    url: str = Field(
        default="",
        pattern=r"^(https?://.*)?$",
        description="Address. `{from}` and `{to}` become the days of the window; with `{day}`, `{year}`, "
        "`{month}`, `{yy}` or `{yday}` (day of the year) each day of the window is asked for by itself.",
    )
    each: dict[str, tuple[str, ...]] = Field(
        default={}, description="Other `{names}` in the address and the texts they become, a request each."
    )
    hosts: tuple[str, ...] = Field(
        default=(), description="Other hosts that the answer may send us to, such as a portal's file store."
    )
    command: tuple[str, ...] = Field(
        default=(), description="Program and arguments of the protocol `command`; it prints the answer."
    )
    query: dict[str, tuple[str, ...] | str] = Field(
        default={},
        description="Selection of a `pxweb` table by dimension: values, `*` for all or `top 24` for the "
        "newest. For `ckan` what picks the file: `name`, `format`. For `sampo` the "
        "nodes that a `{name}` in the address means: `dateweek > * > *`.",
    )
    per_minute: int = Field(
        default=60, ge=1, le=600, description="Requests a minute that the host may be asked at most."
    )
    format: str = Field(
        description="Form of the answer: `json`, `ndjson`, `csv`, `vehicles-csv` (a line a vehicle, no "
        "header), `counters-csv` (a wide table of any length), `json-stat`, `fmi`, `feed`, `html`, `sheet` "
        "(Excel), `geo`, `gtfs-rt`, or the name of a plug-in."
    )
    rows: str = Field(
        default="*",
        description="Where the rows stand: in JSON keys joined by dots, `*` for every entry; in HTML an "
        "XPath to one table or to the things of a list, `*` for the page's only table; in a workbook the "
        "sheet's name; in a map file the layer's name.",
    )
    encoding: Literal["utf-8", "latin-1", "utf-16"] = Field(default="utf-8", description="How text is coded.")
    delimiter: str = Field(
        default=";", min_length=1, max_length=1, description="What parts the cells of a CSV answer."
    )
    skip: int = Field(default=0, ge=0, description="Lines before the header line of a CSV answer.")
    header: tuple[str, ...] = Field(
        default=(), description="Names of the columns of a CSV or HTML table that has no header line."
    )
    keep: tuple[str, ...] = Field(
        default=(),
        description="Columns of a wide table that stay; each other one becomes rows, its name in `column`, "
        "its cell in `value`.",
    )
    crs: str = Field(
        default="",
        pattern=r"^(EPSG:\d+)?$",
        description="Coordinates of a map answer that does not say itself, `EPSG:3067`.",
    )
    columns: dict[str, Kind] = Field(
        min_length=1,
        description="Columns that must be there, each `text`, `day`, `week`, `month`, `year`, `time` (on "
        "Helsinki's clock), `count`, `number`, or `geometry` for the shapes of a map answer.",
    )
    aliases: dict[str, tuple[str, ...]] = Field(
        default={}, description="Other names that a column has had, the newest first."
    )
    optional: tuple[str, ...] = Field(default=(), description="Of these columns, those that may be absent.")
    headers: dict[str, str] = Field(default={}, description="Request headers.")
    key: str = Field(
        default="",
        description="Name of the environment variable that holds the key, `env:TILANNEKUVA_NAME`; never "
        "the key itself. No other variable is open to a recipe: a shared one can ask for no other secret.",
    )
    key_header: str = Field(default="Authorization", description="Header that carries the key.")
    window_days: int = Field(
        default=0, ge=0, description="Length in days of the window from `{from}` to `{to}`."
    )
    history_days: int = Field(
        default=0, ge=0, description="Length of the first window, when nothing is known yet; 0 = the same."
    )
    lag_days: int = Field(default=0, ge=0, description="Days before today on which the window ends.")
    next: str = Field(default="", description="Where a JSON answer names the address of its next page.")
    timeout: Duration = Field(
        default=timedelta(seconds=30), description="Longest time for one answer, `30s`."
    )
    max_mb: int = Field(default=64, ge=1, le=1024, description="Largest answer in megabytes, unpacked.")

    @field_validator("key")
    @classmethod
    def _by_name(cls, key: str) -> str:
        if key and not re.fullmatch(r"env:TILANNEKUVA_[A-Z0-9_]+", key):
            raise ValueError(
                "recipes are shared, so no secret stands in them: put the key into an environment variable, "
                "and its name here as env:TILANNEKUVA_NAME"
            )
        return key

    @field_validator("format")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in (*FORMATS, *STREAMED) and not entry_points(group=PLUG_INS, name=name):
            raise ValueError(
                f"there is no format '{name}': there are {', '.join((*FORMATS, *STREAMED))}, and plug-ins"
            )
        return name

    @field_validator("headers")
    @classmethod
    def _no_secrets(cls, headers: dict[str, str]) -> dict[str, str]:
        for name in headers:
            if name.casefold() in _SECRET_HEADERS:
                raise ValueError(
                    f'recipes are shared, so no secret stands in them: write key = "env:TILANNEKUVA_NAME", '
                    f'key_header = "{name}"'
                )
        return headers

    @model_validator(mode="after")
    def _consistent(self) -> "Fetch":
        unknown = ({*self.optional} | self.aliases.keys()) - self.columns.keys()
        if unknown:
            raise ValueError(
                f"`optional` or `aliases` name columns that `columns` lacks: {', '.join(sorted(unknown))}"
            )
        placed = set(_PLACEHOLDER.findall(self.url))
        if bool(placed & {*WINDOW}) != bool(self.window_days):
            raise ValueError("a URL with {from} or {day} needs `window_days`, and `window_days` such a URL")
        asked = self.query if self.protocol == "sampo" else {}
        strange = placed - {*WINDOW} - {f"{{{name}}}" for name in (*self.each, *asked)}
        if strange:
            raise ValueError(f"the URL holds {min(strange)}, which `each` does not name")
        if any(f"{{{name}}}" not in placed for name in asked):
            raise ValueError("each name in the `query` of a `sampo` cube needs its {place} in the URL")
        self._asked()
        return self

    def _asked(self) -> None:
        """Raise ValueError when what the protocol needs is not there."""
        if self.protocol == "command":
            if not self.command or self.url:
                raise ValueError("the protocol `command` needs `command` and no `url`")
        elif self.protocol in ("inbox", "shipped"):
            if self.url:
                raise ValueError("what comes to the inbox, or is shipped, is not asked for: leave `url` out")
        elif not self.url:
            raise ValueError("`url` is needed: the address of the answer")

    @property
    def by_day(self) -> bool:
        """Whether each day of the window is asked for by itself."""
        return any(name in self.url for name in _OF_A_DAY)
