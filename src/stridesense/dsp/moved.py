"""Whether the pod has turned on the shoe in mid-run.

The planted foot shows which way is up, the swinging foot about which axis it turns; both as seen by the pod.
Style, speed and slope move them by some degrees, and a held heel or a hill tilts the planted foot further
than anything else. A pod that has turned takes both with it, and for good. One that turned too fast for its
gyroscope is betrayed by a jump between the integrated tilt and gravity's.
"""

from dataclasses import dataclass
from math import asin, atan2, cos

import numpy as np

from stridesense.dsp.alignment import along, foot_axes, unit
from stridesense.dsp.projection import FootAxes
from stridesense.model.samples import FloatArray
from stridesense.units import DEG_PER_RAD, RAD_PER_DEG


@dataclass(frozen=True, slots=True)
class MovedParams:
    """What a runner does not do with a pod that sits tight.

    Attributes:
        turned_deg: turn about the forward or the vertical axis from which on the pod has moved, deg.
        pitched_deg: turn about the medio-lateral axis, larger as hills and held heels do that too, deg.
        jumped_deg: jump between integrated tilt and gravity's, deg.
        near_deg: a turn smaller than this is style, which the reference follows, deg.
        follow_s: time constant of that in seconds of rotation.
        strides: strides before the reference is taken.
        settle_s: rotation before the reference is taken, s.
        lasting_s: rotation for which the turn must have lasted, s; a sharp bend is over by then.
    """

    turned_deg: float = 8.5
    pitched_deg: float = 12.5
    jumped_deg: float = 7.5
    near_deg: float = 6.0
    follow_s: float = 12.0
    strides: int = 6
    settle_s: float = 1.5
    lasting_s: float = 3.0


@dataclass(frozen=True, slots=True)
class Sight:
    """The foot as the pod sees it: unit vectors (3,) in the sensor frame, and how much they rest on."""

    ml: FloatArray
    up: FloatArray
    strides: int
    jumped_deg: float


@dataclass(slots=True)
class Watch:
    """The usual sight of the foot, and for how long it has been another, in seconds of rotation."""

    seen_s: float = 0.0
    ml: FloatArray | None = None
    up: FloatArray | None = None
    turned_s: float = 0.0

    def moved(self, sight: Sight, moved_s: float, params: MovedParams) -> bool:
        """Take the sight after a hop with `moved_s` of rotation; whether the pod has moved by now."""
        self.seen_s += moved_s
        if sight.strides < params.strides or self.seen_s < params.settle_s:
            return False
        if abs(sight.jumped_deg) > params.jumped_deg:
            return True
        if self.ml is None or self.up is None:
            self.ml, self.up = sight.ml, sight.up
            return False
        pitched, rolled, yawed = turn_deg(self.ml, self.up, sight)
        turned = max(abs(rolled), abs(yawed))
        if turned > params.turned_deg or abs(pitched) > params.pitched_deg:
            self.turned_s += moved_s
            return self.turned_s > params.lasting_s
        self.turned_s = 0.0
        if max(turned, abs(pitched)) < params.near_deg:
            gain = min(1.0, moved_s / params.follow_s)
            self.ml = unit(self.ml + gain * (sight.ml - self.ml))
            self.up = unit(self.up + gain * (sight.up - self.up))
        return False


def with_known_flat(found: FootAxes, ml: FloatArray, known: FootAxes | None, params: MovedParams) -> FootAxes:
    """Axes found without standing; where the pod sits as it once did, flat is what it was then.

    Of the vertical only its tilt about the medio-lateral axis is taken over; the run tells the other itself.

    Args:
        found: axes from the run itself, whose planted foot passes for flat.
        ml: (3,) the axis about which the foot turned, not made level.
        known: axes from an earlier run that began with standing, if there are any.
        params: how far style and slope may turn the foot's sight on a pod that sits alike.
    """
    if known is None or along(ml, known.ml) < cos(params.turned_deg * RAD_PER_DEG):
        return found
    pitched, _, _ = turn_deg(known.ml, known.up, Sight(ml, found.up, 0, 0.0))
    if abs(pitched) > params.pitched_deg:
        return found
    up = unit(known.up - found.ml * along(known.up, found.ml))
    return foot_axes(found.ml, up, known.bias_radps)


def turn_deg(ml: FloatArray, up: FloatArray, sight: Sight) -> tuple[float, float, float]:
    """How the foot has turned from the usual sight (unit vectors (3,)): pitched, rolled and yawed, deg."""
    axes = foot_axes(ml, up, np.zeros(3))
    up_forward, up_ml, up_up = along(sight.up, axes.forward), along(sight.up, axes.ml), along(sight.up, up)
    ahead, sideways = along(sight.ml, axes.forward), along(sight.ml, axes.ml)
    pitched = atan2(up_forward, up_up) * DEG_PER_RAD
    rolled = asin(max(-1.0, min(1.0, up_ml))) * DEG_PER_RAD
    return pitched, rolled, atan2(ahead, abs(sideways)) * DEG_PER_RAD
