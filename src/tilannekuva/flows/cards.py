"""Model cards: what each model rests on, what it assumes, and how good it has been here."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from tilannekuva.errors import NotInstalled
from tilannekuva.flows import foretold, scoring
from tilannekuva.flows.workspace import Workspace

Card = dict[str, Any]


def cards(workspace: Workspace, near: Iterable[str], as_of: datetime) -> list[Card]:
    """Give a card for each indicator that is forecast, and one for each set of assumptions of scenarios.

    `scores` are those of forecasts that had come due at the instant, for the first of some areas that has
    any; raises NotInstalled.
    """
    areas = tuple(near)
    forecasts = [_forecast(workspace, one.id, areas, as_of) for one in foretold.foretold(workspace, as_of)]
    assumed = [
        {"model": f"scenario:{name}", "about": one.about.en, "papers": list(one.sources), "assumes": name}
        for name, one in workspace.assumptions(as_of).items()
    ]
    return [*forecasts, *assumed]


def _forecast(workspace: Workspace, indicator: str, near: Iterable[str], as_of: datetime) -> Card:
    one = workspace.catalogue(as_of).indicator(indicator)
    assert one.forecast is not None  # noqa: S101 - `foretold` names those that are forecast
    scored = (scoring.scores(workspace, indicator, area, as_of) for area in near)
    return {
        "model": one.forecast.told_by,
        "indicator": indicator,
        "papers": _papers(one.forecast.told_by),
        "assumes": one.forecast.model_dump(mode="json", exclude_defaults=True),
        "scores": [asdict(each) for each in scoring.records(next(filter(None, scored), ()))],
    }


def _papers(model: str) -> list[str]:
    """Give the papers (DOI) of a model or method; a need has none, it rests on what is assumed."""
    try:
        from tilannekuva.models import stays  # noqa: PLC0415 - commands start without numpy
        from tilannekuva.models.members import MODELS  # noqa: PLC0415 - as above
    except ImportError:
        raise NotInstalled("a model card", "forecast") from None
    if model == "stays":
        return list(stays.CITES)
    return list(MODELS[model].cites) if model in MODELS else []
