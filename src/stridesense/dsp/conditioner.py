"""Samples of one foot become signals in the foot's frame."""

from math import cos

import numpy as np

from stridesense.dsp.alignment import (
    Alignment,
    Stillness,
    along,
    axis_confidence,
    foot_axes,
    mediolateral_axis,
    toes_up_sign,
    unit,
    up_from_stance,
)
from stridesense.dsp.conditioning import ConditionerParams, ConditionerState
from stridesense.dsp.evidence import matrix
from stridesense.dsp.filters import butterworth_delay_s, usable_cutoff_hz
from stridesense.dsp.kernels import Packed
from stridesense.dsp.moved import Sight, Watch, with_known_flat
from stridesense.dsp.orientation import TiltParams, after_gap, forget_planted, orient, planted_up, reframed
from stridesense.dsp.projection import SENSED, FootAxes, project, projection_params, sensed
from stridesense.dsp.survey import NOTHING, SurveyParams, opened, survey, surveyed
from stridesense.dsp.waiting import Held, aged, feels_gravity, joined, part, span_s
from stridesense.model import Gap, Malformed, SampleBlock, SignalBlock, ZeroReference
from stridesense.model.samples import FloatArray
from stridesense.model.signals import COLUMNS, PITCH_DEG
from stridesense.stage import Stage
from stridesense.units import RAD_PER_DEG

Signal = SignalBlock | Gap | Malformed


