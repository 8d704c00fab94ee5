"""Spread, precision and the area under the curve on figures worked out by hand."""

import numpy as np
import pytest

from stridesense.validation.statistics import area_under_curve, pooled, precision, spread


def test_a_spread_is_that_of_the_figures() -> None:
    found = spread([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])
    assert found is not None
    assert (found.count, found.bias, found.median) == (8, 4.5, 4.5)
    assert found.sd == pytest.approx(np.sqrt(5.25))
    assert found.iqr == pytest.approx(3.5)


def test_too_few_strides_have_no_spread() -> None:
    assert spread([1.0] * 7) is None
    assert precision([[1.0] * 7]) is None
    assert area_under_curve([1.0] * 7, [0.0] * 20) is None


def test_precision_takes_the_bias_of_each_case_away() -> None:
    cases = [np.tile([bias - 1.0, bias + 1.0], 5) for bias in (-30.0, 0.0, 45.0)]
    assert precision(cases) == pytest.approx(1.0)
    whole = spread(pooled(cases))
    assert whole is not None
    assert whole.sd > 30.0


@pytest.mark.parametrize(
    ("higher", "lower", "area"),
    [
        (np.arange(10.0) + 100.0, np.arange(10.0), 1.0),
        (np.arange(10.0), np.arange(10.0) + 100.0, 0.0),
        (np.arange(10.0), np.arange(10.0), 0.5),
        (np.full(10, 3.0), np.full(10, 3.0), 0.5),
        (np.tile([1.0, 3.0], 5), np.full(10, 2.0), 0.5),
        (np.tile([1.0, 3.0, 3.0, 3.0], 3), np.full(10, 2.0), 0.75),
    ],
)
def test_the_area_is_the_chance_to_be_higher(higher: np.ndarray, lower: np.ndarray, area: float) -> None:
    assert area_under_curve(higher, lower) == pytest.approx(area)
