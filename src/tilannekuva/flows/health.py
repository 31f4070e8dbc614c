"""Health: how each source fares against its own rhythm, as known at an instant."""

from datetime import UTC, datetime, timedelta

from tilannekuva.domain.looks import GOOD, Condition, Health, Look, Outcome
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.recipe import Recipe

LATE = 2.5  # rhythms without news after which a source is late
_NEW: tuple[Outcome, ...] = ("ok", "partial")
_BACKOFF = timedelta(minutes=1)  # first wait after a failure; doubles, at most the source's own `every`


def health(workspace: Workspace, recipe: Recipe, as_of: datetime) -> Health:
    """Give a source's condition: fresh, late, refused, failing or never."""
    ledger = workspace.ledger
    last = ledger.last_look(recipe.id, as_of=as_of)
    good = ledger.last_look(recipe.id, outcomes=GOOD, as_of=as_of)
    tells = bool(
        recipe.series or recipe.decisions
    )  # boundaries tell nothing: a new file of them is their news
    news = ledger.last_look(recipe.id, outcomes=() if tells else _NEW, news=tells, as_of=as_of)
    return Health(
        source_id=recipe.id,
        condition=_condition(last, news, recipe, as_of),
        last_look_at=_at(last),
        last_good_at=_at(good),
        last_news_at=_at(news),
        due_at=due_at(workspace, recipe, last),
        message=last.message if last else "",
    )


def _at(look: Look | None) -> datetime | None:
    return look.landed_at if look else None


def _condition(last: Look | None, news: Look | None, recipe: Recipe, as_of: datetime) -> Condition:
    if last is None:
        return "never"
    if last.outcome == "refused":
        return "refused"
    if last.outcome == "failed":
        return "failing"
    if news is None or as_of - news.landed_at > recipe.rhythm * LATE:
        return "late"
    return "fresh"


def due_at(workspace: Workspace, recipe: Recipe, last: Look | None) -> datetime | None:
    """Say when a source is to be asked next; None when it is never asked."""
    if recipe.every is None or recipe.fetch.protocol == "inbox":
        return None
    if last is None:
        return datetime.min.replace(tzinfo=UTC)
    wait = recipe.every
    if last.outcome == "failed":
        failures = workspace.ledger.failures(recipe.id)
        wait = min(wait, _BACKOFF * 2 ** min(failures - 1, 16))
    return max(last.landed_at + wait, last.not_before or last.landed_at)
