"""What standing and moving say about the way the pod sits on the foot, gathered hop by hop."""

from dataclasses import dataclass, field
from math import cos
from typing import Final

import numpy as np

from stridesense.dsp.alignment import Stillness, along, stillness_of, unit
from stridesense.dsp.survey import SurveyParams, SurveyState
from stridesense.model.samples import FloatArray
from stridesense.units import RAD_PER_DEG


@dataclass(frozen=True, slots=True)
class EvidenceParams:
    """What counts as evidence, and how long.

    Attributes:
        moving_dps: angular velocity that counts as rotation of the foot, deg/s.
        swing_dps: toes-up rotation that counts as forward swing, deg/s.
        bend_deg: a runner who turns by more in a stride shows no axis, deg.
        memory_s: rotation after which half of the axis' evidence is renewed, s.
        recent_s: the same for the evidence of the last strides, s.
        follow_deg: a standing foot tilted by less than this moves the flat reference, deg.
        follow_gain: share of that tilt taken over per hop of standing.
        stand_s: standing in mid-run for so long makes a new flat reference where there was none, s.
    """

    moving_dps: float = 100.0
    swing_dps: float = 200.0
    bend_deg: float = 15.0
    memory_s: float = 10.0
    recent_s: float = 1.5
    follow_deg: float = 12.0
    follow_gain: float = 0.1
    stand_s: float = 1.5

    @property
    def of_a_hop(self) -> SurveyParams:
        """What of this is looked at sample by sample."""
        return SurveyParams(moving_dps=self.moving_dps, swing_dps=self.swing_dps)


Products = tuple[float, float, float, float, float, float]
"""Sums of outer products of angular velocity: the upper triangle xx, xy, xz, yy, yz, zz."""

_NO_PRODUCTS: Final = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def matrix(products: Products) -> FloatArray:
    """(3, 3) sum of outer products."""
    xx, xy, xz, yy, yz, zz = products
    return np.array(((xx, xy, xz), (xy, yy, yz), (xz, yz, zz)))


def faded(products: Products, share: float, fresh: Products) -> Products:
    """What is left of older sums, and the fresh ones."""
    xx, xy, xz, yy, yz, zz = products
    more_xx, more_xy, more_xz, more_yy, more_yz, more_zz = fresh
    return (
        xx * share + more_xx,
        xy * share + more_xy,
        xz * share + more_xz,
        yy * share + more_yy,
        yz * share + more_yz,
        zz * share + more_zz,
    )


@dataclass(slots=True)
class Evidence:
    """Sums of outer products of angular velocity over the whole run and over its last strides; standing.

    `stood_s` is how long the foot has stood by now, `stood_up` the sum of the directions up of that.
    """

    rotation: Products = _NO_PRODUCTS
    rotation_s: float = 0.0
    recent: Products = _NO_PRODUCTS
    still: Stillness | None = None
    stood_s: float = 0.0
    stood_up: FloatArray = field(default_factory=lambda: np.zeros(3))

    def gather(
        self, sums: SurveyState, hop_s: float, rate_hz: float, params: EvidenceParams, *, may_stand: bool
    ) -> float:
        """Take one hop of samples; returns the rotation in it, s.

        Args:
            sums: of the hop. Once the axes are known only the forward swing counts in them: there the foot
                turns like a hinge, while stance and push-off also roll it over. Standing then only pulls the
                reference.
            hop_s: how long the hop is.
            rate_hz: sampling rate.
            params: constants.
            may_stand: the hop is long enough to tell standing.
        """
        seen = stillness_of(sums) if may_stand else None
        if seen is not None:
            self.stood_s += hop_s
            self.stood_up = self.stood_up + seen.up
            self._follow(seen, params, aligned=sums.aligned == 1)
        elif self.stood_s > 0.0:
            self.stood_s, self.stood_up = 0.0, np.zeros(3)
        moved_s = sums.moving / rate_hz
        if moved_s > 0.0:
            fresh = sums.turn_xx, sums.turn_xy, sums.turn_xz, sums.turn_yy, sums.turn_yz, sums.turn_zz
            self.rotation = faded(self.rotation, 0.5 ** (moved_s / params.memory_s), fresh)
            self.recent = faded(self.recent, 0.5 ** (moved_s / params.recent_s), fresh)
            self.rotation_s += moved_s
        return moved_s

    def begin_anew(self) -> None:
        """The pod has moved: what was seen before the last strides tells of another mounting."""
        self.rotation, self.rotation_s, self.stood_s = self.recent, 0.0, 0.0
        self.still, self.stood_up = None, np.zeros(3)

    def _follow(self, seen: Stillness, params: EvidenceParams, *, aligned: bool) -> None:
        """Trust the first standing foot whole; a later one pulls the reference unless it is propped up."""
        if self.still is None or not aligned:
            self.still = seen
            return
        near = along(self.still.up, seen.up) > cos(params.follow_deg * RAD_PER_DEG)
        up = self.still.up + (seen.up - self.still.up) * (params.follow_gain if near else 0.0)
        self.still = Stillness(unit(up), seen.bias_radps)
