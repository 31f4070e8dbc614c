"""The form by which a decision is recorded, changed, replaced, reviewed or taken back."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from tilannekuva.domain.access import Visibility
from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date, stamp
from tilannekuva.domain.decisions import BODIES, Decision, flat
from tilannekuva.domain.definitions import LANGS
from tilannekuva.domain.measures import MEASURES
from tilannekuva.errors import BadInput, UnknownDecision
from tilannekuva.flows.asking import decision_row
from tilannekuva.flows.decisions import Fault
from tilannekuva.flows.inbox import receipt
from tilannekuva.web.language import Language
from tilannekuva.web.pages.decide_row import Act, Values, written
from tilannekuva.web.pages.decisions import body_word, standing_words
from tilannekuva.web.pages.frame import LANGUAGE_NAMES, Frame, Link, View, frame

OWN = "decisions-own"  # the source to which the form is handed in
Kind = Literal["text", "area", "date", "datetime-local", "number", "url", "select"]
STRENGTHS = ("0", "1", "2", "3", "4", "5")
_NEXT_REVIEW = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form.

    `kind` says how it is filled, `options` are a choice's values and words, `help` stands under it, `fault`
    says what is wrong with what was written; `limit` is the most characters.
    """

    name: str
    label: str
    kind: Kind = "text"
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    help: str = ""
    fault: str = ""
    required: bool = False
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Tick:
    """A measure that may be ticked, and its strength."""

    code: str
    label: str
    ticked: bool
    strength: str


@dataclass(frozen=True, slots=True)
class DecidePage:
    """The form: what must be told first, all else under groups that open when they are wanted.

    `lead` says what is being done, `fault` what stands against the whole of it; `of` leads to the decision
    that is changed; `first` are the fields that are always seen; `groups` the others under their titles, each
    with whether it stands open; `measures` may be ticked under `measured`; `hidden` fields go along; `send`
    is the word of the button.
    """

    frame: Frame
    title: str
    lead: str
    fault: str
    of: Link | None
    action: str
    hidden: tuple[tuple[str, str], ...]
    first: tuple[Field, ...]
    groups: tuple[tuple[str, tuple[Field, ...], bool], ...]
    measured: str
    measures: tuple[Tick, ...]
    strengths: tuple[str, ...]
    send: str


def decide_page(view: View) -> DecidePage:
    """Make the form as it is opened; raises UnknownDecision and BadInput."""
    known = changed(view)
    return form(view, opened(view, known), known)


def changed(view: View) -> Decision | None:
    """Give the decision that is to be changed; None for a new one. Raises UnknownDecision and BadInput."""
    name = view.asked("decision")
    if act(view) == "new":
        return None
    newest = view.reader.decision(name, view.reader.now)[0]
    here = view.reader.viewer.municipality
    if newest.source != OWN or newest.status == "withdrawn" or newest.municipality not in ("", here):
        raise UnknownDecision(f"the decision '{name}' was not recorded here")
    return newest


def act(view: View) -> Act:
    """Say what is to be done; raises BadInput for what cannot be."""
    asked = view.asked("act") or ("edit" if view.asked("decision") else "new")
    for one in ("new", "edit", "supersede", "review", "withdraw"):
        if asked == one and bool(view.asked("decision")) == (one != "new"):
            return one
    raise BadInput(f"'{asked}' cannot be done to a decision")


def opened(view: View, known: Decision | None) -> dict[str, list[str]]:
    """Give what the fields hold when the form is opened: what is known, or what is most likely."""
    today = helsinki_date(view.picture.as_of).isoformat()
    values = {"receipt": [receipt()], "seen_at": [stamp(view.picture.as_of)]}
    if known is None:
        area = view.reader.viewer.municipality or view.picture.area
        return values | {"taken_on": [today], "area": [area], "visibility": ["public"]}
    values |= {name: [written(cell)] for name, cell in flat(known).items()} | {"of": [stamp(known.known_at)]}
    values["measure"] = [one.code for one in known.measures]
    values |= {f"strength-{one.code}": [written(one.strength)] for one in known.measures}
    if act(view) == "supersede":
        values |= {"taken_on": [today], "effective_from": [""], "effective_to": [""], "review_on": [""]}
        values |= {name: [""] for name in ("case_number", "link", "published_at", "stage")}
    if act(view) == "review":
        after = helsinki_date(view.picture.as_of) + _NEXT_REVIEW
        values |= {"reviewed_on": [today], "seen": [""], "verdict": [""], "review_on": [after.isoformat()]}
    return values


