"""The exact smoother beside a sampler that knows nothing of grids: NUTS on the same model (extra `jax`)."""

import numpy as np
import pytest
from test_reproduction import INTERVAL, renewed

from tilannekuva.models.reproduction import filtered, pressure
from tilannekuva.models.weeks import Array

STEP, LOWEST, HIGHEST = 0.15, 0.01, 10.0
SERIES = {
    "a wave": renewed(np.repeat([1.5, 0.8, 1.2], 10), first=30, seed=4),
    "a handful": renewed(np.full(30, 1.0), first=2, seed=7),
    "an end": np.append(renewed(np.full(20, 0.9), first=10, seed=5), np.zeros(10)),
}


def sampled(days: Array, *, samples: int = 2000, seed: int = 0) -> tuple[Array, Array, Array]:
    """Give mean, standard deviation and Monte Carlo error of R of each day but the first, by NUTS."""
    jax = pytest.importorskip("jax", reason="the extra jax is not installed")
    numpyro = pytest.importorskip("numpyro", reason="the extra jax is not installed")
    from numpyro.contrib.control_flow import scan  # noqa: PLC0415 - the extra may be absent
    from numpyro.diagnostics import effective_sample_size  # noqa: PLC0415 - likewise

    def day(number, told):  # noqa: ANN001, ANN202 - traced by jax
        width = STEP * jax.numpy.sqrt(number)
        spread = numpyro.distributions.TruncatedNormal(number, width, low=LOWEST, high=HIGHEST)
        number = numpyro.sample("number", spread)
        numpyro.sample("cases", numpyro.distributions.Poisson(number * told[0]), obs=told[1])
        return number, None

    def walk() -> None:
        first = numpyro.sample("first", numpyro.distributions.Uniform(LOWEST, HIGHEST))
        told = np.column_stack([np.maximum(pressure(days, INTERVAL), 1e-9), days])[1:]
        scan(day, first, jax.numpy.asarray(told))

    kernel = numpyro.infer.NUTS(walk, target_accept_prob=0.95)
    chain = numpyro.infer.MCMC(
        kernel,
        num_warmup=1000,
        num_samples=samples,
        num_chains=4,
        chain_method="vectorized",
        progress_bar=False,
    )
    chain.run(jax.random.PRNGKey(seed))
    drawn = np.asarray(chain.get_samples(group_by_chain=True)["number"], dtype=np.float64)
    mean, wide = drawn.mean(axis=(0, 1)), drawn.std(axis=(0, 1))
    return mean, wide, wide / np.sqrt(effective_sample_size(drawn))


@pytest.mark.slow
@pytest.mark.parametrize("name", SERIES)
def test_the_smoother_is_what_nuts_samples(name: str):
    """Means equal within Monte Carlo error, spreads to a tenth."""
    mean, wide, error = sampled(SERIES[name])

    course = filtered(SERIES[name], INTERVAL, step=STEP, points=600)
    exact = course.smoothed[1:] @ course.grid
    spread = np.sqrt(course.smoothed[1:] @ course.grid**2 - exact**2)

    off = (mean - exact) / error
    assert np.sqrt((off**2).mean()) < 2
    assert np.abs(off).max() < 4.5
    assert np.allclose(spread, wide, rtol=0.1)
