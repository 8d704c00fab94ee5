"""The spring-mass model agrees with its paper and with Newton, and keeps silent where it does not hold."""

from math import pi, radians

import numpy as np
import pytest

from gait.making import stride
from stridesense.gait.spring_mass import duty_factor, peak_force_bw, spring_mass, stride_spring_mass
from stridesense.model import Gait
from stridesense.units import STANDARD_GRAVITY_MPS2

CASES = [(0.30, 0.05), (0.25, 0.10), (0.17, 0.15), (0.13, 0.14)]


@pytest.mark.parametrize(("contact_s", "flight_s"), CASES)
def test_the_impulse_of_the_force_carries_the_body_through_contact_and_flight(
    contact_s: float, flight_s: float
) -> None:
    t_s = np.linspace(0.0, contact_s, 20_001)
    force_bw = peak_force_bw(contact_s, flight_s) * np.sin(pi * t_s / contact_s)
    assert np.trapezoid(force_bw, t_s) == pytest.approx(contact_s + flight_s, rel=1e-6)


@pytest.mark.parametrize(("contact_s", "flight_s"), CASES)
def test_the_drop_is_what_newton_makes_of_the_force(contact_s: float, flight_s: float) -> None:
    """From touch-down to mid-stance, integrated step by step."""
    model = spring_mass(contact_s, flight_s)
    t_s = np.linspace(0.0, contact_s / 2, 20_001)
    acc_mps2 = STANDARD_GRAVITY_MPS2 * (model.peak_force_bw * np.sin(pi * t_s / contact_s) - 1.0)
    step_s = t_s[1]
    down_mps = STANDARD_GRAVITY_MPS2 * flight_s / 2 - np.cumsum(acc_mps2) * step_s
    assert model.com_drop_m == pytest.approx(float(down_mps.sum() * step_s), rel=1e-3)
    force_npkg = STANDARD_GRAVITY_MPS2 * model.peak_force_bw
    assert model.vertical_stiffness_npmkg == pytest.approx(force_npkg / model.com_drop_m)


def test_a_usual_stride_has_the_usual_figures() -> None:
    """A body of 70 kg at a quarter of a second: about 2.2 body weights and 6 cm."""
    model = spring_mass(0.25, 0.10)
    assert model.peak_force_bw == pytest.approx(2.2, abs=0.01)
    assert model.com_drop_m == pytest.approx(0.060, abs=0.001)


def test_duty_factor_is_that_of_the_whole_stride() -> None:
    assert duty_factor(0.25, 0.10) == pytest.approx(0.25 / 0.70)


def test_a_stiffer_stride_is_the_shorter_one() -> None:
    stiffness = [spring_mass(contact_s, 0.12).vertical_stiffness_npmkg for contact_s in (0.30, 0.25, 0.20)]
    assert stiffness == sorted(stiffness)


def test_only_running_on_the_level_has_model_values() -> None:
    run = stride(flight_time_s=0.1)
    assert stride_spring_mass(run) == spring_mass(run.contact_time_s, 0.1)
    assert stride_spring_mass(run, radians(1.0)) is not None
    assert stride_spring_mass(run, radians(-4.6)) is None
    assert stride_spring_mass(stride(flight_time_s=0.0)) is None
    assert stride_spring_mass(stride()) is None
    assert stride_spring_mass(stride(flight_time_s=0.1, gait=Gait.WALK)) is None
