"""Samples of one foot become signals in the foot's frame."""

from dataclasses import dataclass, field, replace

import numpy as np

from stridesense.dsp.alignment import (
    Alignment,
    Stillness,
    foot_axes,
    mediolateral_axis,
    stillness,
    toes_up_sign,
    unit,
    up_from_stance,
)
from stridesense.dsp.filters import butterworth_delay_s, butterworth_lowpass, usable_cutoff_hz
from stridesense.dsp.orientation import OrientationState, TiltParams, orient
from stridesense.dsp.projection import FootAxes, ProjectionCoefficients, ProjectionState, project
from stridesense.model import Gap, Malformed, SampleBlock, SignalBlock, ZeroReference
from stridesense.model.samples import FloatArray
from stridesense.stage import Stage
from stridesense.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2


@dataclass(frozen=True, slots=True)
class ConditionerParams:
    """How the sensor's place on the foot is learned and its signals are smoothed.

    Attributes:
        smoothing_hz: cut-off of the low-pass on pitch rate, Hz (Falbriard 2018: 30).
        hop_s: stillness and axes are looked at once in this time, s.
        moving_dps: angular velocity that counts as rotation of the foot, deg/s.
        rotation_s: rotation needed to find the axes when the runner stood first, s.
        rotation_alone_s: rotation needed when there was no standing start, s.
        hold_s: longest time that samples wait for the axes, s.
        memory_s: rotation after which half of the axis' evidence is renewed, s.
        follow_deg: a standing foot tilted by less than this moves the flat reference, deg.
        follow_gain: share of that tilt taken over per hop of standing.
        tilt: trust in gravity and in the integral.
    """

    smoothing_hz: float = 30.0
    hop_s: float = 0.25
    moving_dps: float = 100.0
    rotation_s: float = 1.5
    rotation_alone_s: float = 3.0
    hold_s: float = 12.0
    memory_s: float = 20.0
    follow_deg: float = 12.0
    follow_gain: float = 0.1
    tilt: TiltParams = field(default_factory=TiltParams)


Held = SampleBlock | Gap
Signal = SignalBlock | Gap | Malformed


@dataclass(slots=True)
class ConditionerState:
    """Evidence for the alignment, the samples that wait for it, and the running orientation."""

    hop: list[SampleBlock] = field(default_factory=list)
    hop_samples: int = 0
    held: list[Held] = field(default_factory=list)
    rotation: FloatArray = field(default_factory=lambda: np.zeros((3, 3)))
    rotation_s: float = 0.0
    still: Stillness | None = None
    alignment: Alignment | None = None
    projection: ProjectionState = field(default_factory=ProjectionState)
    orientation: OrientationState = field(default_factory=OrientationState)
    sampling_rate_hz: float = 0.0


