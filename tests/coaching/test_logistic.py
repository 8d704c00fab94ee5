"""The regression finds the peak it claims, and knows how unsure it is there."""

import random
from math import exp, log, pi

import numpy as np
import pytest

from stridesense.coaching.logistic import Posterior, Prior, fit, logistic, solve

PRIOR = Prior(mean=(-1.0, 0.0, 0.5), sd=(1.5, 0.8, 0.3))


def cases(count: int, seed: int = 1) -> tuple[list[tuple[float, ...]], list[bool]]:
    chance = random.Random(seed)
    rows = [(1.0, chance.gauss(0, 1), chance.uniform(-2.5, 2.5)) for _ in range(count)]
    return rows, [chance.random() < logistic(-0.5 + row[1]) for row in rows]


def log_posterior(weights: np.ndarray, rows: list[tuple[float, ...]], outcomes: list[bool]) -> float:
    logits = np.array(rows).reshape(-1, 3) @ weights
    likelihood = sum(-np.log1p(np.exp(-x if yes else x)) for x, yes in zip(logits, outcomes, strict=True))
    return float(likelihood - 0.5 * np.sum(((weights - PRIOR.mean) / PRIOR.sd) ** 2))


@pytest.mark.parametrize("count", [0, 1, 8, 90])
def test_no_step_away_from_the_peak_goes_up(count: int) -> None:
    rows, outcomes = cases(count)
    peak = np.array(fit(rows, outcomes, PRIOR).weights)
    top = log_posterior(peak, rows, outcomes)
    for step in np.vstack([np.eye(3), -np.eye(3)]) * 1e-3:
        assert log_posterior(peak + step, rows, outcomes) < top


def test_the_precision_is_the_curvature_there() -> None:
    rows, outcomes = cases(40)
    posterior = fit(rows, outcomes, PRIOR)
    peak, h = np.array(posterior.weights), 1e-3
    for i, at in enumerate(np.eye(3) * h):
        around = log_posterior(peak + at, rows, outcomes) + log_posterior(peak - at, rows, outcomes)
        curvature = (around - 2 * log_posterior(peak, rows, outcomes)) / h**2
        assert posterior.precision[i][i] == pytest.approx(-curvature, rel=1e-3)


@pytest.mark.parametrize("yes", [True, False])
def test_cases_that_all_went_one_way_stay_finite(*, yes: bool) -> None:
    rows = [(1.0, 2.5, -2.5)] * 90
    weights = fit(rows, [yes] * 90, PRIOR).weights
    assert all(abs(weight) < 10.0 for weight in weights)
    assert (logistic(sum(w * x for w, x in zip(weights, rows[0], strict=True))) > 0.9) is yes


def test_without_cases_the_prior_speaks() -> None:
    posterior = fit([], [], PRIOR)
    assert posterior.weights == PRIOR.mean
    logit = -1.0 / (1.0 + pi * 1.5**2 / 8.0) ** 0.5
    assert posterior.probability((1.0, 0.0, 0.0)) == pytest.approx(1.0 / (1.0 + exp(-logit)))


def test_doubt_draws_a_probability_towards_a_half() -> None:
    sure = Posterior(weights=(2.0,), precision=((1e9,),))
    unsure = Posterior(weights=(2.0,), precision=((0.2,),))
    assert sure.probability((1.0,)) == pytest.approx(logistic(2.0))
    assert 0.5 < unsure.probability((1.0,)) < logistic(2.0)


@pytest.mark.parametrize("x", [-1e6, -3.0, 0.0, 3.0, 1e6])
def test_the_logistic_function_neither_overflows_nor_reaches_its_ends(x: float) -> None:
    assert 0.0 < logistic(x) < 1.0
    if abs(x) < 10.0:
        assert log(logistic(x) / logistic(-x)) == pytest.approx(x)


def test_elimination_solves_what_numpy_solves() -> None:
    chance = np.random.default_rng(2)
    square = chance.normal(size=(6, 6))
    matrix, right = square @ square.T + np.eye(6), chance.normal(size=6)
    assert solve(matrix.tolist(), right.tolist()) == pytest.approx(np.linalg.solve(matrix, right).tolist())
