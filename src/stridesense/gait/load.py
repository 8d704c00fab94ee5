"""A stand-in for the load on the calf: ground force times how far in front of the ankle it acts.

The force is the half sine of the spring-mass model, the lever the distance of the centre of pressure in front
of the ankle, which wanders from where the foot lands to the ball. Only its course is modelled, from how the
foot landed and what the heel did; no muscle force is measured, and nothing is in newtons. The levers are
round figures for an adult foot; a heel held up costs about a tenth more than one that touches, and landing on
the ball more than landing on the heel (Almonroeder et al. 2013 saw 11 % more Achilles impulse per step).

A hop is billed in the same unit. It lands on the ball, and its half sine carries the body from contact to
contact: the whole of it, unless the other foot was seen to take its half.
"""

from dataclasses import replace
from itertools import pairwise
from math import cos, pi, sin
from typing import Final, NamedTuple

from stridesense.gait.bilateral import CLOCK_UNSURE, FEET_TOGETHER
from stridesense.gait.segmentation import Outcome
from stridesense.gait.spring_mass import peak_force_bw, stride_spring_mass
from stridesense.model import Gait, HeelState, Stride, StrikeType
from stridesense.stage import Stage
from stridesense.units import RAD_PER_DEG


class CalfLoadParams(NamedTuple):
    """Levers of the centre of pressure in front of the ankle, and moments that stand in for unseen ones.

    Attributes:
        ball_m: at the ball of the foot, m.
        rearfoot_m: at a landing on the heel, m; behind the ankle, so negative.
        midfoot_m: at a landing on the whole foot, m.
        forefoot_m: at a landing on the ball, m.
        heel_down_m: when the heel touches after that, m.
        held_mm: a heel that stays this high takes nothing off the ball, mm.
        heel_down_share: when the heel comes down, share of contact, where it was not seen.
        heel_off_share: when it leaves, share of contact, where that was not seen.
        earliest_off_share: a heel said to leave before this share of contact was not seen to leave: even in a
            sprint it does so later.
        usual_contact_s: contact time of the midfoot stride that is called 1, s.
        usual_flight_s: and its flight time, s.
        hop_flight_s: a foot that stays up longer than this was waiting, not hopping, s; our own choice, a hop
            of 0.44 m.
    """

    ball_m: float = 0.13
    rearfoot_m: float = -0.04
    midfoot_m: float = 0.05
    forefoot_m: float = 0.12
    heel_down_m: float = 0.085
    held_mm: float = 12.0
    heel_down_share: float = 0.2
    heel_off_share: float = 0.48
    earliest_off_share: float = 0.25
    usual_contact_s: float = 0.25
    usual_flight_s: float = 0.10
    hop_flight_s: float = 0.6


Lever = tuple[tuple[float, float], ...]
"""Knots (share of contact, lever in m) of a course that is straight between them, from 0 to 1."""

DEFAULT: Final = CalfLoadParams()


def calf_load(stride: Stride, params: CalfLoadParams = DEFAULT) -> float | None:
    """Load of the stance of a running stride or a hop, 1 for a usual midfoot stride; None where unknown.

    Of a running stride contact, flight and the type of strike must be known, of a hop contact and stride
    time. Where what the heel does is not, a landing on the ball is taken to be half held.
    """
    flight_s, strike = _flight_s(stride, params), _strike(stride)
    if flight_s is None or strike is None:
        return None
    down = _share(stride, stride.heel_down_s, params.heel_down_share)
    off = _share(stride, stride.heel_off_s, params.heel_off_share)
    if off < params.earliest_off_share:
        off = params.heel_off_share
    lever = lever_course(strike, _held(stride, params), down, off, params)
    return stance_load_bwms(stride.contact_time_s, flight_s, lever) / _usual_bwms(params)


def _flight_s(stride: Stride, params: CalfLoadParams) -> float | None:
    """The flight that one stance of this foot has to carry, s.

    Without the other foot a hop's is all the time until it lands again. Where that foot lands with it or in
    turn with it, each carries half of the cycle, and what is left beside a long contact may be negative.
    """
    if stride.gait is Gait.RUN:
        return stride.flight_time_s
    if stride.gait is not Gait.HOP or stride.stride_time_s is None:
        return None
    up_s = stride.stride_time_s - stride.contact_time_s
    if up_s > params.hop_flight_s:
        return None
    alternates = stride.step_time_s is not None or CLOCK_UNSURE in stride.flags
    shared = alternates or FEET_TOGETHER in stride.flags
    return 0.5 * stride.stride_time_s - stride.contact_time_s if shared else up_s


