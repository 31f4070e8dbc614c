"""Worlds: workspaces that agree on all that everybody may know, and differ in what is nobody else's."""

import hashlib
import random
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from tilannekuva.access.audit import Audit, Entry
from tilannekuva.disclosure.protector import Released, released
from tilannekuva.domain.decisions import Decision
from tilannekuva.domain.looks import Look
from tilannekuva.domain.observations import Observation
from tilannekuva.flows.upkeep import init
from tilannekuva.flows.workspace import Workspace

Values = Mapping[tuple[str, str], int | None]
FIRST = date(2021, 3, 1)
NOW = datetime(2021, 3, 9, 15, tzinfo=UTC)
AREAS = ("municipality:837", "municipality:604", "municipality:980", "municipality:536")  # of one district
DISTRICT = "hospital-district:06"
_TEXT = '{{ fi = "{0} fi", sv = "{0} sv", en = "{0} en" }}'
_INDICATORS = {
    "helped": "protect = true\nmapped = true\ntile = 1",
    "crew": 'visibility = "internal"',
    "plans": 'visibility = "leadership"',
    "sick": "tile = 2",
    "helped-rate": 'kind = "rate"\ndecimals = 1\ninputs = ["helped"]\nsql = """\n'
    "select h.area, h.reference_date, 100000.0 * h.value / p.population as value, h.doubt\n"
    'from helped h join population p on p.area = h.area\n"""',
    "staffed-total": 'protect = true\ninputs = ["crew"]\n'
    'sql = "select area, reference_date, value, doubt from crew"',
    "crew-rate": 'inputs = ["crew"]\nsql = "select area, reference_date, value, doubt from crew"',
}


def indicator(name: str, more: str) -> str:
    """Give the text of an indicator."""
    texts = {
        one: _TEXT.format(f"{one} of {name}") for one in ("title", "short", "unit", "explanation", "caveats")
    }
    told = "\n".join(f"{key} = {text}" for key, text in texts.items())
    return f'id = "{name}"\n{told}\ntheme = "services"\n{more}\n'


def recipe(name: str, told: str) -> str:
    """Give the text of a recipe that is sent to us."""
    texts = "\n".join(f"{one} = {_TEXT.format(f'{one} of {name}')}" for one in ("title", "about", "licence"))
    parts = (
        f'id = "{name}"\n{texts}\npublisher = "Kunta"\ncontact = "-"\nrhythm = "1d"\nsnapshot = "log"',
        '[fetch]\nprotocol = "inbox"\nformat = "csv"',
        'columns = { area = "text", day = "day", value = "count" }',
        f'[[series]]\nindicator = "{told}"\nlevel = "municipality"',
        'sql = "select area, day as reference_date, value from raw"',
    )
    return "\n".join(parts) + "\n"


def made(folder: Path) -> Path:
    """Make a workspace in which every class of indicator and source is defined, and nothing is told yet."""
    init(folder, template="corona", areas=["837", "604"])
    for name, more in _INDICATORS.items():
        (folder / "indicators" / f"{name}.toml").write_text(indicator(name, more), encoding="utf-8")
    for name, told in {"own-helped": "helped", "own-crew": "crew", "own-sick": "sick"}.items():
        (folder / "recipes" / f"{name}.toml").write_text(recipe(name, told), encoding="utf-8")
    text = (folder / "tilannekuva.toml").read_text(encoding="utf-8")
    listed = text.replace("sources = [", 'sources = [\n  "own-helped", "own-crew", "own-sick",')
    (folder / "tilannekuva.toml").write_text(listed, encoding="utf-8")
    workspace = Workspace(folder)
    with workspace.writing("test"):
        workspace.define(datetime(2021, 2, 1, tzinfo=UTC))
    workspace.close()
    return folder


def at(day: int, hour: int = 8) -> datetime:
    """Give an instant of a day of the worlds, counted from the first."""
    return datetime(FIRST.year, FIRST.month, FIRST.day, hour, tzinfo=UTC) + timedelta(days=day)


