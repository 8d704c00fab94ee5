"""What feet do that is no stride: fidgeting, climbing stairs, crawling, and motion without any sense.

All of it is drawn as places and angles over time; like everywhere else, what the pod feels follows from them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

import numpy as np

from stridesense.model import Foot
from stridesense.simulator.band_noise import band_noise
from stridesense.simulator.bumps import Knock
from stridesense.simulator.foot import Sole
from stridesense.simulator.free_motion import FreeMotion, Sketch
from stridesense.simulator.scenario import STRIDELESS, Block

_RUN_OUT_S: Final = 2.2
"""After a gait the foot first comes to rest."""

_SHORTEST_CRAWL_S: Final = 2.5
"""To kneel down and to get up again."""

_LEAST_JERK_PEAK: Final = 1.875
_KNOCK_S: Final = (0.020, 0.050)


@dataclass(frozen=True, slots=True)
class Stretch:
    """One block to fill: the foot, its times, the chance that both feet share and that of this foot."""

    foot: Foot
    heel_to_ball_m: float
    begin_s: float
    end_s: float
    shared: np.random.Generator
    own: np.random.Generator


def free_motion(
    foot: Foot, sole: Sole, blocks: Sequence[Block], shared: np.random.Generator, own: np.random.Generator
) -> FreeMotion | None:
    """What this foot does in the blocks without strides; None when it only stands in them."""
    begins_s = list(accumulate((block.duration_s for block in blocks), initial=0.0))
    sketch, before = Sketch(), "stand"
    for block, (begin_s, end_s), common in zip(
        blocks, pairwise(begins_s), shared.spawn(len(blocks)), strict=True
    ):
        draw = _DRAWN.get(block.activity)
        first_s = begin_s if before in STRIDELESS else begin_s + _RUN_OUT_S
        if draw is not None and end_s > first_s + 1.0:
            sketch.rest(first_s)
            draw(sketch, Stretch(foot, sole.heel_to_ball_m, first_s, end_s, common, own))
        before = block.activity
    return FreeMotion(sketch) if any(sketch.knots.values()) else None


def _fidget(sketch: Sketch, stretch: Stretch) -> None:
    """Weight shifts, small lifts, heel and toe taps: below 5 cm and 60 deg/s."""
    own, t = stretch.own, stretch.begin_s
    while True:
        deg, raised_m = _raised(own, stretch.heel_to_ball_m)
        move_s = max(0.25, _LEAST_JERK_PEAK * abs(deg) / own.uniform(20.0, 50.0))
        held_s = own.uniform(0.0, 0.8)
        if t + 2.0 * move_s + held_s > stretch.end_s - 0.1:
            return
        down_s = t + move_s + held_s
        if own.random() < 0.5:
            sketch.move(t, t + move_s, roll_deg=own.uniform(-4.0, 4.0), yaw_deg=own.uniform(-3.0, 3.0))
        else:
            sketch.move(t, t + move_s, pitch_deg=deg, up_m=raised_m)
            sketch.move(down_s, down_s + move_s, pitch_deg=0.0, up_m=0.0)
            sketch.knocks.append(_knock(own, down_s + 0.9 * move_s, (0.2, 1.2)))
        t = down_s + move_s + own.uniform(0.1, 1.5)


def _raised(rng: np.random.Generator, heel_to_ball_m: float) -> tuple[float, float]:
    """Pitch deg and height of the ball m: the heel is raised, or the toes are, or the whole foot a little."""
    kind, deg = rng.integers(3), rng.uniform(4.0, 13.0)
    if kind == 0:
        return -deg, 0.0
    if kind == 1:
        return deg, heel_to_ball_m * float(np.sin(np.radians(deg)))
    return -0.4 * deg, rng.uniform(0.005, 0.03)


def _stairs(sketch: Sketch, stretch: Stretch) -> None:
    """Two steps up a cycle: the foot is lifted, carried forward and set down flat on the ball."""
    own, shared, t = stretch.own, stretch.shared, stretch.begin_s
    late = 0.5 if stretch.foot is Foot.RIGHT else 0.0
    forward_m, up_m = sketch.end("forward_m"), sketch.end("up_m")
    while True:
        cycle_s, rise_m = shared.uniform(1.1, 1.4), shared.uniform(0.20, 0.30)
        if t + 1.5 * cycle_s > stretch.end_s - 0.1:
            return
        a, b, c, d = (t + (late + share) * cycle_s for share in (0.0, 0.17, 0.30, 0.42))
        tilt_deg, raised_m = own.uniform(-32.0, -18.0), rise_m + own.uniform(0.02, 0.045)
        forward_m, up_m = forward_m + own.uniform(0.48, 0.56), up_m + rise_m
        sketch.move(a, b, pitch_deg=tilt_deg, roll_deg=own.uniform(-5.0, 5.0))
        sketch.move(a, c, up_m=up_m - rise_m + raised_m)
        sketch.move(a + 0.06 * cycle_s, d, forward_m=forward_m)
        sketch.move(b, d, pitch_deg=own.uniform(-6.0, -1.0), roll_deg=0.0)
        sketch.move(c, d, up_m=up_m)
        sketch.knocks.append(_knock(own, d - 0.01, (0.5, 1.8)))
        sketch.move(d + 0.05 * cycle_s, d + 0.25 * cycle_s, pitch_deg=0.0)
        t += cycle_s


def _crawl(sketch: Sketch, stretch: Stretch) -> None:
    """On hands and knees: the toes drag along, the foot points down and wags, now and then it knocks."""
    own, shared, t = stretch.own, stretch.shared, stretch.begin_s
    if stretch.end_s - t < _SHORTEST_CRAWL_S:
        return
    sketch.move(t, t + 0.9, pitch_deg=-80.0, up_m=0.02)
    t += 1.0 + (0.6 if stretch.foot is Foot.RIGHT else 0.0)
    forward_m = sketch.end("forward_m")
    while True:
        cycle_s = shared.uniform(1.1, 1.8)
        if t + 1.6 * cycle_s + 1.0 > stretch.end_s:
            break
        forward_m += own.uniform(0.25, 0.45)
        pulled_s, set_s = t + own.uniform(0.4, 0.55) * cycle_s, t + own.uniform(0.75, 0.95) * cycle_s
        sketch.move(t, pulled_s, forward_m=forward_m, up_m=own.uniform(0.01, 0.05))
        sketch.move(t, pulled_s, pitch_deg=own.uniform(-110.0, -85.0), roll_deg=own.uniform(-15.0, 15.0))
        sketch.move(pulled_s, set_s, pitch_deg=own.uniform(-75.0, -50.0), yaw_deg=own.uniform(-20.0, 20.0))
        sketch.move(pulled_s, set_s, up_m=own.uniform(0.0, 0.02))
        if own.random() < 0.6:
            sketch.knocks.append(_knock(own, own.choice([pulled_s, set_s]), (1.0, 6.0)))
        t += cycle_s
    up_s = stretch.end_s - 0.9
    sketch.move(up_s, stretch.end_s - 0.05, pitch_deg=0.0, roll_deg=0.0, yaw_deg=0.0, up_m=0.0)


_BAND_HZ: Final = (0.5, 5.0)
_NOISE: Final = {
    "forward_m": (2, 9.0),
    "left_m": (2, 7.0),
    "up_m": (2, 9.0),
    "roll_deg": (1, 110.0),
    "pitch_deg": (1, 180.0),
    "yaw_deg": (1, 110.0),
}
"""Which derivative has a flat spectrum, and its standard deviation: m/s^2 and deg/s."""

_FADE_S: Final = 0.5


def _random(sketch: Sketch, stretch: Stretch) -> None:
    """Smooth motion about and along all axes, up to hundreds of deg/s and 3 g, with knocks of 5 to 10 g."""
    own, duration_s = stretch.own, stretch.end_s - stretch.begin_s
    fade_s = min(_FADE_S, 0.2 * duration_s)
    for channel, (order, rms) in _NOISE.items():
        knots, rest = sketch.knots[channel], sketch.end(channel)
        for t, value, rate, acceleration in band_noise(
            own, duration_s, _BAND_HZ, flat_order=order, rms=rms
        ).tolist():
            if fade_s < t < duration_s - fade_s:
                knots.append((stretch.begin_s + t, rest + value, rate, acceleration))
        knots.append((stretch.end_s - 0.05, rest, 0.0, 0.0))
    t = stretch.begin_s + own.uniform(1.0, 4.0)
    while t < stretch.end_s - 0.1:
        sketch.knocks.append(_knock(own, t, (5.0, 10.0)))
        t += own.uniform(2.0, 8.0)


def _knock(rng: np.random.Generator, at_s: float, peak_g: tuple[float, float]) -> Knock:
    x, y, z = rng.normal(size=3)
    share = rng.uniform(*peak_g) / float(np.sqrt(x * x + y * y + z * z))
    return Knock(float(at_s), rng.uniform(*_KNOCK_S), (x * share, y * share, z * share))


_DRAWN: Final[dict[str, Callable[[Sketch, Stretch], None]]] = {
    "fidget": _fidget,
    "stairs": _stairs,
    "crawl": _crawl,
    "random": _random,
}
