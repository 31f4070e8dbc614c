"""How often intervals hold, and what chance alone may do to means over forecasts that overlap in time."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
DOUBT = 2.0  # standard errors within which chance alone may do it


def covered(drawn: Array, came: Array, share: float) -> Array:
    """Give how far central intervals cover what came [...], from draws [..., draw].

    Counts are whole: where what came lies on the edge of the interval, the part of its chance that lies
    inside is given (the expected cover of the randomised PIT; Czado, Gneiting and Held 2009, Biometrics
    65:1254, doi:10.1111/j.1541-0420.2009.01191.x).
    """
    below, until = (drawn < came[..., None]).mean(axis=-1), (drawn <= came[..., None]).mean(axis=-1)
    low, high = (1 - share) / 2, (1 + share) / 2
    inside = np.clip(np.minimum(until, high) - np.maximum(below, low), 0, None)
    return np.where(until > below, inside / np.maximum(until - below, 1e-9), (low <= below) & (below <= high))


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


def beyond(values: Array, limit: float, overlap: int) -> bool:
    """Tell whether the mean of values [forecast] is farther from zero than a limit, beyond doubt."""
    return bool(abs(values.mean()) - DOUBT * error(values, overlap) > limit)
