"""Model cards: what each model rests on, what it assumes, and how good it has been here."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from tilannekuva.errors import NotInstalled
from tilannekuva.flows import foretold, scoring
from tilannekuva.flows.workspace import Workspace

Card = dict[str, Any]


def cards(workspace: Workspace, area: str, as_of: datetime) -> list[Card]:
    """Give a card for each indicator that is forecast, and one for each set of assumptions of scenarios.

    `scores` are those of forecasts for an area that had come due at the instant; raises NotInstalled.
    """
    forecasts = [_forecast(workspace, one.id, area, as_of) for one in foretold.foretold(workspace, as_of)]
    assumed = [
        {"model": f"scenario:{name}", "about": one.about.en, "papers": list(one.sources), "assumes": name}
        for name, one in workspace.assumptions(as_of).items()
    ]
    return [*forecasts, *assumed]


def _forecast(workspace: Workspace, indicator: str, area: str, as_of: datetime) -> Card:
    one = workspace.catalogue(as_of).indicator(indicator)
    assert one.forecast is not None  # noqa: S101 - `foretold` names those that are forecast
    scored = scoring.scores(workspace, indicator, area, as_of)
    return {
        "model": one.forecast.told_by,
        "indicator": indicator,
        "papers": _papers(one.forecast.told_by),
        "assumes": one.forecast.model_dump(mode="json", exclude_defaults=True),
        "scores": [asdict(each) for each in scoring.records(scored)],
    }


def _papers(model: str) -> list[str]:
    """Give the papers (DOI) of a weekly model; a method that is none cites them where it is written."""
    try:
        from tilannekuva.models.members import MODELS  # noqa: PLC0415 - commands start without numpy
    except ImportError:
        raise NotInstalled("a model card", "forecast") from None
    return list(MODELS[model].cites) if model in MODELS else []
