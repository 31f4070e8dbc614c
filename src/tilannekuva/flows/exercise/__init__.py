"""An exercise: an invented epidemic, answered in the words of the real sources.

The epidemic runs day by day from `first`; each day's answers tell what would be known by then, with each
hospital district's own reporting delay. Nothing looks ahead, so that tomorrow continues the same epidemic.

Tuned for demonstrations about 260 days long: a first wave, restrictions, a calm spell, and a second wave that
is rising in Pirkanmaa at the end, further on in Varsinais-Suomi and only beginning in Kanta-Häme.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

from tilannekuva.flows.exercise import city, decisions, health, services
from tilannekuva.flows.exercise.epidemic import NO_GAPS_FROM, Epidemic, dice_for


@dataclass(frozen=True, slots=True)
class Simulated:
    """One answer of one source: what landed, when (aware, UTC) and from where."""

    source_id: str
    landed_at: datetime
    body: bytes
    url: str


HS = "https://w3qa5ydb4l.execute-api.eu-west-1.amazonaws.com/prod/"
THL = "https://sampo.thl.fi/pivot/prod/{}/epirapo/covid19case/fact_epirapo_covid19case.csv"
FMI = "https://opendata.fmi.fi/timeseries"
ROADS, ROAD_HOURS = "https://tie-lam-test.digitraffic.fi/", (6 * 60 + 5, 6 * 60 + 25)
FMI_HOURS, FMI_EVENING = (8 * 60 + 20, 8 * 60 + 40), (19 * 60 + 20, 19 * 60 + 40)
TWEB = "https://hameenlinna.tweb.fi/ktwebscr/pk_rssfeed.htm?toimielin="
DECIDED = (14 * 60 + 10, 15 * 60 + 40)
HS_HOURS, THL_HOURS = (9 * 60 + 30, 12 * 60 + 30), (10 * 60 + 50, 11 * 60 + 20)  # UTC, minutes of the day

# source id: (address, what writes its answer, between which minutes of the UTC day it lands)
Saying = tuple[str, Callable[[Epidemic], bytes], tuple[int, int]]
SOURCES: dict[str, Saying] = {
    "hs-cases-district": (HS + "processedThlData", health.hs_cases, HS_HOURS),
    "hs-hospital": (HS + "finnishCoronaHospitalData", health.hs_hospital, HS_HOURS),
    "hs-tests": (HS + "thlTestData", health.hs_tests, HS_HOURS),
    "hs-tests-district": (HS + "hcdTestData", health.hs_tests_district, HS_HOURS),
    "hs-vaccination": (HS + "finnishVaccinationData", health.hs_vaccination, HS_HOURS),
    "thl-cases-country": (THL.format("fi"), health.thl_country, THL_HOURS),
    "thl-cases-district": (THL.format("fi"), health.thl_district, THL_HOURS),
    "thl-cases-weekly": (THL.format("sv"), health.thl_weekly, THL_HOURS),
    "thl-cases-municipality": (THL.format("fi"), city.thl_municipality, THL_HOURS),
    "digitraffic-report-day": (ROADS, city.road_traffic, ROAD_HOURS),
    "fmi-air-quality": (FMI, partial(city.fmi_air, until=10), FMI_HOURS),
    "decisions-government": ("https://valtioneuvosto.fi/rss/tiedotteet.rss", decisions.government, DECIDED),
    "decisions-tampere-cloudnc": ("https://tampere.cloudnc.fi/fi-FI/haku", decisions.tampere, DECIDED),
    "decisions-turku": ("https://paatokset.turku.fi/api/toimielin/kh", decisions.turku, DECIDED),
    "decisions-own": ("", decisions.own, DECIDED),
    "decisions-hameenlinna-tweb": (TWEB, decisions.hameenlinna, DECIDED),
    "service-phone-ring": ("", services.phone_ring, services.HOURS),
    "service-grocery-bags": ("", services.grocery_bags, services.HOURS),
}
# What lands once more the same day.
AGAIN: dict[str, Saying] = {"fmi-air-quality": (FMI, partial(city.fmi_air, until=21), FMI_EVENING)}


def answers(*, seed: int, first: date, last: date, since: date | None = None) -> Iterator[Simulated]:
    """Every answer of the days since..last (all by default), in order of landing.

    The epidemic starts on `first`, and so does the history in each answer. The same seed and first day give
    the same bytes, whatever the last day. A source skips a day now and then, never after NO_GAPS_FROM days.
    """
    epidemic = Epidemic(seed)
    for n in range((last - first).days + 1):
        today = first + timedelta(n)
        epidemic.step(today)
        if since is None or today >= since:
            yield from sorted(_landed(epidemic), key=lambda answer: (answer.landed_at, answer.source_id))


def _landed(epidemic: Epidemic) -> Iterator[Simulated]:
    """Answers of the day, without those of sources that say nothing today."""
    for source_id, (url, write, minutes) in (*SOURCES.items(), *AGAIN.items()):
        body = b"" if _is_gap(epidemic, source_id) else write(epidemic)
        if body:
            yield Simulated(source_id, _landed_at(epidemic, source_id, minutes), body, url)


def _landed_at(epidemic: Epidemic, source_id: str, minutes: tuple[int, int]) -> datetime:
    today = epidemic.days[-1]
    dice = dice_for(epidemic.seed, source_id, today, minutes[0])
    seconds = dice.randrange(minutes[0] * 60, minutes[1] * 60)
    return datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(seconds=seconds)


def _is_gap(epidemic: Epidemic, source_id: str) -> bool:
    """Whether the source skips today: one day in each forty."""
    block, day = divmod(len(epidemic.days) - 1, 40)
    skipped = dice_for(epidemic.seed, source_id, "gap", block).randrange(40)
    return day == skipped and len(epidemic.days) <= NO_GAPS_FROM