class Conditioner(Stage[SampleBlock | Gap | Malformed, Signal]):
    """Finds the axes of the foot in the sensor's, then turns samples into pitch and its companions.

    Until the axes are known the samples wait, bounded by `hold_s`; then they all flow at once, so that the
    first strides are not lost. Afterwards every sample flows when it comes, and the axes keep following.
    Where nobody stands, `known` axes of an earlier run tell what is flat, if the pod sits as it did then.
    """

    def __init__(self, params: ConditionerParams | None = None, known: FootAxes | None = None) -> None:
        self.params = params or ConditionerParams()
        self._known = known
        self._tilt = Packed.of(self.params.tilt)
        self._survey = Packed.of(self.params.evidence.of_a_hop)
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
            self._state.hop_samples = 0
            return self._pass_on(item)
        out: list[Signal] = []
        state, start, end = self._state, 0, len(item)
        while start < end:
            if state.hop_samples == 0:
                self._begin_hop(item.sampling_rate_hz)
            stop = min(start + state.hop_size - state.hop_samples, end)
            out += self._take(item, start, stop)
            if state.hop_samples == state.hop_size:
                out += self._end_hop()
            start = stop
        return out

    def flush(self) -> list[Signal]:
        """The stream has ended: align with what there is, or let the samples go unseen."""
        released = self._end_hop()
        state, little_s = self._state, self.params.rotation_s / 3.0
        turned = state.evidence.rotation_s >= little_s
        if state.alignment is None and turned and feels_gravity(state.held):
            self._align()
        return released + self._release()

    def _begin_hop(self, sampling_rate_hz: float) -> None:
        state, still = self._state, self._state.evidence.still
        state.sampling_rate_hz = sampling_rate_hz
        state.hop_size = max(2, round(self.params.hop_s * sampling_rate_hz))
        axes = None if state.alignment is None else state.alignment.axes
        state.hop = opened(axes, None if still is None else still.bias_radps)

    def _take(self, block: SampleBlock, start: int, stop: int) -> list[Signal]:
        state, rows = self._state, sensed(block, start, stop)
        state.hop_samples += stop - start
        survey(state.hop, self._survey, rows, NOTHING)
        if state.alignment is not None:
            return [self._signals(block, block.first_index + start, rows, state.alignment)]
        return self._pass_on(part(block, start, stop))

    def _pass_on(self, item: Held) -> list[Signal]:
        if self._state.alignment is None:
            self._state.held.append(item)
            return []
        return [self._turn(item, self._state.alignment)]

    def _turn(self, item: Held, alignment: Alignment) -> Signal:
        if isinstance(item, SampleBlock):
            return self._signals(item, item.first_index, sensed(item, 0, len(item)), alignment)
        self._state.projection = project.begin()
        self._state.orientation = after_gap(self._state.orientation)
        return item

    def _signals(
        self, block: SampleBlock, first_index: int, rows: FloatArray, alignment: Alignment
    ) -> SignalBlock:
        cutoff_hz = usable_cutoff_hz(self.params.smoothing_hz, block.sampling_rate_hz)
        params = projection_params(alignment.axes, cutoff_hz, block.sampling_rate_hz)
        columns = np.empty((len(COLUMNS), rows.shape[1]))
        projected = columns[:PITCH_DEG]
        project(self._state.projection, params, rows, projected)
        orient(self._state.orientation, self._tilt, projected, columns[PITCH_DEG:])
        return SignalBlock(
            foot=block.foot,
            first_index=first_index,
            sampling_rate_hz=block.sampling_rate_hz,
            smoothing_delay_s=butterworth_delay_s(cutoff_hz),
            zero=alignment.zero,
            axis_confidence=alignment.confidence,
            pod_moved=self._state.moved,
            host_offset_s=block.host_offset_s,
            columns=columns,
        )

    def _end_hop(self) -> list[Signal]:
        state, evidence, params = self._state, self._state.evidence, self.params.evidence
        n, state.hop_samples = state.hop_samples, 0
        bends = abs(float(state.orientation["bend_deg"][0])) > params.bend_deg
        if n == 0 or (bends and state.alignment is not None):
            return []
        rate_hz = state.sampling_rate_hz
        whole = n >= state.hop_size  # a few samples at the end of a run always look still
        moved_s = evidence.gather(surveyed(state.hop), n / rate_hz, rate_hz, params, may_stand=whole)
        if state.alignment is None:
            return self._align_when_ready()
        state.looked_s += moved_s
        if moved_s == 0.0 and evidence.stood_s > 0.0:
            self._follow_standing(state.alignment)
        elif state.looked_s > self.params.look_s:
            self._look(state.alignment, state.looked_s)
            state.looked_s = 0.0
        return []

    def _follow_standing(self, alignment: Alignment) -> None:
        """A standing foot renews the flat reference, or gives one where there was none."""
        evidence = self._state.evidence
        if alignment.zero is not ZeroReference.STANDING:
            if evidence.stood_s < self.params.evidence.stand_s:
                return
            up, planted = unit(evidence.stood_up), planted_up(self._state.orientation, alignment.axes)
            stood = Stillness(up, alignment.axes.bias_radps)
            if along(planted, up) <= cos(self.params.evidence.follow_deg * RAD_PER_DEG):
                if evidence.stood_s > 2.0 * self.params.evidence.stand_s:
                    self._state.begin_anew(stood)
                return
            evidence.still, self._state.moved = stood, False
        self._reframe(Alignment(alignment.axes, ZeroReference.STANDING, 0.0), alignment.axes.ml)

    def _look(self, alignment: Alignment, moved_s: float) -> None:
        """Let the axes follow the rotation, unless the pod has turned: then they are found anew."""
        state, axes = self._state, alignment.axes
        ml, _ = mediolateral_axis(matrix(state.evidence.recent), None)
        ml = ml if along(ml, axes.ml) > 0.0 else -ml
        up = planted_up(state.orientation, axes)
        strides, jumped_deg = state.orientation["strides"][0], state.orientation["jumped_deg"][0]
        sight = Sight(ml, up, int(strides), float(jumped_deg))
        if not state.watch.moved(sight, moved_s, self.params.moved):
            self._reframe(alignment, None)
            return
        state.evidence.begin_anew()
        state.watch, state.moved = Watch(), True
        self._reframe(Alignment(foot_axes(ml, up, axes.bias_radps), ZeroReference.STANCE, 0.0), ml)
        forget_planted(state.orientation)

    def _reframe(self, alignment: Alignment, ml: FloatArray | None) -> None:
        """Take this axis or that of all rotation, and what standing told; tell the attitude in new axes."""
        state, axes, still = self._state, alignment.axes, self._state.evidence.still
        up = axes.up if still is None or alignment.zero is ZeroReference.STANCE else still.up
        bias = axes.bias_radps if still is None else still.bias_radps
        rotation = matrix(state.evidence.rotation)
        level, share = mediolateral_axis(rotation, up)
        ml = level if ml is None else ml
        new = foot_axes(ml if along(ml, axes.ml) > 0.0 else -ml, up, bias)
        before = axes if state.alignment is None else state.alignment.axes
        state.orientation = reframed(state.orientation, before, new)
        state.alignment = Alignment(new, alignment.zero, axis_confidence(rotation, up, share))

    def _align_when_ready(self) -> list[Signal]:
        state, params = self._state, self.params
        needed_s = params.rotation_alone_s if state.evidence.still is None else params.rotation_s
        held_s = span_s(state.held)
        turned_enough = state.evidence.rotation_s >= needed_s or (
            held_s > params.hold_s and state.evidence.rotation_s >= params.rotation_s
        )
        if turned_enough and feels_gravity(self._state.held):
            self._align()
            return self._release()
        if held_s <= params.hold_s:
            return []
        passed, state.held = aged(state.held, params.hold_s)
        return [*passed]

    def _align(self) -> None:
        still, rotation = self._state.evidence.still, matrix(self._state.evidence.rotation)
        t_s, acc, gyr = joined(self._state.held)
        bias = np.zeros(3) if still is None else still.bias_radps
        ml, share = mediolateral_axis(rotation, None if still is None else still.up)
        rate = np.einsum("ni,i->n", gyr - bias, ml)
        ml = ml * toes_up_sign(rate, t_s)
        up = up_from_stance(acc, gyr, ml) if still is None else still.up
        zero, axes = (
            ZeroReference.STANCE if still is None else ZeroReference.STANDING,
            foot_axes(ml, up, bias),
        )
        if still is None:
            up = self._planted_up(axes)
            axes = with_known_flat(foot_axes(ml, up, bias), ml, self._known, self.params.moved)
        self._state.alignment = Alignment(axes, zero, axis_confidence(rotation, up, share))

    def _planted_up(self, axes: FootAxes) -> FloatArray:
        """Up in the stances of the samples that wait, measured over whole strides; `axes.up` without any."""
        for item in self._state.held:
            self._turn(item, Alignment(axes, ZeroReference.STANCE, 0.0))
        up = planted_up(self._state.orientation, axes)
        self._state.projection, self._state.orientation = project.begin(), orient.begin()
        return up

    def _release(self) -> list[Signal]:
        held, self._state.held = self._state.held, []
        if (alignment := self._state.alignment) is None:
            return [item for item in held if not isinstance(item, SampleBlock)]
        return [self._turn(item, alignment) for item in held]


def warm_up() -> None:
    """Compile the loops of this stage."""
    project.warm_up(projection_params(FootAxes(*[0.0] * 12), 30.0, 200.0), SENSED, PITCH_DEG)
    survey.warm_up(Packed.of(SurveyParams()), SENSED, 0)
    orient.warm_up(Packed.of(TiltParams()), PITCH_DEG, len(COLUMNS) - PITCH_DEG)
