"""Faults of a filled sheet, each told in the language of who filled it."""

from dataclasses import dataclass
from typing import Any

from tilannekuva.domain.definitions import Lang
from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.excel.words import sentences
from tilannekuva.sources.wording import quoted


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where: `row` from 1 on (0 = the whole sheet), `cell` its name, `said` what it holds."""

    code: str
    row: int = 0
    cell: str = ""
    title: str = ""
    said: str = ""
    hint: str = ""


class Unfit(NotUnderstood):
    """The whole sheet cannot be taken; `fault` says why, in any language."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(told(fault))
        self.fault = fault

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel from a child as what it was made of."""
        return Unfit, (self.fault,)


def told(fault: Fault, lang: Lang = "en") -> str:
    """Tell a fault with its place: "row 7, B7: 'abc' in column 'Tavoitettu' is no count"."""
    if not fault.row:
        return sentence(fault, lang)
    return f"{sentences()['row'][lang]} {fault.row}, {fault.cell}: {sentence(fault, lang)}"


def sentence(fault: Fault, lang: Lang) -> str:
    """Tell a fault without its place."""
    what, _, level = fault.code.partition(":")
    table = sentences()
    near = table["near"][lang] if level and fault.hint else ""
    kind = table["kind"][level][lang] if level else ""
    said, title = quoted(fault.said)[1:-1], quoted(fault.title)[1:-1]
    text: str = table[what][lang] + near
    return text.format(said=said, title=title, hint=fault.hint, kind=kind)
