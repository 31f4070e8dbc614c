"""What chance alone may do: standard errors of means over forecasts that overlap in time."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
DOUBT = 2.0  # standard errors within which chance alone may do it


def error(values: Array, overlap: int) -> float:
    """Give the standard error of the mean of values [forecast], of which so many in a row share days.

    Newey and West 1987, doi:10.2307/1913610.
    """
    n, centred = len(values), values - values.mean()
    lags = range(1, min(overlap, n))
    variance = (
        centred @ centred + 2 * sum((1 - k / overlap) * (centred[k:] @ centred[:-k]) for k in lags)
    ) / n
    return float(np.sqrt(max(variance, 1e-12) / n))


def beyond(values: Array, limit: float, overlap: int, *, least: float = 0.0) -> bool:
    """Tell whether the mean of values [forecast] is farther from zero than a limit, beyond doubt.

    `least` is the standard deviation of a value where nothing is wrong: few values may happen to be alike.
    """
    usual = least * float(np.sqrt(overlap / len(values)))
    return bool(abs(values.mean()) - DOUBT * max(error(values, overlap), usual) > limit)