def _strike(stride: Stride) -> StrikeType | None:
    return StrikeType.FOREFOOT if stride.gait is Gait.HOP else stride.strike_type


def lever_course(
    strike: StrikeType, held: float, heel_down_share: float, heel_off_share: float, params: CalfLoadParams
) -> Lever:
    """How the centre of pressure moves in front of the ankle.

    Args:
        strike: the landing.
        held: 0 for a heel that touches, 1 for one that takes nothing off the ball.
        heel_down_share: share of contact at which the heel is down.
        heel_off_share: share of contact at which it leaves.
        params: the levers.
    """
    off = min(0.9, max(0.1, heel_off_share))
    down = min(0.8 * off, max(0.02, heel_down_share))
    ball = params.ball_m
    if strike is StrikeType.REARFOOT:
        return (0.0, params.rearfoot_m), (off, ball), (1.0, ball)
    if strike is StrikeType.MIDFOOT:
        start_m = params.midfoot_m + held * (ball - params.midfoot_m)
        return (0.0, start_m), (off, ball), (1.0, ball)
    start_m = params.forefoot_m + held * (ball - params.forefoot_m)
    down_m = params.heel_down_m + held * (ball - params.heel_down_m)
    return (0.0, start_m), (down, down_m), (off, ball), (1.0, ball)


def stance_load_bwms(contact_s: float, flight_s: float, lever: Lever) -> float:
    """Integral over the stance of half-sine force times lever, in body weights times metres times seconds."""
    per_share = sum(_under_half_sine(start, end) for start, end in pairwise(lever))
    return peak_force_bw(contact_s, flight_s) * contact_s * per_share


def _under_half_sine(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Integral of sin(pi u) times a straight line from one knot to the next, by parts."""
    (u0, lever0_m), (u1, lever1_m) = start, end
    slope = (lever1_m - lever0_m) / (u1 - u0)
    by_parts = lever0_m * cos(pi * u0) - lever1_m * cos(pi * u1)
    return by_parts / pi + slope * (sin(pi * u1) - sin(pi * u0)) / pi**2


def _held(stride: Stride, params: CalfLoadParams) -> float:
    if stride.heel_state is HeelState.REARFOOT:
        return 0.0
    if stride.heel_height_mm is None:
        return 0.0 if _strike(stride) is StrikeType.MIDFOOT else 0.5
    return min(1.0, stride.heel_height_mm / params.held_mm)


def _share(stride: Stride, moment_s: float | None, otherwise: float) -> float:
    if moment_s is None:
        return otherwise
    return (moment_s - stride.initial_contact_s) / stride.contact_time_s


def _usual_bwms(params: CalfLoadParams) -> float:
    lever = lever_course(StrikeType.MIDFOOT, 0.0, params.heel_down_share, params.heel_off_share, params)
    return stance_load_bwms(params.usual_contact_s, params.usual_flight_s, lever)


class Mechanics(Stage[Outcome, Outcome]):
    """Adds to a stride what its contact, its flight and its landing imply by a model."""

    def __init__(self, params: CalfLoadParams = DEFAULT) -> None:
        self.params = params
        super().__init__()

    def _initial_state(self) -> None:
        """Every stride speaks for itself."""

    @property
    def latency_s(self) -> float:
        """Nothing is held back."""
        return 0.0

    def process(self, item: Outcome) -> list[Outcome]:
        """Take anything; return it, a stride with its load where that can be told."""
        return [self._modelled(item) if isinstance(item, Stride) else item]

    def _modelled(self, stride: Stride) -> Stride:
        slope_rad = None if stride.slope_deg is None else stride.slope_deg * RAD_PER_DEG
        model, load = stride_spring_mass(stride, slope_rad), calf_load(stride, self.params)
        if model is None:
            return stride if load is None else replace(stride, calf_load=load)
        return replace(
            stride,
            calf_load=load,
            model_peak_force_bw=model.peak_force_bw,
            model_com_drop_m=model.com_drop_m,
            model_vertical_stiffness_npmkg=model.vertical_stiffness_npmkg,
        )
