"""Language: texts, numbers and days as people write them in Finnish, Swedish and English."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib import resources
from io import BytesIO

from babel import Locale
from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from tilannekuva.domain.calendar import HELSINKI

_LOCALES = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_FI"}
_DAYS = {"fi": "d.M.yyyy", "sv": "d.M.yyyy", "en": "d MMM yyyy"}
_SHORT_DAYS = {"fi": "d.M.", "sv": "d.M", "en": "d MMM"}
_CLOCKS = {"fi": "klo {hour}.{minute:02}", "sv": "kl. {hour}.{minute:02}", "en": "at {hour}:{minute:02}"}
_TRUE_MINUS = {"fi", "sv"}  # Babel writes a hyphen
Text = str | tuple[str, ...]


class Language:
    """One language: `code` is fi, sv or en; texts are looked up by their English form."""

    def __init__(self, code: str, texts: Mapping[str, Text]) -> None:
        self.code = code
        self._texts = texts
        self._locale = Locale.parse(_LOCALES[code])

    def text(self, english: str, **values: object) -> str:
        """Give a text, its {placeholders} filled."""
        found = self._texts.get(english) or english
        return str(found).format(**values) if values else str(found)

    def plural(self, one: str, many: str, n: int, **values: object) -> str:
        """Give the singular or the plural of a text; {n} is the number."""
        forms = self._texts.get(one) or (one, many)
        return forms[0 if n == 1 else 1].format(n=n, **values)

    def number(self, value: float, decimals: int = 0, *, signed: bool = False) -> str:
        """Write a number; `signed` writes a plus before what is above zero."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        written = format_decimal(round(value, decimals) + 0.0, pattern, locale=self._locale)
        if self.code in _TRUE_MINUS:
            written = written.replace("-", "−")
        return f"+{written}" if signed and round(value, decimals) > 0 else written

    def percent(self, number: str) -> str:
        """Add the per cent sign to a written number; Finnish and Swedish part them."""
        return f"{number}%" if self.code == "en" else f"{number}\N{NO-BREAK SPACE}%"

    def ago(self, days: int) -> str:
        """Say how many days ago something was."""
        if days <= 0:
            return self.text("today")
        return self.plural("yesterday", "{n} days ago", days)

    def day(self, day: date) -> str:
        """Write a day with its year."""
        return format_date(day, _DAYS[self.code], locale=self._locale)

    def period(self, first: date, freq: str) -> str:
        """Write a day with its year, or the ISO week, month or year that begins on it."""
        year, week, _ = first.isocalendar()
        if freq == "week":
            return self.text("week {week}/{year}", week=week, year=year)
        if freq == "day":
            return self.day(first)
        return format_date(first, "LLLL y" if freq == "month" else "y", locale=self._locale)

    def short_day(self, day: date) -> str:
        """Write a day without its year."""
        return format_date(day, _SHORT_DAYS[self.code], locale=self._locale)

    def month(self, day: date) -> str:
        """Write a month's name, with the year in January."""
        return format_date(day, "LLL yyyy" if day.month == 1 else "LLL", locale=self._locale)

    def instant(self, at: datetime, *, short: bool = False) -> str:
        """Write an instant on Helsinki's clock; `short` leaves the year out."""
        day = (self.short_day if short else self.day)(at.astimezone(HELSINKI).date())
        return f"{day} {self.clock(at)}"

    def clock(self, at: datetime) -> str:
        """Write the time of day of an instant on Helsinki's clock."""
        local = at.astimezone(HELSINKI)
        return _CLOCKS[self.code].format(hour=local.hour, minute=local.minute)


@cache
def language(code: str) -> Language:
    """Give a language with its catalogue; English is the texts' own."""
    file = resources.files("tilannekuva.web") / "locale" / f"{code}.po"
    catalogue = read_po(BytesIO(file.read_bytes()), locale=code) if code != "en" else ()
    texts: dict[str, Text] = {}
    for message in catalogue:
        if message.id and message.string:
            key = message.id if isinstance(message.id, str) else message.id[0]
            texts[key] = message.string if isinstance(message.string, str) else tuple(message.string)
    return Language(code, texts)
