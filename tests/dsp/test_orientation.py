"""Axes and pitch, against motions whose truth is exact."""

from dataclasses import fields, replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from stridesense.dsp.alignment import foot_axes, mediolateral_axis, stillness, toes_up_sign
from stridesense.dsp.conditioner import Conditioner
from stridesense.model import Foot, Gap, GapCause, SampleBlock, SignalBlock, ZeroReference
from stridesense.model.samples import FloatArray
from stridesense.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

RATE_HZ = 208.0
MOUNTS = [Rotation.identity(), *Rotation.random(12, random_state=5)]


def foot_motion(standing_s: float = 3.0, moving_s: float = 10.0) -> tuple[FloatArray, FloatArray]:
    """Times and true pitch in rad of a foot that stands flat, then swings between +15 and -100 deg."""
    t = np.arange(0.0, standing_s + moving_s, 1.0 / RATE_HZ)
    phase = np.maximum(0.0, t - standing_s) / 0.6 % 1.0
    swing = np.clip((phase - 0.4) / 0.6, 0.0, 1.0)
    pitch = -57.5 * (1.0 - np.cos(2.0 * np.pi * swing)) + 15.0 * np.sin(2.0 * np.pi * swing) ** 2
    return t, pitch * RAD_PER_DEG


def worn(pitch_rad: FloatArray, t: FloatArray, mount: Rotation) -> SampleBlock:
    """What a pod 7 cm behind and 6.5 cm above a fixed ball of the foot measures, in the pod's own axes."""
    zero, back, up = np.zeros_like(pitch_rad), 0.07, 0.065
    rate = np.gradient(pitch_rad, t)
    turn = np.gradient(rate, t)
    forward = STANDARD_GRAVITY_MPS2 * np.sin(pitch_rad) - turn * up + rate**2 * back
    upward = STANDARD_GRAVITY_MPS2 * np.cos(pitch_rad) - turn * back - rate**2 * up
    acc = np.stack([forward, zero, upward], axis=1)
    gyr = np.stack([zero, -rate, zero], axis=1)
    clipped = np.zeros(len(t), dtype=np.bool_)
    return SampleBlock(Foot.LEFT, 0, RATE_HZ, t.copy(), mount.apply(acc), mount.apply(gyr), clipped)


def signals(block: SampleBlock) -> SignalBlock:
    """The whole block as signals, which must come as one."""
    conditioner = Conditioner()
    out = [*conditioner.process(block), *conditioner.flush()]
    blocks = [item for item in out if isinstance(item, SignalBlock)]
    names = [
        field.name for field in fields(SignalBlock) if isinstance(getattr(blocks[0], field.name), np.ndarray)
    ]
    joined = {name: np.concatenate([getattr(item, name) for item in blocks]) for name in names}
    assert len(joined["t_s"]) == len(block)
    return replace(blocks[0], **joined)


@pytest.mark.parametrize("mount", MOUNTS, ids=range(len(MOUNTS)))
def test_pitch_is_right_in_any_mounting_and_beyond_ninety_degrees(mount: Rotation) -> None:
    t, pitch = foot_motion()
    seen = signals(worn(pitch, t, mount))
    error = seen.pitch_deg + seen.tilt_offset_deg - pitch / RAD_PER_DEG
    assert np.degrees(pitch).min() < -100.0
    assert np.abs(error).max() < 2.0
    assert seen.zero is ZeroReference.STANDING
    assert seen.axis_confidence > 0.99


@pytest.mark.parametrize("mount", MOUNTS[:4], ids=range(4))
def test_without_a_standing_start_the_signals_say_so(mount: Rotation) -> None:
    t, pitch = foot_motion(standing_s=0.0)
    assert signals(worn(pitch, t, mount)).zero is ZeroReference.STANCE


def test_a_foot_that_never_moves_gives_no_signals() -> None:
    t, pitch = foot_motion(standing_s=30.0, moving_s=0.0)
    conditioner = Conditioner()
    assert conditioner.process(worn(pitch, t, MOUNTS[0])) == []
    assert conditioner.flush() == []
    held = conditioner.state.held  # type: ignore[attr-defined]
    assert sum(len(block) for block in held) <= 13.0 * RATE_HZ