def form(
    view: View, values: Values, known: Decision | None, *, fault: Fault | None = None, against: str = ""
) -> DecidePage:
    """Make the form filled with values; a fault stands beside its field, `against` over the whole."""
    language, doing = view.language, act(view)
    title, lead, send = _words(language)[doing]
    asked = _Asked(view, values, fault)
    first, groups = asked.reviewed if doing == "review" else asked.whole
    told = [] if doing == "withdraw" else [*first, *(one for _, fields, _ in groups for one in fields)]
    unplaced = fault and fault.column not in {one.name for one in told}
    return DecidePage(
        frame=frame(view),
        title=title,
        lead=lead,
        fault=against or (fault_words(language, fault) if fault and unplaced else ""),
        of=Link(known.title(language.code), view.url("decision", name=known.name)) if known else None,
        action=view.url("decide"),
        hidden=tuple((name, asked.value(name)) for name in ("receipt", "seen_at", "of")),
        first=() if doing == "withdraw" else first,
        groups=() if doing == "withdraw" else groups,
        measured=language.text("Measures"),
        measures=() if doing in ("review", "withdraw") else asked.measures,
        strengths=STRENGTHS,
        send=send,
    )


def _words(language: Language) -> dict[Act, tuple[str, str, str]]:
    """Give title, sentence and button of each thing to do."""
    save = language.text("Save")
    return {
        "new": (
            language.text("Record a decision"),
            language.text("Title, body and day are enough. The picture that you see now is kept with it."),
            save,
        ),
        "edit": (
            language.text("Change the record"),
            language.text("What was known before stays in the record with its time."),
            save,
        ),
        "supersede": (
            language.text("Replace the decision"),
            language.text("Record the new decision. The old one ends on the day before it and leads to it."),
            save,
        ),
        "review": (
            language.text("Review the decision"),
            language.text("Say what was seen and whether the decision stays."),
            save,
        ),
        "withdraw": (
            language.text("Take back the record"),
            language.text(
                "The decision is no longer shown. What was known of it stays in the record. "
                "To end a decision, change its last day instead."
            ),
            language.text("Take back"),
        ),
    }


