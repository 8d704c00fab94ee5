"""A small Bayesian logistic regression in plain Python, for some dozens of cases and a handful of features.

The weights have independent Gaussian priors. Newton steps find the peak of what is known after the cases; the
curvature there says how unsure the weights are, and a prediction is drawn towards a half by that much
(MacKay 1992, Neural Computation 4:720-736, eq. 29).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, pi, sqrt
from typing import Final

NEWTON_STEPS: Final = 12
"""At most; a handful is the rule, as the prior keeps the peak round."""

CLOSE: Final = 1e-9
STEEPEST: Final = 30.0
"""Beyond this a logistic function is 0 or 1 to 13 digits, and its exponential need not grow further."""

Vector = Sequence[float]


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of each weight before any case: mean and standard deviation, the same length."""

    mean: tuple[float, ...]
    sd: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Posterior:
    """The most likely weights (n,), and their inverse covariance (n, n)."""

    weights: tuple[float, ...]
    precision: tuple[tuple[float, ...], ...]

    def probability(self, row: Vector) -> float:
        """The chance of yes for a row (n,), moderated by how unsure the weights are there."""
        variance = _dot(row, solve(self.precision, row))
        return logistic(_dot(self.weights, row) / sqrt(1.0 + pi * variance / 8.0))


def logistic(x: float) -> float:
    """1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + exp(-min(STEEPEST, max(-STEEPEST, x))))


def fit(rows: Sequence[Vector], outcomes: Sequence[bool], prior: Prior) -> Posterior:
    """What the cases teach.

    Args:
        rows: features of the cases (cases, n), a constant among them where one is wanted.
        outcomes: yes or no for each.
        prior: of the weights (n,).
    """
    weights = list(prior.mean)
    for _ in range(NEWTON_STEPS):
        chances = [logistic(_dot(weights, row)) for row in rows]
        step = solve(_precision(rows, chances, prior), _uphill(rows, outcomes, chances, weights, prior))
        weights = [weight + by for weight, by in zip(weights, step, strict=True)]
        if max(map(abs, step)) < CLOSE:
            break
    chances = [logistic(_dot(weights, row)) for row in rows]
    return Posterior(tuple(weights), tuple(map(tuple, _precision(rows, chances, prior))))


def _uphill(
    rows: Sequence[Vector], outcomes: Sequence[bool], chances: Vector, weights: Vector, prior: Prior
) -> list[float]:
    """Gradient of the logarithm of the posterior."""
    pull = [(mean - w) / sd**2 for mean, w, sd in zip(prior.mean, weights, prior.sd, strict=True)]
    for row, outcome, chance in zip(rows, outcomes, chances, strict=True):
        missed = outcome - chance
        for i, value in enumerate(row):
            pull[i] += missed * value
    return pull


def _precision(rows: Sequence[Vector], chances: Vector, prior: Prior) -> list[list[float]]:
    """Curvature of the logarithm of the posterior, with its sign turned."""
    size = len(prior.sd)
    matrix = [[0.0] * size for _ in range(size)]
    for row, chance in zip(rows, chances, strict=True):
        certain = chance * (1.0 - chance)
        for i, value in enumerate(row):
            weighted, line = certain * value, matrix[i]
            for j in range(i + 1):
                line[j] += weighted * row[j]
    for i, sd in enumerate(prior.sd):
        matrix[i][i] += 1.0 / sd**2
        for j in range(i):
            matrix[j][i] = matrix[i][j]
    return matrix


def solve(matrix: Sequence[Vector], right: Vector) -> list[float]:
    """Solve matrix x = right for x by elimination, for a symmetric positive definite matrix (n, n)."""
    lines = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    size = len(lines)
    for i, line in enumerate(lines):
        for below in lines[i + 1 :]:
            share = below[i] / line[i]
            for j in range(i, size + 1):
                below[j] -= share * line[j]
    solution = [0.0] * size
    for i in reversed(range(size)):
        rest = sum(lines[i][j] * solution[j] for j in range(i + 1, size))
        solution[i] = (lines[i][size] - rest) / lines[i][i]
    return solution


def _dot(one: Vector, other: Vector) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
