"""How the loaded sole springs back over the last moments of contact."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from stridesense.model.samples import FloatArray
from stridesense.simulator.smooth import ramp


@dataclass(frozen=True, slots=True, eq=False)
class Rebound:
    """The push of the sole per unit of its greatest acceleration.

    Attributes:
        duration_s: how long before toe-off it begins.
        travel_s2: way made so many seconds after its beginning, (n,) over unit acceleration.
        end_speed_s: speed at toe-off over the greatest acceleration.
        end_push: acceleration at toe-off over the greatest one: 1 ends in a snap, 0 has faded.
    """

    duration_s: float
    travel_s2: Callable[[FloatArray], FloatArray]
    end_speed_s: float
    end_push: float

    @property
    def end_travel_s2(self) -> float:
        """The whole way over the greatest acceleration."""
        return float(self.travel_s2(np.array([self.duration_s]))[0])


_SNAP_S: Final = 0.030
_FADE_S: Final = 0.070


def _snapping_travel_s2(since_s: FloatArray) -> FloatArray:
    return ramp(since_s, _SNAP_S)


def _fading_travel_s2(since_s: FloatArray) -> FloatArray:
    """Twice the integral of 16 u^2 (1 - u)^2: a smooth hump that has died away when the toes leave."""
    u = since_s / _FADE_S
    travel: FloatArray = 16.0 * _FADE_S**2 * u**4 * (1.0 / 12.0 - u / 10.0 + u**2 / 30.0)
    return travel


SNAPPING: Final = Rebound(_SNAP_S, _snapping_travel_s2, _SNAP_S / 2, 1.0)
"""Rising until the toes leave, and gone with them."""

FADING: Final = Rebound(_FADE_S, _fading_travel_s2, 16.0 * _FADE_S / 30.0, 0.0)
"""Greatest half-way; what loads the foot fades before the toes leave."""
