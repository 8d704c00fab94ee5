"""What standing and moving say about the way the pod sits on the foot, gathered hop by hop."""

from dataclasses import dataclass, field

import numpy as np

from stridesense.dsp.alignment import Stillness, stillness, unit
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


@dataclass(slots=True)
class Evidence:
    """Sums of outer products of angular velocity over the whole run and over its last strides; standing.

    `stood_s` is how long the foot has stood by now, `stood_up` the mean direction up of that.
    """

    rotation: FloatArray = field(default_factory=lambda: np.zeros((3, 3)))
    rotation_s: float = 0.0
    recent: FloatArray = field(default_factory=lambda: np.zeros((3, 3)))
    still: Stillness | None = None
    stood_s: float = 0.0
    stood_up: FloatArray = field(default_factory=lambda: np.zeros(3))

    def gather(
        self,
        acc_mps2: FloatArray,
        gyr_radps: FloatArray,
        rate_hz: float,
        params: EvidenceParams,
        *,
        may_stand: bool,
        axis: FloatArray | None,
    ) -> float:
        """Take one hop of samples; returns the rotation in it, s.

        Args:
            acc_mps2: (n, 3) specific force, sensor frame.
            gyr_radps: (n, 3) angular velocity, sensor frame.
            rate_hz: sampling rate.
            params: constants.
            may_stand: the hop is long enough to tell standing.
            axis: (3,) medio-lateral axis, toes-up rotation positive, once it is known. From then on only the
                forward swing counts: there the foot turns like a hinge, while stance and push-off also roll
                it over. Standing then only pulls the reference.
        """
        seen = stillness(acc_mps2, gyr_radps) if may_stand else None
        if seen is None:
            self.stood_s, self.stood_up = 0.0, np.zeros(3)
        else:
            self.stood_s += len(acc_mps2) / rate_hz
            self.stood_up = self.stood_up + seen.up
            self._follow(seen, params, aligned=axis is not None)
        bias = 0.0 if self.still is None else self.still.bias_radps
        turning = gyr_radps - bias
        if axis is None:
            moving = turning[(turning * turning).sum(axis=1) > (params.moving_dps * RAD_PER_DEG) ** 2]
        else:
            moving = turning[np.einsum("ni,i->n", turning, axis) > params.swing_dps * RAD_PER_DEG]
        moved_s = len(moving) / rate_hz
        if moved_s > 0.0:
            outer = np.einsum("ni,nj->ij", moving, moving)
            self.rotation = self.rotation * 0.5 ** (moved_s / params.memory_s) + outer
            self.recent = self.recent * 0.5 ** (moved_s / params.recent_s) + outer
            self.rotation_s += moved_s
        return moved_s

    def begin_anew(self) -> None:
        """The pod has moved: what was seen before the last strides tells of another mounting."""
        self.rotation, self.rotation_s, self.stood_s = self.recent, 0.0, 0.0
        self.still = None

    def _follow(self, seen: Stillness, params: EvidenceParams, *, aligned: bool) -> None:
        """Trust the first standing foot whole; a later one pulls the reference unless it is propped up."""
        if self.still is None or not aligned:
            self.still = seen
            return
        near = float((self.still.up * seen.up).sum()) > np.cos(params.follow_deg * RAD_PER_DEG)
        up = self.still.up + (seen.up - self.still.up) * (params.follow_gain if near else 0.0)
        self.still = Stillness(unit(up), seen.bias_radps)
