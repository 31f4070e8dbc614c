"""Every weekly model, by name, and the members that the weekly forecast is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from tilannekuva.models import flat, growth, led, seasonal, towns_weekly, trend, weekly
from tilannekuva.models.growth import Series
from tilannekuva.models.hedging import hedged
from tilannekuva.models.levels import LEVELS, counts
from tilannekuva.models.model import HORIZONS, Known, Model, Outcome, Told, Unable
from tilannekuva.models.silence import after_silence
from tilannekuva.models.weeks import DAYS, Array

Member = Callable[[Series], Array]
_STARTED, _LEARNED = 6, 12  # weeks that plain members, and regressions, need
_HUB, _DIRECT, _POOLED = (
    "10.1073/pnas.2113561119",
    "10.1016/j.jeconom.2005.07.020",
    "10.1016/j.ijforecast.2021.03.004",
)
_FADING, _ROBUST = "10.1287/mnsc.31.10.1237", "10.1002/for.1125"


def _grown(settings: growth.Settings) -> Member:
    return lambda given: growth.forecast(given, settings, HORIZONS)


_PLAIN: Mapping[str, Member] = {
    "flat": lambda given: flat.forecast(given.told, HORIZONS),
    "trend": lambda given: trend.forecast(given.told, HORIZONS),
}
_SEASONAL: Mapping[str, Member] = {"seasonal": lambda given: seasonal.forecast(given, HORIZONS)}
_GROWTH = {f"growth-{nth}": _grown(one) for nth, one in enumerate(growth.SETTINGS)}
_LED = {f"led-{nth}": _grown(one) for nth, one in enumerate(led.SETTINGS)}
_ALL = {**_PLAIN, **_SEASONAL, **_GROWTH, **_LED}


def _told(known: Known, names: Sequence[str]) -> Array:
    """Give what members tell [area, horizon, member, level]; NaN where there are too few weeks for one.

    A member that goes by a signal tells of each signal, one after another.
    """
    given = [
        growth.series(one, known.inhabitants, phase=known.phase)
        for one in (known.daily, *known.signals.values())
    ]
    led_ones = [led.led_by(given[0], signal) for signal in given[1:]]
    found = [_one(name, one) for name in names for one in (led_ones if name in _LED else given[:1])]
    return np.stack(found, axis=2)


def _one(name: str, given: Series) -> Array:
    if name in _PLAIN or given.weeks.shape[1] >= _LEARNED:
        return _ALL[name](given)
    return np.full((len(given.weeks), len(HORIZONS), len(LEVELS)), np.nan)


def _single(names: Sequence[str]) -> Callable[[Known, np.random.Generator], Outcome]:
    """Give a model that averages members evenly and learns nothing from its past."""

    def forecast(known: Known, _rng: np.random.Generator) -> Outcome:
        told = counts(np.log1p(_told(known, names)).mean(axis=2))
        found = after_silence(told, known.daily)
        return Told(found, found[:, :, None])

    return forecast


def _weekly(known: Known, _rng: np.random.Generator) -> Outcome:
    members = _told(known, [*_PLAIN, *_SEASONAL, *_GROWTH, *(_LED if known.signals else ())])
    told, plain = weekly.combined(members, known.past)
    plain[np.isnan(known.daily).all(axis=1)] = np.nan  # what is told of them later was not missed by it
    return Told(after_silence(hedged(told, known.daily), known.daily), plain)


def _checked(model: Model, *, signal: bool = False) -> Model:
    """Give a model that says why when it cannot, and looks at nothing before the first week told."""

    def forecast(known: Known, rng: np.random.Generator) -> Outcome:
        if not np.isfinite(known.daily).any():
            return Unable("nothing is told of any area: see whether the source answers")
        if signal and not known.signals:
            return Unable(f"{model.name} needs a signal that goes before, as cases before deaths: name one")
        since = known.begun()
        weeks = since.daily.shape[1] // DAYS
        if weeks < model.weeks:
            missing = f"{weeks} whole weeks are known; {model.name} needs {model.weeks}"
            return Unable(f"{missing}: bring older days, or wait")
        return model.forecast(since, rng)

    return replace(model, forecast=forecast)


_WEEKLY = ("10.1287/mnsc.1120.1667", "10.1017/CBO9780511546921", "10.1038/363315a0")
_TOWNS = ("10.1093/aje/kwt133", "10.1049/ip-f-2.1993.0015", "10.1007/978-1-4757-3437-9_10")
_MODELS = (
    _checked(Model("flat", _single(["flat"]), (_HUB,), _STARTED)),
    _checked(Model("trend", _single(["trend"]), (_ROBUST, _FADING), _STARTED)),
    _checked(Model("seasonal", _single(["seasonal"]), ("10.2307/4591848",), _LEARNED)),
    _checked(Model("growth", _single(list(_GROWTH)), (_DIRECT, _POOLED), _LEARNED)),
    _checked(
        Model("led", _single(list(_LED)), ("10.1371/journal.pone.0006852", _DIRECT), _LEARNED), signal=True
    ),
    _checked(Model("towns", towns_weekly.forecast, _TOWNS, _STARTED)),
    _checked(Model("weekly", _weekly, _WEEKLY, _STARTED, learns=True)),
)
MODELS: Mapping[str, Model] = {one.name: one for one in _MODELS}