@dataclass
class Telling:
    """What a world is told, gathered and then committed at once."""

    workspace: Workspace
    keeps: bool = True  # the bytes of looks, which takes long
    rows: list[Observation] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin after the looks that there are."""
        self.seq, self.texts = self.workspace.ledger.next_seq(), self.workspace.ledger.definitions()

    def look(self, source: str, when: datetime, body: bytes = b"-", **also: Any) -> int:  # noqa: ANN401 - of a look
        """Add a look at a source, and give its number."""
        sha256 = self.workspace.landing.keep(body) if self.keeps else hashlib.sha256(body).hexdigest()
        kept = {"outcome": "ok", "sha256": sha256, "definition": self.texts["recipe", source].sha256}
        self.looks.append(Look(self.seq + len(self.looks), source, when, **(kept | also)))
        return self.looks[-1].seq

    def tell(self, source: str, values: Values, when: datetime, stratum: str = "all") -> None:
        """Add a look with values of indicators and areas; None is suppressed."""
        seq = self.look(source, when, repr(sorted(values.items())).encode(), news=len(values))
        self.rows += [
            Observation(
                source,
                name,
                area,
                when.date(),
                "day",
                stratum,
                value,
                "suppressed" if value is None else "normal",
                when,
                seq,
            )
            for (name, area), value in values.items()
        ]

    def commit(self) -> None:
        """Make all of it known."""
        with self.workspace.writing("test"):
            new, fence = self.workspace.store.write(self.rows), self.workspace.store.fence
            self.workspace.ledger.commit(fence, looks=self.looks, decisions=self.decisions, new=new, at=NOW)


def world(base: Path, folder: Path, *, known: int, secret: int) -> Workspace:
    """Make a world: the seed `known` draws what everybody may know, `secret` what they may not.

    What is protected is released by the protector from this world's own counts.
    """
    folder.mkdir()
    for part in ("indicators", "recipes"):
        shutil.copytree(base / part, folder / part)
    for file in ("tilannekuva.toml", "ledger.sqlite"):
        shutil.copy(base / file, folder / file)
    (folder / "landing").symlink_to(base / "landing")
    telling = Telling(Workspace(folder), keeps=False)
    told, hidden, state = random.Random(known), random.Random(secret), Released()  # noqa: S311 - made-up worlds
    counts, names = dict.fromkeys(AREAS, 0), ["crew", "plans"][: hidden.choice((1, 2))]
    for day in range(8):
        _hidden_day(telling, hidden, day, names)
        steps = {area: told.choice((0, 0, 7, 12, 30)) for area in AREAS}
        counts = {area: counts[area] + steps[area] for area in AREAS}
        raw = {area: counts[area] + (0 if steps[area] else hidden.randint(0, 4)) for area in AREAS}
        telling.tell("own-helped", {("helped", area): raw[area] for area in AREAS}, at(day, 6))
        telling.tell("own-sick", {("sick", area): told.randint(0, 90) for area in AREAS}, at(day, 7))
        state = released(state, raw, dict.fromkeys(AREAS, DISTRICT))
        if state.fresh:
            told_now = {("released:helped", area): state.figures[area] for area in sorted(state.fresh)}
            telling.tell("released-helped", told_now, at(day, 9))
    telling.commit()
    for _ in range(hidden.randint(0, 3)):
        Audit(telling.workspace.book).write(Entry("aino", "staff", "837", "view", "secret"), NOW)
    return telling.workspace


def _hidden_day(telling: Telling, secret: random.Random, day: int, names: Sequence[str]) -> None:
    """Tell what is not everybody's: another number of looks, values, refusals and decisions in each world."""
    for nth in range(secret.randint(0, 2)):
        crew = {name: secret.randint(0, 500) for name in product(names, AREAS)}
        telling.tell("own-crew", crew, at(day, 1 + nth))
    telling.tell(
        "own-helped", {("helped", area): secret.randint(0, 9) for area in AREAS}, at(day, 4), "age:80"
    )
    if secret.random() < 0.5:
        telling.look("own-crew", at(day, 3), outcome="refused", message=f"secret crew {secret.random()}")
    if secret.random() < 0.5:
        _decide(telling, secret, at(day, 5))


def _decide(telling: Telling, secret: random.Random, when: datetime) -> None:
    """Record a decision that is not everybody's."""
    seq = telling.look("decisions-own", when, news=1)
    empty = dict.fromkeys(Decision._fields[: Decision._fields.index("known_at")], "")
    days = dict.fromkeys(("published_at", "effective_from", "effective_to"))
    told = {
        "source": "decisions-own",
        "id": f"secret-{secret.randint(0, 9999)}",
        "body": "mayor",
        "title_fi": "Secret crew",
        "taken_on": when.date(),
        "area": "municipality:837",
        "measures": (),
        "status": "normal",
        "visibility": secret.choice(("internal", "leadership")),
        "municipality": "municipality:837",
    }
    telling.decisions.append(Decision(**{**empty, **days, **told, "known_at": when, "look": seq}))
