"""Force and stiffness of the spring-mass model, from contact and flight time alone.

Morin et al. 2005, J. Appl. Biomech. 21:167-180: the vertical force of a stance is taken for half a sine wave
whose impulse carries the body through contact and flight. Everything here is a model value per body mass; no
force is measured. Against force plates the authors found the peak 3 to 7 % low, on level ground, running from
3.3 m/s up. It holds neither for walking nor on slopes.
"""

from math import pi
from typing import Final, NamedTuple

from stridesense.model import Gait, Stride
from stridesense.units import STANDARD_GRAVITY_MPS2

LEVEL_RAD: Final = 0.035
"""Ground steeper than this is a slope: 2 deg, 3.5 %."""


class SpringMass(NamedTuple):
    """One stance in the model.

    Attributes:
        peak_force_bw: peak of the vertical force, body weights.
        vertical_stiffness_npmkg: peak force over the drop, per body mass, (N/m)/kg.
        com_drop_m: how far the centre of mass sinks in contact, m.
    """

    peak_force_bw: float
    vertical_stiffness_npmkg: float
    com_drop_m: float


def duty_factor(contact_s: float, flight_s: float) -> float:
    """Share of the stride that one foot is on the ground: contact and flight, in s, come twice a stride."""
    return contact_s / (2.0 * (contact_s + flight_s))


def peak_force_bw(contact_s: float, flight_s: float) -> float:
    """Peak of the half sine in body weights: pi / 2 (flight / contact + 1), eq. 6."""
    return pi / (4.0 * duty_factor(contact_s, flight_s))


def spring_mass(contact_s: float, flight_s: float) -> SpringMass:
    """The model's values for a contact and the flight that goes with it, both in s, contact > 0 (eq. 4-7)."""
    peak_bw = peak_force_bw(contact_s, flight_s)
    drop_m = STANDARD_GRAVITY_MPS2 * contact_s**2 * (peak_bw / pi**2 - 1.0 / 8.0)
    return SpringMass(peak_bw, STANDARD_GRAVITY_MPS2 * peak_bw / drop_m, drop_m)


def stride_spring_mass(stride: Stride, slope_rad: float | None = None) -> SpringMass | None:
    """The model's values of a stride, None where the model does not hold.

    Args:
        stride: a stride with its flight time.
        slope_rad: slope of the ground, None when it is not known.
    """
    runs = stride.gait is Gait.RUN and stride.flight_time_s is not None and stride.flight_time_s > 0.0
    if not runs or (slope_rad is not None and abs(slope_rad) > LEVEL_RAD):
        return None
    return spring_mass(stride.contact_time_s, stride.flight_time_s or 0.0)
