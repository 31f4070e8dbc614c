"""Looking: what came of a source's looks, and what it is asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tilannekuva.domain.looks import Look
from tilannekuva.flows.trace import told_address
from tilannekuva.flows.workspace import Workspace

_LOOKS, _REFUSED = 10, 5
_INSTANT = timedelta(microseconds=1)  # looks at one source are at least so far apart


@dataclass(frozen=True, slots=True)
class Course:
    """A source's newest looks and refused answers, the newest first, and the indicators that it tells.

    `sent` says whether its answers are delivered to the inbox; `definition` is the hash of its recipe in
    force, `address` where it is asked, without secrets.
    """

    looks: tuple[Look, ...]
    refused: tuple[Look, ...]
    tells: tuple[str, ...]
    sent: bool
    definition: str
    address: str


def courses(workspace: Workspace, sources: Sequence[str], as_of: datetime) -> dict[str, Course]:
    """Give the course of each source, from nothing known later."""
    known = workspace.recipes(as_of)
    texts = workspace.ledger.definitions(as_of=as_of)
    return {
        name: Course(
            looks=tuple(_lately(workspace, name, as_of, most=_LOOKS)),
            refused=tuple(_lately(workspace, name, as_of, most=_REFUSED, outcomes=("refused",))),
            tells=tuple(dict.fromkeys(one.indicator for one in known[name].series)),
            sent=known[name].fetch.protocol == "inbox",
            definition=texts["recipe", name].sha256,
            address=told_address(known[name].fetch.url),
        )
        for name in sources
    }


def _lately(
    workspace: Workspace, source: str, as_of: datetime, *, most: int, outcomes: Sequence[str] = ()
) -> Iterator[Look]:
    """Yield a source's newest looks of some outcomes."""
    for _ in range(most):
        look = workspace.ledger.last_look(source, outcomes=outcomes, as_of=as_of)
        if look is None:
            return
        yield look
        as_of = look.landed_at - _INSTANT