class Conditioner(Stage[SampleBlock | Gap | Malformed, Signal]):
    """Finds the axes of the foot in the sensor's, then turns samples into pitch and its companions.

    Until the axes are known the samples wait, bounded by `hold_s`; then they all flow at once, so that the
    first strides are not lost. Afterwards every sample flows when it comes, and the axes keep following.
    """

    def __init__(self, params: ConditionerParams | None = None) -> None:
        self.params = params or ConditionerParams()
        super().__init__()

    def _initial_state(self) -> ConditionerState:
        return ConditionerState()

    _state: ConditionerState

    @property
    def latency_s(self) -> float:
        """Bound of the wait for the axes in seconds; once they are known it is zero."""
        return self.params.hold_s + self.params.hop_s

    def process(self, item: SampleBlock | Gap | Malformed) -> list[Signal]:
        """Take samples or damage; return signals, and the damage in its place."""
        if isinstance(item, Malformed):
            return [item]
        if isinstance(item, Gap):
            self._end_hop(survey=False)
            return self._pass_on(item)
        out: list[Signal] = []
        while (taken := self._hop_size(item) - self._state.hop_samples) <= len(item):
            out += self._take(_part(item, 0, taken))
            out += self._end_hop(survey=True)
            if taken == len(item):
                return out
            item = _part(item, taken, len(item))
        return out + self._take(item)

    def flush(self) -> list[Signal]:
        """The stream has ended: align with what there is, or let the samples go unseen."""
        released = self._end_hop(survey=True)
        little_s = self.params.rotation_s / 3.0
        if self._state.alignment is None and self._state.rotation_s >= little_s and self._feels_gravity():
            self._align()
        return released + self._release()

    def _hop_size(self, block: SampleBlock) -> int:
        if self._state.hop_samples == 0:
            self._state.sampling_rate_hz = block.sampling_rate_hz
        return max(2, round(self.params.hop_s * self._state.sampling_rate_hz))

    def _take(self, block: SampleBlock) -> list[Signal]:
        self._state.hop.append(block)
        self._state.hop_samples += len(block)
        return self._pass_on(block)

    def _pass_on(self, item: Held) -> list[Signal]:
        if self._state.alignment is None:
            self._state.held.append(item)
            return []
        return [self._turn(item, self._state.alignment)]

    def _turn(self, item: Held, alignment: Alignment) -> Signal:
        if isinstance(item, SampleBlock):
            return self._signals(item, alignment)
        self._state.projection = ProjectionState()
        self._state.orientation = self._state.orientation.after_gap()
        return item

    def _signals(self, block: SampleBlock, alignment: Alignment) -> SignalBlock:
        state = self._state
        cutoff_hz = usable_cutoff_hz(self.params.smoothing_hz, block.sampling_rate_hz)
        smooth = butterworth_lowpass(cutoff_hz, block.sampling_rate_hz)
        c = ProjectionCoefficients(alignment.axes, smooth, 1.0 / block.sampling_rate_hz)
        sensed = (block.t_s, *block.acc_mps2.T, *block.gyr_radps.T)
        state.projection, columns = project(state.projection, c, sensed)
        pitch_rate, roll_rate, yaw_rate, smooth_rate, forward, right, up, acc, jerk = columns
        rates, force = (pitch_rate, roll_rate, yaw_rate), (forward, right, up, acc)
        turning = (block.t_s, *rates, *force, block.clipped.astype(np.float64))
        state.orientation, (pitch, offset, pitch_sd) = orient(state.orientation, self.params.tilt, turning)
        return SignalBlock(
            foot=block.foot,
            first_index=block.first_index,
            sampling_rate_hz=block.sampling_rate_hz,
            smoothing_delay_s=butterworth_delay_s(cutoff_hz),
            zero=alignment.zero,
            axis_confidence=alignment.confidence,
            host_offset_s=block.host_offset_s,
            t_s=block.t_s,
            pitch_rate_dps=pitch_rate,
            pitch_rate_smooth_dps=smooth_rate,
            pitch_deg=pitch,
            tilt_offset_deg=offset,
            pitch_sd_deg=pitch_sd,
            acc_g=acc,
            jerk_gps=jerk,
            clipped=block.clipped,
        )

    def _end_hop(self, *, survey: bool) -> list[Signal]:
        hop, self._state.hop, self._state.hop_samples = self._state.hop, [], 0
        if not hop or not survey:
            return []
        acc = np.concatenate([block.acc_mps2 for block in hop])
        gyr = np.concatenate([block.gyr_radps for block in hop])
        whole = len(acc) >= self._hop_size(hop[0])  # a few samples at the end of a run always look still
        still = stillness(acc, gyr) if whole else None
        if still is not None:
            self._follow_standing(still)
        self._gather_rotation(gyr)
        if self._state.alignment is not None:
            self._follow_axis(self._state.alignment)
            return []
        return self._align_when_ready()

    def _gather_rotation(self, gyr_radps: FloatArray) -> None:
        """Add a hop of angular velocity (n, 3) to the evidence for the medio-lateral axis."""
        state = self._state
        if state.still is not None:
            gyr_radps = gyr_radps - state.still.bias_radps
        spin = np.sqrt((gyr_radps**2).sum(axis=1))
        moving = gyr_radps[spin > self.params.moving_dps * RAD_PER_DEG]
        moved_s = len(moving) / state.sampling_rate_hz
        fade = 0.5 ** (moved_s / self.params.memory_s)
        state.rotation = state.rotation * fade + np.einsum("ni,nj->ij", moving, moving)
        state.rotation_s += moved_s

    def _follow_standing(self, still: Stillness) -> None:
        """Trust the first standing foot whole; a later one pulls the reference unless it is propped up."""
        state, known = self._state, self._state.still
        if known is None or state.alignment is None:
            state.still = still
            return
        near = float((known.up * still.up).sum()) > np.cos(self.params.follow_deg * RAD_PER_DEG)
        up = known.up + (still.up - known.up) * (self.params.follow_gain if near else 0.0)
        state.still = Stillness(unit(up), still.bias_radps)

    def _follow_axis(self, alignment: Alignment) -> None:
        state, axes = self._state, alignment.axes
        up, bias = axes.up, axes.bias_radps
        if state.still is not None:
            bias = state.still.bias_radps
            up = state.still.up if alignment.zero is ZeroReference.STANDING else up
        ml, share = mediolateral_axis(state.rotation, up)
        ml = ml if (ml * axes.ml).sum() > 0.0 else -ml
        state.alignment = replace(alignment, axes=foot_axes(ml, up, bias), confidence=share)

    def _align_when_ready(self) -> list[Signal]:
        state, params = self._state, self.params
        needed_s = params.rotation_alone_s if state.still is None else params.rotation_s
        held_s = _span_s(state.held)
        turned_enough = state.rotation_s >= needed_s or (
            held_s > params.hold_s and state.rotation_s >= params.rotation_s
        )
        if turned_enough and self._feels_gravity():
            self._align()
            return self._release()
        if held_s <= params.hold_s:
            return []
        passed, state.held = _aged(state.held, params.hold_s)
        return [*passed]

    def _feels_gravity(self) -> bool:
        """Whether there is specific force at all: a dead accelerometer gives no axes."""
        acc = np.concatenate([block.acc_mps2 for block in self._state.held if isinstance(block, SampleBlock)])
        return float(np.median(np.abs(acc).max(axis=1))) > 0.3 * STANDARD_GRAVITY_MPS2

    def _align(self) -> None:
        state = self._state
        blocks = [item for item in state.held if isinstance(item, SampleBlock)]
        acc = np.concatenate([block.acc_mps2 for block in blocks])
        gyr = np.concatenate([block.gyr_radps for block in blocks])
        bias = state.still.bias_radps if state.still is not None else np.zeros(3)
        ml, share = mediolateral_axis(state.rotation, state.still.up if state.still is not None else None)
        rate = np.einsum("ni,i->n", gyr - bias, ml)
        ml = ml * toes_up_sign(rate, np.concatenate([block.t_s for block in blocks]))
        up = state.still.up if state.still is not None else up_from_stance(acc, gyr, ml)
        zero = ZeroReference.STANCE if state.still is None else ZeroReference.STANDING
        state.alignment = Alignment(foot_axes(ml, up, bias), zero, share)

    def _release(self) -> list[Signal]:
        held, self._state.held = self._state.held, []
        alignment = self._state.alignment
        if alignment is None:
            return [item for item in held if not isinstance(item, SampleBlock)]
        return [self._turn(item, alignment) for item in held]


