"""The answer that a number rests on: what the ledger knows of the look, and the bytes as they came."""

from dataclasses import dataclass

from tilannekuva.errors import Busy, TilannekuvaError
from tilannekuva.flows.trace import Landed, Trace, Value
from tilannekuva.web.language import Language
from tilannekuva.web.pages.frame import Link, View
from tilannekuva.web.urls import raw

_PAGES = 12  # parts of an answer that are linked
_KILO = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer that a number rests on.

    `facts` are names and texts of what the ledger knows of the look, `hashes` the same of what names bytes;
    `parts` lead to the bytes as they came, `left_out` counts further ones; `closed` says why there are none;
    `anew` leads to reading them once more; `proven` says what came of it, `rows` is where the number stands.
    """

    facts: tuple[tuple[str, str], ...]
    hashes: tuple[tuple[str, str], ...]
    parts: tuple[Link, ...]
    left_out: int
    closed: str
    anew: Link | None
    proven: str
    rows: tuple[dict[str, str], ...]


def answer(view: View, value: Value, trace: Trace) -> Answer | None:
    """Tell of the answer that a value rests on; None where it rests on no single one."""
    landed, language = trace.landed, view.language
    if landed is None:
        return None
    parts = (
        [Link(one, raw(one)) for one in landed.pages] if landed.is_open and landed.size is not None else []
    )
    wanted = bool(view.asked("anew"))
    proven, rows = _proven(view, value, trace) if parts and wanted else ("", ())
    again = view.url("trace", name=view.name, day=value.day.isoformat(), anew="1")
    return Answer(
        facts=_facts(view, landed),
        hashes=(
            (language.text("Recipe"), f"{landed.look.source_id} {landed.look.definition[:12]}"),
            ("SHA-256", landed.look.sha256),
        ),
        parts=tuple(parts[:_PAGES]),
        left_out=max(0, len(parts) - _PAGES),
        closed=_closed(view, landed),
        anew=Link(language.text("Read the bytes anew and compare"), again) if parts and not wanted else None,
        proven=proven,
        rows=rows,
    )


def _facts(view: View, landed: Landed) -> tuple[tuple[str, str], ...]:
    language, look = view.language, landed.look
    source = view.picture.sources.get(look.source_id)
    facts = (
        (language.text("Source"), source.title.in_(language.code) if source else look.source_id),
        (language.text("Publisher"), source.publisher if source else ""),
        (language.text("Licence"), source.licence.in_(language.code) if source else ""),
        (language.text("Look number"), str(look.seq)),
        (language.text("Landed"), language.instant(look.landed_at)),
        (language.text("Outcome"), outcome_word(language, look.outcome)),
        (language.text("Address"), landed.url),
        (language.text("Media type"), look.media_type if len(landed.pages) == 1 else ""),
        (language.text("Parts"), str(len(landed.pages)) if len(landed.pages) > 1 else ""),
        (language.text("Size"), _size(language, landed.size)),
    )
    return tuple((name, text) for name, text in facts if text)


def outcome_word(language: Language, outcome: str) -> str:
    """Give the word for what came of a look."""
    return {
        "ok": language.text("read"),
        "unchanged": language.text("unchanged"),
        "partial": language.text("read in part"),
        "refused": language.text("refused"),
        "failed": language.text("no answer"),
    }[outcome]


def _size(language: Language, size: int | None) -> str:
    if size is None:
        return ""
    if size < _KILO:
        return language.plural("{n} byte", "{n} bytes", size)
    if size < _KILO * _KILO:
        return language.text("{n} kB", n=language.number(size / _KILO, 1))
    return language.text("{n} MB", n=language.number(size / _KILO**2, 1))


def _closed(view: View, landed: Landed) -> str:
    """Say why the bytes are not to be had, and whom to ask; empty when they are."""
    language = view.language
    if landed.size is None:
        return language.text("The bytes are no longer kept here whole. Ask whoever runs this picture.")
    if landed.is_open:
        return ""
    contact = view.reader.settings.contact
    if contact:
        return language.text(
            "The bytes are not public. Ask whoever runs this picture: {contact}", contact=contact
        )
    return language.text("The bytes are not public. Ask whoever runs this picture.")


def _proven(view: View, value: Value, trace: Trace) -> tuple[str, tuple[dict[str, str], ...]]:
    """Read the bytes anew and say whether they tell the same."""
    language = view.language
    try:
        proof = view.reader.proof(value, view.picture.as_of)
    except Busy:  # a page that says so would be kept until there is news
        raise
    except TilannekuvaError:
        return language.text("The bytes could not be read now. Try again in a moment."), ()
    if proof is None:
        return "", ()
    told = next((one for one in reversed(trace.told) if one.source == trace.heard), trace.told[-1])
    if proof.value == told.value:
        return language.text("The bytes were read anew and give the same number."), proof.rows
    said = language.text("The bytes were read anew and give another number. Tell whoever runs this picture.")
    return said, proof.rows
