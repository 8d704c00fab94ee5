"""Strides and decisions beside the truth, on made-up ones."""

from dataclasses import replace

import pytest

from stridesense.model import EventKind, Foot, GaitEvent, Gap, GapCause, ZeroReference
from stridesense.simulator import StrideTruth
from stridesense.validation.listening import (
    FINAL_LANDING,
    LANDING,
    compare,
    latencies_ms,
    spans,
    told_in_vain,
)
from validation.making import found, true_strides

END_S = 12.0


def landing(true: StrideTruth, known_after_s: float, *, provisional: bool, late_s: float = 0.0) -> GaitEvent:
    return GaitEvent(
        EventKind.INITIAL_CONTACT,
        Foot.LEFT,
        t_s=true.initial_contact_s + late_s,
        known_at_s=true.initial_contact_s + known_after_s,
        pitch_deg=0.0,
        tilt_offset_deg=0.0,
        pitch_sd_deg=1.0,
        rate_dps=0.0,
        acc_g=5.0,
        zero=ZeroReference.STANDING,
        sampling_rate_hz=200.0,
        axis_confidence=1.0,
        provisional=provisional,
    )


def test_the_first_that_is_known_counts_and_the_final_one_apart() -> None:
    true = true_strides()
    told = [landing(stride, 0.010, provisional=True, late_s=0.004) for stride in true]
    final = [landing(stride, 0.070, provisional=False) for stride in true]
    delays = latencies_ms(told + final, true)
    assert delays[LANDING] == pytest.approx([10.0] * len(true))
    assert delays[FINAL_LANDING] == pytest.approx([70.0] * len(true))


def test_landings_told_of_nothing_or_too_soon_are_in_vain() -> None:
    true = true_strides()[:5]
    right = [landing(stride, 0.010, provisional=True) for stride in true[:3]]
    too_soon = landing(true[3], -0.020, provisional=True)
    of_nothing = landing(true[4], 0.010, provisional=True, late_s=0.3)
    assert told_in_vain(right, true, END_S) == 0
    assert told_in_vain([*right, too_soon, of_nothing], true, END_S) == 2


def test_strides_at_the_very_end_count_neither_as_missed_nor_as_invented() -> None:
    true = true_strides()
    ours = [found(stride) for stride in true]
    end_s = true[-1].initial_contact_s + 0.5
    assert compare(ours[:-1], true, end_s).missed == ()
    assert compare(ours, true[:-1], end_s).invented == ()
    assert compare(ours[1:], true, end_s).missed == (true[0],)
    assert compare(ours, true[1:], end_s).invented == (ours[0],)


def test_a_stride_over_a_hole_is_seen() -> None:
    stride = replace(found(true_strides()[2]), stride_time_s=0.7)
    begin_s = stride.initial_contact_s
    inside = Gap(Foot.LEFT, begin_s + 0.3, begin_s + 0.4, 20, GapCause.RADIO)
    after = Gap(Foot.LEFT, begin_s + 0.7, begin_s + 0.8, 20, GapCause.RADIO)
    assert spans(stride, [inside])
    assert not spans(stride, [after])