def test_a_held_heel_is_not_erased() -> None:
    t, pitch = foot_motion(moving_s=30.0)
    held = np.where(t > 15.0, -12.0 * RAD_PER_DEG, 0.0)
    resting = np.abs(pitch) < 1e-9
    seen = signals(worn(pitch + held, t, MOUNTS[3]))
    late = resting & (t > 25.0)
    assert (seen.pitch_deg + seen.tilt_offset_deg)[late] == pytest.approx(-12.0, abs=2.0)


def test_a_gap_passes_in_its_place() -> None:
    t, pitch = foot_motion()
    conditioner = Conditioner()
    before = conditioner.process(worn(pitch, t, MOUNTS[1]))
    gap = Gap(Foot.LEFT, float(t[-1]), float(t[-1]) + 1.0, 208, GapCause.RADIO)
    assert isinstance(before[-1], SignalBlock)
    assert conditioner.process(gap) == [gap]


def test_the_axis_and_its_sign_come_out_of_a_tumbling_mount() -> None:
    rng = np.random.default_rng(3)
    t, pitch = foot_motion()
    rate = np.gradient(pitch, t)
    for mount in MOUNTS:
        right = mount.apply([0.0, -1.0, 0.0])
        gyr = np.outer(rate, right) + rng.normal(0.0, 0.3, (len(t), 3))
        axis, share = mediolateral_axis(np.einsum("ni,nj->ij", gyr, gyr), None)
        axis = axis * toes_up_sign(gyr @ axis, t)
        assert axis @ right > np.cos(2.0 * RAD_PER_DEG)
        assert share > 0.8
        axes = np.array(foot_axes(axis, mount.apply([0.0, 0.0, 1.0]), np.zeros(3))[:9]).reshape(3, 3)
        assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-9)


@pytest.mark.parametrize(
    ("acc_noise", "gyr_noise", "tilt_g", "still"),
    [(0.05, 0.002, 1.0, True), (3.0, 0.002, 1.0, False), (0.05, 0.3, 1.0, False), (0.05, 0.002, 1.5, False)],
)
def test_stillness_is_gravity_and_no_rotation(
    acc_noise: float, gyr_noise: float, tilt_g: float, *, still: bool
) -> None:
    rng = np.random.default_rng(1)
    acc = rng.normal((0.0, 0.0, tilt_g * STANDARD_GRAVITY_MPS2), acc_noise, (52, 3))
    seen = stillness(acc, rng.normal(0.02, gyr_noise, (52, 3)))
    assert (seen is not None) is still


def test_a_run_that_ends_at_any_sample_keeps_all_its_samples() -> None:
    t, pitch = foot_motion()
    whole = worn(pitch, t, MOUNTS[2])
    aligned = 0
    for n in range(int(3.5 * RATE_HZ), int(8.0 * RATE_HZ), 5):
        conditioner = Conditioner()
        parts = {
            name: getattr(whole, name)[:n].copy() for name in ("t_s", "acc_mps2", "gyr_radps", "clipped")
        }
        out = [*conditioner.process(replace(whole, **parts)), *conditioner.flush()]
        if conditioner.state.alignment is not None:  # type: ignore[attr-defined]
            aligned += 1
            assert sum(len(item) for item in out if isinstance(item, SignalBlock)) == n
    assert aligned > 100


def test_a_few_samples_at_the_end_are_no_standing_start() -> None:
    t, pitch = foot_motion(standing_s=0.0, moving_s=6.0)
    for n in range(int(4.0 * RATE_HZ), len(t), 3):
        conditioner = Conditioner()
        whole = worn(pitch[:n], t[:n], MOUNTS[4])
        for item in [*conditioner.process(whole), *conditioner.flush()]:
            assert not isinstance(item, SignalBlock) or item.zero is ZeroReference.STANCE
