"""What is decided in an exercise, in the words of the Government's feed and of three cities' systems.

The Government looks on every other Thursday, a city board on every other Monday and Tampere's crisis group
on every other Wednesday at the infections of the two weeks before, and moves one step up or down a ladder of
measures, or goes on as it is. Only those days count, so that a later day never changes what was decided.
Every title that the format lets us choose says Harjoitus.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from email.utils import format_datetime
from typing import NamedTuple
from xml.sax.saxutils import escape

from tilannekuva.domain.calendar import HELSINKI
from tilannekuva.flows.exercise.epidemic import PREHISTORY_DAYS, Epidemic
from tilannekuva.flows.exercise.health import written
from tilannekuva.sources.recipe import recipe, texts

MARK = "(Harjoitus)"
MONDAY, WEDNESDAY, THURSDAY = 0, 2, 3
_FEED = 30  # newest items of a feed
_HITS = 23  # newest hits of a search
# Share of a wave's height at which a step is taken, and the lower one below which it is taken back.
_UP, _DOWN = (0.25, 0.5, 0.8), (0.15, 0.35, 0.6)
_GOVERNMENT = (
    (
        "Hallitus suosittelee etätyötä ja kasvosuojuksia",
        "Hallitus luopuu etätyö- ja kasvosuojussuosituksista",
    ),
    (
        "Hallitus rajoittaa yleisötilaisuudet enintään 50 henkilöön",
        "Hallitus poistaa yleisötilaisuuksien henkilörajoituksen",
    ),
    (
        "Hallitus päätti rajoittaa ravitsemisliikkeiden aukioloa",
        "Hallitus päätti purkaa ravitsemisliikkeiden rajoitukset",
    ),
)
_CITY = (
    ("Kaupungin tilaisuudet siirretään verkkoon", "Kaupungin tilaisuuksia voi taas järjestää"),
    ("Lukiot siirtyvät osittaiseen etäopetukseen", "Lukiot palaavat lähiopetukseen"),
    ("Kirjastot ja uimahallit suljetaan", "Kirjastot ja uimahallit avataan"),
)


_OWN = (
    (
        "Etätyö ja kasvosuojukset kaupungin toimipaikoissa",
        "Distansarbete och munskydd på stadens arbetsplatser",
        "Remote work and face coverings at the city's workplaces",
        "C2 H6",
    ),
    (
        "Kaupungin järjestämät tilaisuudet enintään 20 henkilölle",
        "Stadens evenemang för högst 20 personer",
        "Events of the city for at most 20 persons",
        "C3 C4",
    ),
    (
        "Vierailut ikäihmisten asumispalveluissa rajoitetaan",
        "Besök inom boendeservicen för äldre begränsas",
        "Visits to housing services for the elderly restricted",
        "H8",
    ),
)
# When an effect is expected, and reviewed: whoever begins a demo on any day meets one whose review has come.
_BY, _REVIEW = timedelta(days=20), timedelta(days=22)


class Step(NamedTuple):
    """What a body did on a day: the height of its ladder before and after."""

    number: int
    day: date
    before: int
    after: int

    def title(self, ladder: Sequence[tuple[str, str]], same: str) -> str:
        """Say it in the words of a ladder, or that things go on as they are."""
        if self.after == self.before:
            return f"{same} {MARK}"
        up, down = ladder[min(self.before, self.after)]
        return f"{up if self.after > self.before else down} {MARK}"


def steps(epidemic: Epidemic, weekday: int, district: str = "") -> list[Step]:
    """Give what was decided until today on every other of a weekday, the oldest first.

    A city looks at its own hospital district, the Government at them all.
    """
    courses = [one for one in epidemic.courses if district in ("", one.district.hs)]
    peak = sum(one.district.peak for one in courses)
    days = [n for n, day in enumerate(epidemic.days) if day.weekday() == weekday][1::2]
    found: list[Step] = []
    for n in days:
        end = PREHISTORY_DAYS + n  # of the day itself nothing is known yet
        height = sum(sum(one.infections[end - 14 : end]) for one in courses) / 14 / peak
        before = found[-1].after if found else 0
        found.append(Step(len(found) + 1, epidemic.days[n], before, _moved(before, height)))
    return found


def _moved(step: int, height: float) -> int:
    if step < len(_UP) and height >= _UP[step]:
        return step + 1
    return step - 1 if step and height < _DOWN[step - 1] else step


def government(epidemic: Epidemic) -> bytes:
    """Write the Government's press releases, the newest first (an RSS feed); some of them decide nothing."""
    items = [item for one in reversed(steps(epidemic, THURSDAY)) for item in _releases(one)]
    head = "<title>Valtioneuvosto: tiedotteet</title><description>Uusimmat tiedotteet</description>"
    return _feed(head, items[:_FEED])