@dataclass(frozen=True, slots=True)
class _Asked:
    """The fields of a form with what they hold."""

    view: View
    values: Values
    fault: Fault | None

    def value(self, name: str) -> str:
        return next(iter(self.values.get(name, ())), "")

    def field(self, name: str, label: str, kind: Kind = "text", **more: Any) -> Field:  # noqa: ANN401 - fields by name
        is_here = self.fault is not None and self.fault.column == name
        said = fault_words(self.view.language, self.fault) if self.fault and is_here else ""
        return Field(name, label, kind, self.value(name), fault=said, **more)

    @property
    def whole(self) -> tuple[tuple[Field, ...], tuple[tuple[str, tuple[Field, ...], bool], ...]]:
        language = self.view.language
        groups = (
            (language.text("When and where it holds"), self._period()),
            (language.text("Text and grounds"), self._texts()),
            (language.text("Expected effect and review"), self._effect()),
            (language.text("Who may see it"), self._seen_by()),
        )
        marked = self.fault.column if self.fault else ""
        return self._first(), tuple(
            (title, fields, any(one.name == marked for one in fields)) for title, fields in groups
        )

    @property
    def reviewed(self) -> tuple[tuple[Field, ...], tuple[tuple[str, tuple[Field, ...], bool], ...]]:
        text = self.view.language.text
        verdicts = (
            ("", text("choose")),
            ("kept", text("stays as it is")),
            ("changed", text("is changed")),
            ("ended", text("ends")),
        )
        fields = (
            self.field("seen", text("What was seen"), "area", limit=2000),
            self.field("verdict", text("The decision"), "select", options=verdicts, required=True),
            self.field("reviewed_on", text("Day of the review"), "date", required=True),
            self.field("review_on", text("Next review on"), "date"),
        )
        return fields, ()

    def _first(self) -> tuple[Field, ...]:
        text, code = self.view.language.text, self.view.language.code
        bodies = [("", text("choose")), *((one, body_word(self.view.language, one)) for one in BODIES)]
        title = self.field(
            f"title_{code}", text("Title"), required=True, limit=300, help=text("No names of persons.")
        )
        if self.fault and self.fault.column == "title":
            title = Field(**{**_as_dict(title), "fault": fault_words(self.view.language, self.fault)})
        return (
            title,
            self.field("body", text("Decided by"), "select", options=tuple(bodies), required=True),
            self.field("taken_on", text("Day"), "date", required=True),
        )

    def _period(self) -> tuple[Field, ...]:
        language = self.view.language
        text = language.text
        areas = [("", text("not told"))]
        areas += [(one, register().area(one).name(language.code)) for one in self._places()]
        stages = (
            ("", text("from the days")),
            ("proposed", standing_words(language)["proposed"]),
            ("repealed", standing_words(language)["repealed"]),
        )
        return (
            self.field("effective_from", text("In force from"), "date"),
            self.field("effective_to", text("In force to"), "date"),
            self.field("area", text("Area"), "select", options=tuple(areas)),
            self.field("stage", text("Status"), "select", options=stages),
            self.field("organ", text("Name of the body"), limit=120),
            self.field("published_at", text("Published"), "datetime-local"),
        )

    def _places(self) -> list[str]:
        """Give the areas to choose from: the one that is held, the one looked at and all that it is in."""
        found = [self.value("area"), *self.view.picture.chain]
        return [one for one in dict.fromkeys(found) if one]

    def _texts(self) -> tuple[Field, ...]:
        text, code = self.view.language.text, self.view.language.code
        others = [one for one in LANGS if one != code]
        return (
            self.field(f"text_{code}", text("What was decided"), "area", limit=4000),
            *(
                self.field(f"title_{one}", f"{text('Title')}: {LANGUAGE_NAMES[one]}", limit=300)
                for one in others
            ),
            *(
                self.field(
                    f"text_{one}", f"{text('What was decided')}: {LANGUAGE_NAMES[one]}", "area", limit=4000
                )
                for one in others
            ),
            self.field("options", text("Options considered"), "area", limit=2000),
            self.field("legal_basis", text("Legal basis"), limit=300),
            self.field("case_number", text("Case number"), limit=300),
            self.field("link", text("Link to the minutes"), "url", limit=2000),
            self.field("note", text("Remark"), limit=300),
        )

    def _effect(self) -> tuple[Field, ...]:
        language = self.view.language
        text, told = language.text, self.view.picture.indicators.values()
        chosen = sorted((one.title.in_(language.code), one.id) for one in told)
        indicators = [("", text("none")), *((name, title) for title, name in chosen)]
        ways = (("", text("choose")), ("down", text("goes down")), ("up", text("goes up")))
        return (
            self.field("expected_indicator", text("Indicator"), "select", options=tuple(indicators)),
            self.field("expected_direction", text("Expected direction"), "select", options=ways),
            self.field("expected_size", text("At least, per cent"), "number"),
            self.field("expected_by", text("Expected by"), "date"),
            self.field("review_on", text("Review on"), "date"),
            self.field(
                "owner",
                text("Responsible"),
                limit=120,
                help=text("A role, such as director of elderly care."),
            ),
        )

    def _seen_by(self) -> tuple[Field, ...]:
        words = visibility_words(self.view.language)
        if self.view.reader.viewer.role != "leadership":
            words.pop("leadership")
        return (
            self.field(
                "visibility", self.view.language.text("Shown to"), "select", options=tuple(words.items())
            ),
        )

    @property
    def measures(self) -> tuple[Tick, ...]:
        lang, ticked = self.view.language.code, self.values.get("measure", [])
        found = [
            Tick(code, text.in_(lang), code in ticked, self.value(f"strength-{code}"))
            for code, text in MEASURES.items()
        ]
        return tuple(sorted(found, key=lambda one: not one.ticked))


def _as_dict(one: Field) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Field.__slots__}


def visibility_words(language: Language) -> dict[Visibility | str, str]:
    """Give the words for who may see a thing, the most open first."""
    return {
        "public": language.text("everybody"),
        "shared": language.text("partner municipalities"),
        "internal": language.text("own staff"),
        "leadership": language.text("leadership"),
    }


def fault_words(language: Language, fault: Fault) -> str:
    """Say what is wrong with a field."""
    words = {
        "missing": language.text("This is needed."),
        "day": language.text("This is no day."),
        "ahead": language.text(
            "This day has not come yet. Choose the status proposed for what is to be decided."
        ),
        "order": language.text("The last day is before the first."),
        "number": language.text("This is no number above zero."),
        "person": language.text("An identity code or a phone number is not recorded. Take it out."),
        "long": language.text("This is too long."),
        "changed": language.text(
            "Somebody else has changed the decision meanwhile. Check it and save again."
        ),
        "old": language.text("This form was opened too long ago. Check it and send it again."),
    }
    return words.get(fault.kind, language.text("This cannot be taken as it is."))


def rows(view: View) -> list[dict[str, Any]]:
    """Give what is known of the decision that is to be changed as data."""
    known = changed(view)
    return [] if known is None else [decision_row(known)]
