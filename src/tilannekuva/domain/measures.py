"""Measures: what the codes of the Oxford COVID-19 Government Response Tracker (OxCGRT) stand for.

Facts from the tracker's codebook (CC BY 4.0); the words are ours. Its list is closed since 2023.
"""

from collections.abc import Mapping

from tilannekuva.domain.definitions import Text

_WORDS = {
    "C1": ("koulujen sulkeminen", "stängning av skolor", "closing of schools"),
    "C2": ("työpaikkojen sulkeminen", "stängning av arbetsplatser", "closing of workplaces"),
    "C3": ("yleisötapahtumat", "offentliga evenemang", "public events"),
    "C4": ("kokoontumiset", "sammankomster", "gatherings"),
    "C5": ("joukkoliikenne", "kollektivtrafik", "public transport"),
    "C6": ("kotona pysyminen", "att stanna hemma", "staying at home"),
    "C7": ("liikkuminen kotimaassa", "rörlighet inom landet", "movement within the country"),
    "C8": ("ulkomaanmatkat", "utrikesresor", "international travel"),
    "E1": ("toimeentulotuki", "inkomststöd", "income support"),
    "E2": ("velkojen lykkäys", "uppskov med skulder", "debt relief"),
    "E3": ("talouden tuki", "ekonomiskt stöd", "fiscal measures"),
    "E4": ("kansainvälinen apu", "internationellt bistånd", "international aid"),
    "H1": ("tiedottaminen", "information", "public information"),
    "H2": ("testaus", "testning", "testing"),
    "H3": ("tartunnanjäljitys", "smittspårning", "contact tracing"),
    "H4": ("terveydenhuollon lisärahoitus", "tillskott till hälsovården", "emergency funds for health care"),
    "H5": ("rokotteiden rahoitus", "finansiering av vaccin", "funds for vaccines"),
    "H6": ("kasvosuojukset", "munskydd", "face coverings"),
    "H7": ("rokotukset", "vaccinationer", "vaccination"),
    "H8": ("iäkkäiden suojelu", "skydd av äldre", "protection of the elderly"),
    "M1": ("muu toimi", "annan åtgärd", "other measure"),
    "V1": ("rokotusjärjestys", "vaccinationsordning", "order of vaccination"),
    "V2": ("rokotteiden saatavuus", "tillgång till vaccin", "availability of vaccines"),
    "V3": ("rokotusten kustannukset", "kostnader för vaccination", "cost of vaccination"),
    "V4": ("rokotuspakko", "vaccinationstvång", "mandatory vaccination"),
}
MEASURES: Mapping[str, Text] = {code: Text(fi=fi, sv=sv, en=en) for code, (fi, sv, en) in _WORDS.items()}


def measure(code: str, lang: str) -> str:
    """Give a measure in words; a code that is not in the list is given as it is."""
    return MEASURES[code].in_(lang) if code in MEASURES else code
