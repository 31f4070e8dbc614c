"""Led: pooled growth that also knows of a signal which goes before, as cases go before deaths and patients.

How far the signal of each of the last weeks lies above the series, against what has been usual between them,
tells what is still to come: a distributed lag with a drifting ratio. That deaths follow cases by a delay and
a share: Nishiura et al. 2009, PLoS ONE 4:e6852, doi:10.1371/journal.pone.0006852.
"""

from dataclasses import replace

from tilannekuva.models.growth import HEIGHT, LEVEL, OWN, SEASON, Series, Settings, mean
from tilannekuva.models.weeks import lag

_BEFORE = tuple(f"signal:{name}" for name in OWN)
_RATIO = ("ratio-0", "ratio-1", "ratio-2")
_WIDE = ("elsewhere", "signal:elsewhere", "signal:incidence", "signal:high-growth", *SEASON)
_BOTH = (*OWN, *LEVEL, *_BEFORE)
SETTINGS = (
    Settings(_BOTH),
    Settings((*_BOTH, *_RATIO)),
    Settings((*_BOTH, "recent-0", "recent-1", "recent-2")),
    Settings((*_BOTH, *_RATIO, *_WIDE, *HEIGHT, "signal:high")),
    Settings((*_BOTH, *_RATIO, *_WIDE)),
)
_LAGS, _LONG, _SHORT = 4, 16, 8  # weeks


def led_by(own: Series, signal: Series) -> Series:
    """Give a series that also knows of another of the same weeks which goes before it.

    Its features come with `signal:` before their names; `ratio-n` and `recent-n` say how far the signal n
    weeks ago, over the series now, lies from its mean of 16 and of 8 weeks (all in logs).
    """
    found = {f"signal:{name}": values for name, values in signal.features.items()}
    for back in range(_LAGS):
        ratio = lag(signal.logs, back) - own.logs
        found[f"ratio-{back}"] = ratio - mean(ratio, _LONG)
        found[f"recent-{back}"] = ratio - mean(ratio, _SHORT)
    return replace(own, features={**own.features, **found})