def _releases(one: Step) -> Iterator[str]:
    same = (
        "Hallitus linjasi: nykyiset toimet jatkuvat"
        if one.after
        else "Hallitus linjasi seurannan jatkamisesta"
    )
    yield _item(one.title(_GOVERNMENT, same), f"harjoitus-{one.day}-2", one.day, time(14))
    yield _item(f"Tilannekatsaus epidemiasta {MARK}", f"harjoitus-{one.day}-1", one.day, time(10))


def _item(title: str, name: str, day: date, clock: time) -> str:
    at = format_datetime(datetime.combine(day, clock, HELSINKI))
    guid = f'<guid isPermaLink="false">{name}</guid>'
    return f"<item><title>{escape(title)}</title><pubDate>{at}</pubDate>{guid}</item>"


def _feed(head: str, items: Sequence[str]) -> bytes:
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<rss version="2.0"><channel>', head, *items]
    return "\n".join([*lines, "</channel></rss>"]).encode()


def turku(epidemic: Epidemic) -> bytes:
    """Write the meetings of Turku's city board, the newest first (JSON)."""
    met = reversed(steps(epidemic, MONDAY, "Varsinais-Suomi"))
    return written(
        [
            {
                "tktviiteId": 90_000 + one.number,
                "kokPvm": f"{one.day}T13:00:00",
                "lyhenne": "kh",
                "tila": "poytakirja",
            }
            for one in met
        ]
    )


def hameenlinna(epidemic: Epidemic) -> bytes:
    """Write the minutes of Hämeenlinna's city board, the newest first (TWeb's RSS feed)."""
    items = [
        f"<item><title>Kaupunginhallitus: {one.number}/{one.day.year} {_finnish(one.day)} 16:00</title>"
        f"<link>pk_asil_tweb.htm?bid={90_000 + one.number}</link></item>"
        for one in reversed(steps(epidemic, MONDAY, "Kanta-Häme"))
    ]
    return _feed("<title>Pöytäkirjat</title><description>Julkaistut pöytäkirjat</description>", items[:_FEED])


def _finnish(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}"


def tampere(epidemic: Epidemic) -> bytes:
    """Write the hits of a search among Tampere's items, the newest first (CloudNC's page)."""
    same = "Katsaus koronatilanteeseen"
    hits = [
        f'<li><a href="/fi-FI/content/{90_000 + one.number}/23">{escape(one.title(_CITY, same))}</a></li>'
        for one in reversed(steps(epidemic, MONDAY, "Pirkanmaa"))
    ]
    page = f'<main id="ContentStart"><ul>{"".join(hits[:_HITS])}</ul></main>'
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>{page}</body></html>'.encode()


def own(epidemic: Epidemic) -> bytes:
    """Write what Tampere's crisis group enters today: a step up, or the review of an earlier one."""
    columns = recipe(texts()["decisions-own"], "decisions-own.toml").fetch.columns
    told = [
        dict.fromkeys(columns, "") | _entered(one) | (_reviewed(one) if one.day < epidemic.days[-1] else {})
        for one in steps(epidemic, WEDNESDAY, "Pirkanmaa")
        if one.after > one.before and epidemic.days[-1] in (one.day, one.day + _REVIEW)
    ]
    return written({"decisions": told}) if told else b""


def _entered(one: Step) -> dict[str, str]:
    fi, sv, en, measures = _OWN[one.before]
    return {
        "id": f"harjoitus-{one.day}",
        "body": "crisis-group",
        "title_fi": f"{fi} {MARK}",
        "title_sv": f"{sv} (Övning)",
        "title_en": f"{en} (Exercise)",
        "taken_on": str(one.day),
        "effective_from": str(one.day + timedelta(days=1)),
        "effective_to": str(one.day + timedelta(days=56)),
        "area": "municipality:837",
        "measure": measures,
        "expected_indicator": "incidence-14d",
        "expected_direction": "down",
        "expected_size": "20",
        "expected_by": str(one.day + _BY),
        "owner": "Valmiuspäällikkö",
        "review_on": str(one.day + _REVIEW),
        "municipality": "municipality:837",
        "by": "harjoitus",
    }


def _reviewed(one: Step) -> dict[str, str]:
    return {
        "reviewed_on": str(one.day + _REVIEW),
        "verdict": "kept",
        "seen": "Valmiusryhmä arvioi vaikutuksen, toimi jatkuu (harjoitus).",
    }