def warm_up() -> None:
    """Compile the loops of this stage."""
    still = FootAxes(*[0.0] * len(FootAxes._fields))
    coefficients = ProjectionCoefficients(still, butterworth_lowpass(30.0, 200.0), 0.005)
    project.warm_up(ProjectionState(), coefficients, inputs=7)
    orient.warm_up(OrientationState(), TiltParams(), inputs=9)


def _span_s(items: list[Held]) -> float:
    blocks = [item for item in items if isinstance(item, SampleBlock)]
    return float(blocks[-1].t_s[-1] - blocks[0].t_s[0]) if blocks else 0.0


def _aged(items: list[Held], span_s: float) -> tuple[list[Gap], list[Held]]:
    """The gaps older than `span_s` seconds, and all that is newer, cut at a sample."""
    since_s = max(float(item.t_s[-1]) for item in items if isinstance(item, SampleBlock)) - span_s
    passed: list[Gap] = []
    kept: list[Held] = []
    for item in items:
        if isinstance(item, Gap):
            (passed if item.end_s < since_s else kept).append(item)
        elif (start := int(np.searchsorted(item.t_s, since_s))) < len(item):
            kept.append(_part(item, start, len(item)))
    return passed, kept


def _part(block: SampleBlock, start: int, stop: int) -> SampleBlock:
    """Samples start..stop of a block."""
    if stop - start == len(block):
        return block
    return replace(
        block,
        first_index=block.first_index + start,
        t_s=block.t_s[start:stop],
        acc_mps2=block.acc_mps2[start:stop],
        gyr_radps=block.gyr_radps[start:stop],
        clipped=block.clipped[start:stop],
    )
