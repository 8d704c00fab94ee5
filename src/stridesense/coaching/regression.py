"""A line with a bend, learned block by block: value against speed, its square, and cadence.

The slopes have priors, the level has none. What was seen is kept as weighted means and central products; all
else follows in closed form (conjugate linear regression, Raiffa & Schlaifer 1961; moments are joined as in
Chan, Golub & LeVeque 1983). The variance of the noise enters the weight of the priors; it is that of the
solution before, so that it settles within a few blocks.
"""

from collections.abc import Sequence
from math import copysign, log1p, sqrt
from typing import Final, NamedTuple

from stridesense.coaching.metrics import Metric

_FAR_SD: Final = 2.5
"""Blocks up to so many SD off weigh in full, further ones less by the square; our own choice."""

_DOUBT: Final = 0.5
"""Variance of the line over the noise's up to which a surprise is the runner's; our own choice."""

_CONSISTENT: Final = 1.023
"""Makes the variance under these weights right for normal noise: E[w] / E[w z^2], integrated."""


class Point(NamedTuple):
    """One block: speed less 3 m/s, cadence less 170 in tens of steps a minute, and the metric's value."""

    speed: float
    cadence: float
    value: float


def place(speed_mps: float, cadence_spm: float) -> tuple[float, float]:
    """Speed and cadence as the line counts them."""
    return speed_mps - 3.0, 0.1 * (cadence_spm - 170.0)


Means = tuple[float, float, float, float]
Products = tuple[float, float, float, float, float, float, float, float, float, float]


class Moments(NamedTuple):
    """Weight, means and central products of speed s, its square q, cadence c and value y.

    `means` is in the order s, q, c, y; `products` in the order ss, sq, sc, qq, qc, cc, sy, qy, cy, yy.
    """

    weight: float = 0.0
    means: Means = (0.0, 0.0, 0.0, 0.0)
    products: Products = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


NOTHING: Final = Moments()


def joined(one: Moments, other: Moments) -> Moments:
    """The moments of both together; the weight of the two must not be 0."""
    weight = one.weight + other.weight
    share, cross = other.weight / weight, one.weight * other.weight / weight
    s0, q0, c0, y0 = one.means
    s1, q1, c1, y1 = other.means
    s, q, c, y = s1 - s0, q1 - q0, c1 - c0, y1 - y0
    a, b = one.products, other.products
    return Moments(
        weight,
        (s0 + share * s, q0 + share * q, c0 + share * c, y0 + share * y),
        (
            a[0] + b[0] + cross * s * s,
            a[1] + b[1] + cross * s * q,
            a[2] + b[2] + cross * s * c,
            a[3] + b[3] + cross * q * q,
            a[4] + b[4] + cross * q * c,
            a[5] + b[5] + cross * c * c,
            a[6] + b[6] + cross * s * y,
            a[7] + b[7] + cross * q * y,
            a[8] + b[8] + cross * c * y,
            a[9] + b[9] + cross * y * y,
        ),
    )


def with_point(moments: Moments, point: Point, weight: float = 1.0) -> Moments:
    """The moments with one more block."""
    speed, cadence, value = point
    return joined(moments, Moments(weight, (speed, speed * speed, cadence, value)))


def scaled(moments: Moments, factor: float) -> Moments:
    """The moments, each block weighing so many times what it did."""
    weight, means, products = moments
    a, b, c, d, e, f, g, h, i, j = products
    return Moments(
        factor * weight,
        means,
        (
            factor * a,
            factor * b,
            factor * c,
            factor * d,
            factor * e,
            factor * f,
            factor * g,
            factor * h,
            factor * i,
            factor * j,
        ),
    )


class Slopes(NamedTuple):
    """What earlier levels still tell: their central products, summed, and the degrees of freedom in them."""

    freedom: float = 0.0
    products: Products = NOTHING.products

    def after(self, moments: Moments) -> "Slopes":
        """With one more level."""
        freedom = max(0.0, moments.weight - 1.0)
        return Slopes(self.freedom + freedom, added(self.products, moments.products))


def added(a: Sequence[float], b: Sequence[float]) -> Products:
    """The sums of the 10 products of two levels."""
    return (
        a[0] + b[0],
        a[1] + b[1],
        a[2] + b[2],
        a[3] + b[3],
        a[4] + b[4],
        a[5] + b[5],
        a[6] + b[6],
        a[7] + b[7],
        a[8] + b[8],
        a[9] + b[9],
    )


class Noise(NamedTuple):
    """The variance of a block as it is believed to be, as sure as from so many degrees of freedom."""

    variance: float = 0.0
    freedom: float = 0.0


UNKNOWN_NOISE: Final = Noise()


class Fit(NamedTuple):
    """The line as solved: where it is surest, its slopes, and how unsure they are.

    Attributes:
        means: where the line is surest, and its value there.
        slopes: against speed, its square and cadence.
        sure: variances and covariances of the slopes over the noise's: ss, sq, sc, qq, qc, cc.
        level: variance of the level over the noise's.
        sd: SD of the noise of a block.
        freedom: degrees of freedom in it; 0 while it is only believed.
    """

    means: Means
    slopes: tuple[float, float, float]
    sure: tuple[float, float, float, float, float, float]
    level: float
    sd: float
    freedom: float

    def at(self, speed: float, cadence: float) -> tuple[float, float]:
        """What the line says at a place, and the variance of that over the noise's."""
        (s0, q0, c0, level), (by_s, by_q, by_c), (ss, sq, sc, qq, qc, cc), unsure, _, _ = self
        s, q, c = speed - s0, speed * speed - q0, cadence - c0
        value = level + by_s * s + by_q * q + by_c * c
        turning = s * (ss * s + 2.0 * (sq * q + sc * c)) + q * (qq * q + 2.0 * qc * c) + cc * c * c
        return value, unsure + turning

    def surprise(self, point: Point, believed: float = 0.0) -> "Surprise":
        """How far off a new block is; the noise must be known from some degrees of freedom.

        The recursive residual of Brown, Durbin & Evans (1975), self-starting as in Hawkins (1987).

        Args:
            point: the block.
            believed: degrees of freedom in the noise beside those measured.
        """
        value, unsure = self.at(point.speed, point.cadence)
        t = (point.value - value) / (self.sd * sqrt(1.0 + unsure))
        return Surprise(normal_of_t(t, self.freedom + believed), unsure)


class Surprise(NamedTuple):
    """How far off a block is, as a standard normal deviate, and the doubt about the line itself.

    `unsure` is the variance of what was expected over that of the noise: large at a speed never run before.
    """

    off_sd: float
    unsure: float

    @property
    def weight(self) -> float:
        """What the line learns from the block: little if it is far off, unless the line may be to blame."""
        far = abs(self.off_sd) / _FAR_SD
        usual = 1.0 if far <= 1.0 else 1.0 / (far * far)
        return max(usual, self.unsure / (1.0 + self.unsure))

    @property
    def of_runner_sd(self) -> float:
        """How far off it is as far as it tells of the runner: less, the more the line may be to blame."""
        return self.off_sd if self.unsure <= _DOUBT else self.off_sd * _DOUBT / self.unsure


def normal_of_t(t: float, freedom: float) -> float:
    """The normal deviate as improbable as a Student t, by the approximation of Wallace (1959)."""
    return copysign((8.0 * freedom + 1.0) / (8.0 * freedom + 3.0) * sqrt(freedom * log1p(t * t / freedom)), t)


def solved(
    metric: Metric,
    moments: Moments,
    earlier: Slopes = Slopes(),  # noqa: B008
    noise: Noise = UNKNOWN_NOISE,
    before: Fit | None = None,
) -> Fit:
    """The line through what was seen.

    Args:
        metric: whose priors hold.
        moments: of the present level; of a weight above 0.
        earlier: what other levels tell of the slopes.
        noise: what is believed of the noise.
        before: the solution before this one.
    """
    variance = (before.sd if before else metric.usual_sd) ** 2
    a = added(moments.products, earlier.products)
    slopes, sure, unexplained = _slopes(metric, a, variance)
    measured = moments.weight - 1.0 + earlier.freedom
    freedom = measured + noise.freedom
    if freedom > 0.0:
        seen = _CONSISTENT * max(0.0, unexplained) + noise.freedom * noise.variance
        variance = max(metric.least_sd**2, seen / freedom)
    return Fit(moments.means, slopes, sure, 1.0 / moments.weight, sqrt(variance), max(0.0, measured))


def settled(metric: Metric, moments: Moments, earlier: Slopes, noise: Noise, rounds: int = 6) -> Fit:
    """The line solved at once, the variance brought to rest; see `solved`."""
    fit = solved(metric, moments, earlier, noise)
    for _ in range(rounds):
        fit = solved(metric, moments, earlier, noise, fit)
    return fit


def _slopes(
    metric: Metric, seen: Sequence[float], variance: float
) -> tuple[tuple[float, float, float], tuple[float, float, float, float, float, float], float]:
    """Slopes, their covariances over the variance, and the sum of squares that they leave unexplained."""
    ss, sq, sc, qq, qc, cc, sy, qy, cy, yy = seen
    for_s = variance / metric.speed.sd**2
    for_q = variance / metric.bend.sd**2
    for_c = variance / metric.cadence.sd**2
    ss, qq, cc = ss + for_s, qq + for_q, cc + for_c
    sy += for_s * metric.speed.mean
    qy += for_q * metric.bend.mean
    cy += for_c * metric.cadence.mean
    believed = for_s * metric.speed.mean**2 + for_q * metric.bend.mean**2 + for_c * metric.cadence.mean**2
    i_ss, i_sq, i_sc = qq * cc - qc * qc, sc * qc - sq * cc, sq * qc - sc * qq
    i_qq, i_qc, i_cc = ss * cc - sc * sc, sq * sc - ss * qc, ss * qq - sq * sq
    size = ss * i_ss + sq * i_sq + sc * i_sc
    i_ss, i_sq, i_sc = i_ss / size, i_sq / size, i_sc / size
    i_qq, i_qc, i_cc = i_qq / size, i_qc / size, i_cc / size
    by_s = i_ss * sy + i_sq * qy + i_sc * cy
    by_q = i_sq * sy + i_qq * qy + i_qc * cy
    by_c = i_sc * sy + i_qc * qy + i_cc * cy
    unexplained = yy + believed - by_s * sy - by_q * qy - by_c * cy
    return (by_s, by_q, by_c), (i_ss, i_sq, i_sc, i_qq, i_qc, i_cc), unexplained
